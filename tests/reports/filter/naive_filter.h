/*
 * tests/reports/filter/naive_filter.h -- random expressions, and which events meet them, found out
 * by comparing texts, over every event, without reading the expression.
 */
#ifndef TESTS_REPORTS_FILTER_NAIVE_FILTER_H
#define TESTS_REPORTS_FILTER_NAIVE_FILTER_H

#include "tests/reports/history.h"

/* What a history's events say, as texts. */
struct facts {
    struct history *history;
    char **bodies;  /* canonical JSON */
    char **strings; /* every string of leaf and body, each with \1 before and after it */
};

void facts_begin(struct facts *facts, struct history *history);
void facts_end(struct facts *facts);

/* Writes a random expression, and sets for each event whether it meets it. */
void random_filter(struct facts *facts, unsigned depth, struct text *out, bool *meets);

#endif
