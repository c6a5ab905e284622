/*
 * schema/time.h -- instants as microseconds, and as RFC 3339.
 *
 * Units    Microseconds since 1970-01-01T00:00:00Z, leap seconds ignored, unsigned: nothing before
 *          1970 and nothing after 9999-12-31T23:59:59.999999Z is an instant here.
 * Source   RFC 3339; DESIGN.md 4.
 */
#ifndef SCHEMA_TIME_H
#define SCHEMA_TIME_H

#include "schema/text.h"

#define TIME_SECOND_US UINT64_C(1000000)
#define TIME_MAX_US UINT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */

enum {
    TIME_TEXT_SIZE = 27, /* 2026-03-09T21:58:00.123456Z, without a final NUL */
};

struct civil_time {
    uint32_t year, month, day; /* 1970.., 1..12, 1..31 */
    uint32_t hour, minute, second;
    uint32_t microsecond;
};

/* The proleptic Gregorian calendar, UTC. The fields of `civil` are in range. */
uint64_t time_of_civil(const struct civil_time *civil);
struct civil_time time_civil(uint64_t utc_us);

/* Days in a month of a year. */
uint32_t time_month_days(uint32_t year, uint32_t month);

/* The one form that is hashed: six digits of fraction and a Z; TIME_TEXT_SIZE characters. */
void time_write(struct text *text, uint64_t utc_us);

/* Reads exactly what time_write writes. MALFORMED at the offending character. */
MUST_CHECK struct status time_read_canonical(struct bytes text, uint64_t *utc_us);

/* Reads RFC 3339 as other systems write it: 'T', 't' or a blank, 0 to 9 digits of fraction (beyond
 * microseconds cut), 'Z', 'z' or an offset. A leap second 23:59:60 counts as the last microsecond
 * before. MALFORMED at the offending character. */
MUST_CHECK struct status time_read_rfc3339(struct bytes text, uint64_t *utc_us);

#endif
