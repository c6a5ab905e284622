/*
 * Members of projects: who adds and removes them, until when, and since when that counts.
 */
#include "core/project/membership.h"
#include "tests/core/project/making.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define DAY_US UINT64_C(86400000000)

struct cast {
    struct actor admin, manager, member, stranger, assigned, unassigned;
    struct id project;
};

/* One of each who could ask. */
static struct cast cast_of(struct world *world)
{
    struct cast cast = {.admin = making_admin(world)};
    cast.manager = world_actor(world, world_user(world, "mia", USER_ROLE_USER));
    cast.member = world_actor(world, world_user(world, "uli", USER_ROLE_USER));
    cast.stranger = world_actor(world, world_user(world, "eve", USER_ROLE_USER));
    cast.assigned = world_actor(world, world_user(world, "sam", USER_ROLE_SUB_ADMIN));
    cast.unassigned = world_actor(world, world_user(world, "sue", USER_ROLE_SUB_ADMIN));
    cast.project = making_project(world, &cast.admin, "atlas", NOBODY);
    making_member(world, &cast.admin, cast.project, cast.manager.user, PROJECT_ROLE_MANAGER);
    making_member(world, &cast.admin, cast.project, cast.member.user, PROJECT_ROLE_USER);
    const union command_fields fields = {
        .project_assign_subadmin = {.project = cast.project, .user = cast.assigned.user}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields);
    return cast;
}

static union command_fields removal(struct id project, struct id user)
{
    return (union command_fields){.project_remove_member = {.project = project, .user = user}};
}

static union command_fields expiry(struct id project, struct id user, uint64_t expires)
{
    return (union command_fields){
        .project_change_member_expiry = {
            .project = project, .user = user, .has_expires = expires != 0, .expires = expires}};
}

static union command_fields change_of_role(struct id project, struct id user,
                                           enum project_role role)
{
    return (union command_fields){
        .project_change_member_role = {.project = project, .user = user, .role = role}};
}

static bool is_member(struct world *world, struct id project, struct id user)
{
    struct view view = world_view(world);
    return membership_active(&view, project, user, NULL);
}

static uint64_t members_of(struct world *world, struct id project)
{
    struct project_row row = {.project = project};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_PROJECT, &row));
    return row.members;
}

/* Who may ------------------------------------------------------------------------------------- */

/* PRJ-03a, IDN-19b: rows are who asks. */
static void those_who_manage_a_project_manage_its_members(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id new_one = world_user(world, "ned", USER_ROLE_USER);
    const struct {
        const struct actor *by;
        enum rule expected;
    } rows[] = {
        {&cast.admin, RULE_NONE},         {&cast.manager, RULE_NONE},
        {&cast.assigned, RULE_NONE},      {&cast.member, RULE_PRJ_03A},
        {&cast.unassigned, RULE_IDN_19B}, {&cast.stranger, RULE_PRJ_03A},
    };
    const union command_fields add = making_membership(cast.project, new_one, PROJECT_ROLE_USER);
    const union command_fields role = change_of_role(cast.project, new_one, PROJECT_ROLE_MANAGER);
    const union command_fields until = expiry(cast.project, new_one, world->now_us + DAY_US);
    const union command_fields remove = removal(cast.project, new_one);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct actor *by = rows[i].by;
        assert_int_equal(world_try(world, by, COMMAND_PROJECT_ADD_MEMBER, &add, NULL),
                         rows[i].expected);
        if (rows[i].expected != RULE_NONE) {
            making_member(world, &cast.admin, cast.project, new_one, PROJECT_ROLE_USER);
        }
        assert_int_equal(world_try(world, by, COMMAND_PROJECT_CHANGE_MEMBER_ROLE, &role, NULL),
                         rows[i].expected);
        assert_int_equal(world_try(world, by, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &until, NULL),
                         rows[i].expected);
        assert_int_equal(world_try(world, by, COMMAND_PROJECT_REMOVE_MEMBER, &remove, NULL),
                         rows[i].expected);
        if (rows[i].expected != RULE_NONE) {
            (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &remove);
        }
    }
}

static void a_member_may_leave(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const union command_fields fields = removal(cast.project, cast.member.user);
    world_refused(world, &cast.stranger, COMMAND_PROJECT_REMOVE_MEMBER, &fields, RULE_PRJ_03A);
    (void)world_must(world, &cast.member, COMMAND_PROJECT_REMOVE_MEMBER, &fields);
    assert_false(is_member(world, cast.project, cast.member.user));
    world_refused(world, &cast.member, COMMAND_PROJECT_REMOVE_MEMBER, &fields, RULE_PRJ_03D);
}

