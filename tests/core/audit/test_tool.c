/*
 * Tools: measured by the program, approved by a manager, and different or not.
 */
#include "core/audit/tool.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void measure(struct world *world, uint8_t first)
{
    static const struct bytes line = {(const uint8_t *)"/usr/bin/cairn aa 755 root", 26};
    char memory[512];
    struct text text = TEXT_IN(memory);
    union event_body body = {
        .audit_tools_measured = {
            .tools = &line, .tools_count = 1, .digest = {{first}}, .by = LITERAL("root")}};
    struct leaf leaf = {.actor = LITERAL("audit"),
                        .kind = EVENT_AUDIT_TOOLS_MEASURED,
                        .on = {THE_LOG},
                        .on_count = 1,
                        .n = world->n++,
                        .t_utc_us = world->now_us};
    event_body_encode(leaf.kind, &body, &text);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
}

static union command_fields approving(uint8_t first)
{
    return (union command_fields){.audit_approve_tools = {.digest = {{first}}}};
}

/* AUD-14j. */
static void managers_approve_the_tools(void **state)
{
    struct office *office = *state;
    measure(office->world, 1);
    union command_fields fields = approving(1);
    office_manages(office, COMMAND_AUDIT_APPROVE_TOOLS, &fields);
}

/* AUD-08b. */
static void tools_that_were_measured_are_approved_once(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    union command_fields one = approving(1), two = approving(2);
    world_refused(world, &office->ben, COMMAND_AUDIT_APPROVE_TOOLS, &one, RULE_AUD_08B);
    measure(world, 1);
    measure(world, 2);
    world_refused(world, &office->ben, COMMAND_AUDIT_APPROVE_TOOLS, &(union command_fields){0},
                  RULE_AUD_08B);
    (void)world_must(world, &office->ben, COMMAND_AUDIT_APPROVE_TOOLS, &one);
    world_refused(world, &office->cat, COMMAND_AUDIT_APPROVE_TOOLS, &one, RULE_AUD_08B);
    (void)world_must(world, &office->ben, COMMAND_AUDIT_APPROVE_TOOLS, &two);
    (void)world_must(world, &office->ben, COMMAND_AUDIT_APPROVE_TOOLS, &one);
}

static void tools_differ_when_the_newest_measurement_is_not_the_baseline(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    struct tools_row tools;
    union command_fields fields = approving(1);
    struct view view = world_view(world);
    assert_false(tool_state(&view, &tools));
    measure(world, 1);
    view = world_view(world);
    assert_true(tool_state(&view, &tools) && !tool_differs(&tools));
    (void)world_must(world, &office->ben, COMMAND_AUDIT_APPROVE_TOOLS, &fields);
    measure(world, 2);
    view = world_view(world);
    assert_true(tool_state(&view, &tools) && tool_differs(&tools));
    assert_true(id_equal(tools.approver, office->ben.user));
    measure(world, 1);
    view = world_view(world);
    assert_true(tool_state(&view, &tools) && !tool_differs(&tools));
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_begin, office_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OFFICE(managers_approve_the_tools),
        WITH_OFFICE(tools_that_were_measured_are_approved_once),
        WITH_OFFICE(tools_differ_when_the_newest_measurement_is_not_the_baseline),
    };
    return cmocka_run_group_tests_name("core/audit/tool", tests, NULL, NULL);
}
