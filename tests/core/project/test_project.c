/*
 * Projects: who makes, changes and deletes them, the tree, levels, PIs and sub-administrators.
 */
#include "core/project/label.h"
#include "core/project/membership.h"
#include "core/project/project.h"
#include "tests/core/project/making.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct cast {
    struct actor admin, pi, manager, member, stranger, assigned, unassigned;
    struct id project;
};

static struct cast cast_of(struct world *world)
{
    struct cast cast = {.admin = making_admin(world)};
    cast.pi = world_actor(world, world_user(world, "pia", USER_ROLE_USER));
    cast.manager = world_actor(world, world_user(world, "mia", USER_ROLE_USER));
    cast.member = world_actor(world, world_user(world, "uli", USER_ROLE_USER));
    cast.stranger = world_actor(world, world_user(world, "eve", USER_ROLE_USER));
    cast.assigned = world_actor(world, world_user(world, "sam", USER_ROLE_SUB_ADMIN));
    cast.unassigned = world_actor(world, world_user(world, "sue", USER_ROLE_SUB_ADMIN));
    cast.project = making_project(world, &cast.admin, "atlas", NOBODY);
    making_pi(world, &cast.admin, cast.project, cast.pi.user);
    making_member(world, &cast.admin, cast.project, cast.manager.user, PROJECT_ROLE_MANAGER);
    making_member(world, &cast.admin, cast.project, cast.member.user, PROJECT_ROLE_USER);
    const union command_fields fields = {
        .project_assign_subadmin = {.project = cast.project, .user = cast.assigned.user}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields);
    return cast;
}

static struct project_row row_of(struct world *world, struct id project)
{
    struct project_row row = {.project = project};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_PROJECT, &row));
    return row;
}

static union command_fields creation(const char *name, struct id parent)
{
    return (union command_fields){.project_create = {.name = bytes_of_string(name),
                                                     .has_parent = parent.kind != ID_NONE,
                                                     .parent = parent}};
}

static void permit(struct world *world, struct id user)
{
    static const enum user_permission permission = USER_PERMISSION_CREATE_PROJECTS;
    struct user_row row = {.user = user};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_USER, &row));
    row.permissions = &permission;
    row.permissions_count = 1;
    world_put(world, ROW_USER, &row);
}

/* Making --------------------------------------------------------------------------------------- */

/* PRJ-01a: rows are who asks; at the top, and below a project. */
static void projects_are_made_by_those_who_may(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct actor permitted = world_actor(world, world_user(world, "per", USER_ROLE_USER));
    permit(world, permitted.user);
    const struct {
        const struct actor *by;
        enum rule at_top, below;
    } rows[] = {
        {&cast.admin, RULE_NONE, RULE_NONE},        {&permitted, RULE_NONE, RULE_PRJ_01A},
        {&cast.pi, RULE_PRJ_01A, RULE_NONE},        {&cast.manager, RULE_PRJ_01A, RULE_NONE},
        {&cast.assigned, RULE_PRJ_01A, RULE_NONE},  {&cast.unassigned, RULE_PRJ_01A, RULE_PRJ_01A},
        {&cast.member, RULE_PRJ_01A, RULE_PRJ_01A}, {&cast.stranger, RULE_PRJ_01A, RULE_PRJ_01A},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "top %zu", i);
        union command_fields fields = creation(name, NOBODY);
        assert_int_equal(world_try(world, rows[i].by, COMMAND_PROJECT_CREATE, &fields, NULL),
                         rows[i].at_top);
        snprintf(name, sizeof name, "below %zu", i);
        fields = creation(name, cast.project);
        assert_int_equal(world_try(world, rows[i].by, COMMAND_PROJECT_CREATE, &fields, NULL),
                         rows[i].below);
    }
}

