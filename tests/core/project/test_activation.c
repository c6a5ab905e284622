/*
 * What ends a right ends the activations that stand on it, and no others (SEC-04b).
 */
#include "core/project/activation.h"
#include "tests/core/project/making.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct cast {
    struct actor admin;
    struct id user, needed, certified, open; /* projects: one asks for a certification */
    struct id cert;
    struct id in_certified, in_open, in_none, ended; /* sessions */
};

static struct cast cast_of(struct world *world)
{
    struct cast cast = {.admin = making_admin(world)};
    cast.user = world_user(world, "bob", USER_ROLE_USER);
    cast.needed = making_requirement(world, &cast.admin, "training", 0, 0);
    cast.certified = making_project(world, &cast.admin, "atlas", NOBODY);
    cast.open = making_project(world, &cast.admin, "borealis", NOBODY);
    making_set_level(world, &cast.admin, cast.certified,
                     making_level(world, &cast.admin, "one", &cast.needed, 1));
    making_member(world, &cast.admin, cast.certified, cast.user, PROJECT_ROLE_USER);
    making_member(world, &cast.admin, cast.open, cast.user, PROJECT_ROLE_USER);
    cast.cert = making_cert(world, &cast.admin, cast.user, cast.needed, 0);
    cast.ended = world_session(world, cast.user);
    world_activate(world, cast.ended, cast.certified);
    cast.in_certified = world_session(world, cast.user);
    world_activate(world, cast.in_certified, cast.certified);
    cast.in_open = world_session(world, cast.user);
    world_activate(world, cast.in_open, cast.open);
    cast.in_none = world_session(world, cast.user);
    struct session_row row = {.session = cast.ended};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_SESSION, &row));
    row.state = SESSION_STATE_CLOSED;
    world_put(world, ROW_SESSION, &row);
    return cast;
}

static const struct decided *only_deactivation(const struct world *world)
{
    assert_int_equal(world_decided(world, EVENT_SESSION_PROJECT_DEACTIVATED), 1);
    return &world->decision.events[world->decision.count - 1];
}

static void the_end_of_a_certification_ends_what_needs_it(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    making_end_of_cert(world, &cast.admin, cast.cert);
    const struct decided *decided = only_deactivation(world);
    assert_int_equal(decided->on_count, 3);
    assert_true(id_equal(decided->on[0], cast.in_certified));
    assert_true(id_equal(decided->on[1], cast.certified));
    assert_true(id_equal(decided->on[2], cast.user));
    assert_true(id_equal(world_active(world, cast.in_certified), NOBODY));
    assert_true(id_equal(world_active(world, cast.in_open), cast.open));
}

static void another_certification_keeps_it_active(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id second = making_cert(world, &cast.admin, cast.user, cast.needed, 0);
    making_end_of_cert(world, &cast.admin, cast.cert);
    assert_int_equal(world_decided(world, EVENT_SESSION_PROJECT_DEACTIVATED), 0);
    making_end_of_cert(world, &cast.admin, second);
    (void)only_deactivation(world);
}

static void the_end_of_a_membership_ends_the_project_in_all_sessions(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id again = world_session(world, cast.user);
    world_activate(world, again, cast.certified);
    const union command_fields fields = {
        .project_remove_member = {.project = cast.certified, .user = cast.user}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &fields);
    assert_int_equal(world_decided(world, EVENT_SESSION_PROJECT_DEACTIVATED), 2);
    assert_true(id_equal(world_active(world, again), NOBODY));
    assert_true(id_equal(world_active(world, cast.in_certified), NOBODY));
    assert_true(id_equal(world_active(world, cast.in_open), cast.open));
}

static void an_expiry_that_has_passed_ends_it_and_one_to_come_does_not(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    union command_fields fields = {.project_change_member_expiry = {.project = cast.open,
                                                                    .user = cast.user,
                                                                    .has_expires = true,
                                                                    .expires = world->now_us + 1}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields);
    assert_int_equal(world_decided(world, EVENT_SESSION_PROJECT_DEACTIVATED), 0);
    fields.project_change_member_expiry.expires = world->now_us;
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_CHANGE_MEMBER_EXPIRY, &fields);
    assert_true(id_equal(only_deactivation(world)->on[0], cast.in_open));
}

/* However many sessions there are, the decision holds them or leaves the rest to access itself. */
static void there_is_an_end_to_what_one_decision_ends(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    for (unsigned i = 0; i < DECISION_EVENTS_MAX + 4; i++) {
        world_activate(world, world_session(world, cast.user), cast.certified);
    }
    making_end_of_cert(world, &cast.admin, cast.cert);
    assert_int_equal(world->decision.count, DECISION_EVENTS_MAX);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_end_of_a_certification_ends_what_needs_it),
        IN_WORLD(another_certification_keeps_it_active),
        IN_WORLD(the_end_of_a_membership_ends_the_project_in_all_sessions),
        IN_WORLD(an_expiry_that_has_passed_ends_it_and_one_to_come_does_not),
        IN_WORLD(there_is_an_end_to_what_one_decision_ends),
    };
    return cmocka_run_group_tests_name("core/project/activation", tests, NULL, NULL);
}
