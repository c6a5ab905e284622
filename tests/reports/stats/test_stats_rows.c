/*
 * Counted events as a table, as CSV, as JSON and as a picture.
 */
#include "reports/stats/stats_rows.h"
#include "tests/reports/capture.h"
#include "tests/reports/well_formed.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MEMORY = 16 << 20,
};

#define HOUR_US (3600 * TIME_SECOND_US)
/* 2026-03-09T00:00:00Z */
#define DAY_US UINT64_C(1773014400000000)

static struct capture capture;
static struct stats stats;
static struct arena arena;
static uint64_t next_n;

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

static void count(const char *by, const char *interval)
{
    struct stats_options options = {.arena = &arena, .zone = zone_utc()};
    arena_reset(&arena);
    next_n = 0;
    if (by != NULL) {
        assert_false(failed(dimension_read(bytes_of_string(by), &options.by[0])));
        options.by_count = 1;
    }
    if (interval != NULL) {
        assert_false(failed(interval_read(bytes_of_string(interval), &options.interval)));
    }
    assert_false(failed(stats_begin(&stats, &options)));
}

static void event(struct bytes actor, uint64_t hour, enum outcome outcome, enum stats_side side)
{
    const struct leaf leaf = {.n = next_n++,
                              .actor = actor,
                              .kind = EVENT_VAULT_FILE_VIEWED,
                              .outcome = outcome,
                              .on = {{ID_LOG, 0}},
                              .on_count = 1};
    assert_false(
        failed(stats_event(&stats, side, &leaf, DAY_US + hour * HOUR_US, (struct bytes){0})));
}

static const char *written(const struct stats_rows_options *options, enum rows_format format,
                           struct stats_rest *rest)
{
    assert_false(failed(stats_end(&stats)));
    capture_begin(&capture, &(struct rows_options){.format = format, .zone = zone_utc()});
    assert_false(failed(stats_rows_write(&stats, options, &capture.rows, rest)));
    capture_end(&capture);
    return capture.text;
}

static void some_events(void)
{
    for (uint64_t i = 0; i < 6; i++) {
        event(LITERAL("user:1"), i, i == 2 ? OUTCOME_DENIED : OUTCOME_OK, STATS_NOW);
    }
    event(LITERAL("vault"), 5, OUTCOME_FAILED, STATS_NOW);
    event(LITERAL("vault"), 5, OUTCOME_OK, STATS_BEFORE);
    event(LITERAL("proxy"), 5, OUTCOME_OK, STATS_BEFORE);
    event(LITERAL("proxy"), 5, OUTCOME_OK, STATS_BEFORE);
}

static void groups_are_rows(void **unused)
{
    (void)unused;
    const struct stats_rows_options options = {.letters = SPARK_ASCII};
    struct stats_rest rest;
    count("actor", NULL);
    for (uint64_t i = 0; i < 3; i++) {
        event(LITERAL("user:1"), i, i == 2 ? OUTCOME_DENIED : OUTCOME_OK, STATS_NOW);
    }
    event(LITERAL("vault"), 2, OUTCOME_FAILED, STATS_NOW);
    assert_string_equal(
        written(&options, ROWS_TABLE, &rest),
        "ACTOR   EVENTS  DENIED  FAILED  FIRST  LAST  COURSE\n"
        "user:1       3       1       0      0     2  @             @             @\n"
        "vault        1       0       1      3     3                              @\n");
}

static void programs_get_numbers_and_where_they_begin(void **unused)
{
    (void)unused;
    const struct stats_rows_options options = {0};
    struct stats_rest rest;
    count("actor", NULL);
    event(LITERAL("user:1"), 0, OUTCOME_OK, STATS_NOW);
    assert_string_equal(written(&options, ROWS_JSON, &rest),
                        "{\"actor\":\"user:1\",\"actor_name\":\"user:1\",\"events\":1,\"denied\":0,"
                        "\"failed\":0,\"first\":0,\"last\":0,\"course\":[1],"
                        "\"course_from\":\"2026-03-09T00:00:00.000000Z\",\"course_step\":1}\n");
}

static void what_is_left_out_is_counted(void **unused)
{
    (void)unused;
    const struct stats_rows_options options = {.top = 1, .compared = true, .letters = SPARK_ASCII};
    struct stats_rest rest;
    count("actor", NULL);
    some_events();
    const char *text = written(&options, ROWS_TABLE, &rest);
    assert_int_equal(rest.groups, 2);
    assert_int_equal(rest.events, 1);
    assert_non_null(strstr(text, "ACTOR   EVENTS  BEFORE  CHANGE"));
    assert_non_null(strstr(text, "user:1       6       0      +6"));
    assert_null(strstr(text, "vault"));
}

