/*
 * store/answer.h -- an answer that proves itself: a question, its rows, and what shows that there
 * are no others.
 *
 * Shape    "cairn-answer-v1\n", then, with numbers big-endian:
 *
 *            u32 size, question
 *            u32 size, checkpoint
 *            u64 first, u64 end         the positions that can match: [first, end)
 *            u8 sets; each: u16 terms, the terms                    (store/narrowing.h)
 *            u16 runs; each: u64 position of the `audit.index_run` event that logged it,
 *                            u32 blocks; each: u16 size, block      (store/block.h)
 *                            u32 hashes, the hashes                 (store/tree_part.h)
 *            u32 events; each: u64 position, u16 size, leaf, u32 size, salt || body (0: none)
 *            u32 hashes, the hashes
 *            u32 rows; each: u64 position, in the order of the answer
 *
 *          and nothing after it. What is read, written again, is the same.
 * Why      Of the positions that a run covers, only its slices' candidates can match; of those that
 *          none covers, every leaf is in the file. So all events that can match are there, each
 *          proven to be in the log, and whoever checks asks them the question again.
 * Memory   A reader lends from the file; what it takes beside it is bounded by the file's size.
 * Limits   ANSWER_FILE_MAX bytes; the others below.
 * Errors   Reading: MALFORMED at the byte, with the reason. Checking: BAD_SIGNATURE, or CORRUPT at
 *          the event, the run's first event or the tree's size.
 * Source   DESIGN.md 7 and 13; docs/FORMAT.md; decision 0032.
 */
#ifndef STORE_ANSWER_H
#define STORE_ANSWER_H

#include "store/narrowing.h"
#include "store/note.h"
#include "store/tree_part.h"

enum {
    ANSWER_FILE_MAX = 64 << 20,     /* bytes */
    ANSWER_QUESTION_MAX = 48 << 10, /* bytes */
    ANSWER_EVENTS_MAX = 1 << 18,    /* events in the file */
    ANSWER_RUNS_MAX = INDEX_LEVELS_MAX * INDEX_FANOUT,
    ANSWER_BOUNDS_MAX = 2, /* events beside the range */
};

struct answer_event {
    uint64_t n;
    struct bytes leaf;
    struct bytes body; /* salt || body; empty: not there */
};

struct answer_run {
    uint64_t logged; /* position of its audit.index_run */
    struct slice_block *blocks;
    size_t block_count;
    struct bytes hashes;
};

struct answer {
    struct bytes question;
    struct bytes checkpoint; /* the signed note */
    uint64_t first, end;
    struct narrowing narrowing;
    struct answer_run *runs;
    size_t run_count;
    struct answer_event *events; /* ascending */
    size_t event_count;
    struct bytes hashes;
    uint64_t *rows; /* in the order of the answer */
    size_t row_count;
};

/* Reading ----------------------------------------------------------------------------------- */

/* The form only. The answer lends from the file, and is the caller's: answer_close. LIMIT,
 * NO_MEMORY. */
MUST_CHECK struct status answer_read(struct bytes file, struct answer **out);
void answer_close(struct answer **answer);

/* Writing, to whatever takes bytes ------------------------------------------------------------ */

struct answer_sink {
    void *context;
    struct status (*put)(void *context, struct bytes bytes);
};

/* Fails as the sink does. */
MUST_CHECK struct status answer_write(const struct answer *answer, const struct answer_sink *sink);

/* Checking ------------------------------------------------------------------------------------ */

/* What holds: the rest is said about these events. */
struct answer_ground {
    struct checkpoint checkpoint;
    uint64_t covered; /* positions from `first` on, below this one, are covered by runs */
    uint64_t scanned; /* those that none covers */
    size_t runs;
};

/* Called for each event that may match, upwards; what it says is lent for the call. */
typedef struct status answer_visit(void *context, const struct answer_event *event);

/* Checks all but the question: the checkpoint's signature by `key`; each event's place in its tree
 * and its body's commitment; each run, from the event that logged it to its root; that the runs
 * follow each other and cover the range's beginning; that the slices have all of each term; that
 * every candidate is there, and every event beyond the runs. Those are visited. Fails in the same
 * way as a visit that fails. */
MUST_CHECK struct status answer_check(const struct answer *answer, struct hasher *hasher,
                                      const struct public_key *key, answer_visit *visit,
                                      void *context, struct answer_ground *out);

/* The event of that position; NULL if the file does not have it. */
const struct answer_event *answer_event_at(const struct answer *answer, uint64_t n);

/* Making -------------------------------------------------------------------------------------- */

struct log_snapshot;
struct index_snapshot;

/* What is to be proven. Everything is lent. */
struct answer_plan {
    struct bytes question;
    uint64_t first, end;                /* see struct answer; within the log */
    uint64_t bounds[ANSWER_BOUNDS_MAX]; /* events beside the range that show where it begins and
                                           ends */
    size_t bound_count;
    const struct narrowing *narrowing; /* all sets that the question implies: some are used */
    const uint64_t *rows;
    size_t row_count;
    /* Whether a candidate's body is to be in the file; NULL: none is. */
    bool (*wants_body)(void *context, const struct leaf *leaf);
    void *context;
};

/* Makes the answer under the checkpoint over exactly the snapshot's events, and writes it. `index`
 * may be NULL. LIMIT: too many events, or more than ANSWER_FILE_MAX bytes; NOT_FOUND: there is no
 * such checkpoint; else as log, index and sink do. In store/answer_log.c, so that a program without
 * a log needs no LMDB. */
MUST_CHECK struct status answer_make(struct log_snapshot *log, struct index_snapshot *index,
                                     const struct answer_plan *plan,
                                     const struct answer_sink *sink);

#endif
