/*
 * reports/access/drift_rows.h -- sessions whose rights changed while they were open, as rows.
 *
 * Shape    A row for each stretch: what changed the rights and when, until when they were others
 *          than at login, how many events the session caused meanwhile, and how many accesses only
 *          the rights of the login allowed, with their positions.
 */
#ifndef REPORTS_ACCESS_DRIFT_ROWS_H
#define REPORTS_ACCESS_DRIFT_ROWS_H

#include "reports/access/drift.h"
#include "reports/rows.h"

struct drift_rows {
    struct drift_question question;
    bool kept; /* only those in which something was kept */
    struct basis *basis;
    struct rows *out;
};

/* All of it, to the end of the rows. */
MUST_CHECK struct status drift_rows(struct drift_rows *rows);

#endif
