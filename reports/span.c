#include "reports/span.h"

static const uint64_t DAY_US = UINT64_C(86400000000);

/* Words and digits ------------------------------------------------------------------------- */

static bool take(struct span_reader *reader, const char *word)
{
    size_t size = strlen(word);
    if (reader->end - reader->at < size || memcmp(reader->text + reader->at, word, size) != 0) {
        return false;
    }
    reader->at += size;
    return true;
}

static bool take_one_of(struct span_reader *reader, const char *set, char *which)
{
    for (; *set != '\0'; set++) {
        if (take(reader, (const char[]){*set, '\0'})) {
            *which = *set;
            return true;
        }
    }
    return false;
}

static bool take_digit(struct span_reader *reader, uint32_t *digit)
{
    if (span_at_end(reader) || (uint8_t)(reader->text[reader->at] - '0') > 9) {
        return false;
    }
    *digit = (uint32_t)(reader->text[reader->at++] - '0');
    return true;
}

static struct status read_digits(struct span_reader *reader, uint32_t count, uint32_t *out)
{
    uint32_t value = 0, digit;
    for (; count > 0; count--) {
        if (!take_digit(reader, &digit)) {
            return span_fail(reader, "a digit is expected here");
        }
        value = value * 10 + digit;
    }
    *out = value;
    return OK;
}

static struct status read_number(struct span_reader *reader, uint64_t *out)
{
    uint64_t value;
    uint32_t digit;
    TRY(read_digits(reader, 1, &digit));
    for (value = digit; take_digit(reader, &digit);) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return span_fail(reader, "the number is too large");
        }
    }
    *out = value;
    return OK;
}

/* Digits after a point, as microseconds; *unit_us is what the last of them counts. */
static struct status read_fraction(struct span_reader *reader, uint64_t *out, uint64_t *unit_us)
{
    uint64_t value = 0, unit = TIME_SECOND_US;
    uint32_t digit, count = 0;
    for (; count < 9 && take_digit(reader, &digit); count++) {
        unit /= 10;
        value += digit * unit;
    }
    if (count == 0) {
        return span_fail(reader, "a digit is expected here");
    }
    *out = value;
    *unit_us = unit == 0 ? 1 : unit;
    return OK;
}

/* Arithmetic ------------------------------------------------------------------------------- */

static struct status too_early(const struct span_reader *reader)
{
    return span_fail(reader, "the time is before 1970");
}

static struct status too_late(const struct span_reader *reader)
{
    return span_fail(reader, "the time is after 9999");
}

static uint64_t add_us(uint64_t from, uint64_t us)
{
    uint64_t sum;
    return __builtin_add_overflow(from, us, &sum) || sum > SPAN_BEYOND_US ? SPAN_BEYOND_US : sum;
}

static uint64_t first_of_month(const struct zone *zone, uint64_t month_number)
{
    const struct civil_time civil = {.year = (uint32_t)(month_number / 12),
                                     .month = (uint32_t)(month_number % 12 + 1),
                                     .day = 1};
    return civil.year > 9999 ? SPAN_BEYOND_US : zone_first(zone, time_of_civil(&civil));
}

static uint64_t month_number_of(const struct civil_time *civil)
{
    return civil->year * UINT64_C(12) + civil->month - 1;
}

/* The same day and time of another month, or the last day of that month if it is shorter. */
static uint64_t in_month(const struct zone *zone, struct civil_time civil, uint64_t month_number)
{
    if (month_number / 12 > 9999) {
        return SPAN_BEYOND_US;
    }
    civil.year = (uint32_t)(month_number / 12);
    civil.month = (uint32_t)(month_number % 12 + 1);
    uint32_t days = time_month_days(civil.year, civil.month);
    civil.day = civil.day < days ? civil.day : days;
    return zone_first(zone, time_of_civil(&civil));
}

uint64_t span_later(const struct span_reader *reader, uint64_t from, const struct span_duration *by)
{
    const struct zone *zone = &reader->context->zone;
    if (by->months == 0) {
        return add_us(from, by->us);
    }
    const struct civil_time civil = time_civil(zone_wall(zone, from));
    uint64_t month;
    return __builtin_add_overflow(month_number_of(&civil), by->months, &month)
               ? SPAN_BEYOND_US
               : in_month(zone, civil, month);
}

