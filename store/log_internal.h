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
};

struct log_snapshot {
    struct log *log;
    struct lmdb_txn *txn;
    struct hasher *hasher;
    struct log_head head;
};

#endif
