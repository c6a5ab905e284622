/*
 * Charts are well-formed whatever is counted, stay within their frame, and are drawn to scale.
 */
#include "reports/chart.h"
#include "tests/reports/capture.h"
#include "tests/reports/well_formed.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct capture capture;

static void start(void)
{
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
}

static const char *finish(void)
{
    capture_end(&capture);
    return capture.text;
}

static int64_t attribute(const char *at, const char *name)
{
    char pattern[32];
    snprintf(pattern, sizeof pattern, " %s=\"", name);
    const char *found = strstr(at, pattern);
    assert_non_null(found);
    return strtoll(found + strlen(pattern), NULL, 10);
}

/* Every box lies within the picture. */
static void assert_within(const char *text)
{
    int64_t width = attribute(text, "width"), height = attribute(text, "height");
    assert_true(width > 0 && height > 0);
    for (const char *at = strstr(text, "</defs>"); (at = strstr(at, "<rect")) != NULL; at++) {
        assert_true(attribute(at, "x") >= 0 && attribute(at, "y") >= 0);
        assert_true(attribute(at, "x") + attribute(at, "width") <= width);
        assert_true(attribute(at, "y") + attribute(at, "height") <= height);
    }
}

static uint64_t random_value(uint64_t *state)
{
    return random_next(state) >> random_below(state, 64);
}

static void bars_of_anything_are_well_formed(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (unsigned round = 0; round < 5; round++) {
        static uint8_t labels[2 * CHART_BARS_MAX][300];
        struct chart_bar bars[2 * CHART_BARS_MAX];
        size_t count = random_below(&state, 2 * CHART_BARS_MAX);
        for (size_t i = 0; i < count; i++) {
            uint64_t value = random_value(&state);
            bars[i] = (struct chart_bar){
                .label = bytes_of(labels[i], random_hostile(&state, labels[i], sizeof labels[i])),
                .value = value,
                .part = value == 0 ? 0 : random_below(&state, value)};
            bars[i].link = bars[i].label;
        }
        start();
        struct bytes name = count > 0 ? bars[0].label : LITERAL("nothing");
        chart_bars(&capture.output,
                   &(struct chart_head){
                       .id = "c", .title = name, .subtitle = name, .unit = name, .part_of = name},
                   bars, count);
        const char *text = finish();
        assert_true(well_formed(text));
        assert_within(text);
    }
}

static void a_bar_is_as_long_as_its_value(void **unused)
{
    (void)unused;
    const struct chart_bar bars[] = {{.label = LITERAL("all"), .value = 1000, .part = 500},
                                     {.label = LITERAL("half"), .value = 500},
                                     {.label = LITERAL("a bit"), .value = 1},
                                     {.label = LITERAL("none"), .value = 0}};
    start();
    chart_bars(&capture.output, &(struct chart_head){.id = "c", .unit = LITERAL("events")}, bars,
               4);
    const char *at = strstr(finish(), "</defs>");
    int64_t widths[9];
    at = strstr(at, "<rect") + 1; /* the paper */
    for (size_t i = 0; i < 8; i++) {
        at = strstr(at, "<rect");
        assert_non_null(at);
        widths[i] = attribute(at++, "width");
    }
    assert_in_range(widths[1], widths[0] / 2 - 1, widths[0] / 2 + 1);
    assert_in_range(widths[2], widths[0] / 2 - 1, widths[0] / 2 + 1);
    assert_int_equal(widths[4], 1);
    assert_int_equal(widths[6], 0);
}

