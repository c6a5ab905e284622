/*
 * reports/stats/stats.h -- events counted: by what they have in common, and over time.
 *
 * Shape    A group is all events with the same values of up to STATS_DIMENSIONS_MAX dimensions and,
 *          with an interval, of the same stretch of time; without either there is one group. Of
 *          each it is known how many there are, a sum, how many different values of something,
 *          which came first and last, and how it went over time. Events of two questions can be
 *          counted side by side, to compare them.
 * Exact    Every number is exact. More groups or values than there is room for is a failure that
 *          says how to ask for less; nothing is estimated.
 * Order    With an interval, by time. Else by events, the most first; equal ones by their values.
 * Memory   One arena, STATS_MEMORY_SIZE bytes; what is not needed is never touched.
 */
#ifndef REPORTS_STATS_STATS_H
#define REPORTS_STATS_STATS_H

#include "reports/stats/course.h"
#include "reports/stats/dimension.h"
#include "reports/stats/interval.h"

enum {
    STATS_DIMENSIONS_MAX = 4,
    STATS_GROUPS_MAX = 200000,
    STATS_DISTINCT_MAX = 1000000, /* different values, over all groups */
    STATS_MEMORY_SIZE = 512 << 20,
};

struct stats_options {
    struct arena *arena;
    struct engine *engine;
    struct zone zone;
    struct dimension by[STATS_DIMENSIONS_MAX];
    size_t by_count;
    struct interval interval;
    bool has_sum, has_distinct;
    struct dimension sum, distinct;
};

/* Which question an event belongs to. */
enum stats_side {
    STATS_NOW,
    STATS_BEFORE, /* what it is compared with: only counted */
};

struct stats_group {
    uint64_t events, denied, failed; /* all; of these, by outcome */
    uint64_t before;                 /* events of STATS_BEFORE */
    uint64_t sum;                    /* of those that have the number */
    uint64_t distinct;
    uint64_t first_n, last_n;
    uint64_t seen_n;  /* the last event of either side: names are shown as of then */
    uint64_t from_us; /* with an interval: when the stretch began */
    struct course course;
};

/* The caller's memory; its members are this module's own. */
struct stats {
    struct stats_options options;
    struct tally groups, values;
    struct dimension_cache cache;
    struct arena scratch;
    const uint32_t *order; /* of groups, after stats_end */
    size_t order_count;
    uint64_t events, before;
    struct course frame; /* reaches over all groups */
};

MUST_CHECK struct status stats_begin(struct stats *stats, const struct stats_options *options);

/* Whether bodies are needed. */
bool stats_want_body(const struct stats *stats);

/* An event that counts under `time_utc_us`; `body` without its salt, empty where not wanted or
 * erased. LIMIT, with what to do about it; NO_MEMORY. */
MUST_CHECK struct status stats_event(struct stats *stats, enum stats_side side,
                                     const struct leaf *leaf, uint64_t time_utc_us,
                                     struct bytes body);

/* Puts the groups in order. NO_MEMORY. */
MUST_CHECK struct status stats_end(struct stats *stats);

/* The index-th group in that order; index < stats->order_count. */
const struct stats_group *stats_group_at(const struct stats *stats, size_t index);
/* Its value of a dimension; false if its events have none. Lent as long as the arena. */
bool stats_value_at(const struct stats *stats, size_t index, size_t dimension, struct bytes *out);

#endif
