/*
 * store/log_internal.h -- the log's tables and its snapshot from inside; for store/log*.c only.
 */
#ifndef STORE_LOG_INTERNAL_H
#define STORE_LOG_INTERNAL_H

#include "store/lmdb.h"
#include "store/log.h"

enum log_table {
    TABLE_LEAF,
    TABLE_BODY,
    TABLE_COMMAND,
    TABLE_TILE,
    TABLE_CHECKPOINT,
    TABLE_EMITTER,
    TABLE_META,
    TABLE_COUNT,
};

enum {
    KEY_SIZE = 8, /* a position, big-endian */
    LOG_TILE_KEY_SIZE = 1 + 8,
    LOG_TILE_SIZE = TREE_TILE_WIDTH * DIGEST_SIZE,
};

struct log_snapshot {
    struct log *log;
    struct lmdb_txn *txn;
    struct hasher *hasher;
    struct log_head head;
    struct lmdb_cursor *leaves; /* at the leaf last looked for, if it is there; NULL: none yet */
    uint64_t leaf_n;            /* its position */
    struct bytes tile;          /* of hashes of leaves, the last one looked at; empty: none yet */
    uint64_t tile_index;
};

/* The key of a tile: its level, then its index, big-endian. */
void log_tile_key(uint8_t key[static LOG_TILE_KEY_SIZE], uint32_t level, uint64_t index);

/* A leaf as it is stored, compared with nothing; lent until the snapshot closes. Its absence is
 * damage: CORRUPT at n. */
MUST_CHECK struct status log_leaf_bytes(struct log_snapshot *snapshot, uint64_t n,
                                        struct bytes *leaf);

#endif
