/*
 * Certifications: who issues and ends them, how long they last, and whether they suffice.
 */
#include "core/project/certification.h"
#include "schema/time.h"
#include "tests/core/project/making.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct cast {
    struct actor admin, manager, member, assigned;
    struct id user, project, needed, other; /* of the project's level; of nothing */
};

static struct cast cast_of(struct world *world)
{
    struct cast cast = {.admin = making_admin(world)};
    cast.manager = world_actor(world, world_user(world, "mia", USER_ROLE_USER));
    cast.member = world_actor(world, world_user(world, "uli", USER_ROLE_USER));
    cast.assigned = world_actor(world, world_user(world, "sam", USER_ROLE_SUB_ADMIN));
    cast.user = world_user(world, "bob", USER_ROLE_USER);
    cast.project = making_project(world, &cast.admin, "atlas", NOBODY);
    cast.needed = making_requirement(world, &cast.admin, "training", 0, 0);
    cast.other = making_requirement(world, &cast.admin, "hipaa", 0, 0);
    making_set_level(world, &cast.admin, cast.project,
                     making_level(world, &cast.admin, "one", &cast.needed, 1));
    making_member(world, &cast.admin, cast.project, cast.manager.user, PROJECT_ROLE_MANAGER);
    making_member(world, &cast.admin, cast.project, cast.member.user, PROJECT_ROLE_USER);
    const union command_fields fields = {
        .project_assign_subadmin = {.project = cast.project, .user = cast.assigned.user}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields);
    return cast;
}

static union command_fields issue(struct id user, struct id requirement, struct id project)
{
    return (union command_fields){.cert_issue = {.user = user,
                                                 .requirement = requirement,
                                                 .has_project = project.kind != ID_NONE,
                                                 .project = project}};
}

static union command_fields ending(struct id cert, struct id project, const char *reason)
{
    return (union command_fields){.cert_expire = {.cert = cert,
                                                  .has_project = project.kind != ID_NONE,
                                                  .project = project,
                                                  .reason = bytes_of_string(reason)}};
}

static bool holds(struct world *world, struct id user, struct id requirement)
{
    struct view view = world_view(world);
    return certification_holds(&view, user, requirement, NULL);
}

static bool satisfied(struct world *world, struct id project, struct id user, struct id *missing)
{
    struct view view = world_view(world);
    return certification_satisfied(&view, project, user, missing);
}

/* Issuing -------------------------------------------------------------------------------------- */

/* SEC-03a: rows are who asks, with the project or without, for what it asks for or not. */
static void certificates_are_issued_by_those_who_may(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const struct {
        const struct actor *by;
        enum rule with, without, other;
    } rows[] = {
        {&cast.admin, RULE_NONE, RULE_NONE, RULE_NONE},
        {&cast.manager, RULE_NONE, RULE_SEC_03A, RULE_SEC_03A},
        {&cast.member, RULE_SEC_03A, RULE_SEC_03A, RULE_SEC_03A},
        {&cast.assigned, RULE_SEC_03A, RULE_SEC_03A, RULE_SEC_03A},
    };
    const union command_fields with = issue(cast.user, cast.needed, cast.project);
    const union command_fields without = issue(cast.user, cast.needed, NOBODY);
    const union command_fields other = issue(cast.user, cast.other, cast.project);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(world_try(world, rows[i].by, COMMAND_CERT_ISSUE, &with, NULL),
                         rows[i].with);
        assert_int_equal(world_try(world, rows[i].by, COMMAND_CERT_ISSUE, &without, NULL),
                         rows[i].without);
        assert_int_equal(world_try(world, rows[i].by, COMMAND_CERT_ISSUE, &other, NULL),
                         rows[i].other);
    }
}

/* What is asked for above is asked for below, and whoever leads below may certify for it. */
static void a_manager_certifies_for_what_is_inherited(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    making_member(world, &cast.admin, below, cast.member.user, PROJECT_ROLE_MANAGER);
    const union command_fields fields = issue(cast.user, cast.needed, below);
    (void)world_must(world, &cast.member, COMMAND_CERT_ISSUE, &fields);
    world_refused(world, &cast.manager, COMMAND_CERT_ISSUE, &fields, RULE_SEC_03A);
}

