#include "schema/arena.h"

void *arena_take(struct arena *arena, size_t size)
{
    size_t start = (arena->used + 7) & ~(size_t)7;
    if (arena->full || start > arena->capacity || size > arena->capacity - start) {
        arena->full = true;
        return NULL;
    }
    arena->used = start + size;
    return arena->memory + start;
}

struct bytes arena_copy(struct arena *arena, struct bytes bytes)
{
    void *copy = arena_take(arena, bytes.size);
    if (copy == NULL) {
        return (struct bytes){0};
    }
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    return bytes_of(copy, bytes.size);
}