static void a_permission_to_make_projects_counts_from_the_next_login_on(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct actor eve = world_actor_in(world, world_session(world, cast.stranger.user));
    const union command_fields fields = creation("borealis", NOBODY);
    permit(world, eve.user);
    world_refused(world, &eve, COMMAND_PROJECT_CREATE, &fields, RULE_PRJ_01A);
    eve = world_actor_in(world, world_session(world, eve.user));
    (void)world_must(world, &eve, COMMAND_PROJECT_CREATE, &fields);
}

/* PRJ-01d: also after the project is deleted. */
static void a_name_is_used_once(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct project_row row;
    union command_fields fields = creation("atlas", NOBODY);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CREATE, &fields, RULE_PRJ_01D);
    fields = creation("", NOBODY);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CREATE, &fields, RULE_PRJ_01D);
    struct view view = world_view(world);
    assert_true(project_by_name(&view, LITERAL("atlas"), &row));
    assert_true(id_equal(row.project, cast.project));
    assert_false(project_by_name(&view, LITERAL("Atlas"), &row));
    fields = (union command_fields){.project_delete = {.project = cast.project}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_DELETE, &fields);
    view = world_view(world);
    assert_false(project_by_name(&view, LITERAL("atlas"), &row));
    fields = creation("atlas", NOBODY);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CREATE, &fields, RULE_PRJ_01D);
}

/* Whoever is no administrator manages what she makes; a PI manages it in her place. */
static void a_project_below_has_somebody_who_manages_it(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id by_manager = making_project(world, &cast.manager, "atlas-1", cast.project);
    struct id by_admin = making_project(world, &cast.admin, "atlas-2", cast.project);
    union command_fields fields = creation("atlas-3", cast.project);
    fields.project_create.has_pi = true;
    fields.project_create.pi = cast.member.user;
    struct id with_pi = {ID_PROJECT,
                         world_must(world, &cast.manager, COMMAND_PROJECT_CREATE, &fields)};
    struct view view = world_view(world);
    assert_true(membership_leads(&view, &cast.manager, by_manager));
    assert_false(membership_manages(&view, &cast.manager, by_admin));
    assert_false(membership_manages(&view, &cast.manager, with_pi));
    assert_true(membership_leads(&view, &cast.member, with_pi));
    assert_true(project_is_pi(&view, &cast.member, with_pi));
    assert_int_equal(row_of(world, by_manager).members, 1);
    assert_int_equal(row_of(world, by_admin).members, 0);
    assert_int_equal(row_of(world, with_pi).members, 1);
    fields.project_create.name = LITERAL("atlas-4");
    fields.project_create.pi = (struct id){ID_USER, 9999};
    world_refused(world, &cast.admin, COMMAND_PROJECT_CREATE, &fields, RULE_PRJ_16A);
}

/* PRJ-08a. */
static void a_parent_exists_and_the_tree_is_not_too_deep(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id at = cast.project;
    union command_fields fields = creation("lost", (struct id){ID_PROJECT, 9999});
    world_refused(world, &cast.admin, COMMAND_PROJECT_CREATE, &fields, RULE_PRJ_08A);
    for (unsigned depth = 2; depth <= LABEL_DEPTH_MAX; depth++) {
        char name[16];
        snprintf(name, sizeof name, "depth %u", depth);
        at = making_project(world, &cast.admin, name, at);
    }
    struct view view = world_view(world);
    assert_int_equal(label_depth(&view, at), LABEL_DEPTH_MAX);
    assert_true(label_dominates(&view, at, cast.project));
    fields = creation("too deep", at);
    world_refused(world, &cast.admin, COMMAND_PROJECT_CREATE, &fields, RULE_PRJ_08A);
}

/* Changing ------------------------------------------------------------------------------------- */

