/*
 * Reviews: opened over a period, signed once, and answered by a change when they ask for one.
 */
#include "core/audit/review.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct bytes finding = {(const uint8_t *)"no logins from the north", 24};
static const struct bytes session_kinds = {(const uint8_t *)"session.*", 9};

static union command_fields opening(const struct office *office)
{
    uint64_t now = office->world->now_us;
    return (union command_fields){
        .audit_open_review = {.about = REVIEW_ABOUT_EVENTS, .from = now - 9, .to = now}};
}

static struct id open(struct office *office)
{
    union command_fields fields = opening(office);
    return (struct id){ID_REVIEW,
                       world_must(office->world, &office->eve, COMMAND_AUDIT_OPEN_REVIEW, &fields)};
}

static union command_fields signing(struct id review, enum review_outcome outcome)
{
    return (union command_fields){
        .audit_sign_review = {.review = review, .outcome = outcome, .note = LITERAL("read")}};
}

static union command_fields asking(struct office *office, struct id review)
{
    union command_fields fields = signing(review, REVIEW_OUTCOME_CHANGE);
    fields.audit_sign_review.findings = &finding;
    fields.audit_sign_review.findings_count = 1;
    fields.audit_sign_review.has_due = true;
    fields.audit_sign_review.due = office->world->now_us + 50;
    return fields;
}

static union command_fields adding(const struct bytes *kinds, size_t count, const struct id *review)
{
    return (union command_fields){
        .audit_change_event_set = {.added = kinds,
                                   .added_count = count,
                                   .reason = LITERAL("asked for"),
                                   .has_review = review != NULL,
                                   .review = review == NULL ? (struct id){0} : *review}};
}

static enum rule signing_is(struct office *office, const union command_fields *fields)
{
    return world_try(office->world, &office->eve, COMMAND_AUDIT_SIGN_REVIEW, fields, NULL);
}

static struct review_row row_of(struct office *office, struct id review)
{
    struct review_row row;
    struct view view = world_view(office->world);
    assert_true(review_by_id(&view, review, &row));
    return row;
}

/* AUD-14k. */
static void auditors_and_managers_review(void **state)
{
    struct office *office = *state;
    union command_fields fields = opening(office);
    office_works(office, COMMAND_AUDIT_OPEN_REVIEW, &fields);
    fields = signing(open(office), REVIEW_OUTCOME_NO_CHANGE);
    office_works(office, COMMAND_AUDIT_SIGN_REVIEW, &fields);
}

/* AUD-18d. */
static void a_review_is_about_a_period_that_has_passed(void **state)
{
    struct office *office = *state;
    union command_fields fields = opening(office);
    struct audit_open_review *command = &fields.audit_open_review;
    command->from = command->to;
    world_refused(office->world, &office->eve, COMMAND_AUDIT_OPEN_REVIEW, &fields, RULE_AUD_18D);
    command->from = 0;
    command->to = office->world->now_us + 1;
    world_refused(office->world, &office->eve, COMMAND_AUDIT_OPEN_REVIEW, &fields, RULE_AUD_18D);
    command->to--;
    (void)world_must(office->world, &office->eve, COMMAND_AUDIT_OPEN_REVIEW, &fields);
}

/* AUD-18e. */
static void an_open_review_is_signed_once(void **state)
{
    struct office *office = *state;
    union command_fields fields = signing((struct id){ID_REVIEW, 77}, REVIEW_OUTCOME_NO_CHANGE);
    assert_int_equal(signing_is(office, &fields), RULE_AUD_18E);
    fields = signing(open(office), REVIEW_OUTCOME_NO_CHANGE);
    assert_int_equal(signing_is(office, &fields), RULE_NONE);
    assert_int_equal(signing_is(office, &fields), RULE_AUD_18E);
    struct review_row row = row_of(office, fields.audit_sign_review.review);
    assert_true(row.has_signer && id_equal(row.signer, office->eve.user));
    assert_true(row.has_outcome);
}

/* AUD-18f. */
static void a_review_that_asks_for_a_change_says_why_and_by_when(void **state)
{
    struct office *office = *state;
    union command_fields fields = asking(office, open(office));
    struct audit_sign_review *command = &fields.audit_sign_review;
    command->has_due = false;
    assert_int_equal(signing_is(office, &fields), RULE_AUD_18F);
    command->has_due = true;
    command->due = office->world->now_us;
    assert_int_equal(signing_is(office, &fields), RULE_AUD_18F);
    command->due++;
    command->findings_count = 0;
    assert_int_equal(signing_is(office, &fields), RULE_AUD_18F);
    command->findings_count = 1;
    assert_int_equal(signing_is(office, &fields), RULE_NONE);
}

/* AUD-09c. */
static void a_case_that_a_review_names_is_known(void **state)
{
    struct office *office = *state;
    union command_fields fields = signing(open(office), REVIEW_OUTCOME_NO_CHANGE);
    fields.audit_sign_review.has_folder = true;
    fields.audit_sign_review.folder = (struct id){ID_CASE, 5};
    assert_int_equal(signing_is(office, &fields), RULE_AUD_09C);
    fields.audit_sign_review.folder = office_case(office, "north");
    assert_int_equal(signing_is(office, &fields), RULE_NONE);
}

/* AUD-14j. */
static void managers_add_kinds_to_what_is_logged(void **state)
{
    struct office *office = *state;
    union command_fields fields = adding(&session_kinds, 1, NULL);
    office_manages(office, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields);
}

