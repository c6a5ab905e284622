/*
 * Who may do what with an object: the four classes, keys, shares, groups and tags.
 */
#include "tests/core/access/cast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The four classes ---------------------------------------------------------------------------- */

/* CLS-04a, VLT-10d. */
static void outside_and_untagged_only_the_owner_and_shares(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, NOBODY);
    place_share(world, file, cast.bob, "v", 0);
    place_share(world, file, cast.cat, "vde", 0);
    expect(world, cast.ann, file, "rvdcshed");
    expect(world, cast.bob, file, "rv...h..");
    expect(world, cast.cat, file, "rvd..he.");
    expect(world, cast.gil, file, "........");
    expect(world, cast.admin.user, file, "........");
    expect_rule(world, ACCESS_READ, cast.ann, file, RULE_CLS_04A);
    expect_rule(world, ACCESS_READ, cast.eve, file, RULE_CLS_04A);
    expect_rule(world, ACCESS_DOWNLOAD, cast.bob, file, RULE_VLT_07A);
    expect_rule(world, ACCESS_SHARE, cast.cat, file, RULE_VLT_10A);
    expect_rule(world, ACCESS_DELETE, cast.cat, file, RULE_VLT_14A);
    expect_rule(world, ACCESS_READ, cast.ann, (struct id){ID_FILE, 9999}, RULE_VLT_10D);
}

/* CLS-01a: also for the owner of a file who has left the group, and whoever it is shared with. */
static void in_a_group_and_untagged_only_members(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = group_file(world, &cast, cast.gil, NOBODY);
    expect(world, cast.gil, file, "rvd.shed");
    expect(world, cast.gwen, file, "rvdc.hed");
    expect(world, cast.ann, file, "........");
    expect_rule(world, ACCESS_READ, cast.gil, file, RULE_CLS_01A);
    expect_rule(world, ACCESS_READ, cast.ann, file, RULE_CLS_01A);
    expect_rule(world, ACCESS_CHANGE_PROJECT, cast.gil, file, RULE_VLT_11A);
    expect_rule(world, ACCESS_SHARE, cast.gwen, file, RULE_VLT_10A);
    place_share(world, file, cast.bob, "vde", 0);
    expect(world, cast.bob, file, "........");
    place_group_leave(world, cast.group, cast.gil);
    expect(world, cast.gil, file, "........");
}

/* CLS-03a: tagged, and the same people as before must be members. */
static void outside_and_tagged_owner_and_shares_who_are_members(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, cast.project);
    place_share(world, file, cast.bob, "vd", 0);
    place_share(world, file, cast.eve, "vd", 0);
    expect(world, cast.ann, file, "rvdcshed");
    expect(world, cast.bob, file, "rvd..h..");
    expect(world, cast.eve, file, "........");
    expect(world, cast.gil, file, "........");
    expect_rule(world, ACCESS_READ, cast.ann, file, RULE_CLS_03A);
    expect_rule(world, ACCESS_READ, cast.eve, file, RULE_CLS_03A);
    const union command_fields leave = {
        .project_remove_member = {.project = cast.project, .user = cast.ann}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &leave);
    expect(world, cast.ann, file, "........");
}

/* CLS-02a: members of the group who are members of the project. */
static void in_a_group_and_tagged_members_of_both(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = group_file(world, &cast, cast.gwen, cast.project);
    place_group_member(world, cast.group, cast.eve, ALL_PERMISSIONS);
    expect(world, cast.gwen, file, "rvdcshed");
    expect(world, cast.gil, file, "rvd..h..");
    expect(world, cast.ann, file, "........");
    expect(world, cast.eve, file, "........");
    expect_rule(world, ACCESS_READ, cast.gil, file, RULE_CLS_02A);
    expect_rule(world, ACCESS_READ, cast.ann, file, RULE_CLS_02A);
    expect_rule(world, ACCESS_READ, cast.eve, file, RULE_CLS_02A);
}

/* The picture of each class, over all combinations of what it stands on: group, key, share, member.
 */
static void each_class_needs_all_of_its_conditions(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    for (unsigned bits = 0; bits < 64; bits++) {
        bool in_group = bits & 1, tagged = bits & 2, is_group_member = bits & 4;
        bool has_key = bits & 8, is_shared = bits & 16, is_project_member = bits & 32;
        char login[16];
        snprintf(login, sizeof login, "u%u", bits);
        struct id user = world_user(world, login, USER_ROLE_USER);
        struct id project = tagged ? cast.project : NOBODY;
        struct id file = in_group ? group_file(world, &cast, cast.gwen, project)
                                  : own_file(world, &cast, project);
        if (is_group_member) {
            place_group_member(world, cast.group, user, USER_PERMISSIONS);
        }
        if (is_shared) {
            place_share(world, file, user, "v", 0);
        }
        if (has_key) {
            place_key(world, file, user);
        } else {
            place_no_key(world, file, user);
            place_no_key(world, file, cast.group);
        }
        if (is_project_member) {
            making_member(world, &cast.admin, cast.project, user, PROJECT_ROLE_USER);
        }
        bool expected =
            has_key && (in_group ? is_group_member : is_shared) && (!tagged || is_project_member);
        expect(world, user, file, expected ? (in_group ? "rvd..h.." : "rv...h..") : "........");
    }
}

