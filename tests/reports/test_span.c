/*
 * Lengths of time: the calendar's and the clock's.
 */
#include "reports/span.h"
#include "tests/reports/capture.h"
#include "tests/reports/zones.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct moment_doubt doubt;

static struct span_reader reader_of(const char *text, const struct moment_context *context)
{
    return (struct span_reader){
        .context = context, .doubt = &doubt, .text = (const uint8_t *)text, .end = strlen(text)};
}

static uint64_t instant(const char *text)
{
    uint64_t utc_us = 0;
    assert_false(failed(time_read_rfc3339(bytes_of_string(text), &utc_us)));
    return utc_us;
}

static struct span_duration duration_of(const char *text, const struct moment_context *context)
{
    struct span_reader reader = reader_of(text, context);
    struct span_duration duration;
    assert_false(failed(span_read_duration(&reader, &duration)));
    assert_true(span_at_end(&reader));
    return duration;
}

static void months_keep_the_day_or_take_the_last(void **unused)
{
    (void)unused;
    static const struct {
        const char *from, *by, *later, *earlier;
    } rows[] = {
        {"2026-01-31T10:00:00Z", "1mo", "2026-02-28T10:00:00Z", "2025-12-31T10:00:00Z"},
        {"2024-01-31T10:00:00Z", "1mo", "2024-02-29T10:00:00Z", "2023-12-31T10:00:00Z"},
        {"2024-02-29T23:59:59Z", "1y", "2025-02-28T23:59:59Z", "2023-02-28T23:59:59Z"},
        {"2026-03-09T00:00:00Z", "14mo", "2027-05-09T00:00:00Z", "2025-01-09T00:00:00Z"},
        {"2026-03-09T00:00:00Z", "0mo", "2026-03-09T00:00:00Z", "2026-03-09T00:00:00Z"},
    };
    const struct moment_context context = {.zone = zone_utc()};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct span_reader reader = reader_of("", &context);
        struct span_duration by = duration_of(rows[i].by, &context);
        uint64_t earlier;
        assert_int_equal(span_later(&reader, instant(rows[i].from), &by), instant(rows[i].later));
        assert_false(failed(span_earlier(&reader, instant(rows[i].from), &by, &earlier)));
        assert_int_equal(earlier, instant(rows[i].earlier));
    }
}

static void months_keep_the_clock_across_a_change(void **unused)
{
    (void)unused;
    const struct moment_context context = {.zone = go_to("America/New_York")};
    struct span_reader reader = reader_of("", &context);
    struct span_duration month = duration_of("1mo", &context), day = duration_of("1d", &context);
    const uint64_t noon = instant("2026-02-20T12:00:00-05:00");
    assert_int_equal(span_later(&reader, noon, &month), instant("2026-03-20T12:00:00-04:00"));
    /* a day is 24 hours, whatever the clock does */
    assert_int_equal(span_later(&reader, instant("2026-03-07T12:00:00-05:00"), &day),
                     instant("2026-03-08T13:00:00-04:00"));
    /* 02:30 is left out on that day: the first instant after it */
    assert_int_equal(span_later(&reader, instant("2026-02-08T02:30:00-05:00"), &month),
                     instant("2026-03-08T03:00:00-04:00"));
}

static void lengths_of_the_clock_there_and_back(void **unused)
{
    (void)unused;
    static const char *const units[] = {"s", "m", "h", "d", "w"};
    static const uint64_t seconds[] = {1, 60, 3600, 86400, 604800};
    const struct moment_context context = {.zone = zone_utc()};
    uint64_t state = 10;
    for (int round = 0; round < 5000; round++) {
        char memory[32];
        uint64_t unit = random_below(&state, 5), count = random_below(&state, 1000);
        snprintf(memory, sizeof memory, "%u%s", (unsigned)count, units[unit]);
        struct span_reader reader = reader_of("", &context);
        struct span_duration by = duration_of(memory, &context);
        uint64_t from = random_below(&state, TIME_MAX_US / 2), back;
        uint64_t later = span_later(&reader, from, &by);
        assert_int_equal(later - from, count * seconds[unit] * TIME_SECOND_US);
        assert_false(failed(span_earlier(&reader, later, &by, &back)));
        assert_int_equal(back, from);
    }
}

static void nothing_is_before_1970_and_everything_past_9999_is_one(void **unused)
{
    (void)unused;
    static const char *const long_ones[] = {"99999w", "999999999h", "500000mo", "99999y",
                                            "18446744073709551615mo"};
    const struct moment_context context = {.zone = zone_utc()};
    for (size_t i = 0; i < sizeof long_ones / sizeof long_ones[0]; i++) {
        struct span_reader reader = reader_of("", &context);
        struct span_duration by = duration_of(long_ones[i], &context);
        uint64_t out = 77;
        struct status status = span_earlier(&reader, instant("2026-03-09T00:00:00Z"), &by, &out);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(out, 77);
        assert_int_equal(span_later(&reader, instant("9999-01-01T00:00:00Z"), &by), SPAN_BEYOND_US);
    }
}

static void a_length_that_is_none_is_refused_at_its_byte(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        uint64_t at;
    } rows[] = {
        {"", 0},
        {"h", 0},
        {"5", 1},
        {"5x", 1},
        {"99999999999999999999s", 20},
        {"18446744073709551615w", 21},
        {"18446744073709551615y", 21},
    };
    const struct moment_context context = {.zone = zone_utc()};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct span_reader reader = reader_of(rows[i].text, &context);
        struct span_duration duration;
        struct status status = span_read_duration(&reader, &duration);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(status.at, rows[i].at);
        assert_non_null(status.why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_keep_the_day_or_take_the_last),
        cmocka_unit_test(months_keep_the_clock_across_a_change),
        cmocka_unit_test(lengths_of_the_clock_there_and_back),
        cmocka_unit_test(nothing_is_before_1970_and_everything_past_9999_is_one),
        cmocka_unit_test(a_length_that_is_none_is_refused_at_its_byte),
    };
    return cmocka_run_group_tests_name("reports/span", tests, NULL, NULL);
}
