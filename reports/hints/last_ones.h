/*
 * reports/hints/last_ones.h -- the last values of something, and what is usual among them; for the
 * files of this folder only.
 */
#ifndef REPORTS_HINTS_LAST_ONES_H
#define REPORTS_HINTS_LAST_ONES_H

#include <stddef.h>
#include <stdint.h>

enum {
    LAST_ONES_KEPT = 32,
};

/* Zeroed: none yet. */
struct last_ones {
    uint64_t values[LAST_ONES_KEPT];
    uint64_t count; /* that there ever were */
};

static inline void last_ones_add(struct last_ones *last, uint64_t value)
{
    last->values[last->count++ % LAST_ONES_KEPT] = value;
}

static inline size_t last_ones_kept(const struct last_ones *last)
{
    return last->count < LAST_ONES_KEPT ? (size_t)last->count : LAST_ONES_KEPT;
}

/* Of two the lower; 0 of none. */
static inline uint64_t last_ones_median(const struct last_ones *last)
{
    uint64_t sorted[LAST_ONES_KEPT];
    const size_t count = last_ones_kept(last);
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        while (at > 0 && sorted[at - 1] > last->values[i]) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = last->values[i];
    }
    return count == 0 ? 0 : sorted[(count - 1) / 2];
}

static inline uint64_t last_ones_longest(const struct last_ones *last)
{
    uint64_t longest = 0;
    for (size_t i = 0; i < last_ones_kept(last); i++) {
        longest = last->values[i] > longest ? last->values[i] : longest;
    }
    return longest;
}

#endif
