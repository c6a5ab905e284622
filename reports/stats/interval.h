/*
 * reports/stats/interval.h -- stretches of time of equal length on the wall: hours, days, months.
 *
 * Shape    `15m`, `1h`, `1d`, `1w`, `1mo`, `1y`, from 1 second. Days begin at midnight of the zone,
 *          weeks on Monday, months on their first; so that a day may have 23 or 25 hours, but is
 *          always one stretch.
 */
#ifndef REPORTS_STATS_INTERVAL_H
#define REPORTS_STATS_INTERVAL_H

#include "reports/zone.h"

struct interval { /* all zeroes: none */
    uint64_t us;
    uint64_t months; /* where it is not 0, instead of microseconds */
};

/* MALFORMED, with the reason. */
MUST_CHECK struct status interval_read(struct bytes text, struct interval *out);

static inline bool interval_is_set(const struct interval *interval)
{
    return interval->us > 0 || interval->months > 0;
}

/* When the stretch began that an instant is in. */
uint64_t interval_from(const struct interval *interval, const struct zone *zone, uint64_t utc_us);

/* When the stretch begins that follows the one from `from_us`; at the end of time TIME_MAX_US. */
uint64_t interval_next(const struct interval *interval, const struct zone *zone, uint64_t from_us);

#endif
