/*
 * reports/web/object_rows_view.h -- the rows of one thing as of a moment, on its page.
 *
 * Shape    Its own row as facts; every other row that is kept under it in a table for each sort,
 *          with the event that made it so. Fields, their order and their names are the
 *          catalogue's; ids are links. What the viewer may not see is not there.
 * Limits   OBJECT_VIEW_ROWS rows of each table are shown; more are counted.
 * Errors   Those of the state and the log.
 */
#ifndef REPORTS_WEB_OBJECT_ROWS_VIEW_H
#define REPORTS_WEB_OBJECT_ROWS_VIEW_H

#include "reports/object_state.h"
#include "reports/web/as_of.h"

enum {
    OBJECT_VIEW_ROWS = 100,
    OBJECT_VIEW_COUNT_MAX = 5000, /* rows that are looked at */
};

/* The own row of a thing; *made_by is the event that made it so. NOT_FOUND if there was none then,
 * or it may not be seen. `row` is OBJECT_ROW_MAX bytes, aligned. */
MUST_CHECK struct status object_own_row(struct visit *visit, const struct view *view, struct id id,
                                        enum row_table *table, void *row, uint64_t *made_by);

/* Its fields as <div>s of a list of facts that the caller has begun. */
MUST_CHECK struct status object_put_facts(struct visit *visit, const struct view *view,
                                          enum row_table table, const void *row);

/* All others, each table under a heading. *count is how many rows there were. */
MUST_CHECK struct status object_put_others(struct visit *visit, const struct view *view,
                                           struct id id, uint64_t *count);

#endif