struct status span_earlier(const struct span_reader *reader, uint64_t from,
                           const struct span_duration *by, uint64_t *out)
{
    const struct zone *zone = &reader->context->zone;
    if (by->months == 0) {
        if (by->us > from) {
            return too_early(reader);
        }
        *out = from - by->us;
        return OK;
    }
    const struct civil_time civil = time_civil(zone_wall(zone, from));
    const uint64_t month = month_number_of(&civil);
    if (by->months > month - UINT64_C(1970) * 12) {
        return too_early(reader);
    }
    *out = in_month(zone, civil, month - by->months);
    return OK;
}

struct status span_read_duration(struct span_reader *reader, struct span_duration *out)
{
    static const struct {
        const char *name;
        uint64_t us, months;
    } units[] = {
        {"mo", 0, 1}, /* before "m", with which it begins */
        {"s", TIME_SECOND_US, 0},
        {"m", 60 * TIME_SECOND_US, 0},
        {"h", 3600 * TIME_SECOND_US, 0},
        {"d", UINT64_C(86400) * TIME_SECOND_US, 0},
        {"w", UINT64_C(604800) * TIME_SECOND_US, 0},
        {"y", 0, 12},
    };
    uint64_t count;
    TRY(read_number(reader, &count));
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!take(reader, units[i].name)) {
            continue;
        }
        if (__builtin_mul_overflow(count, units[i].us, &out->us) ||
            __builtin_mul_overflow(count, units[i].months, &out->months)) {
            return span_fail(reader, "the number is too large");
        }
        return OK;
    }
    return span_fail(reader, "a unit is expected here: s, m, h, d, w, mo or y");
}

/* What expressions name -------------------------------------------------------------------- */

static struct span time_span(uint64_t from, uint64_t past)
{
    return (struct span){.kind = MOMENT_TIME, .from = from, .past = past};
}

static struct span month_span(const struct span_reader *reader, uint64_t month_number)
{
    const struct zone *zone = &reader->context->zone;
    return time_span(first_of_month(zone, month_number), first_of_month(zone, month_number + 1));
}

/* Days of the wall clock, counted since 1970-01-01. */
static struct span day_span(const struct span_reader *reader, uint64_t first, uint64_t past)
{
    const struct zone *zone = &reader->context->zone;
    const uint64_t end_wall = past * DAY_US;
    return time_span(zone_first(zone, first * DAY_US),
                     end_wall > TIME_MAX_US ? SPAN_BEYOND_US : zone_first(zone, end_wall));
}

static struct status word_of_month(const struct span_reader *reader, uint64_t ago, struct span *out)
{
    const struct zone *zone = &reader->context->zone;
    const struct civil_time civil = time_civil(zone_wall(zone, reader->context->now_utc_us));
    const uint64_t month = month_number_of(&civil);
    if (month - ago < UINT64_C(1970) * 12) {
        return too_early(reader);
    }
    *out = month_span(reader, month - ago);
    return OK;
}

/* `count` days that began `ago` days before today. */
static struct status word_of_days(const struct span_reader *reader, uint64_t ago, uint64_t count,
                                  struct span *out)
{
    const struct moment_context *context = reader->context;
    const uint64_t today = zone_wall(&context->zone, context->now_utc_us) / DAY_US;
    if (ago > today) {
        return too_early(reader);
    }
    *out = day_span(reader, today - ago, today - ago + count);
    return OK;
}

static bool take_weekday(struct span_reader *reader, uint64_t *weekday)
{
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (*weekday = 0; *weekday < 7; ++*weekday) {
        if (take(reader, names[*weekday])) {
            return true;
        }
    }
    return false;
}

static struct status read_word(struct span_reader *reader, struct span *out)
{
    const struct moment_context *context = reader->context;
    /* 1970-01-01 was a Thursday. */
    const uint64_t today = (zone_wall(&context->zone, context->now_utc_us) / DAY_US + 3) % 7;
    uint64_t weekday;