/* AUD-18c, AUD-06b. */
static void kinds_are_added_once_and_exist(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    const struct bytes twice[] = {session_kinds, session_kinds};
    const struct bytes unknown = LITERAL("coffee.made");
    union command_fields fields = adding(twice, 2, NULL);
    world_refused(world, &office->ben, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields, RULE_AUD_18C);
    fields = adding(twice, 0, NULL);
    world_refused(world, &office->ben, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields, RULE_AUD_18C);
    fields = adding(&unknown, 1, NULL);
    world_refused(world, &office->ben, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields, RULE_AUD_06B);
    fields = adding(twice, 1, NULL);
    (void)world_must(world, &office->ben, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields);
    world_refused(world, &office->ben, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields, RULE_AUD_18C);
}

/* AUD-18g. */
static void a_change_answers_a_review_that_asked_for_it(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    struct id review = open(office);
    union command_fields fields = adding(&session_kinds, 1, &review);
    world_refused(world, &office->ben, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields, RULE_AUD_18G);
    union command_fields sign = asking(office, review);
    assert_int_equal(signing_is(office, &sign), RULE_NONE);
    struct review_row row = row_of(office, review);
    struct view view = world_view(world);
    assert_false(review_is_overdue(&view, &row));
    world->now_us += 51;
    view = world_view(world);
    assert_true(review_is_overdue(&view, &row));
    (void)world_must(world, &office->ben, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields);
    row = row_of(office, review);
    view = world_view(world);
    assert_true(row.has_changed);
    assert_false(review_is_overdue(&view, &row));
}

/* Histories ---------------------------------------------------------------------------------- */

enum {
    DEEDS = 300,
};

/* A review as a list tells it. */
struct told {
    struct id id;
    bool done, asks, changed;
    uint64_t due;
};

static void compare(struct office *office, const struct told *told, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct review_row row = row_of(office, told[i].id);
        struct view view = world_view(office->world);
        assert_int_equal(row.has_outcome, told[i].done);
        assert_int_equal(row.has_changed, told[i].changed);
        assert_int_equal(review_is_overdue(&view, &row),
                         told[i].asks && !told[i].changed && told[i].due < office->world->now_us);
    }
}

static void sign_some(struct office *office, const struct actor *actor, bool works,
                      struct told *told, uint64_t *seed)
{
    bool asks = world_random(seed, 2) == 1;
    uint64_t due = office->world->now_us + world_random(seed, 30);
    union command_fields fields =
        asks ? asking(office, told->id) : signing(told->id, REVIEW_OUTCOME_NO_CHANGE);
    fields.audit_sign_review.due = due;
    bool may = works && !told->done && (!asks || due > office->world->now_us);
    assert_int_equal(world_try(office->world, actor, COMMAND_AUDIT_SIGN_REVIEW, &fields, NULL) ==
                         RULE_NONE,
                     may);
    if (may) {
        told->done = true;
        told->asks = asks;
        told->due = due;
    }
}

/* Each kind is another one, so that it has not been added before. */
static void change_some(struct office *office, const struct actor *actor, bool manages,
                        struct told *told, unsigned deed)
{
    const struct bytes kind = bytes_of_string(event_infos[deed % EVENT_KIND_COUNT].name);
    union command_fields fields = adding(&kind, 1, &told->id);
    struct view view = world_view(office->world);
    struct event_set_row known = {.kind = kind};
    bool may = manages && told->asks && !view_find(&view, ROW_EVENT_SET, &known);
    assert_int_equal(
        world_try(office->world, actor, COMMAND_AUDIT_CHANGE_EVENT_SET, &fields, NULL) == RULE_NONE,
        may);
    told->changed = told->changed || may;
}

static void a_history_of_reviews_is_as_a_naive_list_tells_it(void **state)
{
    struct office *office = *state;
    const struct actor *all[] = {&office->ada, &office->ben, &office->cat, &office->dan,
                                 &office->eve};
    uint64_t seed = 333;
    struct told told[DEEDS];
    size_t count = 0;
    for (unsigned deed = 0; deed < DEEDS; deed++) {
        uint32_t who = world_random(&seed, 5), what = world_random(&seed, 5);
        bool manages = who == 1 || who == 2, works = manages || who == 4;
        struct told *one = count == 0 ? NULL : &told[world_random(&seed, (uint32_t)count)];
        office->world->now_us += world_random(&seed, 5);
        if (what == 0 || one == NULL) {
            union command_fields fields = opening(office);
            struct id id = {ID_REVIEW, office->world->n};
            assert_int_equal(world_try(office->world, all[who], COMMAND_AUDIT_OPEN_REVIEW, &fields,
                                       NULL) == RULE_NONE,
                             works);
            if (works) {
                told[count++] = (struct told){.id = id};
            }
        } else if (what < 3) {
            sign_some(office, all[who], works, one, &seed);
        } else {
            change_some(office, all[who], manages, one, deed);
        }
        compare(office, told, count);
    }
    assert_true(count > 20);
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_begin, office_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OFFICE(auditors_and_managers_review),
        WITH_OFFICE(a_review_is_about_a_period_that_has_passed),
        WITH_OFFICE(an_open_review_is_signed_once),
        WITH_OFFICE(a_review_that_asks_for_a_change_says_why_and_by_when),
        WITH_OFFICE(a_case_that_a_review_names_is_known),
        WITH_OFFICE(managers_add_kinds_to_what_is_logged),
        WITH_OFFICE(kinds_are_added_once_and_exist),
        WITH_OFFICE(a_change_answers_a_review_that_asked_for_it),
        WITH_OFFICE(a_history_of_reviews_is_as_a_naive_list_tells_it),
    };
    return cmocka_run_group_tests_name("core/audit/review", tests, NULL, NULL);
}
