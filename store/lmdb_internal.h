/*
 * store/lmdb_internal.h -- an environment from inside; for store/lmdb*.c only, and the only file of
 * Cairn that includes <lmdb.h>.
 */
#ifndef STORE_LMDB_INTERNAL_H
#define STORE_LMDB_INTERNAL_H

#include "store/lmdb.h"

#include <lmdb.h>
#include <pthread.h>
#include <sys/types.h>

enum {
    READERS_MAX = 512,
};

struct lmdb {
    MDB_env *env;
    MDB_dbi tables[LMDB_TABLES_MAX];
    size_t table_count;
    int directory; /* descriptor */
    int lock;      /* descriptor of writer.lock; -1 in a reader */
    int file;      /* LMDB's descriptor of the data file */
    uint64_t page_size;
    pid_t process;
    uint64_t stopped_errno; /* 0: writing may go on */
    pthread_mutex_t map;    /* guards the two below: the map moves only when nobody looks at it */
    uint64_t map_size;
    uint64_t active; /* transactions of this process */
    bool writing;    /* one of them writes */
    bool map_full;   /* the last transaction that wrote met the end of the map */
};

struct lmdb_txn {
    struct lmdb *lmdb;
    MDB_txn *txn;
    bool write;
};

struct lmdb_cursor {
    MDB_cursor *cursor;
};

/* What a return code of LMDB means. */
struct status lmdb_status(int code);

#endif