/* SEC-01c. */
static void what_is_unknown_is_not_certified(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    union command_fields fields = issue((struct id){ID_USER, 9999}, cast.needed, NOBODY);
    world_refused(world, &cast.admin, COMMAND_CERT_ISSUE, &fields, RULE_SEC_01C);
    fields = issue(cast.user, (struct id){ID_REQUIREMENT, 9999}, NOBODY);
    world_refused(world, &cast.admin, COMMAND_CERT_ISSUE, &fields, RULE_SEC_01C);
    const union command_fields delete = {.requirement_delete = {.requirement = cast.other}};
    (void)world_must(world, &cast.admin, COMMAND_REQUIREMENT_DELETE, &delete);
    fields = issue(cast.user, cast.other, NOBODY);
    world_refused(world, &cast.admin, COMMAND_CERT_ISSUE, &fields, RULE_SEC_01C);
}

/* SEC-03c of the domain: allowed, and in the event. */
static void a_certification_of_oneself_is_flagged(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    union command_fields fields = issue(cast.manager.user, cast.needed, cast.project);
    (void)world_must(world, &cast.manager, COMMAND_CERT_ISSUE, &fields);
    assert_true(world->decision.events[0].body.cert_issued.of_self);
    fields = issue(cast.user, cast.needed, cast.project);
    (void)world_must(world, &cast.manager, COMMAND_CERT_ISSUE, &fields);
    assert_false(world->decision.events[0].body.cert_issued.of_self);
    world_about(world, NEW(ID_CERT), cast.user, cast.needed);
}

/* Lives ---------------------------------------------------------------------------------------- */

/* SEC-03b: rows are the requirement's lives and what is asked for, in seconds from now; 0: none. */
static void a_certification_lasts_as_long_as_its_requirement_says(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const struct {
        uint64_t default_life, max_life, asked, expected;
        enum rule rule;
    } rows[] = {
        {0, 0, 0, 0, RULE_NONE},       {0, 0, 50, 50, RULE_NONE},
        {60, 0, 0, 60, RULE_NONE},     {60, 0, 90, 90, RULE_NONE},
        {60, 80, 0, 60, RULE_NONE},    {60, 80, 80, 80, RULE_NONE},
        {60, 80, 81, 0, RULE_SEC_03B}, {0, 80, 0, 80, RULE_NONE},
        {0, 80, 10, 10, RULE_NONE},    {0, UINT64_C(1) << 52, 0, UINT64_MAX, RULE_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "r%zu", i);
        struct id requirement =
            making_requirement(world, &cast.admin, name, rows[i].default_life, rows[i].max_life);
        union command_fields fields = issue(cast.user, requirement, NOBODY);
        fields.cert_issue.has_expires = rows[i].asked != 0;
        fields.cert_issue.expires = world->now_us + rows[i].asked * TIME_SECOND_US;
        assert_int_equal(world_try(world, &cast.admin, COMMAND_CERT_ISSUE, &fields, NULL),
                         rows[i].rule);
        if (rows[i].rule == RULE_NONE) {
            struct cert_row cert;
            struct view view = world_view(world);
            assert_true(certification_holds(&view, cast.user, requirement, &cert));
            assert_int_equal(cert.has_expires, rows[i].expected != 0);
            uint64_t expected = rows[i].expected == UINT64_MAX
                                    ? TIME_MAX_US
                                    : world->now_us + rows[i].expected * TIME_SECOND_US;
            assert_true(!cert.has_expires || cert.expires == expected);
        }
    }
    union command_fields past = issue(cast.user, cast.needed, NOBODY);
    past.cert_issue.has_expires = true;
    past.cert_issue.expires = world->now_us;
    world_refused(world, &cast.admin, COMMAND_CERT_ISSUE, &past, RULE_SEC_03B);
}

/* SEC-05a: issued <= t < expires. */
static void a_certification_holds_from_issue_to_expiry(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const uint64_t from = world->now_us, end = from + 1000;
    (void)making_cert(world, &cast.admin, cast.user, cast.needed, end);
    assert_true(holds(world, cast.user, cast.needed));
    world->now_us = end - 1;
    assert_true(holds(world, cast.user, cast.needed));
    world->now_us = end;
    assert_false(holds(world, cast.user, cast.needed));
    world->now_us = from - 1;
    assert_false(holds(world, cast.user, cast.needed));
}