/* Keys ----------------------------------------------------------------------------------------- */

/* VLT-05b: who may delete needs no key. */
static void without_the_key_there_is_no_access(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id own = own_file(world, &cast, NOBODY);
    struct id in_group = group_file(world, &cast, cast.gwen, NOBODY);
    place_no_key(world, own, cast.ann);
    place_no_key(world, in_group, cast.group);
    expect(world, cast.ann, own, ".......d");
    expect(world, cast.gil, in_group, "........");
    expect_rule(world, ACCESS_READ, cast.ann, own, RULE_VLT_05B);
    expect_rule(world, ACCESS_READ, cast.gil, in_group, RULE_VLT_05B);
    expect(world, cast.gwen, in_group, "rvdcshed");
}

/* A new member has the group's key of now; what was wrapped for another is closed to her. */
static void a_key_for_the_group_opens_for_those_who_have_the_groups_key(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = group_file(world, &cast, cast.gwen, NOBODY);
    expect(world, cast.gil, file, "rvd..h..");
    world_remove(world, ROW_GROUP_KEY,
                 &(struct group_key_row){.group = cast.group, .user = cast.gil, .epoch = 1});
    world_put(world, ROW_GROUP_KEY,
              &(struct group_key_row){.group = cast.group, .user = cast.gil, .epoch = 2});
    expect(world, cast.gil, file, "........");
    expect_rule(world, ACCESS_READ, cast.gil, file, RULE_VLT_05B);
}

/* Shares --------------------------------------------------------------------------------------- */

static void a_share_ends_when_it_says(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, NOBODY);
    const uint64_t end = world->now_us + CAST_DAY_US;
    place_share(world, file, cast.bob, "v", end);
    const struct reader reader = {.user = cast.bob};
    struct access access = ask(world, ACCESS_READ, &reader, file);
    assert_true(access.allowed);
    assert_true(fact_of(&access, FACT_SHARED)->until_utc_us == end);
    world->now_us = end - 1;
    expect(world, cast.bob, file, "rv...h..");
    world->now_us = end;
    expect(world, cast.bob, file, "........");
    expect_rule(world, ACCESS_READ, cast.bob, file, RULE_CLS_04A);
}

/* Of several shares each verb takes the one that carries it. */
static void a_share_with_a_group_is_one_with_its_members(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, NOBODY);
    struct id second = place_group(world, cast.ann, NOBODY);
    place_group_member(world, second, cast.gil, 0);
    place_share(world, file, cast.group, "v", 0);
    expect(world, cast.gil, file, "rv...h..");
    const struct reader gil = {.user = cast.gil}, bob = {.user = cast.bob};
    struct access access = ask(world, ACCESS_READ, &gil, file);
    assert_true(id_equal(fact_of(&access, FACT_SHARED)->about, cast.group));
    assert_true(id_equal(fact_of(&access, FACT_GROUP_MEMBER)->about, cast.group));
    assert_true(id_equal(fact_of(&access, FACT_HOLDS_KEY)->about, cast.group));
    place_share(world, file, cast.bob, "v", 0);
    access = ask(world, ACCESS_READ, &bob, file);
    assert_int_equal(access.fact_count, 4); /* active, not the owner, shared, key */
    assert_true(fact_of(&access, FACT_SHARED)->holds);
    access = ask(world, ACCESS_DOWNLOAD, &bob, file);
    assert_false(fact_of(&access, FACT_SHARED)->holds);
    place_share(world, file, second, "d", 0);
    expect(world, cast.gil, file, "rvd..h..");
    expect(world, cast.gwen, file, "rv...h..");
    place_share(world, file, cast.gil, "e", 0);
    expect(world, cast.gil, file, "rvd..he.");
    place_group_leave(world, second, cast.gil);
    expect(world, cast.gil, file, "rv...he.");
    place_group_again(world, cast.group, NOBODY, true);
    expect(world, cast.gil, file, "r....he.");
    expect(world, cast.gwen, file, "........");
}