static void what_was_there_before_only_has_a_row(void **unused)
{
    (void)unused;
    const struct stats_rows_options options = {.compared = true, .letters = SPARK_ASCII};
    struct stats_rest rest;
    count("actor", NULL);
    some_events();
    const char *text = written(&options, ROWS_TABLE, &rest);
    assert_non_null(strstr(text, "vault        1       1       0"));
    assert_non_null(strstr(text, "proxy        0       2      -2       0       0      -     -"));
}

static void a_histogram_reaches_from_end_to_end(void **unused)
{
    (void)unused;
    const struct stats_rows_options options = {
        .letters = SPARK_ASCII,
        .range = {.since = {MOMENT_TIME, DAY_US}, .until = {MOMENT_TIME, DAY_US + 5 * HOUR_US}}};
    struct stats_rest rest;
    count(NULL, "1h");
    event(LITERAL("user:1"), 1, OUTCOME_OK, STATS_NOW);
    event(LITERAL("user:1"), 1, OUTCOME_OK, STATS_NOW);
    event(LITERAL("user:1"), 3, OUTCOME_DENIED, STATS_NOW);
    assert_string_equal(
        written(&options, ROWS_TABLE, &rest),
        "FROM (UTC)                EVENTS  DENIED  FAILED  FIRST  LAST  BAR\n"
        "2026-03-09 00:00:00.000Z       0       0       0      -     -  -\n"
        "2026-03-09 01:00:00.000Z       2       0       0      0     1  "
        "########################################\n"
        "2026-03-09 02:00:00.000Z       0       0       0      -     -  -\n"
        "2026-03-09 03:00:00.000Z       1       1       0      2     2  ####################\n"
        "2026-03-09 04:00:00.000Z       0       0       0      -     -  -\n");
}

static void too_many_empty_stretches_are_refused_with_advice(void **unused)
{
    (void)unused;
    const struct stats_rows_options options = {0};
    struct stats_rest rest;
    count(NULL, "1s");
    event(LITERAL("user:1"), 0, OUTCOME_OK, STATS_NOW);
    event(LITERAL("user:1"), 5, OUTCOME_OK, STATS_NOW);
    assert_false(failed(stats_end(&stats)));
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON, .zone = zone_utc()});
    struct status status = stats_rows_write(&stats, &options, &capture.rows, &rest);
    capture_end(&capture);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_non_null(status.why);
}

/* Whatever things are called, in every format. */
static void hostile_names_do_no_harm(void **unused)
{
    (void)unused;
    uint64_t state = 8;
    for (unsigned round = 0; round < 60; round++) {
        static uint8_t names[20][4200];
        const struct stats_rows_options options = {.letters = SPARK_BLOCKS, .top = 15};
        struct stats_rest rest;
        count("actor", NULL);
        for (size_t i = 0; i < 20; i++) {
            size_t size = i == 0 ? 4096 : 1 + random_hostile(&state, names[i] + 1, 300);
            memset(names[i], i == 0 ? 'n' : 'a', i == 0 ? 4096 : 1);
            event(bytes_of(names[i], size), i, OUTCOME_OK, STATS_NOW);
        }
        for (enum rows_format format = ROWS_TABLE; format <= ROWS_JSON; format++) {
            const char *text = written(&options, format, &rest);
            assert_null(strchr(text, '\033'));
            assert_true(text_is_utf8(bytes_of_string(text)));
        }
        capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
        assert_false(failed(stats_draw(&stats, &options, bytes_of(names[1], 40), &capture.output)));
        capture_end(&capture);
        assert_true(well_formed(capture.text));
    }
}

static void a_histogram_is_drawn_from_end_to_end(void **unused)
{
    (void)unused;
    const struct stats_rows_options options = {
        .range = {.since = {MOMENT_TIME, DAY_US}, .until = {MOMENT_TIME, DAY_US + 24 * HOUR_US}}};
    count(NULL, "1h");
    event(LITERAL("user:1"), 7, OUTCOME_OK, STATS_NOW);
    assert_false(failed(stats_end(&stats)));
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    assert_false(failed(stats_draw(&stats, &options, LITERAL("everything"), &capture.output)));
    capture_end(&capture);
    assert_true(well_formed(capture.text));
    assert_non_null(strstr(capture.text, "24 columns; the highest, 1 events, at 2026-03-09 07:00"));
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_rows),
        cmocka_unit_test(programs_get_numbers_and_where_they_begin),
        cmocka_unit_test(what_is_left_out_is_counted),
        cmocka_unit_test(what_was_there_before_only_has_a_row),
        cmocka_unit_test(a_histogram_reaches_from_end_to_end),
        cmocka_unit_test(too_many_empty_stretches_are_refused_with_advice),
        cmocka_unit_test(hostile_names_do_no_harm),
        cmocka_unit_test(a_histogram_is_drawn_from_end_to_end),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
