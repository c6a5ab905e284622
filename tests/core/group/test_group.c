/*
 * Groups: who makes, sees, tags and deletes them.
 */
#include "core/dispatch.h"
#include "core/group/group.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum rule creating(struct world *world, const struct person *person, struct bytes name,
                          size_t key_size)
{
    static const uint8_t key[64] = {9};
    union command_fields fields = {
        .group_create = {.name = name, .key = bytes_of(key, key_size), .wrapped = some_digest(1)}};
    return person_try(world, person, COMMAND_GROUP_CREATE, &fields);
}

static struct group_row row_of(struct world *world, struct id group)
{
    struct view view = world_view(world);
    struct group_row row = {.group = group};
    assert_true(view_find(&view, ROW_GROUP, &row));
    return row;
}

/* Create --------------------------------------------------------------------------------------- */

static void whoever_may_creates_a_group_and_owns_it_with_its_key(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    struct group_row row = row_of(world, group);
    assert_true(id_equal(row.owner, ada.user));
    assert_int_equal(row.epoch, 1);
    assert_int_equal(row.members, 1);
    struct view view = world_view(world);
    struct group_key_row key = {.group = group, .user = ada.user, .epoch = 1};
    assert_true(view_find(&view, ROW_GROUP_KEY, &key)); /* GRP-01a */
    struct group_name_row name = {.name = LITERAL("lab"), .group = group};
    assert_true(view_find(&view, ROW_GROUP_NAME, &name));
    for (unsigned i = 0; i < GROUP_PERMISSION_COUNT; i++) { /* GRP-05b */
        assert_true(group_allows(&view, group, ada.user, (enum group_permission)i));
    }
}

static void nobody_without_the_permission_creates_a_group(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_SUPER_ADMIN);
    struct view view = world_view(world);
    struct user_row user = {.user = ada.user};
    assert_true(view_find(&view, ROW_USER, &user));
    user.permissions_count = 0;
    (void)world_put(world, ROW_USER, &user);
    assert_int_equal(creating(world, &ada, LITERAL("lab"), GROUP_KEY_SIZE), RULE_GRP_01C);
}

static void a_group_has_a_name_that_a_path_can_hold_and_a_whole_key(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    char long_name[GROUP_NAME_MAX + 1];
    memset(long_name, 'n', sizeof long_name);
    assert_int_equal(creating(world, &ada, LITERAL(""), 32), RULE_GRP_01E);
    assert_int_equal(creating(world, &ada, LITERAL("a/b"), 32), RULE_GRP_01E);
    assert_int_equal(creating(world, &ada, LITERAL("a\nb"), 32), RULE_GRP_01E);
    assert_int_equal(creating(world, &ada, LITERAL("a\x7f"), 32), RULE_GRP_01E);
    assert_int_equal(creating(world, &ada, bytes_of(long_name, sizeof long_name), 32),
                     RULE_GRP_01E);
    assert_int_equal(creating(world, &ada, bytes_of(long_name, GROUP_NAME_MAX), 32), RULE_NONE);
    assert_int_equal(creating(world, &ada, LITERAL("Labor f\xc3\xbcr alles"), 32), RULE_NONE);
    assert_int_equal(creating(world, &ada, LITERAL("lab"), 31), RULE_GRP_01A);
    assert_int_equal(creating(world, &ada, LITERAL("lab"), 33), RULE_GRP_01A);
}

/* Seeing --------------------------------------------------------------------------------------- */

static void members_are_seen_by_members_and_by_administrators(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    union command_fields fields = {.group_list_members = {.group = group}};
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        struct person somebody = person_new(world, (enum user_role)role);
        assert_int_equal(person_try(world, &somebody, COMMAND_GROUP_LIST_MEMBERS, &fields),
                         role >= USER_ROLE_ADMIN ? RULE_NONE : RULE_GRP_14A);
    }
    assert_int_equal(person_try(world, &ada, COMMAND_GROUP_LIST_MEMBERS, &fields), RULE_NONE);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    assert_int_equal(person_try(world, &ben, COMMAND_GROUP_LIST_MEMBERS, &fields), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.group_members_listed.count, 2);
}

/* Tags ----------------------------------------------------------------------------------------- */

static enum rule tagging(struct world *world, const struct person *person, struct id group,
                         struct id project, const char *reason)
{
    union command_fields fields = {.group_set_project = {.group = group,
                                                         .has_project = project.kind != ID_NONE,
                                                         .project = project,
                                                         .has_reason = reason != NULL}};
    if (reason != NULL) {
        fields.group_set_project.reason = bytes_of_string(reason);
    }
    return person_try(world, person, COMMAND_GROUP_SET_PROJECT, &fields);
}

static bool is_tagged(struct world *world, struct id project, struct id object)
{
    struct view view = world_view(world);
    struct tagged_row row = {.project = project, .object = object};
    return view_find(&view, ROW_TAGGED, &row);
}