/* GRP-09: a tagged group asks for its project before it gives what is shared with it. */
static void a_share_with_a_tagged_group_asks_for_its_project(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = own_file(world, &cast, NOBODY);
    place_group_member(world, cast.group, cast.eve, 0);
    place_share(world, file, cast.group, "v", 0);
    expect(world, cast.eve, file, "rv...h..");
    place_group_again(world, cast.group, cast.project, false);
    expect(world, cast.gil, file, "rv...h..");
    expect(world, cast.eve, file, "........");
    expect_rule(world, ACCESS_READ, cast.eve, file, RULE_CLS_04A);
    /* one that is closed does not hide one that is open */
    struct id other = making_project(world, &cast.admin, "borealis", NOBODY);
    struct id second = place_group(world, cast.bob, cast.project);
    place_group_again(world, cast.group, other, false);
    expect(world, cast.gil, file, "........");
    place_group_member(world, second, cast.gil, 0);
    place_share(world, file, second, "v", 0);
    expect(world, cast.gil, file, "rv...h..");
}

/* Permissions in groups ------------------------------------------------------------------------ */

/* Rows are permissions of a member who owns nothing; the file is somebody else's. VLT-09d, VLT-14a.
 */
static void permissions_of_a_group_give_verbs(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = group_file(world, &cast, cast.gwen, NOBODY);
    struct id dir = place_dir(
        world, &(struct place){.parent = cast.group, .owner = cast.gwen, .group = cast.group});
    const struct {
        unsigned permissions;
        const char *of_file, *of_dir, *of_group;
    } rows[] = {
        {0, "rvd..h..", "rvd..h..", "rvd..h.."},
        {1u << GROUP_PERMISSION_ADD_ENTRIES, "rvd..h..", "rvd..he.", "rvd..he."},
        {1u << GROUP_PERMISSION_REMOVE_ENTRIES, "rvd..h.d", "rvd..h.d", "rvd..h.."},
        {1u << GROUP_PERMISSION_ADD_ENTRIES | 1u << GROUP_PERMISSION_REMOVE_ENTRIES, "rvd..hed",
         "rvd..hed", "rvd..he."},
        {1u << GROUP_PERMISSION_MODIFY_PROJECT_TAG, "rvdc.h..", "rvdc.h..", "rvdc.h.."},
        {1u << GROUP_PERMISSION_ADD_MEMBERS, "rvd..h..", "rvd..h..", "rvd.sh.."},
        {1u << GROUP_PERMISSION_CREATE_DIRECTORIES, "rvd..h..", "rvd..h..", "rvd..h.."},
        {ALL_PERMISSIONS, "rvdc.hed", "rvdc.hed", "rvdcshe."},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        place_group_member(world, cast.group, cast.gil, rows[i].permissions);
        expect(world, cast.gil, file, rows[i].of_file);
        expect(world, cast.gil, dir, rows[i].of_dir);
        expect(world, cast.gil, cast.group, rows[i].of_group);
    }
    expect(world, cast.gwen, cast.group, "rvdcshed");
    place_group_member(world, cast.group, cast.gil, 0);
    expect_rule(world, ACCESS_EDIT, cast.gil, file, RULE_VLT_09D);
    expect_rule(world, ACCESS_DELETE, cast.gil, file, RULE_VLT_14A);
    expect_rule(world, ACCESS_DELETE, cast.gil, cast.group, RULE_GRP_15A);
    expect_rule(world, ACCESS_CHANGE_PROJECT, cast.gil, cast.group, RULE_GRP_09A);
    expect_rule(world, ACCESS_SHARE, cast.gil, cast.group, RULE_GRP_02A);
}

static void a_deleted_group_gives_nothing_to_anybody(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id file = group_file(world, &cast, cast.gil, NOBODY);
    place_group_again(world, cast.group, NOBODY, true);
    expect(world, cast.gil, file, "........");
    expect(world, cast.gwen, file, "........");
    expect(world, cast.gwen, cast.group, "........");
}

/* The tops of own trees, and directories in them, are their user's. */
static void an_own_tree_is_its_users(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id dir = place_dir(world, &(struct place){.parent = cast.ann, .owner = cast.ann});
    expect(world, cast.ann, cast.ann, "rv...he.");
    expect(world, cast.bob, cast.ann, "........");
    expect(world, cast.ann, dir, "rvdcshed");
    expect(world, cast.bob, dir, "........");
    expect_rule(world, ACCESS_DELETE, cast.ann, cast.ann, RULE_VLT_07A);
    expect(world, cast.ann, cast.project, "........");
    expect(world, NOBODY, dir, "........");
}

/* Tags ----------------------------------------------------------------------------------------- */

