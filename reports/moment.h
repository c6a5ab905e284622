/*
 * reports/moment.h -- time expressions: what people write after --since, --until and --as-of.
 *
 * Shape    An expression names a stretch of time (or of positions); a moment is its beginning.
 *
 *            2026-03-09T21:40:12.5Z, 2026-03-09 21:40+01:00   RFC 3339; seconds may be left out
 *            2026-03-09 21:40          the same in the zone at hand
 *            2026-03-09, 2026-03       a day, a month
 *            now, today, yesterday, mon ... sun (the last such day, today included),
 *            this-week, last-week, this-month, last-month          weeks begin on Monday
 *            -90s -5m -2h -7d -3w -6mo -1y     before now; d is 24 hours, w seven of them
 *            +15m                      after the beginning of the range, where there is one
 *            seq:30377                 a position of the log
 *            @1773093480, @1773093480.25       seconds since 1970
 *
 *          and a range is one of
 *
 *            A..B, A.., ..B, ..        from the beginning of A to the beginning of B, without B
 *            A/2h                      two hours from the beginning of A
 *            A±5m, A+-5m               five minutes either side of it
 *            A                         all that A names: the month, the day, the minute, the
 *                                      second; -2h alone reaches from two hours ago until now
 *
 * Units    Instants in microseconds UTC; a finer fraction is cut. Ranges are half-open.
 * Process  The clock and the zone come from the caller. Days and months, and what has no offset,
 *          are of that zone. A local time that comes twice or never is refused, and both readings
 *          of it are told; a day whose midnight is left out begins when the clock has jumped over
 *          it.
 * Errors   MALFORMED at the byte, with the reason.
 * Source   RFC 3339.
 */
#ifndef REPORTS_MOMENT_H
#define REPORTS_MOMENT_H

#include "reports/zone.h"

enum moment_kind {
    MOMENT_OPEN, /* zero: no bound on this side */
    MOMENT_TIME,
    MOMENT_POSITION,
};

struct moment {
    enum moment_kind kind;
    uint64_t value; /* microseconds UTC, at most TIME_MAX_US + 1; or a position of the log */
};

/* since <= what is meant < until. The two bounds may be of different kinds. */
struct moment_range {
    struct moment since, until;
};

struct moment_context {
    uint64_t now_utc_us;
    struct zone zone;
    struct moment since; /* what +15m counts from; MOMENT_OPEN: nothing, and +15m is refused */
};

/* A local time that the zone shows twice, or never, and what may have been meant. */
struct moment_doubt {
    bool any;
    bool twice;
    uint64_t utc_us[2];
};

/* Reads one moment. `doubt` is always set; doubt->any only with MALFORMED. */
MUST_CHECK struct status moment_read(struct bytes text, const struct moment_context *context,
                                     struct moment *out, struct moment_doubt *doubt);

/* Reads a range, or all that one expression names. */
MUST_CHECK struct status moment_read_range(struct bytes text, const struct moment_context *context,
                                           struct moment_range *out, struct moment_doubt *doubt);

/* Writes a moment so that moment_read reads the same one, in any zone: RFC 3339 with its offset and
 * 0, 3 or 6 digits of fraction, or `seq:N`; nothing for MOMENT_OPEN. */
void moment_write(struct moment moment, const struct zone *zone, struct text *out);

/* Writes `since..until`, likewise. */
void moment_range_write(const struct moment_range *range, const struct zone *zone,
                        struct text *out);

/* Writes "2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00". */
void moment_doubt_write(const struct moment_doubt *doubt, const struct zone *zone,
                        struct text *out);

#endif
