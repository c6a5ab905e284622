/*
 * reports/zone.h -- local time: how far a zone is from UTC, and the way back.
 *
 * Shape    A zone is one function, its offset at an instant. Everything else is computed from it,
 *          so a test may bring a zone of its own. A wall time is what a clock on the wall shows,
 *          counted like an instant: as microseconds since 1970-01-01T00:00:00 of that clock.
 * Limits   Offsets lie within a day; a zone changes its offset at most once in two days.
 * Process  zone_local asks libc, which reads the variable TZ: who starts the process sets it and
 *          calls tzset, once, before the first use. No locale has a say.
 */
#ifndef REPORTS_ZONE_H
#define REPORTS_ZONE_H

#include "schema/time.h"

struct zone {
    const char *name;                     /* for headings: `UTC`, `local`, `Europe/Berlin` */
    int32_t (*offset_s)(uint64_t utc_us); /* seconds east of UTC */
};

struct zone zone_utc(void);

/* The zone of the process, under the name that it is to be shown by; `name` outlives the zone. */
struct zone zone_local(const char *name);

/* The instants at which the clock shows a wall time: none in the hour that is left out in spring,
 * two in the hour that comes twice in autumn, else one. With none, both instants are set all the
 * same: the earlier and the later that somebody may have meant. */
struct zone_readings {
    uint32_t count;
    uint64_t utc_us[2]; /* ascending; equal if there is only one */
};

struct zone_readings zone_readings(const struct zone *zone, uint64_t wall_us);

/* The first instant at which the clock shows `wall_us` or has jumped over it. */
uint64_t zone_first(const struct zone *zone, uint64_t wall_us);

/* What the clock shows; 0 where that is before 1970. */
uint64_t zone_wall(const struct zone *zone, uint64_t utc_us);

/* How an instant is written. */
struct zone_style {
    char separator;  /* between date and time: 'T' or a blank */
    uint32_t digits; /* of the fraction, 0 to 6; what does not fit is cut */
};

/* Writes date, time and offset, `Z` for none. An instant that the zone cannot write (its wall time
 * before 1970 or after 9999, its offset not in whole minutes) is written in UTC. */
void zone_write(const struct zone *zone, uint64_t utc_us, struct zone_style style,
                struct text *out);

#endif
