/*
 * schema/arena.h -- one block of memory per request, nothing freed singly.
 *
 * Shape    The caller gives the block. Full means full: arena_take returns NULL and stays so until
 *          the arena is reset, so that a decoder may check once.
 */
#ifndef SCHEMA_ARENA_H
#define SCHEMA_ARENA_H

#include "schema/bytes.h"

struct arena {
    uint8_t *memory;
    size_t capacity; /* bytes */
    size_t used;     /* bytes */
    bool full;
};

#define ARENA_IN(array) ((struct arena){.memory = (array), .capacity = ARRAY_SIZE(array)})

/* `size` bytes aligned to 8, not cleared; NULL once full. Valid until the arena is reset. */
void *arena_take(struct arena *arena, size_t size);

/* A copy of `bytes` in the arena; an empty slice once full. */
struct bytes arena_copy(struct arena *arena, struct bytes bytes);

static inline void arena_reset(struct arena *arena)
{
    arena->used = 0;
    arena->full = false;
}

#endif
