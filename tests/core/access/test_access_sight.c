/*
 * What is seen of what may not be read (VLT-08, and decision 6 of the domain's section 1.18).
 */
#include "tests/core/access/cast.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void sees(struct world *world, struct id user, struct id object, enum access_sight expected)
{
    const struct reader reader = {.user = user};
    struct view view = world_view(world);
    size_t used = view.arena->used;
    assert_int_equal(access_sees(&view, &reader, object), expected);
    assert_int_equal(view.arena->used, used);
}

static void sees_in(struct world *world, struct id user, struct id session, struct id object,
                    enum access_sight expected)
{
    const struct reader reader = {.user = user, .session = session};
    struct view view = world_view(world);
    assert_int_equal(access_sees(&view, &reader, object), expected);
}

static struct id group_dir(struct world *world, const struct cast *cast, struct id project)
{
    return place_dir(world, &(struct place){.parent = cast->group,
                                            .owner = cast->gwen,
                                            .group = cast->group,
                                            .project = project});
}

static struct id file_in(struct world *world, const struct cast *cast, struct id dir,
                         struct id project)
{
    return place_file(
        world, &(struct place){
                   .parent = dir, .owner = cast->gwen, .group = cast->group, .project = project});
}

static void outsiders_see_nothing(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id own = own_file(world, &cast, NOBODY);
    struct id in_group = group_file(world, &cast, cast.gwen, NOBODY);
    sees(world, cast.ann, own, ACCESS_SEES_ALL);
    sees(world, cast.gil, in_group, ACCESS_SEES_ALL);
    sees(world, cast.eve, own, ACCESS_SEES_NOTHING);
    sees(world, cast.eve, in_group, ACCESS_SEES_NOTHING);
    sees(world, cast.eve, cast.group, ACCESS_SEES_NOTHING);
    sees(world, cast.ann, in_group, ACCESS_SEES_NOTHING);
    sees(world, cast.admin.user, own, ACCESS_SEES_NOTHING);
    sees(world, cast.ann, (struct id){ID_FILE, 9999}, ACCESS_SEES_NOTHING);
}

/* Member of the group and of the project, but not certified: five attributes. */
static void of_a_file_with_unmet_requirements_the_attributes_are_seen(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id needed = making_requirement(world, &cast.admin, "training", 0, 0);
    struct id in_group = group_file(world, &cast, cast.gwen, cast.project);
    struct id own = own_file(world, &cast, cast.project);
    struct id dir = group_dir(world, &cast, cast.project);
    struct id within = file_in(world, &cast, dir, NOBODY);
    place_share(world, own, cast.bob, "v", world->now_us + CAST_DAY_US);
    sees(world, cast.bob, own, ACCESS_SEES_ALL);
    making_set_level(world, &cast.admin, cast.project,
                     making_level(world, &cast.admin, "one", &needed, 1));
    sees(world, cast.gil, in_group, ACCESS_SEES_ATTRIBUTES);
    sees(world, cast.gil, dir, ACCESS_SEES_ATTRIBUTES);
    sees(world, cast.gil, within, ACCESS_SEES_ATTRIBUTES);
    sees(world, cast.ann, own, ACCESS_SEES_ATTRIBUTES);
    sees(world, cast.bob, own, ACCESS_SEES_ATTRIBUTES);
    world->now_us += CAST_DAY_US;
    sees(world, cast.bob, own, ACCESS_SEES_NOTHING);
}

/* The workflow of one group: a directory of a subproject that she is no member of. */
static void of_a_directory_with_a_foreign_tag_the_name_is_seen_and_nothing_within(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    struct id dir = group_dir(world, &cast, below);
    struct id inner =
        place_dir(world, &(struct place){.parent = dir, .owner = cast.gwen, .group = cast.group});
    struct id file = file_in(world, &cast, inner, NOBODY);
    struct id retagged = file_in(world, &cast, inner, cast.project);
    sees(world, cast.gil, dir, ACCESS_SEES_NAME);
    sees(world, cast.gil, inner, ACCESS_SEES_NOTHING);
    sees(world, cast.gil, file, ACCESS_SEES_NOTHING);
    sees(world, cast.gil, retagged, ACCESS_SEES_ALL);
    making_member(world, &cast.admin, below, cast.gil, PROJECT_ROLE_USER);
    sees(world, cast.gil, dir, ACCESS_SEES_ALL);
    sees(world, cast.gil, file, ACCESS_SEES_ALL);
}

/* The stricter of two applies to a directory; a file with a foreign tag shows its attributes. */
static void of_a_file_with_a_foreign_tag_the_attributes_are_seen(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id foreign = making_project(world, &cast.admin, "borealis", NOBODY);
    struct id file = group_file(world, &cast, cast.gwen, foreign);
    sees(world, cast.gil, file, ACCESS_SEES_ATTRIBUTES);
    sees(world, cast.eve, file, ACCESS_SEES_NOTHING);
    place_group_again(world, cast.group, foreign, false);
    sees(world, cast.gil, cast.group, ACCESS_SEES_NAME);
}

static void a_session_sees_as_it_reads(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, cast.project);
    struct id session = cast.sessions[0];
    sees_in(world, cast.ann, session, file, ACCESS_SEES_ALL);
    world_activate(world, session, NOBODY);
    sees_in(world, cast.ann, session, file, ACCESS_SEES_ATTRIBUTES);
    sees_in(world, cast.ann, cast.sessions[1], file, ACCESS_SEES_NOTHING);
    world->now_us += CAST_DAY_US;
    sees_in(world, cast.ann, session, file, ACCESS_SEES_NOTHING);
}

/* Whoever became a member after the login is a stranger in the session until the next one. */
static void a_tag_is_foreign_until_the_next_login(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    struct id dir = group_dir(world, &cast, below);
    struct id session = world_session(world, cast.gil);
    making_member(world, &cast.admin, below, cast.gil, PROJECT_ROLE_USER);
    sees_in(world, cast.gil, session, dir, ACCESS_SEES_NAME);
    session = world_session(world, cast.gil);
    sees_in(world, cast.gil, session, dir, ACCESS_SEES_ATTRIBUTES);
    world_activate(world, session, below);
    sees_in(world, cast.gil, session, dir, ACCESS_SEES_ALL);
}

static void who_is_not_active_sees_nothing(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, NOBODY);
    world_put(world, ROW_USER,
              &(struct user_row){.user = cast.ann,
                                 .login = LITERAL("ann"),
                                 .key = LITERAL("a key"),
                                 .state = USER_STATE_INACTIVE});
    sees(world, cast.ann, file, ACCESS_SEES_NOTHING);
}

static void without_a_key_the_attributes_are_seen(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = group_file(world, &cast, cast.gwen, NOBODY);
    place_no_key(world, file, cast.group);
    sees(world, cast.gil, file, ACCESS_SEES_ATTRIBUTES);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(outsiders_see_nothing),
        IN_WORLD(of_a_file_with_unmet_requirements_the_attributes_are_seen),
        IN_WORLD(of_a_directory_with_a_foreign_tag_the_name_is_seen_and_nothing_within),
        IN_WORLD(of_a_file_with_a_foreign_tag_the_attributes_are_seen),
        IN_WORLD(a_session_sees_as_it_reads),
        IN_WORLD(a_tag_is_foreign_until_the_next_login),
        IN_WORLD(who_is_not_active_sees_nothing),
        IN_WORLD(without_a_key_the_attributes_are_seen),
    };
    return cmocka_run_group_tests_name("core/access/sight", tests, NULL, NULL);
}
