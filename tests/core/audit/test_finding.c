/*
 * Findings: the newest of each sort is the one that counts.
 */
#include "core/audit/finding.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void say(struct world *world, enum event_kind kind, const union event_body *body)
{
    char memory[2048];
    struct text text = TEXT_IN(memory);
    struct leaf leaf = {.actor = LITERAL("audit"),
                        .kind = kind,
                        .on = {THE_LOG},
                        .on_count = 1,
                        .n = world->n++,
                        .t_utc_us = world->now_us};
    event_body_encode(kind, body, &text);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
}

static void the_newest_verification_counts(void **state)
{
    struct world *world = *state;
    struct verification_row row;
    struct view view = world_view(world);
    assert_false(finding_verification(&view, &row));
    for (uint64_t size = 1; size < 4; size++) {
        world->now_us++;
        say(world, EVENT_AUDIT_VERIFIED,
            &(union event_body){.audit_verified = {.size = size, .findings = 4 - size}});
    }
    view = world_view(world);
    assert_true(finding_verification(&view, &row));
    assert_int_equal(row.size, 3);
    assert_int_equal(row.findings, 1);
    assert_int_equal(row.ended, world->now_us);
}

static void each_source_has_its_newest_comparison(void **state)
{
    struct world *world = *state;
    struct clock_row row;
    union event_body body = {.clock_compared = {.source = LITERAL("a"), .synchronised = true}};
    say(world, EVENT_CLOCK_COMPARED, &body);
    body.clock_compared.source = LITERAL("b");
    body.clock_compared.offset_us = 9;
    body.clock_compared.behind = true;
    say(world, EVENT_CLOCK_COMPARED, &body);
    struct view view = world_view(world);
    assert_true(finding_clock(&view, LITERAL("a"), &row) && row.offset_us == 0 && !row.behind);
    assert_true(finding_clock(&view, LITERAL("b"), &row) && row.offset_us == 9 && row.behind);
    assert_false(finding_clock(&view, LITERAL("c"), &row));
}

static void a_question_has_its_name_until_it_is_forgotten(void **state)
{
    struct world *world = *state;
    struct saved_query_row row;
    union event_body body = {.audit_query_saved = {.name = LITERAL("nights"),
                                                   .question = LITERAL("t >= 22:00"),
                                                   .by = LITERAL("root")}};
    say(world, EVENT_AUDIT_QUERY_SAVED, &body);
    struct view view = world_view(world);
    assert_true(finding_query(&view, LITERAL("nights"), &row));
    assert_true(bytes_equal(row.question, LITERAL("t >= 22:00")));
    body = (union event_body){
        .audit_query_forgotten = {.name = LITERAL("nights"), .by = LITERAL("root")}};
    say(world, EVENT_AUDIT_QUERY_FORGOTTEN, &body);
    view = world_view(world);
    assert_false(finding_query(&view, LITERAL("nights"), &row));
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(the_newest_verification_counts),
        WITH_WORLD(each_source_has_its_newest_comparison),
        WITH_WORLD(a_question_has_its_name_until_it_is_forgotten),
    };
    return cmocka_run_group_tests_name("core/audit/finding", tests, NULL, NULL);
}
