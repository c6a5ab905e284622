#include "reports/stats/interval.h"

#include "reports/span.h"

enum {
    MONTHS_MAX = 1200,
};

#define HOUR_US (3600 * TIME_SECOND_US)
#define DAY_US (24 * HOUR_US)
/* 1970 began on a Thursday, three days after a Monday. */
#define MONDAY_US (3 * DAY_US)

struct status interval_read(struct bytes text, struct interval *out)
{
    const struct moment_context context = {0};
    struct moment_doubt doubt = {0};
    struct span_reader reader = {
        .context = &context, .doubt = &doubt, .text = text.data, .end = text.size};
    struct span_duration duration = {0};
    const char *why = "an interval is a number and s, m, h, d, w, mo or y: 15m, 1h, 1d";
    if (text.size == 0 || failed(span_read_duration(&reader, &duration)) || !span_at_end(&reader) ||
        (duration.us == 0 && duration.months == 0) || duration.months > MONTHS_MAX) {
        return FAIL_BECAUSE(MALFORMED, 0, why);
    }
    *out = (struct interval){.us = duration.us, .months = duration.months};
    return OK;
}

static bool in_weeks(const struct interval *interval)
{
    return interval->us % (7 * DAY_US) == 0;
}

/* The beginning on the wall. */
static uint64_t wall_from(const struct interval *interval, uint64_t wall_us)
{
    if (interval->months > 0) {
        struct civil_time civil = time_civil(wall_us);
        uint64_t month = (uint64_t)(civil.year - 1970) * 12 + civil.month - 1;
        month -= month % interval->months;
        return time_of_civil(&(struct civil_time){
            .year = (uint32_t)(1970 + month / 12), .month = (uint32_t)(month % 12 + 1), .day = 1});
    }
    uint64_t shift = in_weeks(interval) ? MONDAY_US : 0;
    uint64_t since = (wall_us + shift) % interval->us;
    return since > wall_us ? 0 : wall_us - since;
}

/* Up to an hour it is counted back from the instant, so that an hour that comes twice is two. */
uint64_t interval_from(const struct interval *interval, const struct zone *zone, uint64_t utc_us)
{
    uint64_t wall_us = zone_wall(zone, utc_us), from_us = wall_from(interval, wall_us);
    if (interval->months == 0 && interval->us <= HOUR_US) {
        uint64_t back = wall_us - from_us;
        return back > utc_us ? 0 : utc_us - back;
    }
    return zone_first(zone, from_us);
}

static uint64_t wall_next(const struct interval *interval, uint64_t wall_us)
{
    if (interval->months == 0) {
        return wall_us + interval->us;
    }
    struct civil_time civil = time_civil(wall_us);
    uint64_t month = (uint64_t)(civil.year) * 12 + civil.month - 1 + interval->months;
    if (month / 12 > 9999) {
        return TIME_MAX_US;
    }
    return time_of_civil(&(struct civil_time){
        .year = (uint32_t)(month / 12), .month = (uint32_t)(month % 12 + 1), .day = 1});
}

uint64_t interval_next(const struct interval *interval, const struct zone *zone, uint64_t from_us)
{
    uint64_t next;
    if (interval->months == 0 && interval->us > TIME_MAX_US - from_us) {
        return TIME_MAX_US;
    }
    if (interval->months == 0 && interval->us <= HOUR_US) {
        return from_us + interval->us;
    }
    uint64_t wall = wall_next(interval, wall_from(interval, zone_wall(zone, from_us)));
    next = zone_first(zone, wall > TIME_MAX_US ? TIME_MAX_US : wall);
    return next > from_us ? next : TIME_MAX_US;
}
