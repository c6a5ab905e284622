/*
 * store/lmdb.h -- LMDB, with its pitfalls handled once.
 *
 * Shape    One environment is one directory. Tables are named; keys are at most 511 bytes. No
 *          DUPSORT, no WRITEMAP, no NOSYNC.
 * Units    Sizes in bytes.
 * Process  Open after fork, once per directory and process; on a local file system. A second
 *          writer is refused with IN_USE (a lock of our own on `writer.lock`, by open file
 *          description, besides LMDB's). A write transaction belongs to the thread that began it.
 *          Dead readers are cleared at open. The map is as large as the address space allows, so
 *          that it hardly ever moves; when it must, it is enlarged between transactions before it
 *          fills, and readers adopt a map that another process enlarged.
 * Files    `data.mdb`, mode 0600, made under another name and renamed once it is whole; `lock.mdb`,
 *          LMDB's table of readers, which LMDB sets up anew when nobody else has it open; and
 *          `writer.lock`. The data file reaches some MiB beyond its last page, as a hole.
 * Errors   IO (errno), TRUNCATED (file shorter than its pages), CORRUPT (LMDB says so), IN_USE,
 *          INCOMPLETE, NO_MEMORY. A damaged file may still end the process by a signal: whoever
 *          opens a file that he did not just write runs under tools/guard.h.
 * Source   reliability.md F.2: P5, P8, P10 to P12, P15, P16, P18, P20, P22, P25, P26, P30.
 */
#ifndef STORE_LMDB_H
#define STORE_LMDB_H

#include "schema/bytes.h"

struct lmdb;        /* an environment */
struct lmdb_txn;    /* a transaction */
struct lmdb_cursor; /* a position in a table of a transaction */

enum {
    LMDB_TABLES_MAX = 16,
    LMDB_KEY_MAX = 511,
};

typedef uint32_t lmdb_table; /* as lmdb_open numbered them: the position in options.tables */

struct lmdb_options {
    const char *directory;     /* made, mode 0700, if it is missing and `create` */
    const char *const *tables; /* names; table i is tables[i] */
    size_t table_count;
    bool read_only;
    bool create;
    bool no_read_ahead; /* read here and there rather than from end to end */
    uint64_t map_size;  /* bytes to map at first; 0: what the address space has, up to 1 TiB */
};

/* On success *out is the caller's: lmdb_close. NOT_FOUND if there is no environment and no
 * `create`. */
MUST_CHECK struct status lmdb_open(const struct lmdb_options *options, struct lmdb **out);
void lmdb_close(struct lmdb **lmdb);

/* Bytes of the data file that are in use. */
uint64_t lmdb_used_bytes(const struct lmdb *lmdb);

/* How much of the file's pages is looked at. */
enum lmdb_pages {
    LMDB_PAGES_FREE, /* the list of free ones, small tables, and the way to the end of large ones */
    LMDB_PAGES_ALL,
};

/* LMDB believes its pages, and whoever writes spreads what is wrong with them. CORRUPT if a page or
 * the order of keys is not as LMDB writes it, if a page is not in the file, or is in use twice, or
 * in use and free; with LMDB_PAGES_ALL also if it is neither, or tables count other pages and
 * entries than they have. Says nothing of values. lmdb_open has looked at LMDB_PAGES_FREE for
 * whoever writes. */
MUST_CHECK struct status lmdb_check_pages(struct lmdb *lmdb, enum lmdb_pages pages);

/* Begins a transaction. At most one that writes; any number that read, each for a short time.
 * *out is the caller's: commit it or lmdb_abort. */
MUST_CHECK struct status lmdb_begin(struct lmdb *lmdb, bool write, struct lmdb_txn **out);
/* Makes it durable. Whatever comes back, the transaction is over. Any failure is final for the
 * environment: every later write fails with STOPPED (fsync that failed once may lie the next time,
 * reliability.md P5). Only a full map is not: CONFLICT, as below. */
MUST_CHECK struct status lmdb_commit(struct lmdb_txn **txn);
/* Ends it without effect; sets *txn to NULL; NULL is welcome, so this also serves CLEANUP. */
void lmdb_abort(struct lmdb_txn **txn);

/* When the map is full, a write or the commit fails with CONFLICT at the size that the map will
 * have: abort and begin again, which enlarges it. LIMIT from lmdb_begin: it is full, and readers of
 * this process keep it from growing. */

/* The value of a key, lent until the transaction ends or, in one that writes, until its next
 * write. NOT_FOUND. */
MUST_CHECK struct status lmdb_get(struct lmdb_txn *txn, lmdb_table table, struct bytes key,
                                  struct bytes *value);
MUST_CHECK struct status lmdb_put(struct lmdb_txn *txn, lmdb_table table, struct bytes key,
                                  struct bytes value);
/* The same, with the value's room lent for the caller to fill before the next write. */
MUST_CHECK struct status lmdb_put_reserve(struct lmdb_txn *txn, lmdb_table table, struct bytes key,
                                          size_t size, uint8_t **room);
/* Puts at the end; a key that is not beyond the last one is CONFLICT. */
MUST_CHECK struct status lmdb_append(struct lmdb_txn *txn, lmdb_table table, struct bytes key,
                                     struct bytes value);
/* The same, with the value's room lent for the caller to fill before the next write. */
MUST_CHECK struct status lmdb_append_reserve(struct lmdb_txn *txn, lmdb_table table,
                                             struct bytes key, size_t size, uint8_t **room);
/* NOT_FOUND if there was none. */
MUST_CHECK struct status lmdb_delete(struct lmdb_txn *txn, lmdb_table table, struct bytes key);
/* Empties a table. */
MUST_CHECK struct status lmdb_clear(struct lmdb_txn *txn, lmdb_table table);
MUST_CHECK struct status lmdb_count(struct lmdb_txn *txn, lmdb_table table, uint64_t *count);

/* Cursors: *out is the caller's, closed before its transaction ends. */
MUST_CHECK struct status lmdb_cursor_open(struct lmdb_txn *txn, lmdb_table table,
                                          struct lmdb_cursor **out);
void lmdb_cursor_close(struct lmdb_cursor **cursor);

enum lmdb_move {
    LMDB_FIRST,
    LMDB_LAST,
    LMDB_NEXT,
    LMDB_PREVIOUS,
    LMDB_AT_OR_AFTER, /* the first entry whose key is `*key` or beyond it */
};

/* Moves and lends what is there. NOT_FOUND past either end. */
MUST_CHECK struct status lmdb_cursor_move(struct lmdb_cursor *cursor, enum lmdb_move move,
                                          struct bytes *key, struct bytes *value);

#endif