static void columns_of_anything_are_well_formed(void **unused)
{
    (void)unused;
    uint64_t state = 4;
    for (unsigned round = 0; round < 5; round++) {
        static struct chart_column columns[CHART_COLUMNS_MAX + 50];
        uint8_t memory[300];
        struct bytes name = bytes_of(memory, random_hostile(&state, memory, sizeof memory));
        size_t count = random_below(&state, CHART_COLUMNS_MAX + 50);
        for (size_t i = 0; i < count; i++) {
            uint64_t value = random_value(&state) >> 4;
            columns[i] = (struct chart_column){
                .from_utc_us = i * TIME_SECOND_US * 3600, .value = value, .part = value / 3};
        }
        start();
        chart_columns(&capture.output,
                      &(struct chart_head){.id = "c", .title = name, .unit = name, .part_of = name},
                      &(struct chart_columns){.columns = columns,
                                              .count = count,
                                              .end_utc_us = count * TIME_SECOND_US * 3600,
                                              .cut = round % 2 == 0,
                                              .zone = zone_utc()});
        const char *text = finish();
        assert_true(well_formed(text));
        assert_within(text);
    }
}

static void a_field_of_anything_is_well_formed(void **unused)
{
    (void)unused;
    uint64_t state = 6;
    for (unsigned round = 0; round < 4; round++) {
        static uint8_t memory[CHART_CELLS_MAX + 9][100];
        static struct bytes names[CHART_CELLS_MAX + 9];
        static uint64_t values[(CHART_ROWS_MAX + 9) * (CHART_CELLS_MAX + 9)];
        struct chart_heat heat = {.rows = names, .columns = names, .values = values};
        heat.row_count = random_below(&state, CHART_ROWS_MAX + 9);
        heat.column_count = random_below(&state, CHART_CELLS_MAX + 9);
        for (size_t i = 0; i < CHART_CELLS_MAX + 9; i++) {
            names[i] = bytes_of(memory[i], random_hostile(&state, memory[i], 100));
        }
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            values[i] = random_below(&state, 3) == 0 ? 0 : random_value(&state);
        }
        start();
        chart_heat(&capture.output,
                   &(struct chart_head){.id = "h", .title = names[0], .unit = LITERAL("events")},
                   &heat);
        const char *text = finish();
        assert_true(well_formed(text));
        assert_within(text);
    }
}

static void a_small_line_is_well_formed(void **unused)
{
    (void)unused;
    const uint64_t values[] = {0, 1, UINT64_MAX, 7, UINT64_MAX / 2};
    for (size_t count = 0; count <= 5; count++) {
        start();
        chart_spark(&capture.output, &(struct chart_head){.id = "s", .unit = LITERAL("events")},
                    values, count);
        const char *text = finish();
        assert_true(well_formed(text));
        assert_within(text);
    }
}

static void a_step_is_one_two_or_five_and_no_smaller_one_would_do(void **unused)
{
    (void)unused;
    for (uint64_t most = 0; most < 3000; most++) {
        uint64_t step = chart_step(most, 5), leading = step;
        while (leading % 10 == 0) {
            leading /= 10;
        }
        assert_true(leading == 1 || leading == 2 || leading == 5);
        assert_true(step * 5 >= most);
        assert_true(step == 1 || step / 5 * 2 * 5 < most || step / 2 * 5 < most);
    }
    assert_true(chart_step(UINT64_MAX, 5) > 0);
}

static void thousands_are_told_apart(void **unused)
{
    (void)unused;
    static const struct {
        uint64_t number;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1\xe2\x80\x89"
                        "000"},
                 {1234567, "1\xe2\x80\x89"
                           "234\xe2\x80\x89"
                           "567"}};
    for (size_t i = 0; i < 4; i++) {
        char memory[64];
        struct text text = TEXT_IN(memory);
        chart_put_number(&text, cases[i].number);
        assert_string_equal(text_string(&text), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_of_anything_are_well_formed),
        cmocka_unit_test(a_bar_is_as_long_as_its_value),
        cmocka_unit_test(columns_of_anything_are_well_formed),
        cmocka_unit_test(a_field_of_anything_is_well_formed),
        cmocka_unit_test(a_small_line_is_well_formed),
        cmocka_unit_test(a_step_is_one_two_or_five_and_no_smaller_one_would_do),
        cmocka_unit_test(thousands_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