    if (take(reader, "now")) {
        *out = time_span(context->now_utc_us, add_us(context->now_utc_us, 1));
        return OK;
    }
    if (take(reader, "today")) {
        return word_of_days(reader, 0, 1, out);
    }
    if (take(reader, "yesterday")) {
        return word_of_days(reader, 1, 1, out);
    }
    if (take(reader, "this-week")) {
        return word_of_days(reader, today, 7, out);
    }
    if (take(reader, "last-week")) {
        return word_of_days(reader, today + 7, 7, out);
    }
    if (take(reader, "this-month")) {
        return word_of_month(reader, 0, out);
    }
    if (take(reader, "last-month")) {
        return word_of_month(reader, 1, out);
    }
    if (take_weekday(reader, &weekday)) {
        return word_of_days(reader, (today + 7 - weekday) % 7, 1, out);
    }
    return span_fail(reader, "this is no time: try 2026-03-09T21:58Z, yesterday, -2h or seq:12");
}

static struct status read_relative(struct span_reader *reader, char sign, struct span *out)
{
    const struct moment_context *context = reader->context;
    struct span_duration duration = {0};
    uint64_t from;
    if (sign == '+' && reader->since.kind != MOMENT_TIME) {
        return span_fail(reader, reader->since.kind == MOMENT_OPEN
                                     ? "+ counts from the beginning of a range, and there is none"
                                     : "+ counts from a time, and the range begins at a position");
    }
    TRY(span_read_duration(reader, &duration));
    if (sign == '+') {
        from = span_later(reader, reader->since.value, &duration);
        *out = time_span(from, add_us(from, 1));
        return OK;
    }
    TRY(span_earlier(reader, context->now_utc_us, &duration, &from));
    *out = time_span(from, context->now_utc_us);
    return OK;
}

static struct status read_epoch(struct span_reader *reader, struct span *out)
{
    uint64_t seconds, fraction_us = 0, unit_us = TIME_SECOND_US;
    TRY(read_number(reader, &seconds));
    if (seconds > TIME_MAX_US / TIME_SECOND_US) {
        return too_late(reader);
    }
    /* A point followed by a point begins the `..` of a range, which has been cut off before. */
    if (take(reader, ".")) {
        TRY(read_fraction(reader, &fraction_us, &unit_us));
    }
    const uint64_t from = seconds * TIME_SECOND_US + fraction_us;
    *out = time_span(from, from + unit_us);
    return OK;
}

static struct status read_position(struct span_reader *reader, struct span *out)
{
    uint64_t n;
    TRY(read_number(reader, &n));
    if (n > SPAN_POSITION_MAX) {
        return span_fail(reader, "the number is too large");
    }
    *out = (struct span){
        .kind = MOMENT_POSITION, .from = n, .past = n < SPAN_POSITION_MAX ? n + 1 : n};
    return OK;
}

/* Dates ------------------------------------------------------------------------------------ */

struct clock_time {
    struct civil_time civil;
    uint64_t unit_us; /* what the last digit counts */
};

static struct status no_such_time(struct span_reader *reader, size_t start)
{
    reader->at = start;
    return span_fail(reader, "there is no such date or time");
}

static struct status read_clock(struct span_reader *reader, struct clock_time *out)
{
    struct civil_time *civil = &out->civil;
    uint64_t fraction_us = 0;
    out->unit_us = 60 * TIME_SECOND_US;
    TRY(read_digits(reader, 2, &civil->hour));
    if (!take(reader, ":")) {
        return span_fail(reader, "a colon is expected here");
    }
    TRY(read_digits(reader, 2, &civil->minute));
    if (take(reader, ":")) {
        out->unit_us = TIME_SECOND_US;
        TRY(read_digits(reader, 2, &civil->second));
        if (take(reader, ".")) {
            TRY(read_fraction(reader, &fraction_us, &out->unit_us));
        }
    }
    civil->microsecond = (uint32_t)fraction_us;
    if (civil->second == 60) { /* a leap second is the end of the one before */
        civil->second = 59;
        civil->microsecond = 999999;
        out->unit_us = 1;
    }
    return OK;
}

static bool clock_in_range(const struct civil_time *civil)
{
    return civil->hour <= 23 && civil->minute <= 59 && civil->second <= 59;
}

/* A wall time of which the offset has been said. */
static struct status read_offset(struct span_reader *reader, char sign, uint64_t wall_us,
                                 uint64_t *out)
{
    uint32_t hours, minutes;
    TRY(read_digits(reader, 2, &hours));
    if (!take(reader, ":")) {
        return span_fail(reader, "a colon is expected here");
    }
    TRY(read_digits(reader, 2, &minutes));
    if (hours > 23 || minutes > 59) {
        return span_fail(reader, "there is no such offset");
    }
    const uint64_t offset_us = (hours * UINT64_C(60) + minutes) * 60 * TIME_SECOND_US;
    if (sign == '+' && offset_us > wall_us) {
        return too_early(reader);
    }
    *out = sign == '+' ? wall_us - offset_us : wall_us + offset_us;
    return *out > TIME_MAX_US ? too_late(reader) : OK;
}

