/*
 * Checkpoints: what was read, written again, is the same three lines.
 */
#include "store/note.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of(data, size);
    struct checkpoint checkpoint;
    struct status status = checkpoint_read(text, &checkpoint);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.at <= size && status.why != NULL);
        return 0;
    }
    char memory[512];
    struct text written = TEXT_IN(memory);
    checkpoint_write(&checkpoint, &written);
    assert(!written.full && written.size <= size);
    assert(memcmp(memory, data, written.size) == 0);
    return 0;
}
