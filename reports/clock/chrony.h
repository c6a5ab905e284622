/*
 * reports/clock/chrony.h -- what `chronyc -c tracking` says of a clock.
 *
 * Shape    One line of 14 fields with commas between them: the source's id and name, stratum, when
 *          it was heard last, the clock's offset, …, root delay and dispersion, …, and the leap
 *          status. Numbers are decimal seconds; the offset is positive if the clock is ahead.
 * Units    Microseconds, rounded away from zero.
 * Limits   CHRONY_LINE_MAX bytes, CHRONY_NAME_MAX of a name; no number of a million seconds or
 *          more.
 * Errors   MALFORMED at the byte, with the reason; LIMIT.
 * Source   chronyc(1) of chrony 4.3, tracking; RFC 5905 (root delay, root dispersion).
 */
#ifndef REPORTS_CLOCK_CHRONY_H
#define REPORTS_CLOCK_CHRONY_H

#include "schema/status.h"
#include "schema/text.h"

enum {
    CHRONY_LINE_MAX = 1024,
    CHRONY_NAME_MAX = 256,
};

struct chrony {
    char source[CHRONY_NAME_MAX + 1]; /* its name or address; empty: none */
    uint32_t stratum;
    bool synchronised;
    uint64_t offset_us;
    bool behind;       /* the clock is behind its source */
    uint64_t error_us; /* at most: half the root delay and the root dispersion */
};

MUST_CHECK struct status chrony_read(struct bytes line, struct chrony *out);

#endif
