/*
 * Labels of people's key files: read strictly, without the passphrase, and never too costly to
 * open.
 */
#include "store/person_key.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct person_key_label label;
    struct status started = key_library_start();
    assert(!failed(started));
    struct status status = person_key_peek(bytes_of(data, size), &label);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.why != NULL);
        return 0;
    }
    assert(key_name_is_valid(bytes_of_string(label.key.name)));
    assert(!failed(receive_key_read(BYTES(label.receive.data), &label.receive)));
    return 0;
}
