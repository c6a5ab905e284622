/*
 * tests/reports/naive_query.h -- what a query means, said a second time: texts compared with texts,
 * over every event.
 */
#ifndef TESTS_REPORTS_NAIVE_QUERY_H
#define TESTS_REPORTS_NAIVE_QUERY_H

#include "reports/query.h"
#include "tests/reports/history.h"

/* Whether the event meets the conditions; the range is left out. */
bool naive_meets(const struct query *query, const struct leaf *leaf);

/* Whether it is in the range. */
bool naive_in_range(const struct query *query, const struct leaf *leaf);

/* Whether it is of the project and at the positions that the query is held to. */
bool naive_is_within(const struct query *query, const struct leaf *leaf);
/* Holds a query to some of them. */
void random_narrowing(struct history *history, struct query *query);

struct naive_answer {
    uint64_t *rows; /* the caller's, with room for every event */
    uint64_t count;
    bool cut;
};

void naive_run(const struct query *query, const struct history *history, struct naive_answer *out);

/* A query such as people ask, made of values that events have, and now and then of others. */
void random_query(struct history *history, struct query *out);

#endif
