/*
 * reports/sieve.h -- leaves that cannot match a query, told by their bytes alone.
 *
 * Shape    A leaf is canonical and its strings have no escapes, so that a value stands in it in one
 *          spelling: `"source":"10.3.0.7"`. A leaf in which no spelling of a condition's values
 *          stands is passed over without being decoded; one that is let through may still not
 *          match. Of an expression the tests count that all must be met. What a query excludes, and
 *          the range, are no business of the sieve.
 * Source   schema/leaf.h.
 */
#ifndef REPORTS_SIEVE_H
#define REPORTS_SIEVE_H

#include "reports/query.h"

enum {
    SIEVE_SPELLING_SIZE = QUERY_VALUE_SIZE + 16, /* bytes: with the member's name and quotes */
    SIEVE_SPELLINGS_MAX = 2 * QUERY_VALUES_MAX,  /* of an expression as many as there is room for */
};

struct spelling {
    uint16_t group; /* of spellings of which one must be there */
    char text[SIEVE_SPELLING_SIZE];
    size_t size; /* bytes of text */
};

struct sieve { /* the caller's memory; its members are this module's own */
    struct spelling spellings[SIEVE_SPELLINGS_MAX]; /* those of one group together */
    size_t count;
    uint16_t groups;
};

void sieve_init(const struct query *query, struct sieve *out);

/* Whether a leaf may meet the conditions. Never false for one that does. */
bool sieve_lets_through(const struct sieve *sieve, struct bytes leaf);

#endif
