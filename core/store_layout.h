/*
 * core/store_layout.h -- where things lie in a store's directory.
 */
#ifndef CORE_STORE_LAYOUT_H
#define CORE_STORE_LAYOUT_H

#include "schema/status.h"

#include <stddef.h>

enum {
    STORE_PATH_MAX = 4096,
};

struct store_path {
    char text[STORE_PATH_MAX];
};

/* DIRECTORY/name. LIMIT if it does not fit. */
MUST_CHECK struct status store_path(const char *directory, const char *name,
                                    struct store_path *out);
/* DIRECTORY/keys/name.key. */
MUST_CHECK struct status store_key_path(const char *directory, const char *name,
                                        struct store_path *out);

/* Writes a small file whole or not at all: a temporary beside it, synced if `durable`, renamed. */
MUST_CHECK struct status store_write_file(const char *path, const void *data, size_t size,
                                          bool durable);
/* Reads a small file into memory of `capacity` bytes. NOT_FOUND, LIMIT, IO. */
MUST_CHECK struct status store_read_file(const char *path, void *out, size_t capacity,
                                         size_t *size);

#endif