/* PRJ-02: an administrator is no member, and leads nothing. */
static void a_role_is_no_membership(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct actor super = cast.admin;
    super.role = USER_ROLE_SUPER_ADMIN;
    struct view view = world_view(world);
    assert_true(membership_manages(&view, &super, cast.project));
    assert_false(membership_leads(&view, &super, cast.project));
    assert_false(membership_granted(&view, &super, cast.project, NULL));
    assert_true(membership_leads(&view, &cast.manager, cast.project));
    assert_false(membership_leads(&view, &cast.member, cast.project));
    assert_false(membership_leads(&view, &cast.assigned, cast.project));
}

/* PRJ-03d, PRJ-01d. */
static void a_known_user_is_a_member_once(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const struct id nobody = {ID_USER, 9999};
    const struct id nowhere = {ID_PROJECT, 9999};
    union command_fields fields =
        making_membership(cast.project, cast.member.user, PROJECT_ROLE_MANAGER);
    world_refused(world, &cast.admin, COMMAND_PROJECT_ADD_MEMBER, &fields, RULE_PRJ_03D);
    fields = making_membership(cast.project, nobody, PROJECT_ROLE_USER);
    world_refused(world, &cast.admin, COMMAND_PROJECT_ADD_MEMBER, &fields, RULE_PRJ_03D);
    fields = making_membership(nowhere, cast.stranger.user, PROJECT_ROLE_USER);
    world_refused(world, &cast.admin, COMMAND_PROJECT_ADD_MEMBER, &fields, RULE_PRJ_01D);
    fields = removal(nowhere, cast.stranger.user);
    world_refused(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &fields, RULE_PRJ_01D);
    fields = removal(cast.project, cast.stranger.user);
    world_refused(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &fields, RULE_PRJ_03D);
    fields = change_of_role(nowhere, cast.stranger.user, PROJECT_ROLE_USER);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_ROLE, &fields, RULE_PRJ_01D);
    fields = expiry(nowhere, cast.stranger.user, 0);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields, RULE_PRJ_01D);
    fields = change_of_role(cast.project, cast.stranger.user, PROJECT_ROLE_USER);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_ROLE, &fields, RULE_PRJ_03D);
    fields = expiry(cast.project, cast.stranger.user, 0);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields, RULE_PRJ_03D);
    struct user_row gone = {.user = cast.stranger.user,
                            .login = LITERAL("eve"),
                            .key = LITERAL("a key"),
                            .role = USER_ROLE_USER,
                            .deleted = true};
    world_put(world, ROW_USER, &gone);
    fields = making_membership(cast.project, cast.stranger.user, PROJECT_ROLE_USER);
    world_refused(world, &cast.admin, COMMAND_PROJECT_ADD_MEMBER, &fields, RULE_PRJ_03D);
}

/* And the member is as it says. */
static void each_event_is_about_the_project_and_the_member(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id user = cast.stranger.user;
    struct membership_row row;
    making_member(world, &cast.admin, cast.project, user, PROJECT_ROLE_USER);
    world_about(world, cast.project, user, NOBODY);
    union command_fields fields = change_of_role(cast.project, user, PROJECT_ROLE_MANAGER);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_ROLE, &fields);
    world_about(world, cast.project, user, NOBODY);
    assert_int_equal(world->decision.events[0].body.project_member_role_changed.from,
                     PROJECT_ROLE_USER);
    struct view view = world_view(world);
    assert_true(membership_active(&view, cast.project, user, &row));
    assert_int_equal(row.role, PROJECT_ROLE_MANAGER);
    fields = expiry(cast.project, user, world->now_us + DAY_US);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields);
    world_about(world, cast.project, user, NOBODY);
    fields = removal(cast.project, user);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &fields);
    world_about(world, cast.project, user, NOBODY);
}

static void a_project_counts_its_members(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    assert_int_equal(members_of(world, cast.project), 2);
    making_member(world, &cast.admin, cast.project, cast.stranger.user, PROJECT_ROLE_USER);
    assert_int_equal(members_of(world, cast.project), 3);
    const union command_fields fields = removal(cast.project, cast.stranger.user);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &fields);
    assert_int_equal(members_of(world, cast.project), 2);
    making_pi(world, &cast.admin, cast.project, cast.stranger.user);
    making_pi(world, &cast.admin, cast.project, cast.member.user);
    assert_int_equal(members_of(world, cast.project), 3);
}

/* Time ---------------------------------------------------------------------------------------- */

