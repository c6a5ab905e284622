/*
 * Submissions: any bytes are refused, or are exactly what is written of their parts.
 */
#include "schema/submission.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>

static void check_same(const struct submission *submission, struct bytes bytes)
{
    struct bytes events = submission->events;
    struct text again = {.data = malloc(bytes.size + 1), .capacity = bytes.size + 1};
    assert(again.data != NULL);
    submission_begin(&again, submission->emitter, submission->first_n);
    for (uint32_t i = 0; i < submission->count; i++) {
        struct submission_event event = submission_next(&events);
        assert(event.body.size >= SALT_SIZE);
        submission_put(&again, &event);
    }
    submission_end(&again, submission->count, submission->signature);
    assert(events.size == 0 && !again.full && bytes_equal(bytes, text_bytes(&again)));
    free(again.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct submission submission;
    struct status status = submission_decode(bytes_of(data, size), &submission);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL));
        return 0;
    }
    assert(submission.count >= 1 && submission.count <= SUBMISSION_EVENTS_MAX);
    check_same(&submission, bytes_of(data, size));
    return 0;
}
