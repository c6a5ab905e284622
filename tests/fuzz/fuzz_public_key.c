/*
 * Verifier keys: a key has one text, and whatever is read can be used.
 */
#include "store/key.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct public_key key;
    struct status started = key_library_start();
    assert(!failed(started));
    struct status status = public_key_read(bytes_of(data, size), &key);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL);
        return 0;
    }
    char memory[512];
    struct text written = TEXT_IN(memory);
    public_key_write(&key, &written);
    assert(!written.full && bytes_equal(text_bytes(&written), bytes_of(data, size)));
    status = public_key_verify(&key, LITERAL("message"), bytes_of(key.data, key.size));
    assert(status.code == STATUS_BAD_SIGNATURE);
    return 0;
}
