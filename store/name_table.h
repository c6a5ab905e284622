/*
 * store/name_table.h -- things by name, found in constant time: what is remembered of each emitter.
 *
 * Shape    The caller's entries are of one size and begin with their name, a NUL-terminated
 *          array of NAME_MAX_SIZE + 1 characters; the table keeps them side by side, and hashes
 *          beside them.
 * Memory   Grows by doubling up to the limit that it was opened with. An entry is lent until the
 *          next call that adds or removes one.
 * Errors   LIMIT, NO_MEMORY.
 */
#ifndef STORE_NAME_TABLE_H
#define STORE_NAME_TABLE_H

#include "schema/bytes.h"
#include "schema/limits.h"

#include <stddef.h>

struct name_table; /* opaque */

/* For at most `most` entries, fewer than 2^31. On success *out is the caller's: name_table_close.
 */
MUST_CHECK struct status name_table_open(size_t entry_size, size_t most, struct name_table **out);
void name_table_close(struct name_table **table);

/* NULL if there is none of this name. */
void *name_table_find(const struct name_table *table, struct bytes name);
/* A new entry, cleared but for its name, which nobody has yet: of 1 to NAME_MAX_SIZE bytes. */
MUST_CHECK struct status name_table_add(struct name_table *table, struct bytes name, void **out);
/* Forgets the one of this name, if there is one. The order of the others may change. */
void name_table_remove(struct name_table *table, struct bytes name);

size_t name_table_count(const struct name_table *table);
/* One of them, by its place below that count. */
void *name_table_at(const struct name_table *table, size_t place);

#endif
