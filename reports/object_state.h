/*
 * reports/object_state.h -- all rows of the state that belong to one thing, as of a view.
 *
 * Shape    A row belongs to a thing if its key has the thing's id. Which tables may have such rows
 *          is in the catalogue. Where an index, a table whose fields are all of its key, leads to a
 *          row that names the thing, that row belongs to it, too: a certification of a user's is
 *          kept under its own id. An index beside a table of the same key in another order is left
 *          out: it says the same.
 * Way      Where the id is the first of the key, its rows lie side by side. Else there is one look
 *          for each different beginning of the keys of the table, which is as slow as these are
 *          many.
 * Order    The thing's own row, then tables as in the catalogue, rows by their keys.
 */
#ifndef REPORTS_OBJECT_STATE_H
#define REPORTS_OBJECT_STATE_H

#include "core/view.h"

enum {
    OBJECT_ROW_MAX = 512, /* bytes of the largest struct of a row */
};

struct object_row {
    enum row_table table;
    const void *row;  /* the struct of the table */
    struct bytes key; /* as the state has it */
    uint64_t made_by; /* the event that made this version */
};

/* Called for each row; everything is lent for the call. A failure ends the walk in the same way. */
typedef struct status object_state_visit(void *context, const struct object_row *row);

/* Fails as the state does or as the visit does. */
MUST_CHECK struct status object_state_each(const struct view *view, struct id object,
                                           object_state_visit *visit, void *context);

/* Whether a table may have rows of such a thing that are visited. */
bool object_state_has(enum row_table table, enum id_kind kind);

#endif
