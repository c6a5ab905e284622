/*
 * Local time against the plain way: look at every quarter of an hour and see what the clock shows.
 */
#include "reports/zone.h"
#include "tests/reports/capture.h"
#include "tests/reports/zones.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint64_t HOUR_US = 3600 * TIME_SECOND_US;
static const uint64_t QUARTER_US = 900 * TIME_SECOND_US;

static uint64_t instant(const char *text)
{
    uint64_t utc_us = 0;
    assert_false(failed(time_read_rfc3339(bytes_of_string(text), &utc_us)));
    return utc_us;
}

struct naive {
    uint32_t count;
    uint64_t utc_us[8];
    uint64_t first_us;
};

/* `wall_us` is a whole quarter of an hour, and so are all offsets and changes of these zones. */
static struct naive look(const struct zone *zone, uint64_t wall_us)
{
    struct naive naive = {.count = 0};
    for (uint64_t utc = wall_us - 26 * HOUR_US; utc < wall_us + 26 * HOUR_US; utc += QUARTER_US) {
        uint64_t shown = zone_wall(zone, utc);
        if (shown == wall_us && naive.count < 8) {
            naive.utc_us[naive.count++] = utc;
        }
        if (shown >= wall_us && naive.first_us == 0) {
            naive.first_us = utc;
        }
    }
    return naive;
}

static void assert_like_naive(const struct zone *zone, uint64_t wall_us)
{
    struct naive naive = look(zone, wall_us);
    struct zone_readings readings = zone_readings(zone, wall_us);
    assert_int_equal(readings.count, naive.count);
    for (uint32_t i = 0; i < naive.count; i++) {
        assert_int_equal(readings.utc_us[i], naive.utc_us[i]);
    }
    assert_true(readings.utc_us[0] <= readings.utc_us[1]);
    assert_int_equal(zone_first(zone, wall_us), naive.first_us);
}

static void every_reading_is_found_near_every_change(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < TEST_ZONES; i++) {
        struct zone zone = go_to(test_zones[i]);
        const uint64_t from = instant("2010-01-01T00:00:00Z"), to = instant("2014-01-01T00:00:00Z");
        uint32_t changes = 0;
        for (uint64_t utc = from; utc < to; utc += 6 * HOUR_US) {
            if (zone.offset_s(utc) == zone.offset_s(utc + 6 * HOUR_US)) {
                continue;
            }
            changes++;
            for (uint64_t near = utc - 30 * HOUR_US; near < utc + 54 * HOUR_US;
                 near += QUARTER_US) {
                assert_like_naive(&zone, near);
            }
        }
        assert_true(changes > 0 || i == 0 || strcmp(test_zones[i], "Asia/Kathmandu") == 0);
    }
}

static void what_the_clock_shows_leads_back(void **unused)
{
    (void)unused;
    uint64_t state = 8;
    for (size_t i = 0; i < TEST_ZONES; i++) {
        struct zone zone = go_to(test_zones[i]);
        for (int round = 0; round < 5000; round++) {
            uint64_t utc =
                instant("1973-01-01T00:00:00Z") + random_below(&state, 70 * 365 * 24 * HOUR_US);
            struct zone_readings readings = zone_readings(&zone, zone_wall(&zone, utc));
            assert_true(readings.count > 0);
            assert_true(readings.utc_us[0] == utc || readings.utc_us[1] == utc);
        }
    }
}

static void what_is_written_reads_back_in_every_zone(void **unused)
{
    (void)unused;
    uint64_t state = 9;
    for (size_t i = 0; i < TEST_ZONES; i++) {
        struct zone zone = go_to(test_zones[i]);
        for (int round = 0; round < 5000; round++) {
            uint64_t utc = random_below(&state, TIME_MAX_US + 1), read;
            char memory[64];
            struct text text = TEXT_IN(memory);
            if (round < 100) {
                utc = random_below(&state, 2) ? TIME_MAX_US - utc % (48 * HOUR_US)
                                              : utc % (48 * HOUR_US);
            }
            zone_write(&zone, utc, (struct zone_style){.separator = 'T', .digits = 6}, &text);
            assert_false(failed(time_read_rfc3339(text_bytes(&text), &read)));
            assert_int_equal(read, utc);
        }
    }
}

static void times_are_written_as_asked(void **unused)
{
    (void)unused;
    const uint64_t utc = instant("2026-03-09T21:58:00.123456Z");
    static const struct {
        const char *zone;
        struct zone_style style;
        const char *expected;
    } rows[] = {
        {"UTC", {' ', 3}, "2026-03-09 21:58:00.123Z"},
        {"UTC", {'T', 0}, "2026-03-09T21:58:00Z"},
        {"UTC", {'T', 6}, "2026-03-09T21:58:00.123456Z"},
        {"America/New_York", {'T', 0}, "2026-03-09T17:58:00-04:00"},
        {"Asia/Kathmandu", {' ', 3}, "2026-03-10 03:43:00.123+05:45"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char memory[64];
        struct text text = TEXT_IN(memory);
        struct zone zone = go_to(rows[i].zone);
        zone_write(&zone, utc, rows[i].style, &text);
        assert_string_equal(text_string(&text), rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reading_is_found_near_every_change),
        cmocka_unit_test(what_the_clock_shows_leads_back),
        cmocka_unit_test(what_is_written_reads_back_in_every_zone),
        cmocka_unit_test(times_are_written_as_asked),
    };
    return cmocka_run_group_tests_name("reports/zone", tests, NULL, NULL);
}