/* A wall time of the zone at hand. */
static struct status resolve_local(const struct span_reader *reader, uint64_t wall_us,
                                   uint64_t *out)
{
    const struct zone *zone = &reader->context->zone;
    const struct zone_readings readings = zone_readings(zone, wall_us);
    if (readings.count != 1) {
        *reader->doubt = (struct moment_doubt){
            .any = true,
            .twice = readings.count == 2,
            .utc_us = {readings.utc_us[0], readings.utc_us[1]},
        };
        return span_fail(reader, readings.count == 2 ? "the zone's clock shows this time twice"
                                                     : "the zone's clock never shows this time");
    }
    if (zone_wall(zone, readings.utc_us[0]) != wall_us) {
        return span_fail(reader, "the time is before 1970 or after 9999");
    }
    *out = readings.utc_us[0];
    return OK;
}

static struct status read_instant(struct span_reader *reader, size_t start,
                                  struct clock_time *clock, struct span *out)
{
    uint64_t from;
    char sign;
    TRY(read_clock(reader, clock));
    if (!clock_in_range(&clock->civil)) {
        return no_such_time(reader, start);
    }
    const uint64_t wall_us = time_of_civil(&clock->civil);
    if (take(reader, "Z") || take(reader, "z")) {
        from = wall_us;
    } else if (take_one_of(reader, "+-", &sign)) {
        TRY(read_offset(reader, sign, wall_us, &from));
    } else if (span_at_end(reader)) {
        reader->at = start;
        TRY(resolve_local(reader, wall_us, &from));
        reader->at = reader->end;
    } else {
        return span_fail(reader, "a zone is expected here: Z, +01:00 or nothing");
    }
    *out = time_span(from, add_us(from, clock->unit_us));
    return OK;
}

static struct status read_date(struct span_reader *reader, struct span *out)
{
    const size_t start = reader->at;
    struct clock_time clock = {.civil = {.day = 1}};
    struct civil_time *civil = &clock.civil;
    char separator;
    TRY(read_digits(reader, 4, &civil->year));
    if (!take(reader, "-")) {
        return span_fail(reader, "a hyphen is expected here");
    }
    TRY(read_digits(reader, 2, &civil->month));
    if (civil->year < 1970 || civil->month < 1 || civil->month > 12) {
        return no_such_time(reader, start);
    }
    if (span_at_end(reader)) {
        *out = month_span(reader, month_number_of(civil));
        return OK;
    }
    if (!take(reader, "-")) {
        return span_fail(reader, "a hyphen is expected here");
    }
    TRY(read_digits(reader, 2, &civil->day));
    if (civil->day < 1 || civil->day > time_month_days(civil->year, civil->month)) {
        return no_such_time(reader, start);
    }
    if (span_at_end(reader)) {
        const uint64_t day = time_of_civil(civil) / DAY_US;
        *out = day_span(reader, day, day + 1);
        return OK;
    }
    if (!take_one_of(reader, "Tt ", &separator)) {
        return span_fail(reader, "T or a blank is expected here");
    }
    return read_instant(reader, start, &clock, out);
}

/* Reads all that is left as one expression. */
struct status span_read(struct span_reader *reader, struct span *out)
{
    struct span span;
    char sign;
    if (span_at_end(reader)) {
        return span_fail(reader, "a time is expected here");
    }
    if (take_one_of(reader, "+-", &sign)) {
        TRY(read_relative(reader, sign, &span));
    } else if (take(reader, "@")) {
        TRY(read_epoch(reader, &span));
    } else if (take(reader, "seq:")) {
        TRY(read_position(reader, &span));
    } else if ((uint8_t)(reader->text[reader->at] - '0') <= 9) {
        TRY(read_date(reader, &span));
    } else {
        TRY(read_word(reader, &span));
    }
    if (!span_at_end(reader)) {
        return span_fail(reader, "the time ends before this");
    }
    *out = span;
    return OK;
}
