/*
 * Who could have, as rows: a row for each interval, in all formats.
 */
#include "reports/access/interval_rows.h"
#include "tests/core/access/cast.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct lab {
    struct world *world;
    struct cast cast;
    struct id file;
    struct capture out;
    struct basis basis;
};

/* Each event a second after the one before. */
static struct status time_of(void *context, uint64_t n, uint64_t *utc_us)
{
    (void)context;
    *utc_us = WORLD_START_US + n * UINT64_C(1000000);
    return OK;
}

static struct interval_rows rows_of(struct lab *lab, bool refused)
{
    struct interval_rows rows = {.question = {.view = world_view(lab->world),
                                              .object = lab->file,
                                              .from = {.n = 0, .utc_us = WORLD_START_US},
                                              .to = {.n = lab->world->n},
                                              .time_of = time_of},
                                 .refused = refused,
                                 .basis = &lab->basis,
                                 .out = &lab->out.rows};
    rows.verbs[ACCESS_READ] = true;
    must(time_of(NULL, lab->world->n + 100, &rows.question.to.utc_us));
    return rows;
}

static struct lab *furnish(struct world *world)
{
    static struct lab lab;
    lab.world = world;
    lab.cast = cast_of(world);
    lab.file = own_file(world, &lab.cast, NOBODY);
    place_share(world, lab.file, lab.cast.bob, "v", 0);
    place_unshare(world, lab.file, lab.cast.bob);
    uint64_t until_us;
    must(time_of(NULL, world->n + 50, &until_us));
    place_share(world, lab.file, lab.cast.cat, "v", until_us);
    return &lab;
}

static size_t count_lines(const struct capture *out)
{
    size_t count = 0;
    for (size_t i = 0; i < out->size; i++) {
        count += out->text[i] == '\n' ? 1 : 0;
    }
    return count;
}

static void everybody_who_could_has_a_row_for_each_interval(void **state)
{
    struct lab *lab = furnish(*state);
    capture_begin(&lab->out, &(struct rows_options){.format = ROWS_JSON});
    struct interval_rows rows = rows_of(lab, false);
    must(interval_rows_begin(&rows));
    must(interval_rows_add_all(&rows));
    capture_end(&lab->out);
    assert_int_equal(rows.allowed, 3);
    assert_int_equal(count_lines(&lab->out), 3);
    assert_non_null(
        strstr(lab->out.text, "\"login\":\"ann\",\"verb\":\"read\",\"allowed\":\"yes\""));
    assert_non_null(strstr(lab->out.text, "\"ended\":\"still so\""));
    assert_non_null(strstr(lab->out.text, ": not shared with bob"));
    assert_non_null(strstr(lab->out.text, "\"ended\":\"by itself: not shared with cat"));
    assert_non_null(strstr(lab->out.text, "\"ended_by\":\"CLS-04a\",\"events\":["));
    assert_null(strstr(lab->out.text, "\"login\":\"eve\""));
}

static void with_refusals_the_whole_stretch_is_told(void **state)
{
    struct lab *lab = furnish(*state);
    capture_begin(&lab->out, &(struct rows_options){.format = ROWS_CSV});
    struct interval_rows rows = rows_of(lab, true);
    rows.many_objects = true;
    must(interval_rows_begin(&rows));
    must(interval_rows_add(&rows, lab->cast.eve));
    capture_end(&lab->out);
    assert_int_equal(rows.allowed, 0);
    assert_true(count_lines(&lab->out) >= 3);
    assert_int_equal(strncmp(lab->out.text, "object,", 7), 0);
    assert_non_null(strstr(lab->out.text, "\"eve\",\"read\",\"no\""));
}

static void whoever_was_not_there_yet_has_no_rows(void **state)
{
    struct lab *lab = furnish(*state);
    capture_begin(&lab->out, &(struct rows_options){.format = ROWS_CSV});
    struct interval_rows rows = rows_of(lab, true);
    must(interval_rows_begin(&rows));
    assert_int_equal(interval_rows_add(&rows, (struct id){ID_USER, 99999}).code, STATUS_NOT_FOUND);
    assert_int_equal(interval_rows_add(&rows, lab->file).code, STATUS_NOT_FOUND);
    capture_end(&lab->out);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)
    const struct CMUnitTest tests[] = {
        IN_WORLD(everybody_who_could_has_a_row_for_each_interval),
        IN_WORLD(with_refusals_the_whole_stretch_is_told),
        IN_WORLD(whoever_was_not_there_yet_has_no_rows),
    };
    return cmocka_run_group_tests_name("reports/access/interval_rows", tests, NULL, NULL);
}
