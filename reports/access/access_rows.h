/*
 * reports/access/access_rows.h -- who may do what with an object, as of a moment, and why.
 *
 * Shape    One row for each user and verb, with the class of the object, the rule, and every fact
 *          that was looked at: `member of group:12 (event 40)`, `not certified for requirement:9`.
 *          What core/access says, and nothing else.
 * Source   DESIGN.md 8 (access is one function); domain.md 1.10.1.
 */
#ifndef REPORTS_ACCESS_ACCESS_ROWS_H
#define REPORTS_ACCESS_ACCESS_ROWS_H

#include "core/access/access.h"
#include "reports/rows.h"

struct access_question {
    const struct view *view;
    struct id object;
    struct id session;             /* or ID_NONE: what could be done in some session */
    bool verbs[ACCESS_VERB_COUNT]; /* the verbs asked for */
    bool refused;                  /* also rows of those who may not */
};

MUST_CHECK struct status access_rows_begin(struct rows *rows);

/* Adds the rows of one user; *allowed counts those that are allowed. */
MUST_CHECK struct status access_rows_add(struct rows *rows, const struct access_question *question,
                                         struct id user, uint64_t *allowed);

/* Adds the rows of all users there are. */
MUST_CHECK struct status
access_rows_add_all(struct rows *rows, const struct access_question *question, uint64_t *allowed);

#endif
