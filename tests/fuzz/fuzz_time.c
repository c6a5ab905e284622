/*
 * Instants: what is read as canonical is what is written, and means the same as RFC 3339.
 */
#include "schema/time.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static void check_canonical(struct bytes text)
{
    uint64_t utc_us, rfc_utc_us;
    char memory[TIME_TEXT_SIZE + 1];
    struct text again = TEXT_IN(memory);
    struct status status = time_read_canonical(text, &utc_us);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= text.size && status.why != NULL);
        return;
    }
    time_write(&again, utc_us);
    assert(bytes_equal(text, text_bytes(&again)));
    assert(!failed(time_read_rfc3339(text, &rfc_utc_us)) && rfc_utc_us == utc_us);
}

static void check_rfc3339(struct bytes text)
{
    uint64_t utc_us, again_utc_us;
    char memory[TIME_TEXT_SIZE + 1];
    struct text again = TEXT_IN(memory);
    struct status status = time_read_rfc3339(text, &utc_us);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= text.size && status.why != NULL);
        return;
    }
    assert(utc_us <= TIME_MAX_US);
    time_write(&again, utc_us);
    assert(!failed(time_read_canonical(text_bytes(&again), &again_utc_us)));
    assert(again_utc_us == utc_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_canonical(bytes_of(data, size));
    check_rfc3339(bytes_of(data, size));
    return 0;
}
