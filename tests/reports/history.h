/*
 * tests/reports/history.h -- a store with a random history, and all of its events, decoded.
 *
 * Shape    A dozen subjects (`user 0` to `user 11`), a few sources, projects, sessions and rules;
 *          several kinds by the three voices of the writer; `at` absent, in the past, now and then
 *          ahead of the record.
 * Memory   `events` lend from `log`; both are valid from one history_look to the next change.
 */
#ifndef TESTS_REPORTS_HISTORY_H
#define TESTS_REPORTS_HISTORY_H

#include "tests/support/scratch.h"

enum {
    HISTORY_SUBJECTS = 12,
};

struct history {
    struct scratch scratch;
    struct engine *engine;
    uint64_t random;      /* the state of the random numbers */
    uint64_t rare_every;  /* every so many events come from `rare`; 0: none does */
    uint64_t flush_every; /* events at most between two commits */
    uint64_t occurrence;  /* records written so far */
    struct id subjects[HISTORY_SUBJECTS];
    struct log_snapshot *log;
    struct leaf *events;
    uint64_t count;
};

void history_begin(struct history *history, uint64_t seed);
/* Writes events; they are in the log on return. */
void history_write(struct history *history, uint64_t count);
/* Finishes, closes and opens the store again. */
void history_reopen(struct history *history);
/* Reads every event. */
void history_look(struct history *history);
void history_end(struct history *history);

#endif
