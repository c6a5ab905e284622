/*
 * store/run.h -- one run of the index: written once in order, read in order.
 *
 * Shape    A run's blocks are in the table of its level, each under from || term || position, big
 *          endian: the run's first position and how the block's first entry begins. So the tables
 *          only grow at their end, and runs that were merged away leave from their beginning.
 * Process  What writes goes through a struct run_store, which begins a transaction when there is
 *          none and commits by itself only when one becomes large: memory stays flat however long
 *          the run. Blocks of a run that is not in the table of runs do not count.
 */
#ifndef STORE_RUN_H
#define STORE_RUN_H

#include "store/block.h"
#include "store/lmdb.h"
#include "store/tree.h"

enum {
    RUN_KEY_SIZE = 8 + INDEX_TERM_SIZE + 8,
};

struct run_store {
    struct lmdb *lmdb;
    struct lmdb_txn *txn; /* NULL: none begun */
    uint64_t written;     /* bytes, in this transaction */
    uint64_t written_max; /* bytes after which it is committed, about */
};

/* Begins a transaction unless there is one. */
MUST_CHECK struct status run_store_begin(struct run_store *store);
/* Commits it, if there is one. */
MUST_CHECK struct status run_store_commit(struct run_store *store);

/* The key of the block whose first entry begins like this. */
struct bytes run_key(uint8_t memory[static RUN_KEY_SIZE], uint64_t from, const uint8_t *term,
                     uint64_t position);

struct run_writer {
    struct run_store *store;
    struct hasher *hasher;
    struct block block; /* being packed; its `max` is set */
    struct term term;   /* of the entry at hand */
    lmdb_table table;
    uint64_t from;
    uint32_t blocks; /* written */
    uint8_t key[RUN_KEY_SIZE];
    struct tree tree;
};

/* Starts a run of a level; store, hasher and block.max are set. */
void run_start(struct run_writer *writer, uint32_t level, uint64_t from);
/* Adds positions of a term, beyond all those added before in (term, position) order. */
MUST_CHECK struct status run_add(struct run_writer *writer, const struct term *term,
                                 const uint64_t *positions, size_t count);
struct run_entry;
/* Adds all positions of an entry of another run. */
MUST_CHECK struct status run_add_entry(struct run_writer *writer, const struct run_entry *entry);
/* Ends it; *blocks and *root are of the whole run. */
MUST_CHECK struct status run_end(struct run_writer *writer, uint64_t *blocks, struct digest *root);

/* The reader's entry: its term, and the last of its positions. */
struct run_entry {
    struct term term;
    uint64_t order[2]; /* the term, to be compared as two numbers */
    uint64_t last;
    struct block_entry bytes; /* lent until the next one is read */
};

struct run_reader {
    struct lmdb_txn *const *txn; /* whichever transaction is at hand when a block is fetched */
    struct index_run run;
    struct hasher *hasher;
    bool more; /* whether there is an entry, the following: */
    struct run_entry entry;
    uint64_t blocks; /* read so far */
    struct block_reader block;
    uint8_t memory[INDEX_BLOCK_SIZE]; /* the block: a transaction may end while it is read */
    uint8_t key[RUN_KEY_SIZE + 1];    /* of the block; and the least key beyond it */
    struct tree tree;                 /* over the blocks read so far */
};

/* Starts reading at the run's first entry. txn and hasher are set. CORRUPT as run_read. */
MUST_CHECK struct status run_open(struct run_reader *reader, const struct index_run *run);
/* Goes on to the next entry, or sets `more` to false. CORRUPT at the run's first position if the
 * entries are not well formed, not in order or not within the run, and, once the last has been
 * read, if the blocks are not those of run.root. */
MUST_CHECK struct status run_read(struct run_reader *reader);

/* Deletes all blocks of the run of this level that begins at `from`. */
MUST_CHECK struct status run_delete(struct run_store *store, uint32_t level, uint64_t from);

#endif
