/*
 * store/narrowing.h -- which terms an event must have to be a candidate, and where they meet.
 *
 * Shape    Sets of terms: a candidate has at least one term of each set. No set at all narrows
 *          nothing: then every event is one.
 * Limits   NARROWING_SETS_MAX sets, NARROWING_TERMS_MAX terms over all of them.
 */
#ifndef STORE_NARROWING_H
#define STORE_NARROWING_H

#include "store/slice.h"

enum {
    NARROWING_SETS_MAX = 16,
    NARROWING_TERMS_MAX = 256,
};

/* Set i has the terms from ends[i - 1] (for the first: 0) to ends[i]: at least one, ascending, each
 * once. */
struct narrowing {
    struct term terms[NARROWING_TERMS_MAX];
    size_t ends[NARROWING_SETS_MAX];
    size_t count; /* sets */
};

static inline size_t narrowing_begin(const struct narrowing *narrowing, size_t set)
{
    return set == 0 ? 0 : narrowing->ends[set - 1];
}

static inline size_t narrowing_terms(const struct narrowing *narrowing)
{
    return narrowing->count == 0 ? 0 : narrowing->ends[narrowing->count - 1];
}

/* Adds a set; the terms may come in any order and more than once. False, and nothing is added, if
 * there is none or no room. */
bool narrowing_add(struct narrowing *narrowing, const struct term *terms, size_t count);

/* Whether set number `set` of another one is among these. */
bool narrowing_has(const struct narrowing *narrowing, const struct narrowing *other, size_t set);

/* Walks the candidates of one slice after the other. */
struct narrowing_walk; /* opaque */

/* The narrowing is lent, and has at least one set. NO_MEMORY. On success *out is the caller's. */
MUST_CHECK struct status narrowing_walk_open(const struct narrowing *narrowing,
                                             struct narrowing_walk **out);
void narrowing_walk_close(struct narrowing_walk **walk);

/* Begins with a slice, which is lent until the next one. Fails as slice_cursor_open. */
MUST_CHECK struct status narrowing_walk_begin(struct narrowing_walk *walk,
                                              const struct slice *slice,
                                              const struct slice_range *range);
/* The first candidate at or beyond `from`, which never falls; false if there is none. */
bool narrowing_walk_move(struct narrowing_walk *walk, uint64_t from, uint64_t *n);

#endif
