/*
 * reports/labels/combine_rows.h -- the label check, as rows: one for each holder that saw a label.
 *
 * Shape    The labels that it saw, in the order of the tree; whether they form a chain; and if not,
 *          the two that do not, each with the path by which it came, and the events of both.
 */
#ifndef REPORTS_LABELS_COMBINE_ROWS_H
#define REPORTS_LABELS_COMBINE_ROWS_H

#include "reports/labels/combine.h"
#include "reports/rows.h"

struct combine_rows {
    struct combine_question question; /* its view is of the end */
    struct id user;                   /* only holders of this user; ID_NONE: all */
    struct id project;                /* only those that saw this label; ID_NONE: any */
    bool failing;                     /* only those whose labels form no chain */
    struct combine *combine;          /* memory to work in */
    struct rows *out;
    uint64_t holders, combined, incomplete; /* that saw labels; of these, and those not clear */
};

/* All of it, to the end of the rows. */
MUST_CHECK struct status combine_rows(struct combine_rows *rows);

#endif
