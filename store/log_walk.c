#include "store/log_walk.h"

#include "store/log_internal.h"

#include <stdlib.h>

/* One table's cursor and the entry it stands at. */
struct track {
    struct lmdb_cursor *cursor;
    struct bytes key, value;
    bool ended;
};

struct log_walk {
    struct log_snapshot *snapshot;
    struct track leaf, body, command;
    uint64_t n; /* the next event */
};

static struct status settle(struct track *track, struct status status)
{
    track->ended = status.code == STATUS_NOT_FOUND;
    return track->ended ? OK : status;
}

static struct status open_track(struct log_walk *walk, struct track *track, enum log_table table)
{
    uint8_t key[KEY_SIZE];
    bytes_write_u64(key, walk->n);
    track->key = BYTES(key);
    TRY(lmdb_cursor_open(walk->snapshot->txn, table, &track->cursor));
    return settle(track,
                  lmdb_cursor_move(track->cursor, LMDB_AT_OR_AFTER, &track->key, &track->value));
}

struct status log_walk_open(struct log_snapshot *snapshot, uint64_t first, struct log_walk **out)
{
    CLEANUP(log_walk_close) struct log_walk *walk = calloc(1, sizeof *walk);
    if (walk == NULL) {
        return FAIL(NO_MEMORY, sizeof *walk);
    }
    walk->snapshot = snapshot;
    walk->n = first;
    TRY(open_track(walk, &walk->leaf, TABLE_LEAF));
    TRY(open_track(walk, &walk->body, TABLE_BODY));
    TRY(open_track(walk, &walk->command, TABLE_COMMAND));
    *out = walk;
    walk = NULL;
    return OK;
}

void log_walk_close(struct log_walk **walk)
{
    if (*walk != NULL) {
        lmdb_cursor_close(&(*walk)->leaf.cursor);
        lmdb_cursor_close(&(*walk)->body.cursor);
        lmdb_cursor_close(&(*walk)->command.cursor);
        free(*walk);
        *walk = NULL;
    }
}

/* The track's value for event n, if it has one, and moves on behind it. Whatever else stands there
 * with a smaller or an odd key is not what the log wrote, and is passed over. */
static struct status take(struct track *track, uint64_t n, struct bytes *value)
{
    *value = (struct bytes){0};
    while (!track->ended && (track->key.size != KEY_SIZE || bytes_read_u64(track->key.data) <= n)) {
        if (track->key.size == KEY_SIZE && bytes_read_u64(track->key.data) == n) {
            *value = track->value;
        }
        TRY(settle(track, lmdb_cursor_move(track->cursor, LMDB_NEXT, &track->key, &track->value)));
    }
    return OK;
}

struct status log_walk_next(struct log_walk *walk, struct log_stored *out)
{
    uint64_t n = walk->n;
    if (n >= walk->snapshot->head.size) {
        return FAIL(NOT_FOUND, n);
    }
    walk->n++;
    TRY(take(&walk->leaf, n, &out->leaf));
    TRY(take(&walk->body, n, &out->body));
    TRY(take(&walk->command, n, &out->command));
    return out->leaf.size > 0 ? OK : FAIL_BECAUSE(CORRUPT, n, "the leaf is missing");
}
