/*
 * All that somebody can reach: against every object asked for by itself.
 */
#include "reports/access/basis.h"
#include "reports/access/reach.h"
#include "tests/core/access/model.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct capture out;
static struct model model;

static bool may(const struct view *view, struct id user, struct id object)
{
    struct access access;
    may_read(view, &(struct reader){.user = user}, object, &access);
    return access.allowed;
}

/* Whether a row says so, if and only if it may be; how many may. */
static uint64_t compare(const struct view *view, struct id user, const struct id *objects,
                        size_t count)
{
    uint64_t allowed = 0;
    for (size_t i = 0; i < count; i++) {
        char memory[96];
        struct text text = TEXT_IN(memory);
        text_put_literal(&text, "{\"object\":\"");
        id_write(&text, objects[i]);
        text_put_literal(&text, "\",");
        bool expected = may(view, user, objects[i]);
        assert_int_equal(strstr(out.text, text_string(&text)) != NULL, expected);
        allowed += expected ? 1 : 0;
    }
    return allowed;
}

static void whatever_may_be_read_is_listed_and_nothing_else(void **state)
{
    struct world *world = *state;
    uint64_t all = 0;
    model_begin(&model, world, 12);
    for (unsigned round = 0; round < 20; round++) {
        struct id user = model.users[round % MODEL_USERS];
        uint64_t allowed = 0;
        for (unsigned i = 0; i < 12; i++) {
            model_step(&model);
        }
        struct view view = world_view(world);
        struct access_question question = {.view = &view};
        question.verbs[ACCESS_READ] = true;
        capture_begin(&out, &(struct rows_options){.format = ROWS_JSON});
        must(reach_rows(&out.rows, &question, user, &allowed));
        capture_end(&out);
        uint64_t expected = compare(&view, user, model.files, MODEL_FILES);
        expected += compare(&view, user, model.dirs, MODEL_DIRS);
        expected += compare(&view, user, model.groups, MODEL_GROUPS);
        assert_int_equal(allowed, expected);
        all += allowed;
    }
    assert_true(all > 20);
}

static struct status time_of(void *context, uint64_t n, uint64_t *utc_us)
{
    (void)context;
    *utc_us = WORLD_START_US + n;
    return OK;
}

static void over_a_stretch_each_object_has_its_intervals(void **state)
{
    static struct basis basis;
    struct world *world = *state;
    model_begin(&model, world, 13);
    for (unsigned i = 0; i < 200; i++) {
        model_step(&model);
    }
    struct interval_rows rows = {
        .question = {.view = world_view(world),
                     .from = {.n = 0, .utc_us = WORLD_START_US},
                     .to = {.n = world->n, .utc_us = WORLD_START_US + world->n},
                     .time_of = time_of},
        .basis = &basis,
        .out = &out.rows};
    rows.verbs[ACCESS_READ] = true;
    capture_begin(&out, &(struct rows_options){.format = ROWS_JSON});
    must(reach_intervals(&rows, model.users[1]));
    capture_end(&out);
    assert_true(rows.allowed > 3);
    assert_non_null(strstr(out.text, "{\"object\":\"file:"));
    assert_null(strstr(out.text, "\"allowed\":\"no\""));
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)
    const struct CMUnitTest tests[] = {
        IN_WORLD(whatever_may_be_read_is_listed_and_nothing_else),
        IN_WORLD(over_a_stretch_each_object_has_its_intervals),
    };
    return cmocka_run_group_tests_name("reports/access/reach", tests, NULL, NULL);
}
