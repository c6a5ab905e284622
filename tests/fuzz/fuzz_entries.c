/*
 * Files of entries, and names of tiles: what was taken apart, put together again, is the same.
 */
#include "store/tiles.h"
#include "tests/fuzz/target.h"

#include <assert.h>

static void check_entries(struct bytes file)
{
    struct bytes rest = file, entry;
    struct status status = OK;
    while (rest.size > 0 && !failed(status = tiles_next_entry(&rest, &entry))) {
        const uint8_t *start = entry.data - 2;
        assert(entry.size > 0 && entry.size <= LEAF_MAX && bytes_read_u16(start) == entry.size);
        assert(start >= file.data && rest.data == entry.data + entry.size);
    }
    assert(!failed(status) || (status.code == STATUS_MALFORMED && status.why != NULL));
}

static void check_name(struct bytes file)
{
    char path[128], again_memory[128];
    struct text again = TEXT_IN(again_memory);
    struct tile_name name;
    if (file.size >= sizeof path) {
        return;
    }
    memcpy(path, file.data, file.size);
    path[file.size] = '\0';
    if (strlen(path) == file.size && tile_name_read(path, &name)) {
        tree_tile_path(&again, name.level, name.index, name.width);
        assert(strcmp(text_string(&again), path) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_entries(bytes_of(data, size));
    if (size > 0) {
        check_name(bytes_of(data, size));
    }
    return 0;
}
