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

struct condition { /* the postings of one condition's values */
    struct postings *postings[QUERY_VALUES_MAX];
    size_t count;
};

struct candidates { /* the caller's memory; its members are this module's own */
    struct condition conditions[QUERY_MEMBER_COUNT];
    size_t condition_count;
    uint64_t covered; /* positions that the index knows */
    uint64_t log_size;
};

/* `index` may be NULL. candidates_close also after a failure, and before the snapshot is closed.
 * Fails as the index does. */
MUST_CHECK struct status candidates_open(const struct query *query, struct index_snapshot *index,
                                         uint64_t log_size, struct candidates *out);
void candidates_close(struct candidates *candidates);

/* The next candidate at or after, or at or before a position: NOT_FOUND if there is none. */
MUST_CHECK struct status candidates_at_or_after(struct candidates *candidates, uint64_t from,
                                                uint64_t *n);
MUST_CHECK struct status candidates_at_or_before(struct candidates *candidates, uint64_t from,
                                                 uint64_t *n);

/* Whether the index had a say in what candidates there are around this position. */
bool candidates_narrowed(const struct candidates *candidates, uint64_t n);

#endif
