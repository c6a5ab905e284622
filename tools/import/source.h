/*
 * tools/import/source.h -- a window onto a descriptor that only moves forward.
 *
 * Shape    [start, end) is what has been read and not yet taken. source_more reads behind it,
 *          moving what is there to the front when room is short.
 */
#ifndef TOOLS_IMPORT_SOURCE_H
#define TOOLS_IMPORT_SOURCE_H

#include "schema/bytes.h"

struct source {
    int descriptor;
    struct status (*wait)(void *context, int descriptor); /* before each read; NULL: none */
    void *wait_context;
    size_t read_size; /* bytes asked for at once; 0: all the room there is */
    uint8_t *memory;  /* owned by whoever made the source */
    size_t capacity;  /* bytes */
    size_t start, end;
    uint64_t taken;      /* bytes taken from the front since the beginning */
    struct status ended; /* OK until the end of the file or a failure */
};

static inline struct bytes source_view(const struct source *source)
{
    return bytes_of(source->memory + source->start, source->end - source->start);
}

/* Drops bytes from the front; there are that many. */
void source_take(struct source *source, size_t size);

/* Reads once. NOT_FOUND at the end of the file, IO, and what `wait` fails with, all stay; LIMIT
 * when the memory is full of bytes nobody takes. What source_view lent before is void. */
MUST_CHECK struct status source_more(struct source *source);

#endif
