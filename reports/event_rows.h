/*
 * reports/event_rows.h -- events as rows: for a table the columns that people read, for lines a
 * sentence, for CSV and JSON all members of the leaf under their own names.
 */
#ifndef REPORTS_EVENT_ROWS_H
#define REPORTS_EVENT_ROWS_H

#include "reports/names.h"
#include "reports/rows.h"

/* Begins rows of events in the format that `rows` was set up for. */
MUST_CHECK struct status event_rows_begin(struct rows *rows);
/* One event; its names come from the engine's state. */
MUST_CHECK struct status event_rows_add(struct rows *rows, struct engine *engine,
                                        const struct leaf *leaf);

#endif