/* PRJ-01c, IDN-19b: edit, set_level and delete are for the same people. */
static void a_project_is_changed_by_those_who_manage_it(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    const struct {
        const struct actor *by;
        enum rule expected;
    } rows[] = {
        {&cast.admin, RULE_NONE},         {&cast.pi, RULE_NONE},
        {&cast.manager, RULE_NONE},       {&cast.assigned, RULE_NONE},
        {&cast.unassigned, RULE_IDN_19B}, {&cast.member, RULE_PRJ_01C},
        {&cast.stranger, RULE_PRJ_01C},
    };
    const union command_fields edit = {
        .project_edit = {.project = cast.project, .has_tag = true, .tag = LITERAL("A")}};
    const union command_fields level = {.project_set_level = {.project = cast.project}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(world_try(world, rows[i].by, COMMAND_PROJECT_EDIT, &edit, NULL),
                         rows[i].expected);
        assert_int_equal(world_try(world, rows[i].by, COMMAND_PROJECT_SET_LEVEL, &level, NULL),
                         rows[i].expected);
    }
    const union command_fields delete = {.project_delete = {.project = cast.project}};
    world_refused(world, &cast.unassigned, COMMAND_PROJECT_DELETE, &delete, RULE_IDN_19B);
    world_refused(world, &cast.member, COMMAND_PROJECT_DELETE, &delete, RULE_PRJ_01C);
    (void)world_must(world, &cast.manager, COMMAND_PROJECT_DELETE, &delete);
    world_refused(world, &cast.admin, COMMAND_PROJECT_EDIT, &edit, RULE_PRJ_01D);
    world_refused(world, &cast.admin, COMMAND_PROJECT_SET_LEVEL, &level, RULE_PRJ_01D);
    world_refused(world, &cast.admin, COMMAND_PROJECT_DELETE, &delete, RULE_PRJ_01D);
}

static void what_an_edit_leaves_out_stays(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    union command_fields fields = {
        .project_edit = {.project = cast.project, .has_tag = true, .tag = LITERAL("A")}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_EDIT, &fields);
    fields = (union command_fields){.project_edit = {.project = cast.project,
                                                     .has_colour = true,
                                                     .colour = LITERAL("red"),
                                                     .has_declassify_pi_only = true,
                                                     .declassify_pi_only = true}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_EDIT, &fields);
    struct project_row row = row_of(world, cast.project);
    assert_true(row.has_tag && bytes_equal(row.tag, LITERAL("A")));
    assert_true(row.has_colour && bytes_equal(row.colour, LITERAL("red")));
    assert_true(row.declassify_pi_only);
    assert_true(bytes_equal(row.name, LITERAL("atlas")));
}

/* PRJ-12c would mean nothing if a manager could lift it. */
static void only_a_pi_lifts_what_only_a_pi_may(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    union command_fields fields = {.project_edit = {.project = cast.project,
                                                    .has_declassify_pi_only = true,
                                                    .declassify_pi_only = true}};
    (void)world_must(world, &cast.manager, COMMAND_PROJECT_EDIT, &fields);
    const union command_fields colour = {
        .project_edit = {.project = cast.project, .has_colour = true, .colour = LITERAL("red")}};
    (void)world_must(world, &cast.manager, COMMAND_PROJECT_EDIT, &colour);
    (void)world_must(world, &cast.manager, COMMAND_PROJECT_EDIT, &fields);
    fields.project_edit.declassify_pi_only = false;
    world_refused(world, &cast.manager, COMMAND_PROJECT_EDIT, &fields, RULE_PRJ_12C);
    world_refused(world, &cast.admin, COMMAND_PROJECT_EDIT, &fields, RULE_PRJ_12C);
    (void)world_must(world, &cast.pi, COMMAND_PROJECT_EDIT, &fields);
    assert_false(row_of(world, cast.project).declassify_pi_only);
}

