/*
 * Every instant is in one stretch, stretches follow each other, and they begin on the wall.
 */
#include "reports/stats/interval.h"
#include "tests/reports/capture.h"
#include "tests/reports/zones.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct interval read_interval(const char *text)
{
    struct interval interval = {0};
    assert_false(failed(interval_read(bytes_of_string(text), &interval)));
    return interval;
}

static void what_is_no_interval_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"",       "h",    "0h",       "1",   "1x",
                                      "1h ",    "-1h",  "1h30m",    "0mo", "99999999999999999999s",
                                      "1201mo", "1.5h", "\xc2\xb5s"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct interval interval = {7, 7};
        struct status status = interval_read(bytes_of_string(bad[i]), &interval);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_non_null(status.why);
        assert_int_equal(interval.us, 7);
    }
    assert_int_equal(read_interval("15m").us, 15 * 60 * TIME_SECOND_US);
    assert_int_equal(read_interval("2y").months, 24);
}

static void assert_from(const char *interval, struct zone zone, const char *at, const char *from)
{
    const struct interval its = read_interval(interval);
    uint64_t at_us, from_us;
    assert_false(failed(time_read_rfc3339(bytes_of_string(at), &at_us)));
    assert_false(failed(time_read_rfc3339(bytes_of_string(from), &from_us)));
    assert_int_equal(interval_from(&its, &zone, at_us), from_us);
}

static void stretches_begin_on_the_wall(void **unused)
{
    (void)unused;
    struct zone utc = zone_utc();
    assert_from("1h", utc, "2026-03-09T21:58:00Z", "2026-03-09T21:00:00Z");
    assert_from("15m", utc, "2026-03-09T21:58:00Z", "2026-03-09T21:45:00Z");
    assert_from("1d", utc, "2026-03-09T21:58:00Z", "2026-03-09T00:00:00Z");
    assert_from("1w", utc, "2026-03-11T21:58:00Z", "2026-03-09T00:00:00Z"); /* a Monday */
    assert_from("1mo", utc, "2026-03-31T23:59:59Z", "2026-03-01T00:00:00Z");
    assert_from("3mo", utc, "2026-06-30T00:00:00Z", "2026-04-01T00:00:00Z");
    assert_from("1y", utc, "2026-12-31T23:59:59Z", "2026-01-01T00:00:00Z");
    assert_from("1w", utc, "1970-01-02T00:00:00Z", "1970-01-01T00:00:00Z");
}

static void stretches_follow_each_other_in_every_zone(void **unused)
{
    (void)unused;
    static const char *const intervals[] = {"1s", "15m", "1h", "6h", "1d", "1w", "1mo", "1y"};
    uint64_t state = 9;
    for (unsigned round = 0; round < 4000; round++) {
        struct interval interval = read_interval(intervals[random_below(&state, 8)]);
        struct zone zone = go_to(test_zones[random_below(&state, TEST_ZONES)]);
        uint64_t at =
            UINT64_C(1760000000000000) + random_below(&state, UINT64_C(40000000) * TIME_SECOND_US);
        uint64_t from = interval_from(&interval, &zone, at);
        uint64_t next = interval_next(&interval, &zone, from);
        assert_true(from <= at && at < next);
        assert_int_equal(interval_from(&interval, &zone, from), from);
        assert_int_equal(interval_from(&interval, &zone, next - 1), from);
        assert_int_equal(interval_from(&interval, &zone, next), next);
    }
}

static void at_the_end_of_time_stretches_end(void **unused)
{
    (void)unused;
    static const char *const intervals[] = {"1s", "1h", "6h", "1d", "1w", "1mo", "1y"};
    struct zone utc = zone_utc();
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
        struct interval interval = read_interval(intervals[i]);
        uint64_t from = interval_from(&interval, &utc, TIME_MAX_US);
        assert_true(interval_next(&interval, &utc, from) >= TIME_MAX_US);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_interval_is_refused),
        cmocka_unit_test(stretches_begin_on_the_wall),
        cmocka_unit_test(stretches_follow_each_other_in_every_zone),
        cmocka_unit_test(at_the_end_of_time_stretches_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