static void a_tag_is_inherited_from_the_nearest_directory_else_the_group(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id outer = place_dir(
        world, &(struct place){.parent = cast.ann, .owner = cast.ann, .project = cast.project});
    struct id inner = place_dir(world, &(struct place){.parent = outer, .owner = cast.ann});
    struct id file = place_file(world, &(struct place){.parent = inner, .owner = cast.ann});
    const struct reader ann = {.user = cast.ann};
    assert_int_equal(ask(world, ACCESS_READ, &ann, file).class, ACCESS_PROJECT);
    assert_int_equal(ask(world, ACCESS_READ, &ann, inner).class, ACCESS_PROJECT);
    place_group_again(world, cast.group, cast.project, false);
    struct id in_group = group_file(world, &cast, cast.gil, NOBODY);
    const struct reader gil = {.user = cast.gil};
    struct access access = ask(world, ACCESS_READ, &gil, in_group);
    assert_int_equal(access.class, ACCESS_GROUP_PROJECT);
    assert_true(access.allowed);
    assert_true(id_equal(fact_of(&access, FACT_PROJECT_MEMBER)->about, cast.project));
    place_file_again(world, file, &(struct place){.parent = cast.ann, .owner = cast.ann});
    assert_int_equal(ask(world, ACCESS_READ, &ann, file).class, ACCESS_PERSONAL);
}

/* What cannot be followed to its top could have any tag: it is not found. */
static void a_way_up_that_does_not_end_leads_nowhere(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id dir = {ID_DIR, world->n};
    const struct dir_row loop = {
        .dir = dir, .has_parent = true, .parent = dir, .name = LITERAL("loop"), .owner = cast.ann};
    world_put(world, ROW_DIR, &loop);
    struct id file = place_file(world, &(struct place){.parent = dir, .owner = cast.ann});
    struct id lost =
        place_file(world, &(struct place){.parent = {ID_DIR, 9999}, .owner = cast.ann});
    expect(world, cast.ann, file, "........");
    expect(world, cast.ann, lost, "........");
}

/* GRP-10: a tag in a group with another tag is allowed; both projects must be hers. */
/* Workflow 1 (PRJ-18): the group carries the project above, and what is in it the ones below. */
static void a_groups_own_tag_is_met_from_below_for_every_verb(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    place_group_again(world, cast.group, cast.project, false);
    place_group_member(world, cast.group, cast.eve, ALL_PERMISSIONS);
    making_member(world, &cast.admin, below, cast.eve, PROJECT_ROLE_USER);
    struct id file = group_file(world, &cast, cast.eve, below);
    expect(world, cast.eve, file, "rvdcshed");
    expect(world, cast.eve, group_file(world, &cast, cast.eve, NOBODY), "rvdc.h..");
}

static void a_group_with_another_tag_asks_for_both(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id other = making_project(world, &cast.admin, "borealis", NOBODY);
    struct id file = group_file(world, &cast, cast.gwen, other);
    place_group_again(world, cast.group, cast.project, false);
    expect(world, cast.gil, file, "........");
    making_member(world, &cast.admin, other, cast.gil, PROJECT_ROLE_USER);
    expect(world, cast.gil, file, "rvd..h..");
    const union command_fields leave = {
        .project_remove_member = {.project = cast.project, .user = cast.gil}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_REMOVE_MEMBER, &leave);
    expect(world, cast.gil, file, "........");
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(outside_and_untagged_only_the_owner_and_shares),
        IN_WORLD(in_a_group_and_untagged_only_members),
        IN_WORLD(outside_and_tagged_owner_and_shares_who_are_members),
        IN_WORLD(in_a_group_and_tagged_members_of_both),
        IN_WORLD(each_class_needs_all_of_its_conditions),
        IN_WORLD(without_the_key_there_is_no_access),
        IN_WORLD(a_key_for_the_group_opens_for_those_who_have_the_groups_key),
        IN_WORLD(a_share_ends_when_it_says),
        IN_WORLD(a_share_with_a_group_is_one_with_its_members),
        IN_WORLD(a_share_with_a_tagged_group_asks_for_its_project),
        IN_WORLD(permissions_of_a_group_give_verbs),
        IN_WORLD(a_deleted_group_gives_nothing_to_anybody),
        IN_WORLD(an_own_tree_is_its_users),
        IN_WORLD(a_tag_is_inherited_from_the_nearest_directory_else_the_group),
        IN_WORLD(a_way_up_that_does_not_end_leads_nowhere),
        IN_WORLD(a_groups_own_tag_is_met_from_below_for_every_verb),
        IN_WORLD(a_group_with_another_tag_asks_for_both),
    };
    return cmocka_run_group_tests_name("core/access", tests, NULL, NULL);
}
