/*
 * reports/object_rows.h -- one thing's rows of the state as of a moment, or between two.
 *
 * Shape    As of a moment: each row with its table, the event that made this version, its kind, its
 *          actor and its time. Between two: what was added and removed, and of what was changed
 *          each field with its old and new value; with all the events that did it. What came and
 *          went in between is not there.
 * Limits   Of more than OBJECT_EVENTS_MAX versions of a row the last ones are told; their number
 *          always.
 */
#ifndef REPORTS_OBJECT_ROWS_H
#define REPORTS_OBJECT_ROWS_H

#include "reports/object_state.h"
#include "reports/rows.h"
#include "store/log.h"

enum {
    OBJECT_EVENTS_MAX = 64,
};

struct object_rows {
    struct id object;
    struct view view;         /* the moment; between two the first */
    struct view then;         /* the second */
    struct log_snapshot *log; /* that events are read from */
    struct rows *out;
};

/* All of it, to the end of the rows. Fails as the state, the log or the output does. */
MUST_CHECK struct status object_rows_show(struct object_rows *rows);
MUST_CHECK struct status object_rows_diff(struct object_rows *rows);

#endif
