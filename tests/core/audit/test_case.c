/*
 * Cases: a name of their own, events and notes in them, holds that keep them open.
 */
#include "core/audit/case.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint64_t some[CASE_ADD_MAX + 1] = {3, 5, 3};

static union command_fields adding(struct id folder, const uint64_t *events, size_t count)
{
    return (union command_fields){
        .case_add = {.folder = folder, .events = events, .events_count = count}};
}

static union command_fields noting(struct id folder)
{
    return (union command_fields){.case_note = {.folder = folder, .text = LITERAL("look here")}};
}

static union command_fields holding(struct id folder, uint64_t until)
{
    return (union command_fields){
        .case_hold = {.folder = folder, .has_until = until > 0, .until = until}};
}

static union command_fields releasing(struct id folder)
{
    return (union command_fields){.case_release = {.folder = folder, .reason = LITERAL("over")}};
}

static union command_fields closing(struct id folder)
{
    return (union command_fields){.case_close = {.folder = folder, .reason = LITERAL("solved")}};
}

static enum rule done(struct office *office, enum command_kind kind, union command_fields fields)
{
    return world_try(office->world, &office->eve, kind, &fields, NULL);
}

/* AUD-14k. */
static void auditors_and_managers_work_on_cases(void **state)
{
    struct office *office = *state;
    union command_fields fields = {.case_create = {.name = LITERAL("north")}};
    office_works(office, COMMAND_CASE_CREATE, &fields);
    struct id folder = office_case(office, "south");
    fields = adding(folder, some, 2);
    office_works(office, COMMAND_CASE_ADD, &fields);
    fields = noting(folder);
    office_works(office, COMMAND_CASE_NOTE, &fields);
    fields = holding(folder, 0);
    office_works(office, COMMAND_CASE_HOLD, &fields);
    fields = releasing(folder);
    office_works(office, COMMAND_CASE_RELEASE, &fields);
    fields = closing(folder);
    office_works(office, COMMAND_CASE_CLOSE, &fields);
}

/* AUD-09b. */
static void a_case_has_a_name_that_no_other_has(void **state)
{
    struct office *office = *state;
    struct case_row row;
    union command_fields fields = {.case_create = {.name = LITERAL("")}};
    assert_int_equal(done(office, COMMAND_CASE_CREATE, fields), RULE_AUD_09B);
    fields.case_create.name =
        LITERAL("a name that is longer than sixty-four characters, which is more than enough");
    assert_int_equal(done(office, COMMAND_CASE_CREATE, fields), RULE_AUD_09B);
    struct id folder = office_case(office, "north");
    fields.case_create.name = LITERAL("north");
    assert_int_equal(done(office, COMMAND_CASE_CREATE, fields), RULE_AUD_09B);
    assert_int_equal(done(office, COMMAND_CASE_CLOSE, closing(folder)), RULE_NONE);
    assert_int_equal(done(office, COMMAND_CASE_CREATE, fields), RULE_AUD_09B);
    struct view view = world_view(office->world);
    assert_true(case_by_name(&view, LITERAL("north"), &row) && id_equal(row.folder, folder));
    assert_false(case_by_name(&view, LITERAL("south"), &row));
}

/* AUD-09c. */
static void a_case_that_is_unknown_or_closed_is_not_written_to(void **state)
{
    struct office *office = *state;
    struct id folders[] = {{ID_CASE, 4000}, office_case(office, "north")};
    assert_int_equal(done(office, COMMAND_CASE_CLOSE, closing(folders[1])), RULE_NONE);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(done(office, COMMAND_CASE_ADD, adding(folders[i], some, 2)), RULE_AUD_09C);
        assert_int_equal(done(office, COMMAND_CASE_NOTE, noting(folders[i])), RULE_AUD_09C);
        assert_int_equal(done(office, COMMAND_CASE_HOLD, holding(folders[i], 0)), RULE_AUD_09C);
        assert_int_equal(done(office, COMMAND_CASE_RELEASE, releasing(folders[i])), RULE_AUD_09C);
        assert_int_equal(done(office, COMMAND_CASE_CLOSE, closing(folders[i])), RULE_AUD_09C);
    }
}

/* AUD-09d. */
static void events_of_a_case_are_events_of_the_log(void **state)
{
    struct office *office = *state;
    struct id folder = office_case(office, "north");
    const uint64_t last = office->world->n - 1, next = office->world->n;
    assert_int_equal(done(office, COMMAND_CASE_ADD, adding(folder, some, 0)), RULE_AUD_09D);
    assert_int_equal(done(office, COMMAND_CASE_ADD, adding(folder, some, CASE_ADD_MAX + 1)),
                     RULE_AUD_09D);
    assert_int_equal(done(office, COMMAND_CASE_ADD, adding(folder, &next, 1)), RULE_AUD_09D);
    assert_int_equal(done(office, COMMAND_CASE_ADD, adding(folder, &last, 1)), RULE_NONE);
    assert_int_equal(done(office, COMMAND_CASE_ADD, adding(folder, some, 3)), RULE_NONE);
    struct view view = world_view(office->world);
    assert_int_equal(view_count(&view, ROW_CASE_EVENT, 99), 3);
}

/* AUD-09e, AUD-09f. */
static void a_case_on_hold_stays_open_until_it_is_released_or_the_hold_runs_out(void **state)
{
    struct office *office = *state;
    uint64_t now = office->world->now_us;
    struct id folder = office_case(office, "north");
    assert_int_equal(done(office, COMMAND_CASE_RELEASE, releasing(folder)), RULE_AUD_09E);
    assert_int_equal(done(office, COMMAND_CASE_HOLD, holding(folder, now)), RULE_AUD_09E);
    assert_int_equal(done(office, COMMAND_CASE_HOLD, holding(folder, 0)), RULE_NONE);
    assert_int_equal(done(office, COMMAND_CASE_CLOSE, closing(folder)), RULE_AUD_09F);
    assert_int_equal(done(office, COMMAND_CASE_RELEASE, releasing(folder)), RULE_NONE);
    assert_int_equal(done(office, COMMAND_CASE_HOLD, holding(folder, now + 9)), RULE_NONE);
    assert_int_equal(done(office, COMMAND_CASE_CLOSE, closing(folder)), RULE_AUD_09F);
    office->world->now_us += 9;
    assert_int_equal(done(office, COMMAND_CASE_CLOSE, closing(folder)), RULE_NONE);
}

static void a_note_is_known_by_who_wrote_it_and_not_by_its_words(void **state)
{
    struct office *office = *state;
    struct id folder = office_case(office, "north");
    struct case_note_row row = {.folder = folder, .event = office->world->n};
    assert_int_equal(done(office, COMMAND_CASE_NOTE, noting(folder)), RULE_NONE);
    struct view view = world_view(office->world);
    assert_true(view_find(&view, ROW_CASE_NOTE, &row));
    assert_true(id_equal(row.author, office->eve.user));
    assert_int_equal(row.written, office->world->now_us);
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_begin, office_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OFFICE(auditors_and_managers_work_on_cases),
        WITH_OFFICE(a_case_has_a_name_that_no_other_has),
        WITH_OFFICE(a_case_that_is_unknown_or_closed_is_not_written_to),
        WITH_OFFICE(events_of_a_case_are_events_of_the_log),
        WITH_OFFICE(a_case_on_hold_stays_open_until_it_is_released_or_the_hold_runs_out),
        WITH_OFFICE(a_note_is_known_by_who_wrote_it_and_not_by_its_words),
    };
    return cmocka_run_group_tests_name("core/audit/case", tests, NULL, NULL);
}
