/*
 * Volume, hours, silence and clocks: compared with a recount over all that came before.
 */
#include "tests/reports/hints/hinting.h"

static struct hinting hinting;

static void act(uint64_t time_us, const char *actor)
{
    hinting_add(&hinting, &(struct deed){
                              .kind = EVENT_VAULT_FILE_VIEWED, .time_us = time_us, .actor = actor});
}

static int by_size(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Of at most 32 days before; the lower of the two in the middle. */
static int median_before(const int *days, size_t at)
{
    int sorted[64];
    size_t first = at > 32 ? at - 32 : 0, count = at - first;
    memcpy(sorted, days + first, count * sizeof *days);
    qsort(sorted, count, sizeof *sorted, by_size);
    return sorted[(count - 1) / 2];
}

static void a_day_of_far_more_is_what_a_recount_finds(void **unused)
{
    (void)unused;
    size_t all = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        uint64_t state = seed;
        int days[60];
        size_t expected = 0;
        hinting_begin(&hinting, "volume");
        for (size_t day = 0; day < 60; day++) {
            days[day] = (int)(1 + random_below(&state, 8));
            days[day] *= random_below(&state, 10) == 0 ? 10 : 1;
            for (int i = 0; i < days[day]; i++) {
                act((100 + 2 * day) * DAY_US + (uint64_t)i, "user:1");
            }
            expected += day >= 5 && days[day] >= 20 && days[day] > 5 * median_before(days, day);
        }
        hinting_end(&hinting);
        assert_int_equal(hinting.count, expected);
        all += expected;
        hinting_free(&hinting);
    }
    assert_true(all > 20);
}

static void an_hour_never_seen_is_what_a_recount_finds(void **unused)
{
    (void)unused;
    size_t all = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        uint64_t state = seed, events = 0, days = 0;
        uint64_t of_hour[24] = {0};
        size_t expected = 0;
        hinting_begin(&hinting, "off-hours");
        for (uint64_t day = 100; day < 130; day++) {
            uint64_t count = random_below(&state, 8);
            bool told = false;
            for (uint64_t i = 0; i < count; i++) {
                uint64_t hour = random_below(&state, 40) == 0 ? 1 + i : 9 + i;
                bool off = events >= 50 && days >= 7 &&
                           of_hour[hour - 1] + of_hour[hour] + of_hour[hour + 1] == 0;
                expected += off && !told;
                told = told || off;
                act(day * DAY_US + hour * HOUR_US, "user:1");
                of_hour[hour]++;
                events++;
                days += i == 0;
            }
        }
        hinting_end(&hinting);
        assert_int_equal(hinting.count, expected);
        all += expected;
        hinting_free(&hinting);
    }
    assert_true(all > 5);
}

static void midnight_is_an_hour_from_eleven_at_night(void **unused)
{
    (void)unused;
    for (uint64_t hour = 0; hour < 24; hour++) {
        hinting_begin(&hinting, "off-hours");
        for (uint64_t i = 0; i < 50; i++) {
            act((100 + i) * DAY_US, "user:1");
        }
        act(160 * DAY_US + hour * HOUR_US, "user:1");
        assert_int_equal(hinting.count, hour > 1 && hour < 23);
        hinting_end(&hinting);
        hinting_free(&hinting);
    }
}

static void a_component_that_falls_silent_is_told(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "silence");
    for (uint64_t i = 0; i < 40; i++) {
        act(100 * DAY_US + i * MINUTE_US, "user:1");
    }
    act(100 * DAY_US + 39 * MINUTE_US + 6 * HOUR_US - 1, "user:1");
    assert_int_equal(hinting.count, 0);
    hinting_end(&hinting);
    hinting_free(&hinting);
    hinting_begin(&hinting, "silence");
    for (uint64_t i = 0; i < 40; i++) {
        act(100 * DAY_US + i * MINUTE_US, "user:1");
    }
    act(101 * DAY_US, "user:1");
    assert_int_equal(hinting.count, 1);
    assert_int_equal(hinting.found[0].because[0], 39);
    assert_int_equal(hinting.found[0].because[1], 40);
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 1);
    hinting_free(&hinting);
}