static void of_several_the_longest_is_the_one_that_counts(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct cert_row row;
    uint64_t made_by;
    (void)making_cert(world, &cast.admin, cast.user, cast.needed, world->now_us + 10);
    struct id longest = making_cert(world, &cast.admin, cast.user, cast.needed, 0);
    (void)making_cert(world, &cast.admin, cast.user, cast.needed, world->now_us + 20);
    struct view view = world_view(world);
    assert_true(certification_holds_made_by(&view, cast.user, cast.needed, &row, &made_by));
    assert_true(id_equal(row.cert, longest));
    assert_int_equal(made_by, longest.n);
    making_end_of_cert(world, &cast.admin, longest);
    view = world_view(world);
    assert_true(certification_holds(&view, cast.user, cast.needed, &row));
    assert_true(row.expires == world->now_us + 20);
    assert_false(certification_holds(&view, NOBODY, cast.needed, &row));
    assert_false(certification_holds(&view, cast.user, cast.project, &row));
}

/* Ending --------------------------------------------------------------------------------------- */

/* SEC-04a. */
static void a_certification_is_ended_by_those_who_may_issue_it(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id cert = making_cert(world, &cast.admin, cast.user, cast.needed, 0);
    struct id other = making_cert(world, &cast.admin, cast.user, cast.other, 0);
    union command_fields fields = ending(cert, cast.project, "");
    world_refused(world, &cast.manager, COMMAND_CERT_EXPIRE, &fields, RULE_SEC_04A);
    fields = ending(cert, cast.project, "left");
    world_refused(world, &cast.member, COMMAND_CERT_EXPIRE, &fields, RULE_SEC_04A);
    fields = ending(cert, NOBODY, "left");
    world_refused(world, &cast.manager, COMMAND_CERT_EXPIRE, &fields, RULE_SEC_04A);
    fields = ending(other, cast.project, "left");
    world_refused(world, &cast.manager, COMMAND_CERT_EXPIRE, &fields, RULE_SEC_04A);
    (void)world_must(world, &cast.admin, COMMAND_CERT_EXPIRE, &fields);
    fields = ending(cert, cast.project, "left");
    (void)world_must(world, &cast.manager, COMMAND_CERT_EXPIRE, &fields);
    world_about(world, cert, cast.user, cast.needed);
    assert_false(holds(world, cast.user, cast.needed));
    world_refused(world, &cast.admin, COMMAND_CERT_EXPIRE, &fields, RULE_SEC_04A);
    fields = ending((struct id){ID_CERT, 9999}, NOBODY, "left");
    world_refused(world, &cast.admin, COMMAND_CERT_EXPIRE, &fields, RULE_SEC_04A);
    cert = making_cert(world, &cast.admin, cast.user, cast.needed, world->now_us + 10);
    world->now_us += 10;
    fields = ending(cert, NOBODY, "left");
    world_refused(world, &cast.admin, COMMAND_CERT_EXPIRE, &fields, RULE_SEC_04A);
}

/* As of before it was ended, it held. */
static void the_past_keeps_what_held(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id cert = making_cert(world, &cast.admin, cast.user, cast.needed, 0);
    const uint64_t held = world->n - 1;
    making_end_of_cert(world, &cast.admin, cert);
    struct view before = world_view_as_of(world, held);
    assert_true(certification_satisfied(&before, cast.project, cast.user, NULL));
    struct view earlier = world_view_as_of(world, cert.n - 1);
    assert_false(certification_satisfied(&earlier, cast.project, cast.user, NULL));
    assert_false(satisfied(world, cast.project, cast.user, NULL));
}

/* Satisfaction --------------------------------------------------------------------------------- */

/* PRJ-05, PRJ-07, PRJ-09, PRJ-10: a conjunction over the project and all above it. */
static void all_requirements_of_a_project_and_those_above_must_be_met(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id missing = NOBODY, ids[REQUIREMENTS_MAX];
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    struct id lowest = making_project(world, &cast.admin, "atlas-1-1", below);
    struct id free = making_project(world, &cast.admin, "borealis", NOBODY);
    struct id third = making_requirement(world, &cast.admin, "third", 0, 0);
    const struct id both[2] = {third, cast.needed};
    making_set_level(world, &cast.admin, lowest, making_level(world, &cast.admin, "two", both, 2));
    struct view view = world_view(world);
    assert_int_equal(certification_required(&view, free, ids), 0);
    assert_int_equal(certification_required(&view, below, ids), 1);
    assert_int_equal(certification_required(&view, lowest, ids), 2);
    assert_true(satisfied(world, free, cast.user, NULL));
    assert_false(satisfied(world, below, cast.user, &missing));
    assert_true(id_equal(missing, cast.needed));
    (void)making_cert(world, &cast.admin, cast.user, cast.needed, 0);
    assert_true(satisfied(world, below, cast.user, NULL));
    assert_false(satisfied(world, lowest, cast.user, &missing));
    assert_true(id_equal(missing, third));
    struct id last = making_cert(world, &cast.admin, cast.user, third, 0);
    assert_true(satisfied(world, lowest, cast.user, NULL));
    view = world_view(world);
    assert_false(certification_satisfied_without(&view, lowest, cast.user, last));
    assert_true(certification_satisfied_without(&view, below, cast.user, last));
    assert_false(satisfied(world, (struct id){ID_PROJECT, 9999}, cast.user, &missing));
    assert_false(satisfied(world, lowest, NOBODY, &missing));
}