/* PRJ-01b. */
static void a_project_in_use_is_not_deleted(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id below = making_project(world, &cast.admin, "atlas-1", cast.project);
    union command_fields fields = {.project_delete = {.project = cast.project}};
    const struct tagged_row tagged = {.project = cast.project, .object = {ID_FILE, 5}};
    world_refused(world, &cast.admin, COMMAND_PROJECT_DELETE, &fields, RULE_PRJ_01B);
    fields.project_delete.project = below;
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_DELETE, &fields);
    fields.project_delete.project = cast.project;
    world_put(world, ROW_TAGGED, &tagged);
    world_refused(world, &cast.admin, COMMAND_PROJECT_DELETE, &fields, RULE_PRJ_01B);
    world_remove(world, ROW_TAGGED, &tagged);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_DELETE, &fields);
    struct view view = world_view(world);
    assert_false(project_by_id(&view, cast.project, NULL));
    assert_false(project_by_id(&view, NOBODY, NULL)); /* PRJ-06: Unlocked is no project */
    assert_true(row_of(world, cast.project).deleted);
}

/* SEC-01c: levels that are known; a project that is deleted frees its level. */
static void a_project_is_under_a_level_that_exists(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct id one = making_level(world, &cast.admin, "one", NULL, 0);
    struct id two = making_level(world, &cast.admin, "two", NULL, 0);
    union command_fields fields = {.project_set_level = {.project = cast.project,
                                                         .has_level = true,
                                                         .level = {ID_LEVEL, 9999}}};
    world_refused(world, &cast.admin, COMMAND_PROJECT_SET_LEVEL, &fields, RULE_SEC_01C);
    making_set_level(world, &cast.admin, cast.project, one);
    making_set_level(world, &cast.admin, cast.project, two);
    assert_true(id_equal(row_of(world, cast.project).level, two));
    fields = (union command_fields){.level_delete = {.level = one}};
    (void)world_must(world, &cast.admin, COMMAND_LEVEL_DELETE, &fields);
    fields = (union command_fields){.level_delete = {.level = two}};
    world_refused(world, &cast.admin, COMMAND_LEVEL_DELETE, &fields, RULE_SEC_01C);
    const union command_fields delete = {.project_delete = {.project = cast.project}};
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_DELETE, &delete);
    (void)world_must(world, &cast.admin, COMMAND_LEVEL_DELETE, &fields);
}

/* People --------------------------------------------------------------------------------------- */

/* PRJ-16a. */
static void a_pi_is_named_by_an_administrator_or_the_pi(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    union command_fields fields = {
        .project_set_pi = {.project = cast.project, .has_user = true, .user = cast.member.user}};
    world_refused(world, &cast.manager, COMMAND_PROJECT_SET_PI, &fields, RULE_PRJ_16A);
    world_refused(world, &cast.assigned, COMMAND_PROJECT_SET_PI, &fields, RULE_PRJ_16A);
    (void)world_must(world, &cast.pi, COMMAND_PROJECT_SET_PI, &fields);
    assert_true(id_equal(row_of(world, cast.project).pi, cast.member.user));
    world_refused(world, &cast.pi, COMMAND_PROJECT_SET_PI, &fields, RULE_PRJ_16A);
    struct view view = world_view(world);
    assert_true(project_is_pi(&view, &cast.member, cast.project));
    assert_true(membership_leads(&view, &cast.member, cast.project));
    assert_true(membership_leads(&view, &cast.pi, cast.project)); /* who was stays a manager */
    fields.project_set_pi.user = (struct id){ID_USER, 9999};
    world_refused(world, &cast.admin, COMMAND_PROJECT_SET_PI, &fields, RULE_PRJ_16A);
    fields.project_set_pi.project = (struct id){ID_PROJECT, 9999};
    world_refused(world, &cast.admin, COMMAND_PROJECT_SET_PI, &fields, RULE_PRJ_01D);
    making_pi(world, &cast.admin, cast.project, NOBODY);
    assert_false(row_of(world, cast.project).has_pi);
}

