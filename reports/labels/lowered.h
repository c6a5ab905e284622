/*
 * reports/labels/lowered.h -- who lowered which label, by what right, and who can read by it.
 *
 * Shape    A row for each classification.lowered and each user who may read the object, or what is
 *          in that directory or group, after the command that did it and might not before; one row
 *          without a user if there is none.
 *          Before and after are the states around the command, at its time: nothing else differs.
 * Right    The role in the old project, as it was decided upon, and the PI.
 * Source   domain.md PRJ-12, 2.2 Q9.
 */
#ifndef REPORTS_LABELS_LOWERED_H
#define REPORTS_LABELS_LOWERED_H

#include "core/view.h"
#include "reports/query.h"
#include "reports/rows.h"

struct lowered_rows {
    struct view view; /* its moment does not matter */
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: the log is scanned */
    struct id project;            /* only out of this one; ID_NONE: of any */
    struct moment_range range;
    struct rows *out;
    uint64_t count; /* of events, after lowered_rows */
};

/* All of it, to the end of the rows. Fails as log, index and state do. */
MUST_CHECK struct status lowered_rows(struct lowered_rows *rows);

#endif
