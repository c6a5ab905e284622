/*
 * store/index_internal.h -- what store/index.c and store/postings.c share, and an index of other
 * proportions for the tests.
 *
 * Tables   One for the blocks of each level (store/run.h); `run`: first position -> level ||
 * entries
 *          || root; `meta`: "format" -> version and proportions. Numbers are big-endian.
 */
#ifndef STORE_INDEX_INTERNAL_H
#define STORE_INDEX_INTERNAL_H

#include "store/groups.h"
#include "store/index.h"
#include "store/run.h"

enum {
    INDEX_TABLE_RUN = INDEX_LEVELS_MAX,
    INDEX_TABLE_META,
    INDEX_TABLES,
    INDEX_RUNS_MAX = INDEX_LEVELS_MAX * INDEX_FANOUT,
};

struct index_proportions {
    uint32_t run_events; /* events in a run of the lowest level */
    uint32_t fanout;     /* 2 to INDEX_FANOUT */
    uint32_t block_max;  /* bytes, BLOCK_LEAST to INDEX_BLOCK_SIZE */
};

/* Runs in order of position, without a gap. */
struct run_list {
    struct index_run runs[INDEX_RUNS_MAX];
    size_t count;
};

struct index {
    struct lmdb *lmdb;
    struct hasher *hasher;
    struct index_proportions proportions;
    bool read_only;
    struct status failed; /* the first failure of a write; OK so far */
    struct run_list list; /* with those not yet committed */
    uint64_t added;       /* events beyond the last run */
    struct groups *groups;
    struct term kinds[EVENT_KIND_COUNT]; /* of type 0: not yet made */
    struct run_store store;
    struct run_writer writer;
    struct run_reader *readers; /* `fanout` of them */
};

struct index_snapshot {
    struct index *index;
    struct lmdb_txn *txn;
    struct run_list list;
};

MUST_CHECK struct status index_open_with(const char *directory, bool read_only,
                                         const struct index_proportions *proportions,
                                         struct index **out);

struct term term_of_kind(struct hasher *hasher, enum event_kind kind);
/* terms_of_leaf, with the term of the leaf's kind at hand. */
size_t terms_of_leaf_and_kind(struct hasher *hasher, const struct leaf *leaf,
                              const struct term *kind,
                              struct term out[static INDEX_EVENT_TERMS_MAX]);

/* Reads the table of runs. CORRUPT at the first position that no run covers as it should. */
MUST_CHECK struct status run_list_load(struct lmdb_txn *txn,
                                       const struct index_proportions *proportions,
                                       struct run_list *list);

#endif