static void more_requirements_than_can_be_looked_at_are_never_met(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id ids[REQUIREMENTS_MAX], found[REQUIREMENTS_MAX];
    size_t count;
    for (size_t i = 0; i < REQUIREMENTS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "r%zu", i);
        ids[i] = making_requirement(world, &cast.admin, name, 0, 0);
        (void)making_cert(world, &cast.admin, cast.user, ids[i], 0);
    }
    (void)making_cert(world, &cast.admin, cast.user, cast.needed, 0);
    struct id alone = making_project(world, &cast.admin, "alone", NOBODY);
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    struct id level = making_level(world, &cast.admin, "all", ids, REQUIREMENTS_MAX);
    making_set_level(world, &cast.admin, alone, level);
    making_set_level(world, &cast.admin, below, level);
    assert_true(satisfied(world, alone, cast.user, NULL));
    struct id missing = cast.needed;
    assert_false(satisfied(world, below, cast.user, &missing));
    assert_true(id_equal(missing, NOBODY));
    struct view view = world_view(world);
    assert_false(certification_required_all(&view, below, found, &count));
    assert_int_equal(certification_required(&view, below, found), REQUIREMENTS_MAX);
}

/* 1.18-9: rows are what changes after the login, and whether the session has the right then. */
static void grants_wait_for_the_next_login(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id missing = NOBODY;
    struct actor bob = world_actor_in(world, world_session(world, cast.user));
    (void)making_cert(world, &cast.admin, cast.user, cast.needed, 0);
    struct view view = world_view(world);
    assert_true(certification_satisfied(&view, cast.project, cast.user, NULL));
    assert_false(certification_granted(&view, &bob, cast.project, &missing));
    assert_true(id_equal(missing, cast.needed));
    bob = world_actor_in(world, world_session(world, cast.user));
    view = world_view(world);
    assert_true(certification_granted(&view, &bob, cast.project, NULL));
    /* what is asked for since then must have been certified before */
    making_set_level(world, &cast.admin, cast.project,
                     making_level(world, &cast.admin, "two", &cast.other, 1));
    (void)making_cert(world, &cast.admin, cast.user, cast.other, 0);
    view = world_view(world);
    assert_true(certification_satisfied(&view, cast.project, cast.user, NULL));
    assert_false(certification_granted(&view, &bob, cast.project, &missing));
    assert_true(id_equal(missing, cast.other));
    /* and what is not asked for any more is so from the next login on */
    struct actor uli = world_actor_in(world, world_session(world, cast.member.user));
    making_set_level(world, &cast.admin, cast.project, NOBODY);
    view = world_view(world);
    assert_true(certification_satisfied(&view, cast.project, uli.user, NULL));
    assert_false(certification_granted(&view, &uli, cast.project, NULL));
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(certificates_are_issued_by_those_who_may),
        IN_WORLD(a_manager_certifies_for_what_is_inherited),
        IN_WORLD(what_is_unknown_is_not_certified),
        IN_WORLD(a_certification_of_oneself_is_flagged),
        IN_WORLD(a_certification_lasts_as_long_as_its_requirement_says),
        IN_WORLD(a_certification_holds_from_issue_to_expiry),
        IN_WORLD(of_several_the_longest_is_the_one_that_counts),
        IN_WORLD(a_certification_is_ended_by_those_who_may_issue_it),
        IN_WORLD(the_past_keeps_what_held),
        IN_WORLD(all_requirements_of_a_project_and_those_above_must_be_met),
        IN_WORLD(more_requirements_than_can_be_looked_at_are_never_met),
        IN_WORLD(grants_wait_for_the_next_login),
    };
    return cmocka_run_group_tests_name("core/project/certification", tests, NULL, NULL);
}