/* Bursts by day, each of many events in one moment; nights and weekends are no silence for long. */
static void nights_and_weekends_are_told_once_and_then_usual(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "silence");
    for (uint64_t day = 98; day < 130; day++) {
        for (uint64_t i = 0; i < 40 && day % 7 < 5; i++) {
            act(day * DAY_US + 8 * HOUR_US + i * 10 * MINUTE_US, "user:1");
            act(day * DAY_US + 8 * HOUR_US + i * 10 * MINUTE_US, "user:1");
        }
    }
    /* The first night, and the first weekend. */
    assert_int_equal(hinting.count, 2);
    act(133 * DAY_US + 8 * HOUR_US, "user:1");
    assert_int_equal(hinting.count, 3);
    hinting_end(&hinting);
    hinting_free(&hinting);
}

static void what_fails_elsewhere_in_a_name_is_not_that_persons_doing(void **unused)
{
    union event_body body = {.audit_record_imported = {.system = LITERAL("syslog"),
                                                       .action = LITERAL("failed"),
                                                       .has_user = true,
                                                       .user = LITERAL("ren")}};
    (void)unused;
    for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
        hinting_begin(&hinting, "volume");
        for (uint64_t day = 100; day < 108; day++) {
            for (uint64_t i = 0; i < (day == 107 ? 100 : 2); i++) {
                hinting_add(&hinting, &(struct deed){.kind = EVENT_AUDIT_RECORD_IMPORTED,
                                                     .time_us = day * DAY_US + i,
                                                     .outcome = day == 107 ? outcome : OUTCOME_OK,
                                                     .on = {{ID_SUBJECT, 1}},
                                                     .body = &body});
            }
        }
        hinting_end(&hinting);
        assert_int_equal(hinting.count, outcome != OUTCOME_FAILED);
        hinting_free(&hinting);
    }
}

static void a_clock_that_stepped_is_told_by_how_much(void **unused)
{
    (void)unused;
    union event_body body = {
        .clock_stepped = {.clock = 100 * DAY_US, .held = 100 * DAY_US + 3 * HOUR_US}};
    hinting_begin(&hinting, "clock-step");
    hinting_add(&hinting, &(struct deed){.kind = EVENT_CLOCK_STEPPED,
                                         .time_us = 100 * DAY_US + 3 * HOUR_US,
                                         .body = &body});
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 1);
    assert_non_null(strstr(hinting.found[0].about, "by 3 h"));
    hinting_free(&hinting);
}

static void a_clock_ahead_is_told_once_a_day(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "clock-ahead");
    for (uint64_t i = 0; i < 50; i++) {
        const struct leaf leaf = {.n = i,
                                  .kind = EVENT_AUDIT_OBSERVED,
                                  .actor = LITERAL("proxy"),
                                  .emitter = LITERAL("proxy"),
                                  .t_utc_us = 100 * DAY_US + i * HOUR_US,
                                  .at_utc_us = 100 * DAY_US + i * HOUR_US + i * MINUTE_US,
                                  .on = {{ID_LOG, 0}},
                                  .on_count = 1};
        assert_false(failed(hints_event(hinting.hints, &leaf, LITERAL(""))));
    }
    hinting_end(&hinting);
    assert_int_equal(hinting.count, 3); /* the sixth hour, and two more days begin */
    assert_int_equal(hinting.found[0].because[0], 6);
    hinting_free(&hinting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_of_far_more_is_what_a_recount_finds),
        cmocka_unit_test(an_hour_never_seen_is_what_a_recount_finds),
        cmocka_unit_test(midnight_is_an_hour_from_eleven_at_night),
        cmocka_unit_test(a_component_that_falls_silent_is_told),
        cmocka_unit_test(nights_and_weekends_are_told_once_and_then_usual),
        cmocka_unit_test(what_fails_elsewhere_in_a_name_is_not_that_persons_doing),
        cmocka_unit_test(a_clock_that_stepped_is_told_by_how_much),
        cmocka_unit_test(a_clock_ahead_is_told_once_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
