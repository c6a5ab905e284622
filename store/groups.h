/*
 * store/groups.h -- the terms of one run's events, gathered in memory.
 *
 * Shape    Each distinct term has its ascending positions. Adding costs a look into a hash table
 *          and a note at the end of a list; only the distinct terms are sorted, at the end, and of
 *          those only the ones that the run before did not have.
 * Memory   All of it is taken at open, for the most terms that so many events can have; what is not
 *          used is not touched.
 */
#ifndef STORE_GROUPS_H
#define STORE_GROUPS_H

#include "store/index.h"

struct groups; /* opaque */

/* For so many events at most. On success *out is the caller's: groups_close. NO_MEMORY. */
MUST_CHECK struct status groups_open(size_t events_max, struct groups **out);
void groups_close(struct groups **groups);

/* Adds the event at position n, which is beyond those added before. A term given twice counts
 * once. The caller keeps to events_max and INDEX_EVENT_TERMS_MAX. */
void groups_add(struct groups *groups, uint64_t n, const struct term *terms, size_t count);

/* Sorts what was added; returns the number of distinct terms. */
size_t groups_sort(struct groups *groups);

/* A distinct term by its rank after groups_sort; lends its positions until the next call. */
size_t groups_at(struct groups *groups, size_t rank, struct term *term, const uint64_t **positions);

/* Makes ready for the next run: forgets everything but terms that may come again. */
void groups_clear(struct groups *groups);

#endif
