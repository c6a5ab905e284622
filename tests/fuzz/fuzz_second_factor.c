/*
 * Statements of second factors: any bytes are refused or are canonical JSON that is written again
 * as it was read.
 */
#include "core/identity/second_factor.h"
#include "schema/canonical.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes record = bytes_of(data, size);
    struct second_factor_record read;
    char memory[SECOND_FACTOR_MAX + 1];
    struct text again = TEXT_IN(memory);
    struct status status = second_factor_read(record, &read);
    if (failed(status)) {
        assert(status.code == STATUS_LIMIT ||
               (status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL));
        return 0;
    }
    assert(!failed(canonical_check(record)));
    assert(read.factor.session.kind == ID_SESSION && read.factor.user.kind == ID_USER);
    second_factor_put(&read.factor, bytes_of(read.signature, read.signature_size), &again);
    assert(!again.full && bytes_equal(text_bytes(&again), record));
    return 0;
}
