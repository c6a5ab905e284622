/*
 * reports/web/summary.h -- what the events of a search have in common: counts by six of their
 * members, and how they lie in time.
 *
 * Shape    One look at the newest SUMMARY_EVENTS_MAX events that match. What there is beyond is not
 *          guessed: the numbers are then of the newest so many, and say so.
 * Memory   The visit's arena, about 2 MiB.
 * Errors   As the query fails.
 */
#ifndef REPORTS_WEB_SUMMARY_H
#define REPORTS_WEB_SUMMARY_H

#include "reports/tally.h"
#include "reports/web/search.h"

enum {
    SUMMARY_EVENTS_MAX = 10000,
    SUMMARY_SHOWN = 8, /* values of a member that are listed */
    SUMMARY_COLUMNS_MAX = 60,
};

enum summary_member {
    SUMMARY_KIND,
    SUMMARY_OUTCOME,
    SUMMARY_ACTOR,
    SUMMARY_PROJECT,
    SUMMARY_SOURCE,
    SUMMARY_EMITTER,
    SUMMARY_MEMBERS,
};

struct summary_mark {
    uint64_t time_us;
    enum outcome outcome;
};

struct summary_group {
    uint64_t events;
    uint64_t last_n; /* the newest of them */
};

struct summary {
    uint64_t events, by_outcome[OUTCOME_COUNT];
    uint64_t from_n;            /* the oldest one that was counted */
    uint64_t first_us, last_us; /* of the earliest and the latest */
    bool more;                  /* there are older ones that match, or may be */
    struct tally groups[SUMMARY_MEMBERS];
    struct summary_mark *marks;
    struct leaf rows[SEARCH_ROWS]; /* the newest of them */
    uint64_t reached; /* if it is tired: the position that was not looked at any more */
    bool tired;       /* too many leaves were compared */
};

MUST_CHECK struct status summary_make(struct visit *visit, const struct search *search,
                                      struct summary *out);

/* The lists beside a search, with links to ask for more or less. */
void summary_put_facets(struct visit *visit, const struct search *search,
                        const struct summary *summary);

/* The picture over time, and its table. Nothing where there are no events. */
void summary_put_histogram(struct visit *visit, const struct search *search,
                           const struct summary *summary);

/* The length of the stretches that so much time is cut into: a second, five, ... a day, a year. */
uint64_t summary_step_us(uint64_t first_us, uint64_t last_us);

#endif
