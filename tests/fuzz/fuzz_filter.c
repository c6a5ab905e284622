/*
 * Expressions: any bytes are read or refused at a byte, and what was read, written, reads the same.
 */
#include "reports/filter/filter.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>

static struct status read_text(struct bytes text, struct filter *filter, struct filter_fault *fault)
{
    const struct filter_context context = {
        .moments = {.now_utc_us = UINT64_C(1773230400000000), .zone = zone_utc()}};
    return filter_read(text, &context, filter, fault);
}

/* Reads what was written, which is the same when it is written again. */
static void read_again(struct filter *filter, struct bytes text)
{
    static char memory[FILTER_WRITTEN_MAX];
    struct text again = TEXT_IN(memory);
    struct filter_fault fault;
    if (text.size <= FILTER_TEXT_MAX) {
        struct status status = read_text(text, filter, &fault);
        assert(!failed(status) || status.code == STATUS_LIMIT);
        if (!failed(status)) {
            filter_write(filter, &again);
            assert(bytes_equal(text_bytes(&again), text));
        }
        filter_close(filter);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct filter filter;
    static char memory[FILTER_WRITTEN_MAX];
    char above_memory[FILTER_LINE_SIZE], below_memory[FILTER_LINE_SIZE];
    struct text above = TEXT_IN(above_memory), below = TEXT_IN(below_memory);
    struct text written = TEXT_IN(memory);
    struct filter_fault fault;
    struct bytes text = bytes_of(data, size);
    struct status status = read_text(text, &filter, &fault);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED || status.code == STATUS_LIMIT);
        assert(status.code == STATUS_LIMIT || (status.at <= size && fault.sentence.size > 0));
        filter_fault_write(&fault, text, &above, &below);
        assert(!above.full && !below.full);
        filter_close(&filter);
        return 0;
    }
    filter_write(&filter, &written);
    filter_close(&filter);
    if (!written.full) {
        read_again(&filter, text_bytes(&written));
    }
    return 0;
}
