/*
 * What chronyc says: any line is read within its limits, or refused, and then nothing is changed.
 */
#include "reports/clock/chrony.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chrony chrony = {.stratum = 77};
    struct status status = chrony_read(bytes_of(data, size), &chrony);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size));
        assert(chrony.stratum == 77);
        return 0;
    }
    assert(chrony.stratum <= 16 && strlen(chrony.source) <= CHRONY_NAME_MAX);
    assert(chrony.offset_us <= UINT64_C(1000000) * 1000000);
    assert(chrony.error_us <= UINT64_C(2000000) * 1000000);
    assert(!chrony.behind || chrony.offset_us > 0);
    assert(!chrony.synchronised || chrony.source[0] != '\0');
    return 0;
}
