/*
 * Folding events into rows: total, and what was removed was there before.
 */
#include "core/dispatch.h"
#include "core/evolution.h"
#include "store/state.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct fold {
    struct scratch scratch;
    struct state *state;
    struct arena arena;
    uint8_t memory[32768];
};

static void begin(struct fold *fold)
{
    char path[400];
    scratch_begin(&fold->scratch);
    fold->arena = ARENA_IN(fold->memory);
    snprintf(path, sizeof path, "%s/state", fold->scratch.directory);
    must(state_open(&(struct state_options){.directory = path, .fingerprint = "test"},
                    &fold->state));
}

static void end(struct fold *fold)
{
    state_close(&fold->state);
    scratch_end(&fold->scratch);
}

static bool find(struct fold *fold, uint64_t as_of_n, struct emitter_row *row)
{
    struct status trouble = OK;
    struct view view = {
        .state = fold->state, .as_of_n = as_of_n, .arena = &fold->arena, .trouble = &trouble};
    *row = (struct emitter_row){.name = LITERAL("door")};
    bool found = view_find(&view, ROW_EMITTER, row);
    assert_false(failed(trouble));
    return found;
}

static void an_event_writes_the_rows_that_its_evolve_puts(void **unused)
{
    (void)unused;
    static struct fold fold;
    struct emitter_row row;
    begin(&fold);
    struct leaf leaf = {
        .n = 4, .kind = EVENT_EMITTER_REGISTERED, .on = {{ID_EMITTER, 4}}, .on_count = 1};
    struct bytes body =
        LITERAL("{\"about\":\"a door\",\"class\":\"outside\",\"key\":\"k\",\"name\":\"door\"}");
    must(evolution_fold(fold.state, &leaf, body, &fold.arena));
    assert_false(find(&fold, 3, &row));
    assert_true(find(&fold, 4, &row));
    assert_false(row.retired);
    leaf = (struct leaf){
        .n = 6, .kind = EVENT_EMITTER_RETIRED, .on = {{ID_EMITTER, 4}}, .on_count = 1};
    must(evolution_fold(fold.state, &leaf, LITERAL("{\"name\":\"door\",\"reason\":\"gone\"}"),
                        &fold.arena));
    assert_true(find(&fold, 5, &row));
    assert_false(row.retired);
    assert_true(find(&fold, 6, &row));
    assert_true(row.retired);
    end(&fold);
}

static void an_erased_body_changes_nothing_and_a_wrong_one_is_damage(void **unused)
{
    (void)unused;
    static struct fold fold;
    struct emitter_row row;
    begin(&fold);
    struct leaf leaf = {
        .n = 4, .kind = EVENT_EMITTER_REGISTERED, .on = {{ID_EMITTER, 4}}, .on_count = 1};
    must(evolution_fold(fold.state, &leaf, (struct bytes){0}, &fold.arena));
    assert_false(find(&fold, 4, &row));
    assert_int_equal(evolution_fold(fold.state, &leaf, LITERAL("{\"a\":1}"), &fold.arena).code,
                     STATUS_CORRUPT);
    end(&fold);
}

static void a_removed_row_is_gone_from_then_on(void **unused)
{
    (void)unused;
    static struct fold fold;
    struct emitter_row row = {.name = LITERAL("door"), .key = LITERAL("k"), .about = LITERAL("")};
    begin(&fold);
    row.emitter = (struct id){ID_EMITTER, 1};
    struct evolution evolution = {.state = fold.state, .n = 1, .arena = &fold.arena};
    evolution_put(&evolution, ROW_EMITTER, &row);
    evolution.n = 2;
    evolution_remove(&evolution, ROW_EMITTER, &row);
    assert_false(failed(evolution.status));
    assert_true(find(&fold, 1, &row));
    assert_false(find(&fold, 2, &row));
    end(&fold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_writes_the_rows_that_its_evolve_puts),
        cmocka_unit_test(an_erased_body_changes_nothing_and_a_wrong_one_is_damage),
        cmocka_unit_test(a_removed_row_is_gone_from_then_on),
    };
    return cmocka_run_group_tests_name("core/evolution", tests, NULL, NULL);
}
