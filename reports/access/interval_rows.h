/*
 * reports/access/interval_rows.h -- who could have, as rows: one for each interval.
 *
 * Shape    From when to when, by which path, by which rule, because of what; what ended it, with
 *          the rule that refuses then; and all events that it rests on. Where it was so when
 *          the stretch began, or is so when it ends, that is said.
 */
#ifndef REPORTS_ACCESS_INTERVAL_ROWS_H
#define REPORTS_ACCESS_INTERVAL_ROWS_H

#include "reports/access/interval.h"
#include "reports/rows.h"
#include "store/log.h"

struct interval_rows {
    struct interval_question question; /* of its reader the session only; its verb does not count */
    bool verbs[ACCESS_VERB_COUNT];     /* the verbs asked for */
    bool refused;                      /* also intervals without access */
    bool many_objects;                 /* a column for the object */
    struct log_snapshot *log; /* that kinds of events are read from; NULL: they are not told */
    struct basis *basis;
    struct rows *out;
    uint64_t allowed; /* intervals with access */
};

MUST_CHECK struct status interval_rows_begin(struct interval_rows *rows);

/* Adds the rows of one user and the question's object. */
MUST_CHECK struct status interval_rows_add(struct interval_rows *rows, struct id user);

/* Adds the rows of all users there were before the end of the stretch. */
MUST_CHECK struct status interval_rows_add_all(struct interval_rows *rows);

#endif
