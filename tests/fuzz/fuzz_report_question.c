/*
 * The line that says what a report was asked: any bytes are read or refused, and what was read is
 * written again as it was.
 */
#include "reports/report_question.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct report_question question;
    char memory[REPORT_LINE_SIZE];
    struct text written = TEXT_IN(memory);
    struct status status = report_question_read(bytes_of(data, size), &question);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL);
        return 0;
    }
    assert(question.info->run != NULL && question.first <= question.size);
    report_question_write(&question, &written);
    assert(bytes_equal(text_bytes(&written), bytes_of(data, size)));
    return 0;
}
