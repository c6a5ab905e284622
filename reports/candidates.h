/*
 * reports/candidates.h -- the positions that may match a query, from the index.
 *
 * Shape    Each condition is the union of the postings of its values; the candidates are where all
 *          conditions meet, found by stepping each to the others' position. Beyond what the index
 *          covers, and for a query without any condition that it knows, every position is one.
 */
#ifndef REPORTS_CANDIDATES_H
#define REPORTS_CANDIDATES_H

#include "reports/query.h"

struct candidates; /* opaque; closed before its snapshot */

/* `index` may be NULL. *out is the caller's. Fails as the index does; NO_MEMORY. */
MUST_CHECK struct status candidates_open(const struct query *query, struct index_snapshot *index,
                                         uint64_t log_size, struct candidates **out);
void candidates_close(struct candidates **candidates);

/* The next candidate at or after, or at or before a position: NOT_FOUND if there is none. */
MUST_CHECK struct status candidates_at_or_after(struct candidates *candidates, uint64_t from,
                                                uint64_t *n);
MUST_CHECK struct status candidates_at_or_before(struct candidates *candidates, uint64_t from,
                                                 uint64_t *n);

/* How many of those handed out the index did not narrow. */
uint64_t candidates_scanned(const struct candidates *candidates);

#endif
