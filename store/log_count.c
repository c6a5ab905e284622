#include "store/emitter_head.h"
#include "store/log_internal.h"

/* Every event is the next one of one emitter. */
static struct status count_emitted(struct log_snapshot *snapshot, uint64_t *emitted)
{
    struct bytes name, stored;
    struct emitter_head head;
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    TRY(lmdb_cursor_open(snapshot->txn, TABLE_EMITTER, &cursor));
    *emitted = 0;
    struct status status = lmdb_cursor_move(cursor, LMDB_FIRST, &name, &stored);
    while (!failed(status)) {
        TRY(emitter_head_read(snapshot->hasher, name, stored, &head));
        *emitted += head.emitter_n;
        status = lmdb_cursor_move(cursor, LMDB_NEXT, &name, &stored);
    }
    return status.code == STATUS_NOT_FOUND ? OK : status;
}

struct status log_count(struct log_snapshot *snapshot, struct log_counts *out)
{
    TRY(lmdb_count(snapshot->txn, TABLE_LEAF, &out->leaves));
    TRY(lmdb_count(snapshot->txn, TABLE_BODY, &out->bodies));
    TRY(lmdb_count(snapshot->txn, TABLE_COMMAND, &out->commands));
    TRY(lmdb_count(snapshot->txn, TABLE_TILE, &out->tiles));
    TRY(lmdb_count(snapshot->txn, TABLE_CHECKPOINT, &out->checkpoints));
    return count_emitted(snapshot, &out->emitted);
}
