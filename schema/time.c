#include "schema/time.h"

#include <assert.h>

#define DAY_US (86400 * TIME_SECOND_US)

/* Days since 1970-01-01 and back: the calendar in cycles of 400 years, years begun in March. */
static uint64_t days_of_civil(uint32_t year, uint32_t month, uint32_t day)
{
    uint64_t shifted = year - (month <= 2);
    uint64_t era = shifted / 400;
    uint64_t year_of_era = shifted - era * 400;
    uint64_t day_of_year = (153 * (month > 2 ? month - 3u : month + 9u) + 2) / 5 + day - 1;
    uint64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_of_days(uint64_t days, struct civil_time *civil)
{
    uint64_t shifted = days + 719468;
    uint64_t era = shifted / 146097;
    uint64_t day_of_era = shifted % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month = (5 * day_of_year + 2) / 153;
    civil->day = (uint32_t)(day_of_year - (153 * month + 2) / 5 + 1);
    civil->month = (uint32_t)(month < 10 ? month + 3 : month - 9);
    civil->year = (uint32_t)(year_of_era + era * 400 + (civil->month <= 2));
}

uint64_t time_of_civil(const struct civil_time *civil)
{
    assert(civil->year >= 1970 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1);
    uint64_t seconds = days_of_civil(civil->year, civil->month, civil->day) * 86400 +
                       civil->hour * UINT64_C(3600) + civil->minute * UINT64_C(60) + civil->second;
    return seconds * TIME_SECOND_US + civil->microsecond;
}

struct civil_time time_civil(uint64_t utc_us)
{
    struct civil_time civil = {0};
    uint64_t seconds = utc_us / TIME_SECOND_US;
    uint64_t of_day = seconds % 86400;
    civil_of_days(seconds / 86400, &civil);
    civil.hour = (uint32_t)(of_day / 3600);
    civil.minute = (uint32_t)(of_day / 60 % 60);
    civil.second = (uint32_t)(of_day % 60);
    civil.microsecond = (uint32_t)(utc_us % TIME_SECOND_US);
    return civil;
}

uint32_t time_month_days(uint32_t year, uint32_t month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    assert(month >= 1 && month <= 12);
    return month == 2 && leap ? 29 : days[month - 1];
}

static void put_digits(char *to, uint32_t value, size_t digits)
{
    while (digits-- > 0) {
        to[digits] = (char)('0' + value % 10);
        value /= 10;
    }
}

void time_write(struct text *text, uint64_t utc_us)
{
    char form[TIME_TEXT_SIZE + 1] = "0000-00-00T00:00:00.000000Z";
    assert(utc_us <= TIME_MAX_US);
    struct civil_time civil = time_civil(utc_us);
    put_digits(form, civil.year, 4);
    put_digits(form + 5, civil.month, 2);
    put_digits(form + 8, civil.day, 2);
    put_digits(form + 11, civil.hour, 2);
    put_digits(form + 14, civil.minute, 2);
    put_digits(form + 17, civil.second, 2);
    put_digits(form + 20, civil.microsecond, 6);
    text_put(text, form, TIME_TEXT_SIZE);
}

/* Reading --------------------------------------------------------------------------------- */

struct scan {
    struct bytes text;
    size_t at;
};

static struct status bad_time(const struct scan *scan)
{
    return FAIL_BECAUSE(MALFORMED, scan->at, "this is not a time as in RFC 3339");
}

static struct status scan_digits(struct scan *scan, size_t digits, uint32_t *out)
{
    uint32_t value = 0;
    for (; digits > 0; digits--, scan->at++) {
        uint8_t digit =
            scan->at < scan->text.size ? (uint8_t)(scan->text.data[scan->at] - '0') : 255;
        if (digit > 9) {
            return bad_time(scan);
        }
        value = value * 10 + digit;
    }
    *out = value;
    return OK;
}

static struct status scan_one_of(struct scan *scan, const char *set)
{
    if (scan->at >= scan->text.size || strchr(set, scan->text.data[scan->at]) == NULL ||
        scan->text.data[scan->at] == '\0') {
        return bad_time(scan);
    }
    scan->at++;
    return OK;
}

static struct status scan_date_and_time(struct scan *scan, const char *separators,
                                        struct civil_time *civil)
{
    TRY(scan_digits(scan, 4, &civil->year));
    TRY(scan_one_of(scan, "-"));
    TRY(scan_digits(scan, 2, &civil->month));
    TRY(scan_one_of(scan, "-"));
    TRY(scan_digits(scan, 2, &civil->day));
    TRY(scan_one_of(scan, separators));
    TRY(scan_digits(scan, 2, &civil->hour));
    TRY(scan_one_of(scan, ":"));
    TRY(scan_digits(scan, 2, &civil->minute));
    TRY(scan_one_of(scan, ":"));
    TRY(scan_digits(scan, 2, &civil->second));
    if (civil->year < 1970 || civil->month < 1 || civil->month > 12 || civil->day < 1 ||
        civil->day > time_month_days(civil->year, civil->month) || civil->hour > 23 ||
        civil->minute > 59 || civil->second > 60) {
        scan->at = 0;
        return FAIL_BECAUSE(MALFORMED, 0, "there is no such date or time");
    }
    return OK;
}

struct status time_read_canonical(struct bytes text, uint64_t *utc_us)
{
    struct scan scan = {.text = text};
    struct civil_time civil = {0};
    TRY(scan_date_and_time(&scan, "T", &civil));
    TRY(scan_one_of(&scan, "."));
    TRY(scan_digits(&scan, 6, &civil.microsecond));
    TRY(scan_one_of(&scan, "Z"));
    if (scan.at != text.size || civil.second > 59) {
        return bad_time(&scan);
    }
    *utc_us = time_of_civil(&civil);
    return OK;
}

/* Digits after the point: six count, up to three more are cut. */
static struct status scan_fraction(struct scan *scan, uint32_t *microsecond)
{
    uint32_t value = 0;
    size_t digits = 0;
    for (; scan->at < scan->text.size && digits < 9; scan->at++, digits++) {
        uint8_t digit = (uint8_t)(scan->text.data[scan->at] - '0');
        if (digit > 9) {
            break;
        }
        value = digits < 6 ? value * 10 + digit : value;
    }
    if (digits == 0) {
        return bad_time(scan);
    }
    for (; digits < 6; digits++) {
        value *= 10;
    }
    *microsecond = value;
    return OK;
}

/* Seconds east of UTC. */
static struct status scan_offset(struct scan *scan, int64_t *seconds)
{
    uint32_t hours, minutes;
    uint8_t sign = scan->at < scan->text.size ? scan->text.data[scan->at] : 0;
    if (sign == 'Z' || sign == 'z') {
        scan->at++;
        *seconds = 0;
        return OK;
    }
    TRY(scan_one_of(scan, "+-"));
    TRY(scan_digits(scan, 2, &hours));
    TRY(scan_one_of(scan, ":"));
    TRY(scan_digits(scan, 2, &minutes));
    if (hours > 23 || minutes > 59) {
        return bad_time(scan);
    }
    *seconds = (int64_t)(hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return OK;
}

struct status time_read_rfc3339(struct bytes text, uint64_t *utc_us)
{
    struct scan scan = {.text = text};
    struct civil_time civil = {0};
    int64_t offset_s;
    TRY(scan_date_and_time(&scan, "Tt ", &civil));
    if (scan.at < text.size && text.data[scan.at] == '.') {
        scan.at++;
        TRY(scan_fraction(&scan, &civil.microsecond));
    }
    TRY(scan_offset(&scan, &offset_s));
    if (scan.at != text.size) {
        return bad_time(&scan);
    }
    bool leap = civil.second == 60;
    if (leap) {
        civil.second = 59;
        civil.microsecond = 999999;
    }
    int64_t utc = (int64_t)time_of_civil(&civil) - offset_s * (int64_t)TIME_SECOND_US;
    if (utc < 0 || (uint64_t)utc > TIME_MAX_US) {
        return FAIL_BECAUSE(MALFORMED, 0, "the time is before 1970 or after 9999");
    }
    if (leap && (uint64_t)utc % DAY_US != DAY_US - 1) {
        return FAIL_BECAUSE(MALFORMED, 0, "only the last minute of a day has a second 60");
    }
    *utc_us = (uint64_t)utc;
    return OK;
}
