/*
 * A field has every number where it belongs: compared with a count over all events.
 */
#include "reports/stats/stats_heat.h"
#include "tests/reports/capture.h"
#include "tests/reports/well_formed.h"

#include <inttypes.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MEMORY = 64 << 20,
    EVENTS = 400,
    PEOPLE = 6,
};

#define HOUR_US (3600 * TIME_SECOND_US)
/* 2026-03-09T00:00:00Z, a Monday */
#define MONDAY_US UINT64_C(1773014400000000)

static struct capture capture;
static struct stats stats;
static struct arena arena;

static int begin(void **unused)
{
    (void)unused;
    arena = (struct arena){.memory = malloc(MEMORY), .capacity = MEMORY};
    return arena.memory == NULL;
}

static int end(void **unused)
{
    (void)unused;
    free(arena.memory);
    return 0;
}

static void ask(const char *rows, const char *columns)
{
    struct stats_options options = {.arena = &arena, .zone = zone_utc(), .by_count = 2};
    arena_reset(&arena);
    assert_false(failed(dimension_read(bytes_of_string(rows), &options.by[0])));
    assert_false(failed(dimension_read(bytes_of_string(columns), &options.by[1])));
    assert_false(failed(stats_begin(&stats, &options)));
}

static void add(struct bytes actor, uint64_t time_us)
{
    const struct leaf leaf = {.actor = actor, .on = {{ID_LOG, 0}}, .on_count = 1};
    assert_false(failed(stats_event(&stats, STATS_NOW, &leaf, time_us, (struct bytes){0})));
}

static const char *drawn(void)
{
    assert_false(failed(stats_end(&stats)));
    assert_true(stats_is_field(&stats));
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    assert_false(failed(stats_heat(
        &stats,
        &(struct chart_head){.id = "c", .title = LITERAL("heat"), .unit = LITERAL("events")},
        &capture.output)));
    capture_end(&capture);
    assert_true(well_formed(capture.text));
    return capture.text;
}

static void every_number_is_where_it_belongs(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        uint64_t state = seed, counts[PEOPLE][24] = {{0}};
        bool known[PEOPLE] = {0};
        ask("actor", "hour");
        for (unsigned i = 0; i < EVENTS; i++) {
            char memory[16];
            struct text actor = TEXT_IN(memory);
            uint64_t who = random_below(&state, PEOPLE), hour = random_below(&state, 24);
            text_add(&actor, "user:%" PRIu64, who);
            add(text_bytes(&actor), MONDAY_US + (24 * random_below(&state, 9) + hour) * HOUR_US);
            counts[who][hour]++;
            known[who] = true;
        }
        const char *text = drawn();
        for (unsigned who = 0; who < PEOPLE; who++) {
            for (unsigned hour = 0; hour < 24 && known[who]; hour++) {
                char title[64];
                snprintf(title, sizeof title, "<title>user:%u, %02u: %" PRIu64 " events</title>",
                         who, hour, counts[who][hour]);
                assert_non_null(strstr(text, title));
            }
        }
    }
}

static void weekdays_stand_in_their_order_also_the_idle_ones(void **unused)
{
    (void)unused;
    ask("weekday", "hour");
    add(LITERAL("user:1"), MONDAY_US + (6 * 24 + 5) * HOUR_US);
    add(LITERAL("user:1"), MONDAY_US + 5 * HOUR_US);
    add(LITERAL("user:1"), MONDAY_US + 5 * HOUR_US);
    const char *text = drawn(), *monday = strstr(text, ">1 Mon</text>");
    assert_non_null(monday);
    assert_non_null(strstr(monday, ">3 Wed</text>"));
    assert_non_null(strstr(monday, ">7 Sun</text>"));
    assert_non_null(strstr(monday, "<title>1 Mon, 05: 2 events</title>"));
    assert_non_null(strstr(monday, "<title>7 Sun, 05: 1 events</title>"));
    assert_non_null(strstr(text, "7 rows and 24 columns; at most 2 events in one."));
}

static void of_too_many_days_the_last_are_drawn(void **unused)
{
    (void)unused;
    ask("actor", "day");
    for (uint64_t day = 0; day < 100; day++) {
        add(LITERAL("user:1"), MONDAY_US + day * 24 * HOUR_US);
    }
    const char *text = drawn();
    assert_null(strstr(text, "2026-03-09"));
    assert_non_null(strstr(text, "user:1, 2026-06-16: 1 events"));
}

static void whatever_people_are_called_the_picture_is_well_formed(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (unsigned round = 0; round < 20; round++) {
        ask("actor", "weekday");
        for (unsigned i = 0; i < 60; i++) {
            uint8_t name[400] = {'a'};
            size_t size = 1 + random_hostile(&state, name + 1, sizeof name - 1);
            add(bytes_of(name, size), MONDAY_US + random_below(&state, 200) * HOUR_US);
        }
        (void)drawn();
    }
}

static void only_something_over_hours_or_days_is_a_field(void **unused)
{
    (void)unused;
    static const struct {
        const char *rows, *columns;
        bool is;
    } cases[] = {{"actor", "hour", true},
                 {"hour", "weekday", true},
                 {"actor", "day", true},
                 {"actor", "kind", false},
                 {"hour", "actor", false}};
    for (size_t i = 0; i < 5; i++) {
        ask(cases[i].rows, cases[i].columns);
        assert_int_equal(stats_is_field(&stats), cases[i].is);
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_where_it_belongs),
        cmocka_unit_test(weekdays_stand_in_their_order_also_the_idle_ones),
        cmocka_unit_test(of_too_many_days_the_last_are_drawn),
        cmocka_unit_test(whatever_people_are_called_the_picture_is_well_formed),
        cmocka_unit_test(only_something_over_hours_or_days_is_a_field),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
