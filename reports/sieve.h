/*
 * reports/sieve.h -- leaves that cannot match a query, told by their bytes alone.
 *
 * Shape    A leaf is canonical and its strings have no escapes, so that a value stands in it in one
 *          spelling: `"source":"10.3.0.7"`. A leaf in which no spelling of a condition's values
 *          stands is passed over without being decoded; one that is let through may still not
 *          match. What a query excludes, and the range, are no business of the sieve.
 * Source   schema/leaf.h.
 */
#ifndef REPORTS_SIEVE_H
#define REPORTS_SIEVE_H

#include "reports/query.h"

enum {
    SIEVE_SPELLING_SIZE = QUERY_VALUE_SIZE + 16, /* bytes: with the member's name and quotes */
};

struct spelling {
    enum query_member member;
    char text[SIEVE_SPELLING_SIZE];
    size_t size; /* bytes of text */
};

struct sieve { /* the caller's memory; its members are this module's own */
    struct spelling spellings[QUERY_VALUES_MAX]; /* those of one member together */
    size_t count;
};

void sieve_init(const struct query *query, struct sieve *out);

/* Whether a leaf may meet the conditions. Never false for one that does. */
bool sieve_lets_through(const struct sieve *sieve, struct bytes leaf);

#endif
