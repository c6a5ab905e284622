/*
 * Time expressions: any bytes are read or refused, and what was read, written, reads the same.
 */
#include "reports/moment.h"
#include "tests/fuzz/target.h"

#include <assert.h>

/* A zone that goes an hour forward and back again every 64 days. */
static int32_t restless(uint64_t utc_us)
{
    return utc_us / TIME_SECOND_US / 86400 / 64 % 2 == 0 ? 3600 : 7200;
}

static void check(struct bytes text, const struct moment_context *context)
{
    struct moment_range range, again;
    struct moment_doubt doubt;
    struct status status = moment_read_range(text, context, &range, &doubt);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= text.size && status.why != NULL);
        return;
    }
    assert(!doubt.any);
    assert(range.since.kind != range.until.kind || range.since.value <= range.until.value);

    char memory[128];
    struct text written = TEXT_IN(memory);
    moment_range_write(&range, &context->zone, &written);
    assert(!written.full);
    assert(!failed(moment_read_range(text_bytes(&written), context, &again, &doubt)));
    assert(again.since.kind == range.since.kind && again.since.value == range.since.value);
    assert(again.until.kind == range.until.kind && again.until.value == range.until.value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct moment_context context = {
        .now_utc_us = UINT64_C(1773230400000000),
        .zone = zone_utc(),
        .since = {.kind = MOMENT_TIME, .value = UINT64_C(1773014400000000)},
    };
    check(bytes_of(data, size), &context);
    context.zone = (struct zone){.name = "restless", .offset_s = restless};
    check(bytes_of(data, size), &context);
    return 0;
}
