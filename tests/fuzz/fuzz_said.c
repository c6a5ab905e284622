/*
 * What a process asks the writer to say (core/note.h): any bytes are read or refused, and what is
 * read is written as the same bytes.
 */
#include "core/note.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>

enum {
    ARENA_SIZE = 4 << 20,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct note note;
    struct arena arena = {.memory = malloc(ARENA_SIZE), .capacity = ARENA_SIZE};
    struct text out = {.data = malloc(NOTE_SIZE_MAX), .capacity = NOTE_SIZE_MAX};
    assert(arena.memory != NULL && out.data != NULL);
    struct status status = note_read(bytes_of(data, size), &arena, &note);
    if (!failed(status) && note.draft.on_count > 0) {
        struct status written = note_write(&note.draft, &out);
        assert(!failed(written) && bytes_equal(text_bytes(&out), bytes_of(data, size)));
    }
    free(arena.memory);
    free(out.data);
    return 0;
}
