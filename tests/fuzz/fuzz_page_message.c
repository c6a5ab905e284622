/*
 * What the door of the web and its readers say to each other: what is read, written again, is the
 * same bytes.
 */
#include "auditd/page_message.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static void check_request(struct bytes payload)
{
    struct page_request request;
    char memory[PAGE_FRAME_MAX];
    struct text again = TEXT_IN(memory);
    if (failed(page_request_decode(payload, &request))) {
        return;
    }
    page_request_put(&again, 0, &request);
    assert(!again.full);
    assert(bytes_equal(bytes_of(again.data + FRAME_HEAD, again.size - FRAME_HEAD), payload));
}

static void check_answer(struct bytes payload)
{
    struct page_answer answer;
    char memory[PAGE_FRAME_MAX];
    struct text again = TEXT_IN(memory);
    if (failed(page_answer_decode(payload, &answer))) {
        return;
    }
    assert(answer.status >= 200 && answer.status <= 599 && answer.size <= PAGE_BODY_MAX);
    page_answer_put(&again, 0, &answer);
    assert(!again.full);
    assert(bytes_equal(bytes_of(again.data + FRAME_HEAD, again.size - FRAME_HEAD), payload));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_request(bytes_of(data, size));
    check_answer(bytes_of(data, size));
    return 0;
}