static void a_group_is_tagged_by_whoever_may_modify_its_tag_and_is_a_member(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    struct id project = some_project(world, (struct id){ID_NONE, 0});
    add_member(world, &ada, group, &ben, GROUP_PRESET_MANAGER);
    person_work_on(world, &ben, project, PROJECT_ROLE_USER);
    assert_int_equal(tagging(world, &ben, group, project, NULL), RULE_GRP_09A);
    assert_int_equal(tagging(world, &ada, group, project, NULL), RULE_VLT_11C);
    person_work_on(world, &ada, project, PROJECT_ROLE_USER);
    assert_int_equal(tagging(world, &ada, group, project, NULL), RULE_NONE);
    assert_true(is_tagged(world, project, group));
    assert_true(row_of(world, group).has_project);
}

static void a_groups_tag_is_lowered_by_whoever_leads_the_project_with_a_reason(void **state)
{
    struct world *world = *state;
    struct id none = {ID_NONE, 0};
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    struct id project = some_project(world, none);
    person_work_on(world, &ada, project, PROJECT_ROLE_USER);
    assert_int_equal(tagging(world, &ada, group, project, NULL), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_CLASSIFICATION_LOWERED), 0);
    assert_int_equal(tagging(world, &ada, group, none, "published"), RULE_PRJ_12A);
    person_work_on(world, &ada, project, PROJECT_ROLE_MANAGER);
    assert_int_equal(tagging(world, &ada, group, none, NULL), RULE_PRJ_12B);
    assert_int_equal(tagging(world, &ada, group, none, "published"), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_CLASSIFICATION_LOWERED), 1);
    assert_false(is_tagged(world, project, group));
    assert_false(row_of(world, group).has_project);
}

/* End ------------------------------------------------------------------------------------------ */

static enum rule deleting(struct world *world, const struct person *person, struct id group)
{
    union command_fields fields = {.group_delete = {.group = group}};
    return person_try(world, person, COMMAND_GROUP_DELETE, &fields);
}

/* BLK-01b: also a super-administrator deletes only what is hers. */
static void a_group_is_deleted_by_its_owner_when_nothing_is_in_it(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_SUPER_ADMIN);
    struct id group = make_group(world, &ada);
    add_member(world, &ada, group, &ben, GROUP_PRESET_MANAGER);
    (void)make_dir(world, &ada, group, "data");
    assert_int_equal(deleting(world, &ben, group), RULE_GRP_15A);
    assert_int_equal(deleting(world, &ada, group), RULE_GRP_15B);
    union command_fields fields = {
        .vault_dir_remove_entry = {.parent = group, .name = LITERAL("data")}};
    (void)person_must(world, &ada, COMMAND_VAULT_DIR_REMOVE_ENTRY, &fields);
    assert_int_equal(deleting(world, &ada, group), RULE_NONE);
    struct view view = world_view(world);
    assert_false(group_by_id(&view, group, NULL));
    assert_false(group_has_member(&view, group, ada.user, NULL));
    assert_false(group_allows(&view, group, ada.user, GROUP_PERMISSION_ADD_ENTRIES));
}

/* A group that was never there, and one that was deleted. */
static void no_command_uses_a_group_that_is_not_there(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id groups[2] = {{ID_GROUP, 99999}, make_group(world, &ada)};
    assert_int_equal(deleting(world, &ada, groups[1]), RULE_NONE);
    for (unsigned i = 0; i < 2; i++) {
        union command_fields fields;
        memset(&fields, 0, sizeof fields);
        fields.group_add_member.group = groups[i]; /* the first field of each of them */
        static const enum command_kind kinds[] = {
            COMMAND_GROUP_ADD_MEMBER,   COMMAND_GROUP_REMOVE_MEMBER, COMMAND_GROUP_LEAVE,
            COMMAND_GROUP_ROTATE_KEY,   COMMAND_GROUP_FETCH_KEY,     COMMAND_GROUP_SET_PERMISSION,
            COMMAND_GROUP_APPLY_PRESET, COMMAND_GROUP_PROMOTE_OWNER, COMMAND_GROUP_SET_PROJECT,
            COMMAND_GROUP_LIST_MEMBERS, COMMAND_GROUP_DELETE,
        };
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            assert_int_equal(person_try(world, &ada, kinds[k], &fields), RULE_GRP_01D);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(whoever_may_creates_a_group_and_owns_it_with_its_key),
        IN_WORLD(nobody_without_the_permission_creates_a_group),
        IN_WORLD(a_group_has_a_name_that_a_path_can_hold_and_a_whole_key),
        IN_WORLD(members_are_seen_by_members_and_by_administrators),
        IN_WORLD(a_group_is_tagged_by_whoever_may_modify_its_tag_and_is_a_member),
        IN_WORLD(a_groups_tag_is_lowered_by_whoever_leads_the_project_with_a_reason),
        IN_WORLD(a_group_is_deleted_by_its_owner_when_nothing_is_in_it),
        IN_WORLD(no_command_uses_a_group_that_is_not_there),
    };
    return cmocka_run_group_tests_name("core/group/group", tests, NULL, NULL);
}
