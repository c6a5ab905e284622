/*
 * reports/object_lives.h -- how long each row about one thing was there, and in which versions.
 *
 * Shape    A life is one row through time: its spans, one for each version, oldest first. A span
 *          begins with the event that made the version, and ends with the one that made the next or
 *          took it away; a version that ran out by itself is two spans, of which the later one is
 *          no longer in force. Which rows are about a thing is as in reports/object_state.h, with
 *          those that came and went.
 * Order    The thing's own row, then tables as in the catalogue, rows by their keys.
 * Limits   Of more than LIFE_SPANS_MAX spans the newest are told. Rows that are too many to be
 *          looked at as lives (chunks, nonces) are left out.
 * Memory   The view's arena, which is set back for each life.
 * Errors   Those of the state, the log and the visit.
 * Source   DESIGN.md 6.
 */
#ifndef REPORTS_OBJECT_LIVES_H
#define REPORTS_OBJECT_LIVES_H

#include "core/view.h"
#include "store/log.h"

enum {
    LIFE_SPANS_MAX = 64,
};

#define LIFE_STILL UINT64_MAX /* of until_n: nothing has ended it */

struct life_span {
    uint64_t from_n;            /* the event that made the version */
    uint64_t until_n;           /* the one that ended it; LIFE_STILL */
    uint64_t from_us, until_us; /* of LIFE_STILL: the time of the view */
    bool in_force;              /* neither run out nor closed, withdrawn, deleted */
    bool by_itself;             /* began when the one before ran out; from_n is still its maker */
    const void *row;            /* the struct of the table, of this version; lent for the visit */
};

struct life {
    enum row_table table;
    struct bytes key;
    struct life_span spans[LIFE_SPANS_MAX];
    size_t span_count;
    bool cut; /* there are older ones */
};

struct lives_question {
    struct view view; /* as of the end */
    struct log_snapshot *log;
    struct id object;
};

typedef struct status life_visit(void *context, const struct life *life);

/* Calls `visit` with each life. */
MUST_CHECK struct status object_lives_each(const struct lives_question *question, life_visit *visit,
                                           void *context);

/* Whether a row is in force as of a time, by its own fields alone; *until is when it runs out by
 * itself, UINT64_MAX if it does not. */
bool life_in_force(enum row_table table, const void *row, uint64_t *until_us);

#endif
