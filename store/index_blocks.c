#include "store/index_internal.h"

size_t index_snapshot_runs(const struct index_snapshot *snapshot, const struct index_run **out)
{
    *out = snapshot->list.runs;
    return snapshot->list.count;
}

struct status index_run_blocks(struct index_snapshot *snapshot, const struct index_run *run,
                               index_block_visit *visit, void *context)
{
    CLEANUP(lmdb_cursor_close) struct lmdb_cursor *cursor = NULL;
    uint8_t memory[8];
    bytes_write_u64(memory, run->from);
    struct bytes key = BYTES(memory), block;
    TRY(lmdb_cursor_open(snapshot->txn, run->level, &cursor));
    struct status status = lmdb_cursor_move(cursor, LMDB_AT_OR_AFTER, &key, &block);
    for (uint64_t i = 0; i < run->blocks; i++) {
        bool is_there =
            !failed(status) && key.size == RUN_KEY_SIZE && bytes_read_u64(key.data) == run->from;
        if (!is_there && (!failed(status) || status.code == STATUS_NOT_FOUND)) {
            return FAIL_BECAUSE(CORRUPT, run->from, "a run of the index has too few blocks");
        }
        TRY(status);
        TRY(visit(context, block));
        status = lmdb_cursor_move(cursor, LMDB_NEXT, &key, &block);
    }
    return OK;
}