static void to_be_pi_counts_from_the_next_login_on(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    struct actor uli = world_actor_in(world, world_session(world, cast.member.user));
    making_pi(world, &cast.admin, cast.project, uli.user);
    struct view view = world_view(world);
    assert_false(project_is_pi(&view, &uli, cast.project));
    uli = world_actor_in(world, world_session(world, uli.user));
    view = world_view(world);
    assert_true(project_is_pi(&view, &uli, cast.project));
    making_pi(world, &cast.admin, cast.project, NOBODY);
    view = world_view(world);
    assert_false(project_is_pi(&view, &uli, cast.project));
}

/* IDN-19a, IDN-19b. */
static void administrators_assign_projects_to_sub_administrators(void **state)
{
    struct world *world = *state;
    struct cast cast = cast_of(world);
    union command_fields fields = {
        .project_assign_subadmin = {.project = cast.project, .user = cast.unassigned.user}};
    world_refused(world, &cast.assigned, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields, RULE_IDN_19A);
    world_refused(world, &cast.pi, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields, RULE_IDN_19A);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields);
    world_about(world, cast.project, cast.unassigned.user, NOBODY);
    fields.project_assign_subadmin.user = cast.member.user;
    world_refused(world, &cast.admin, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields, RULE_IDN_19A);
    fields.project_assign_subadmin.project = (struct id){ID_PROJECT, 9999};
    world_refused(world, &cast.admin, COMMAND_PROJECT_ASSIGN_SUBADMIN, &fields, RULE_PRJ_01D);
    fields = (union command_fields){
        .project_unassign_subadmin = {.project = cast.project, .user = cast.unassigned.user}};
    world_refused(world, &cast.pi, COMMAND_PROJECT_UNASSIGN_SUBADMIN, &fields, RULE_IDN_19A);
    (void)world_must(world, &cast.admin, COMMAND_PROJECT_UNASSIGN_SUBADMIN, &fields);
    world_about(world, cast.project, cast.unassigned.user, NOBODY);
    world_refused(world, &cast.admin, COMMAND_PROJECT_UNASSIGN_SUBADMIN, &fields, RULE_IDN_19B);
    struct view view = world_view(world);
    assert_false(membership_manages(&view, &cast.unassigned, cast.project));
    assert_true(membership_manages(&view, &cast.assigned, cast.project));
}

static void a_project_is_described_in_one_line(void **unused)
{
    (void)unused;
    char memory[256];
    struct text text = TEXT_IN(memory);
    struct project_row row = {.name = LITERAL("atlas"), .members = 1};
    project_describe(&row, &text);
    assert_string_equal(text_string(&text), "atlas, 1 member");
    text_clear(&text);
    row.has_tag = row.deleted = true;
    row.tag = LITERAL("A\n");
    row.members = 2;
    project_describe(&row, &text);
    assert_string_equal(text_string(&text), "atlas [A\\x0a], 2 members (deleted)");
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(projects_are_made_by_those_who_may),
        IN_WORLD(a_permission_to_make_projects_counts_from_the_next_login_on),
        IN_WORLD(a_name_is_used_once),
        IN_WORLD(a_project_below_has_somebody_who_manages_it),
        IN_WORLD(a_parent_exists_and_the_tree_is_not_too_deep),
        IN_WORLD(a_project_is_changed_by_those_who_manage_it),
        IN_WORLD(what_an_edit_leaves_out_stays),
        IN_WORLD(only_a_pi_lifts_what_only_a_pi_may),
        IN_WORLD(a_project_in_use_is_not_deleted),
        IN_WORLD(a_project_is_under_a_level_that_exists),
        IN_WORLD(a_pi_is_named_by_an_administrator_or_the_pi),
        IN_WORLD(to_be_pi_counts_from_the_next_login_on),
        IN_WORLD(administrators_assign_projects_to_sub_administrators),
        cmocka_unit_test(a_project_is_described_in_one_line),
    };
    return cmocka_run_group_tests_name("core/project", tests, NULL, NULL);
}
