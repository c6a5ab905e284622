/*
 * store/index.h -- which events carry a term, from sorted runs.
 *
 * Shape    A term is 16 bytes: one byte of type, then the value if it fits in 15 bytes (padded with
 *          zeros), else the first 15 bytes of its SHA-256. Every INDEX_RUN_EVENTS events are
 * grouped into a run of level 0: its distinct terms in byte order, each with its ascending
 *          positions. INDEX_FANOUT runs of one level merge into one of the next. Run k of level l
 *          covers positions [k*S, (k+1)*S) with S = 4096 * 16^l; runs are made by position alone,
 *          so that a rebuild makes the same ones.
 * Merkle   A run is cut into blocks of INDEX_BLOCK_SIZE bytes (store/block.h). The RFC 6962 tree
 *          over the blocks has the root that `audit.index_run` logs; an answer proves that it is
 *          complete by neighbouring blocks that begin before the term and end beyond it.
 * Storage  An environment of its own, safe to delete. A run is written once, in order, its blocks
 *          keyed by run and first entry.
 * Process  One writer (index_add, index_commit, of one thread); readers by index_snapshot.
 * Source   DESIGN.md 7; docs/FORMAT.md.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "schema/id.h"
#include "schema/leaf.h"
#include "store/hash.h"

enum {
    INDEX_TERM_SIZE = 16,
    INDEX_BLOCK_SIZE = 1998, /* bytes; two of them fill a page of LMDB */
    INDEX_LEVELS_MAX = 8,
    INDEX_EVENT_TERMS_MAX = 20, /* terms of one event */
};

enum term_type {
    TERM_ON = 1,
    TERM_ACTOR,
    TERM_KIND,
    TERM_PROJECT,
    TERM_SESSION,
    TERM_SOURCE,
    TERM_OUTCOME,
    TERM_RULE,
    TERM_COMMAND,
    TERM_EMITTER,
};

struct term {
    uint8_t data[INDEX_TERM_SIZE];
};

/* The term for a textual value (ids in their text form `kind:n`). */
struct term term_of(struct hasher *hasher, enum term_type type, struct bytes value);
struct term term_of_id(struct hasher *hasher, enum term_type type, struct id id);
/* The term for a value of which only the SHA-256 is at hand: TERM_COMMAND, whose value is the
 * signed command record. */
struct term term_of_digest(enum term_type type, const struct digest *digest);

/* The terms of an event, each once; at most INDEX_EVENT_TERMS_MAX. Returns how many. */
size_t terms_of_leaf(struct hasher *hasher, const struct leaf *leaf,
                     struct term terms[static INDEX_EVENT_TERMS_MAX]);

struct index; /* opaque */

/* A run that has just been made; the writer logs its root. */
struct index_run {
    uint32_t level;
    uint64_t from, to; /* positions [from, to) */
    uint64_t blocks;   /* leaves of its tree */
    struct digest root;
};

/* On success *out is the caller's: index_close. Fails as lmdb_open does. */
MUST_CHECK struct status index_open(const char *directory, bool read_only, struct index **out);
void index_close(struct index **index);

/* How many events are in finished runs: the next index_add is for this position. After an open,
 * the caller adds the rest of the log again. */
uint64_t index_size(const struct index *index);

/* Adds the next event's terms (position index_size() + those added since). Nothing need be durable
 * before index_commit. When this fills a run it is built, and merged where 16 are complete; each
 * run made is handed to `made` (which may be NULL), and once more after a crash that took it away.
 * CONFLICT at the position expected; READ_ONLY; LIMIT; else it fails as LMDB does, or with CORRUPT
 * where a run to be merged is not what was written. A failure to build is final: every later add
 * and commit fails in the same way, and the index is closed and opened again, or made anew. */
typedef void index_made(void *context, const struct index_run *run);
MUST_CHECK struct status index_add(struct index *index, uint64_t n, const struct term *terms,
                                   size_t count, index_made *made, void *context);
/* terms_of_leaf and index_add in one, and quicker: long names of kinds are hashed once. */
MUST_CHECK struct status index_add_leaf(struct index *index, const struct leaf *leaf,
                                        index_made *made, void *context);
/* Makes the runs finished so far durable. */
MUST_CHECK struct status index_commit(struct index *index);

/* Reading ----------------------------------------------------------------------------------- */

struct index_snapshot; /* opaque: one read transaction */

MUST_CHECK struct status index_snapshot_open(struct index *index, struct index_snapshot **out);
void index_snapshot_close(struct index_snapshot **snapshot);
/* Events covered by the snapshot's runs; what is beyond must be scanned. */
uint64_t index_snapshot_size(const struct index_snapshot *snapshot);

/* Walks the positions of one term, either way. */
struct postings; /* opaque; closed before its snapshot */

MUST_CHECK struct status postings_open(struct index_snapshot *snapshot, const struct term *term,
                                       struct postings **out);
void postings_close(struct postings **postings);
/* The first position >= from, or the last position <= from: NOT_FOUND when there is none. */
MUST_CHECK struct status postings_at_or_after(struct postings *postings, uint64_t from,
                                              uint64_t *n);
MUST_CHECK struct status postings_at_or_before(struct postings *postings, uint64_t from,
                                               uint64_t *n);

/* Recomputes the root of one run from what is stored: CORRUPT at its first position if the blocks
 * are not well formed or not those that were written, NOT_FOUND if there is no such run (merged
 * away or never made). */
MUST_CHECK struct status index_run_root(struct index_snapshot *snapshot, uint32_t level,
                                        uint64_t from, struct index_run *out);

/* The runs, in order; lent. */
size_t index_snapshot_runs(const struct index_snapshot *snapshot, const struct index_run **out);
/* Hands out every block of one of them, in order; lent until the snapshot closes, and not compared
 * with anything. Fails as the visit does, or with CORRUPT at the run's first position if there are
 * too few. */
typedef struct status index_block_visit(void *context, struct bytes block);
MUST_CHECK struct status index_run_blocks(struct index_snapshot *snapshot,
                                          const struct index_run *run, index_block_visit *visit,
                                          void *context);

/* Whether LMDB's pages are as they should be: see lmdb_check_pages. CORRUPT. */
MUST_CHECK struct status index_check_pages(struct index *index);

#endif