/* PRJ-03b: at the moment itself it has ended. */
static void a_membership_ends_by_itself(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const uint64_t end = world->now_us + DAY_US;
    struct membership_row as = {.project = cast.project,
                                .user = cast.stranger.user,
                                .has_expires = true,
                                .expires = world->now_us};
    const union command_fields now = {
        .project_add_member = {
            .project = as.project, .user = as.user, .has_expires = true, .expires = as.expires}};
    world_refused(world, &cast.admin, COMMAND_PROJECT_ADD_MEMBER, &now, RULE_PRJ_03B);
    as.expires = end;
    making_restricted(world, &cast.admin, &as);
    const uint64_t added = world->n;
    assert_true(is_member(world, cast.project, as.user));
    world->now_us = end - 1;
    assert_true(is_member(world, cast.project, as.user));
    world->now_us = end;
    assert_false(is_member(world, cast.project, as.user));
    struct view before = world_view_as_of(world, added - 2);
    before.now_utc_us = end - DAY_US;
    assert_false(membership_active(&before, cast.project, as.user, NULL));
    /* whoever has expired may be added again, and is counted once */
    assert_int_equal(members_of(world, cast.project), 3);
    making_member(world, &cast.admin, cast.project, as.user, PROJECT_ROLE_USER);
    assert_true(is_member(world, cast.project, as.user));
    assert_int_equal(members_of(world, cast.project), 3);
}

static void an_expiry_is_moved_or_taken_away(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id user = cast.member.user;
    union command_fields fields = expiry(cast.project, user, world->now_us + DAY_US);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields);
    assert_int_equal(world->decision.count, 1);
    world->now_us += DAY_US;
    assert_false(is_member(world, cast.project, user));
    fields = expiry(cast.project, user, 0);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields);
    assert_true(is_member(world, cast.project, user));
    fields = expiry(cast.project, user, 1);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields);
    assert_false(is_member(world, cast.project, user));
}

/* 1.18-9: what was granted after the login counts from the next one on, what was taken away at
 * once. */
static void grants_wait_for_the_next_login_and_revocations_do_not(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct membership_row row;
    static const enum restriction kept[] = {RESTRICTION_NO_DOWNLOAD};
    static const enum restriction lifted[] = {RESTRICTION_READ_ONLY};
    const struct id user = cast.stranger.user;
    struct membership_row as = {
        .project = cast.project, .user = user, .restrictions = lifted, .restrictions_count = 1};
    struct id early = world_session(world, user);
    making_restricted(world, &cast.admin, &as);
    struct id later = world_session(world, user);
    struct actor in_early = world_actor_in(world, early), in_later = world_actor_in(world, later);
    struct view view = world_view(world);
    assert_false(membership_granted(&view, &in_early, cast.project, NULL));
    assert_true(membership_granted(&view, &in_later, cast.project, &row));
    assert_true(membership_forbids(&row, RESTRICTION_READ_ONLY));
    const union command_fields remove = removal(cast.project, user);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &remove);
    view = world_view(world);
    assert_false(membership_granted(&view, &in_later, cast.project, NULL));
    as.role = PROJECT_ROLE_MANAGER;
    as.restrictions = kept;
    making_restricted(world, &cast.admin, &as);
    view = world_view(world);
    assert_true(membership_granted(&view, &in_later, cast.project, &row));
    assert_int_equal(row.role, PROJECT_ROLE_USER);
    assert_true(membership_forbids(&row, RESTRICTION_READ_ONLY));
    assert_true(membership_forbids(&row, RESTRICTION_NO_DOWNLOAD));
    assert_false(membership_forbids(&row, RESTRICTION_NO_SHARE));
    assert_false(membership_leads(&view, &in_later, cast.project));
    struct actor fresh = world_actor_in(world, world_session(world, user));
    view = world_view(world);
    assert_true(membership_leads(&view, &fresh, cast.project));
}

static void an_assignment_counts_from_the_next_login_on(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct actor sue = world_actor_in(world, world_session(world, cast.unassigned.user));
    const union command_fields fields = {
        .project_assign_subadmin = {.project = cast.project, .user = sue.user}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields);
    struct view view = world_view(world);
    assert_false(membership_manages(&view, &sue, cast.project));
    sue = world_actor_in(world, world_session(world, sue.user));
    view = world_view(world);
    assert_true(membership_manages(&view, &sue, cast.project));
    sue.role = USER_ROLE_USER; /* who is a sub-administrator no more */
    assert_false(membership_manages(&view, &sue, cast.project));
}

/* Leaders ------------------------------------------------------------------------------------- */

/* PRJ-15a. */
static void the_last_manager_of_members_stays(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id mia = cast.manager.user;
    const union command_fields remove = removal(cast.project, mia);
    const union command_fields demote = change_of_role(cast.project, mia, PROJECT_ROLE_USER);
    const union command_fields end = expiry(cast.project, mia, world->now_us);
    const union command_fields later = expiry(cast.project, mia, world->now_us + DAY_US);
    world_refused(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &remove, RULE_PRJ_15A);
    world_refused(world, &cast.manager, COMMAND_PROJECT_REMOVE_MEMBER, &remove, RULE_PRJ_15A);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_ROLE, &demote, RULE_PRJ_15A);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &end, RULE_PRJ_15A);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &later);
    making_pi(world, &cast.admin, cast.project, cast.stranger.user);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_ROLE, &demote);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &remove);
}

