/*
 * store/state_walk.h -- where the versions of rows lie, and the ways a cursor takes through them.
 *
 * Shape    An entry's key is u8 table, the row's key, u64 ~n: the versions of a row lie side by
 *          side, the newest first. No row's key begins another one's, since texts in keys are ended
 *          and all else has a fixed size. Entries are lent as they are stored: comparing them with
 *          their hash is up to the state.
 * Errors   NOT_FOUND past the end. FOLD if entries are not in their order, as a damaged page may
 *          make it look: a walk would never end.
 */
#ifndef STORE_STATE_WALK_H
#define STORE_STATE_WALK_H

#include "store/lmdb.h"
#include "store/state.h"

enum {
    STATE_ENTRY_KEY_MAX = 1 + STATE_KEY_MAX + 8,
};

/* Writes the key of an entry; its size. */
size_t state_walk_key(uint8_t out[static STATE_ENTRY_KEY_MAX], enum row_table table,
                      struct bytes key, uint64_t n);

/* Whether the stored key is of a version of the row that an entry's key is of. */
bool state_walk_same_row(struct bytes stored, struct bytes entry_key);

/* The event that made the version. */
uint64_t state_walk_made_by(struct bytes stored);

/* To the first entry of a table whose key begins with the prefix, or is beyond it. */
MUST_CHECK struct status state_walk_first(struct lmdb_cursor *cursor, enum row_table table,
                                          struct bytes prefix, struct bytes *stored,
                                          struct bytes *value);
/* To the first entry beyond all versions of a row. */
MUST_CHECK struct status state_walk_after(struct lmdb_cursor *cursor, enum row_table table,
                                          struct bytes key, struct bytes *stored,
                                          struct bytes *value);
/* To the first version of a row that was made after an event. NOT_FOUND if there is none. */
MUST_CHECK struct status state_walk_change(struct lmdb_cursor *cursor, enum row_table table,
                                           struct bytes key, uint64_t after, struct bytes *stored,
                                           struct bytes *value);
/* The same of all rows whose key begins with `prefix`; of many versions, the first made. */
MUST_CHECK struct status state_walk_changes(struct lmdb_cursor *cursor, enum row_table table,
                                            struct bytes prefix, uint64_t after,
                                            struct bytes *stored, struct bytes *value);

/* To the version before the one of a row that event `n` made; if there is none, to the newest of
 * the next row whose key begins with `prefix`. With an empty key to the first of all these. *key
 * is the row's, lent like the rest. NOT_FOUND past the last. */
MUST_CHECK struct status state_walk_versions(struct lmdb_cursor *cursor,
                                             const struct state_version_place *place,
                                             struct bytes *stored, struct bytes *value,
                                             struct bytes *key);

#endif
