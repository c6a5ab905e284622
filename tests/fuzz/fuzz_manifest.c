/*
 * Manifests of folders: what is read can be written, and no name leads out of the folder.
 */
#include "reports/casefile/manifest.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes rest = bytes_of(data, size);
    bool more = true;
    while (more) {
        char memory[MANIFEST_LINE_SIZE];
        struct text text = TEXT_IN(memory);
        struct manifest_entry entry;
        struct bytes before = rest;
        if (failed(manifest_read_line(&rest, &entry, &more)) || !more) {
            return 0;
        }
        assert(manifest_is_name(bytes_of_string(entry.name)) && entry.name[0] != '/');
        manifest_write_sums(&entry, 1, &text);
        assert(text.size == before.size - rest.size);
        assert(memcmp(text.data + DIGEST_HEX_SIZE, before.data + DIGEST_HEX_SIZE,
                      text.size - DIGEST_HEX_SIZE) == 0);
    }
    return 0;
}
