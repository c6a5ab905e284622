/*
 * Folding events into rows: total, and what was removed was there before.
 */
#include "core/dispatch.h"
#include "core/evolution.h"
#include "store/state.h"
#include "tests/schema/random_record.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fold {
    struct scratch scratch;
    struct state *state;
    struct arena arena;
    uint8_t memory[1 << 20]; /* as the engine has it */
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

/* With the first event that it led to, whatever that is, and whether its body is there. */
static void a_signed_command_is_used_from_its_first_event_on(void **unused)
{
    (void)unused;
    static struct fold fold;
    struct command_row row = {.digest = {{7}}};
    struct status trouble = OK;
    begin(&fold);
    struct view view = {
        .state = fold.state, .as_of_n = 3, .arena = &fold.arena, .trouble = &trouble};
    struct leaf leaf = {.n = 4,
                        .kind = EVENT_AUDIT_OBSERVED,
                        .actor = LITERAL("user:2"),
                        .has_command = true,
                        .command = {{7}},
                        .on = {THE_LOG},
                        .on_count = 1};
    must(evolution_fold(fold.state, &leaf, (struct bytes){0}, &fold.arena));
    uint64_t versions = state_versions(fold.state);
    leaf.n = 5;
    leaf.actor = LITERAL("user:3");
    must(evolution_fold(fold.state, &leaf, LITERAL("{\"what\":\"x\"}"), &fold.arena));
    assert_int_equal(state_versions(fold.state), versions);
    assert_false(view_find(&view, ROW_COMMAND, &row));
    view.as_of_n = 4;
    assert_true(view_find(&view, ROW_COMMAND, &row));
    assert_true(id_equal(row.user, (struct id){ID_USER, 2}));
    leaf.command.sha256[0] = 8;
    leaf.actor = LITERAL("identity");
    must(evolution_fold(fold.state, &leaf, (struct bytes){0}, &fold.arena));
    assert_int_equal(state_versions(fold.state), versions);
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

static struct status fold_body(struct fold *fold, enum event_kind kind, uint64_t n,
                               struct bytes body)
{
    const struct event_info *info = &event_infos[kind];
    struct leaf leaf = {.n = n,
                        .kind = kind,
                        .on = {{info->on[0], info->creates == ID_NONE ? 0 : n}},
                        .on_count = 1};
    return evolution_fold(fold->state, &leaf, body, &fold->arena);
}

/* Whatever body the catalogue allows, of whatever kind: it folds, and the same way twice. */
static void every_event_that_can_be_folds(void **unused)
{
    (void)unused;
    static struct fold fold;
    struct digest digests[2];
    begin(&fold);
    for (unsigned run = 0; run < 2; run++) {
        struct random random = {.state = 97};
        must(state_clear(fold.state));
        for (uint64_t n = 0; n < 3000; n++) {
            enum event_kind kind = (enum event_kind)random_below(&random, EVENT_KIND_COUNT);
            const struct event_info *info = &event_infos[kind];
            char memory[65536];
            struct text body = TEXT_IN(memory);
            random_record(&random, info->fields, info->field_count, info->creates, &body);
            uint64_t before = state_versions(fold.state);
            must(fold_body(&fold, kind, n, text_bytes(&body)));
            assert_true(info->writes || state_versions(fold.state) == before);
        }
        digests[run] = state_digest(fold.state);
    }
    assert_true(digest_equal(&digests[0], &digests[1]));
    assert_true(state_versions(fold.state) > 1000);
    end(&fold);
}

/* The longest texts that a body can hold, in fields that are keys and in others, plain and escaped:
 * what has happened is never too big to be folded. */
static void the_largest_body_folds(void **unused)
{
    (void)unused;
    static struct fold fold;
    char *memory = malloc(BODY_MAX + 1);
    begin(&fold);
    for (unsigned round = 0; round < 2; round++) {
        struct text body = {.data = memory, .capacity = BODY_MAX + 1};
        text_put_literal(&body, "{\"class\":\"user\",\"name\":\"");
        while (body.size < (round == 0 ? TEXT_FIELD_MAX : BODY_MAX - 64)) {
            text_put_string(&body, round == 0 ? "n" : "\\u0001");
        }
        text_put_literal(&body, "\",\"system\":\"s\"}");
        assert_false(body.full);
        must(fold_body(&fold, EVENT_AUDIT_SUBJECT_NAMED, round, text_bytes(&body)));
    }
    assert_int_equal(state_versions(fold.state), 4);
    free(memory);
    end(&fold);
}

static void after_a_failure_nothing_more_is_written(void **unused)
{
    (void)unused;
    static struct fold fold;
    begin(&fold);
    struct evolution evolution = {
        .state = fold.state, .n = 5, .arena = &fold.arena, .status = FAIL(IO, 28)};
    struct login_row row = {.login = LITERAL("ada"), .user = {ID_USER, 5}};
    evolution_put(&evolution, ROW_LOGIN, &row);
    evolution_remove(&evolution, ROW_LOGIN, &row);
    assert_int_equal(evolution.status.code, STATUS_IO);
    assert_int_equal(state_versions(fold.state), 0);
    end(&fold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_writes_the_rows_that_its_evolve_puts),
        cmocka_unit_test(an_erased_body_changes_nothing_and_a_wrong_one_is_damage),
        cmocka_unit_test(a_signed_command_is_used_from_its_first_event_on),
        cmocka_unit_test(a_removed_row_is_gone_from_then_on),
        cmocka_unit_test(every_event_that_can_be_folds),
        cmocka_unit_test(the_largest_body_folds),
        cmocka_unit_test(after_a_failure_nothing_more_is_written),
    };
    return cmocka_run_group_tests_name("core/evolution", tests, NULL, NULL);
}
