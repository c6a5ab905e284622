#include "store/state_walk.h"

/* Newest first: the position is stored as its complement. */
size_t state_walk_key(uint8_t out[static STATE_ENTRY_KEY_MAX], enum row_table table,
                      struct bytes key, uint64_t n)
{
    out[0] = (uint8_t)table;
    if (key.size > 0) {
        memcpy(out + 1, key.data, key.size);
    }
    bytes_write_u64(out + 1 + key.size, ~n);
    return 1 + key.size + 8;
}

bool state_walk_same_row(struct bytes stored, struct bytes entry_key)
{
    return stored.size == entry_key.size &&
           memcmp(stored.data, entry_key.data, entry_key.size - 8) == 0;
}

uint64_t state_walk_made_by(struct bytes stored)
{
    return ~bytes_read_u64(stored.data + stored.size - 8);
}

static bool is_beyond(struct bytes stored, struct bytes key)
{
    int order = memcmp(stored.data, key.data, stored.size < key.size ? stored.size : key.size);
    return order > 0 || (order == 0 && stored.size > key.size);
}

struct status state_walk_first(struct lmdb_cursor *cursor, enum row_table table,
                               struct bytes prefix, struct bytes *stored, struct bytes *value)
{
    uint8_t start[STATE_ENTRY_KEY_MAX];
    start[0] = (uint8_t)table;
    if (prefix.size > 0) {
        memcpy(start + 1, prefix.data, prefix.size);
    }
    *stored = bytes_of(start, 1 + prefix.size);
    return lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, stored, value);
}

struct status state_walk_after(struct lmdb_cursor *cursor, enum row_table table, struct bytes key,
                               struct bytes *stored, struct bytes *value)
{
    uint8_t memory[STATE_ENTRY_KEY_MAX];
    /* ~0 is the last version of all */
    struct bytes last = bytes_of(memory, state_walk_key(memory, table, key, 0));
    *stored = last;
    TRY(lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, stored, value));
    if (state_walk_same_row(*stored, last)) {
        TRY(lmdb_cursor_move(cursor, LMDB_NEXT, stored, value));
    }
    return is_beyond(*stored, last)
               ? OK
               : FAIL_BECAUSE(FOLD, 0, "the rows of the state are not in order");
}

struct status state_walk_change(struct lmdb_cursor *cursor, enum row_table table, struct bytes key,
                                uint64_t after, struct bytes *stored, struct bytes *value)
{
    uint8_t memory[STATE_ENTRY_KEY_MAX];
    struct bytes then = bytes_of(memory, state_walk_key(memory, table, key, after));
    *stored = then;
    struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, stored, value);
    bool at_end = status.code == STATUS_NOT_FOUND;
    TRY(at_end ? OK : status);
    TRY(lmdb_cursor_move(cursor, at_end ? LMDB_LAST : LMDB_PREVIOUS, stored, value));
    return state_walk_same_row(*stored, then) && state_walk_made_by(*stored) > after
               ? OK
               : FAIL(NOT_FOUND, after);
}

/* Whether the entry is of a row whose key begins so; its key. */
static bool is_among(struct bytes stored, enum row_table table, struct bytes prefix,
                     struct bytes *key)
{
    if (stored.size < 9 + prefix.size || stored.size > STATE_ENTRY_KEY_MAX ||
        stored.data[0] != (uint8_t)table ||
        (prefix.size > 0 && memcmp(stored.data + 1, prefix.data, prefix.size) != 0)) {
        return false;
    }
    *key = bytes_of(stored.data + 1, stored.size - 9);
    return true;
}

struct status state_walk_changes(struct lmdb_cursor *cursor, enum row_table table,
                                 struct bytes prefix, uint64_t after, struct bytes *stored,
                                 struct bytes *value)
{
    struct bytes at, at_value, key, change, change_value;
    uint64_t first = UINT64_MAX;
    struct status status = state_walk_first(cursor, table, prefix, &at, &at_value);
    while (!failed(status) && is_among(at, table, prefix, &key)) {
        status = state_walk_change(cursor, table, key, after, &change, &change_value);
        if (!failed(status) && state_walk_made_by(change) < first) {
            first = state_walk_made_by(change);
            *stored = change;
            *value = change_value;
        }
        TRY(status.code == STATUS_NOT_FOUND ? OK : status);
        status = state_walk_after(cursor, table, key, &at, &at_value);
    }
    TRY(status.code == STATUS_NOT_FOUND ? OK : status);
    return first == UINT64_MAX ? FAIL(NOT_FOUND, after) : OK;
}

struct status state_walk_versions(struct lmdb_cursor *cursor,
                                  const struct state_version_place *place, struct bytes *stored,
                                  struct bytes *value, struct bytes *key)
{
    uint8_t memory[STATE_ENTRY_KEY_MAX];
    if (place->key.size == 0) {
        TRY(state_walk_first(cursor, place->table, place->prefix, stored, value));
    } else {
        struct bytes last =
            bytes_of(memory, state_walk_key(memory, place->table, place->key, place->before));
        *stored = last;
        TRY(lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, stored, value));
        if (bytes_equal(*stored, last)) {
            TRY(lmdb_cursor_move(cursor, LMDB_NEXT, stored, value));
        }
        TRY(is_beyond(*stored, last)
                ? OK
                : FAIL_BECAUSE(FOLD, 0, "the rows of the state are not in order"));
    }
    return is_among(*stored, place->table, place->prefix, key) ? OK : FAIL(NOT_FOUND, 0);
}
