/*
 * reports/access/reach.h -- all that somebody can reach, at a moment or over a stretch.
 *
 * Shape    Groups, directories and files, each asked for by the code that decides: what is listed
 *          is allowed, whatever the way. A row for each object and verb, with its place, class and
 *          path. Nothing is kept: the rows stream.
 * Source   domain.md 2.2 Q33, Q40.
 */
#ifndef REPORTS_ACCESS_REACH_H
#define REPORTS_ACCESS_REACH_H

#include "reports/access/access_rows.h"
#include "reports/access/interval_rows.h"

/* At a moment: `question` as for access_rows, but for its object; *allowed counts the rows. */
MUST_CHECK struct status reach_rows(struct rows *rows, const struct access_question *question,
                                    struct id user, uint64_t *allowed);

/* Over a stretch, as intervals, of all there was before its end; of `rows` the object does not
 * count. */
MUST_CHECK struct status reach_intervals(struct interval_rows *rows, struct id user);

#endif
