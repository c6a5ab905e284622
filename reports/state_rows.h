/*
 * reports/state_rows.h -- the rows of a table of the state, as of any event: users, projects, …
 *
 * Shape    A table of the catalogue is asked for by its name; its fields are the columns.
 *          Conditions `field=value` or `field!=value` compare a field as it is shown; all of
 *          them must hold. Where a field is an id, a name or path will do (reports/resolve.h). Rows
 *          of what is deleted or removed are left out unless they are asked for.
 * Source   DESIGN.md 6; the catalogue's rows.
 */
#ifndef REPORTS_STATE_ROWS_H
#define REPORTS_STATE_ROWS_H

#include "core/view.h"
#include "reports/rows.h"

enum {
    STATE_CONDITIONS_MAX = 16,
};

struct state_condition {
    const struct field_info *field;
    struct bytes value;
    bool differs; /* != */
};

struct state_rows {
    enum row_table table;
    struct state_condition conditions[STATE_CONDITIONS_MAX];
    size_t condition_count;
    bool deleted; /* those too */
};

/* Adds `field=value` or `field!=value`. MALFORMED with the reason; LIMIT. The text is lent. */
MUST_CHECK struct status state_rows_where(struct state_rows *rows, struct bytes condition);

/* Calls `visit` with each row: its struct, as the catalogue declares it, and its canonical JSON;
 * both lent for the call. Fails as the state does, as `visit` does, or as resolve does for a name
 * in a condition. */
typedef struct status state_rows_visit(void *context, const void *row, struct bytes json);
MUST_CHECK struct status state_rows_each(const struct state_rows *rows, const struct view *view,
                                         state_rows_visit *visit, void *context);

/* Writes them all, and how many there were. */
MUST_CHECK struct status state_rows_write(const struct state_rows *rows, const struct view *view,
                                          struct rows *out, uint64_t *count);

#endif