/* Who has expired leads nothing, and is not kept for that. */
static void a_manager_who_has_expired_may_go(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const union command_fields later =
        expiry(cast.project, cast.manager.user, world->now_us + DAY_US);
    const union command_fields remove = removal(cast.project, cast.manager.user);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &later);
    world_refused(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &remove, RULE_PRJ_15A);
    world->now_us += DAY_US;
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &remove);
}

static void the_last_member_of_all_may_go(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    union command_fields fields = removal(cast.project, cast.member.user);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &fields);
    fields = removal(cast.project, cast.manager.user);
    (void)world_must(world, &cast.manager, COMMAND_PROJECT_REMOVE_MEMBER, &fields);
    assert_int_equal(members_of(world, cast.project), 0);
}

/* PRJ-16a. */
static void a_pi_manages_as_long_as_she_is_one(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id pi = cast.stranger.user;
    making_pi(world, &cast.admin, cast.project, pi);
    struct view view = world_view(world);
    assert_true(membership_leads(&view, &cast.stranger, cast.project));
    const union command_fields remove = removal(cast.project, pi);
    const union command_fields demote = change_of_role(cast.project, pi, PROJECT_ROLE_USER);
    const union command_fields later = expiry(cast.project, pi, world->now_us + DAY_US);
    world_refused(world, &cast.manager, COMMAND_PROJECT_REMOVE_MEMBER, &remove, RULE_PRJ_16A);
    world_refused(world, &cast.manager, COMMAND_PROJECT_CHANGE_MEMBER_ROLE, &demote, RULE_PRJ_16A);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &later, RULE_PRJ_16A);
    making_pi(world, &cast.admin, cast.project, NOBODY);
    view = world_view(world);
    assert_true(membership_leads(&view, &cast.stranger, cast.project));
    (void)world_must(world, &cast.manager, COMMAND_PROJECT_REMOVE_MEMBER, &remove);
}

/* The other way round, what a user is a member of is kept beside. */
static void what_a_user_is_a_member_of_is_known(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id user = cast.member.user;
    struct id second = making_project(world, &cast.admin, "second", NOBODY);
    making_member(world, &cast.admin, second, user, PROJECT_ROLE_MANAGER);
    struct member_of_row row = {.user = user};
    struct view view = world_view(world);
    struct view_walk walk = view_walk_of(&view, ROW_MEMBER_OF, &row, 1);
    assert_true(view_walk_next(&walk, &row));
    assert_true(id_equal(row.project, cast.project));
    assert_true(view_walk_next(&walk, &row));
    assert_true(id_equal(row.project, second));
    assert_false(view_walk_next(&walk, &row));
    const union command_fields fields = removal(second, user);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &fields);
    row = (struct member_of_row){.user = user, .project = second};
    view = world_view(world);
    assert_false(view_find(&view, ROW_MEMBER_OF, &row));
}

static void what_is_no_project_has_no_members(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct membership_row row;
    uint64_t made_by;
    struct view view = world_view(world);
    assert_false(membership_active(&view, cast.member.user, cast.member.user, NULL));
    assert_false(membership_active(&view, cast.project, cast.project, NULL));
    assert_false(membership_active(&view, NOBODY, cast.member.user, NULL));
    assert_false(
        membership_active_made_by(&view, cast.project, cast.stranger.user, &row, &made_by));
    assert_true(made_by == UINT64_MAX);
    const union command_fields fields = {.project_delete = {.project = cast.project}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_DELETE, &fields);
    assert_false(is_member(world, cast.project, cast.member.user));
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(those_who_manage_a_project_manage_its_members),
        IN_WORLD(a_member_may_leave),
        IN_WORLD(a_role_is_no_membership),
        IN_WORLD(a_known_user_is_a_member_once),
        IN_WORLD(each_event_is_about_the_project_and_the_member),
        IN_WORLD(a_project_counts_its_members),
        IN_WORLD(a_membership_ends_by_itself),
        IN_WORLD(an_expiry_is_moved_or_taken_away),
        IN_WORLD(grants_wait_for_the_next_login_and_revocations_do_not),
        IN_WORLD(an_assignment_counts_from_the_next_login_on),
        IN_WORLD(the_last_manager_of_members_stays),
        IN_WORLD(a_manager_who_has_expired_may_go),
        IN_WORLD(the_last_member_of_all_may_go),
        IN_WORLD(a_pi_manages_as_long_as_she_is_one),
        IN_WORLD(what_a_user_is_a_member_of_is_known),
        IN_WORLD(what_is_no_project_has_no_members),
    };
    return cmocka_run_group_tests_name("core/project/membership", tests, NULL, NULL);
}
