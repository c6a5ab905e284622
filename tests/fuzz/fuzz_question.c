/*
 * Questions as text: what is read is written as it was.
 */
#include "reports/answer/question.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[QUESTION_TEXT_MAX];
    struct text again = TEXT_IN(memory);
    struct question *question = malloc(sizeof *question);
    assert(question != NULL);
    struct status status = question_read(bytes_of(data, size), question);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT);
    } else {
        query_write(&question->query, &again);
        assert(bytes_equal(text_bytes(&again), bytes_of(data, size)));
    }
    question_close(question);
    free(question);
    return 0;
}
