/*
 * reports/access/use_rows.h -- who did, as rows: one for each use of a key.
 *
 * Shape    Who in which session, when the key was fetched, and what was read with it: chunks, bytes
 *          of how many, views and downloads; whether that could be done at each of these moments,
 *          by which rule and path; on which certifications it relied; and its events.
 * Filters  Those who read nothing (Q3); a project's data; what relied on a certification
 *          (Q12); where a certification was missing at some moment (Q11).
 */
#ifndef REPORTS_ACCESS_USE_ROWS_H
#define REPORTS_ACCESS_USE_ROWS_H

#include "reports/access/use.h"
#include "reports/rows.h"

struct use_rows {
    struct use_question question;
    bool unread, uncertified; /* only those */
    struct id project;        /* only of data with this tag; ID_NONE: any */
    struct id under;          /* only of files below this directory, group or user, then */
    struct id cert;           /* only what relied on it; ID_NONE: anything */
    struct use *use;          /* memory to work in */
    struct rows *out;
};

/* All of it, to the end of the rows. */
MUST_CHECK struct status use_rows(struct use_rows *rows);

#endif
