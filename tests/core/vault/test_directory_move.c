/*
 * Moves: within a tree, into groups and out of them, with keys and labels.
 */
#include "core/dispatch.h"
#include "core/vault/directory.h"
#include "core/vault/tag.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Into a group, the key comes wrapped for its key of this epoch; 0: without one. */
static enum rule moving(struct world *world, const struct person *by, struct id from, struct id to,
                        const char *name, uint64_t epoch)
{
    union command_fields fields = {.vault_dir_move_entry = {.parent = from,
                                                            .name = bytes_of_string(name),
                                                            .target = to,
                                                            .to = bytes_of_string(name),
                                                            .has_group_wrapped = epoch != 0,
                                                            .group_wrapped = some_digest(6),
                                                            .has_epoch = epoch != 0,
                                                            .epoch = epoch}};
    return person_try(world, by, COMMAND_VAULT_DIR_MOVE_ENTRY, &fields);
}

static bool is_in(struct world *world, struct id object, struct id parent)
{
    struct view view = world_view(world);
    struct vault_object found;
    struct id id;
    return vault_object_by_id(&view, object, &found) && id_equal(found.parent, parent) &&
           directory_find(&view, parent, found.name, &id) && id_equal(id, object);
}

static bool has_key(struct world *world, struct id file, struct id holder)
{
    struct view view = world_view(world);
    struct file_key_row key = {.file = file, .holder = holder};
    return view_find(&view, ROW_FILE_KEY, &key);
}

static struct id tag_now(struct world *world, struct id object)
{
    struct view view = world_view(world);
    return tag_of(&view, object);
}

static void tag_group(struct world *world, const struct person *by, struct id group,
                      struct id project)
{
    union command_fields fields = {
        .group_set_project = {.group = group, .has_project = true, .project = project}};
    (void)person_must(world, by, COMMAND_GROUP_SET_PROJECT, &fields);
}

/* In one tree ---------------------------------------------------------------------------------- */

static void a_directory_moves_with_all_that_is_in_it_but_never_into_itself(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id a = make_dir(world, &ada, ada.user, "a"), b = make_dir(world, &ada, a, "b");
    struct id c = make_dir(world, &ada, b, "c"), d = make_dir(world, &ada, ada.user, "d");
    assert_int_equal(moving(world, &ada, ada.user, a, "a", 0), RULE_VLT_09A);
    assert_int_equal(moving(world, &ada, ada.user, b, "a", 0), RULE_VLT_09A);
    assert_int_equal(moving(world, &ada, ada.user, c, "a", 0), RULE_VLT_09A);
    assert_int_equal(moving(world, &ada, a, d, "b", 0), RULE_NONE);
    assert_true(is_in(world, b, d));
    assert_true(is_in(world, c, b));
    assert_int_equal(moving(world, &ada, ada.user, c, "a", 0), RULE_NONE);
    assert_int_equal(moving(world, &ada, ada.user, a, "d", 0),
                     RULE_VLT_09A); /* d has b has c has a */
}

static void a_name_that_is_taken_at_the_target_stops_the_move(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id a = make_dir(world, &ada, ada.user, "a");
    (void)make_file(world, &ada, ada.user, "f");
    (void)make_file(world, &ada, a, "f");
    assert_int_equal(moving(world, &ada, ada.user, a, "f", 0), RULE_VLT_09A);
    assert_int_equal(moving(world, &ada, ada.user, ada.user, "f", 0), RULE_VLT_09A);
    assert_int_equal(moving(world, &ada, ada.user, a, "g", 0), RULE_VLT_01D);
    assert_int_equal(moving(world, &ada, ada.user, (struct id){ID_DIR, 99999}, "f", 0),
                     RULE_VLT_01D);
}

static void nobody_moves_into_or_out_of_the_tree_of_somebody_else(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person eve = person_new(world, USER_ROLE_SUPER_ADMIN);
    (void)make_file(world, &ada, ada.user, "f");
    assert_int_equal(moving(world, &eve, ada.user, eve.user, "f", 0), RULE_VLT_09D);
    assert_int_equal(moving(world, &ada, ada.user, eve.user, "f", 0), RULE_VLT_09D);
}

/* Groups --------------------------------------------------------------------------------------- */

struct lab {
    struct world *world;
    struct person ada, ben;
    struct id group, file; /* ada's, in her own tree */
};

static struct lab lab_of(struct world *world)
{
    struct lab lab = {
        .world = world,
        .ada = person_new(world, USER_ROLE_USER),
        .ben = person_new(world, USER_ROLE_USER),
    };
    lab.group = make_group(world, &lab.ada);
    add_member(world, &lab.ada, lab.group, &lab.ben, GROUP_PRESET_MANAGER);
    lab.file = make_file(world, &lab.ada, lab.ada.user, "f");
    return lab;
}

static void into_a_group_the_key_comes_wrapped_for_its_newest_key(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id own = lab.ada.user;
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_CLS_04A);
    assert_int_equal(moving(lab.world, &lab.ada, own, lab.group, "f", 1), RULE_VLT_05A);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.file), RULE_NONE);
    assert_int_equal(moving(lab.world, &lab.ada, own, lab.group, "f", 0), RULE_VLT_01A);
    assert_int_equal(moving(lab.world, &lab.ada, own, lab.group, "f", 2), RULE_GRP_01F);
    assert_int_equal(moving(lab.world, &lab.ada, own, lab.group, "f", 1), RULE_NONE);
    assert_true(is_in(lab.world, lab.file, lab.group));
    assert_true(has_key(lab.world, lab.file, lab.group));
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_NONE);
}

static void while_a_new_key_is_due_nothing_moves_into_the_group(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.file), RULE_NONE);
    union command_fields fields = {.group_leave = {.group = lab.group}};
    (void)person_must(lab.world, &lab.ben, COMMAND_GROUP_LEAVE, &fields);
    assert_int_equal(moving(lab.world, &lab.ada, lab.ada.user, lab.group, "f", 1), RULE_GRP_02C);
    rotate_key(lab.world, &lab.ada, lab.group, 2, &lab.ada.user, 1);
    assert_int_equal(moving(lab.world, &lab.ada, lab.ada.user, lab.group, "f", 2), RULE_NONE);
}

/* GRP-11a; a manager may remove the entry, but not take the file along. */
static void out_of_a_group_only_the_owner_moves_and_the_groups_key_is_removed(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id own = lab.ada.user;
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.file), RULE_NONE);
    assert_int_equal(moving(lab.world, &lab.ada, own, lab.group, "f", 1), RULE_NONE);
    assert_int_equal(moving(lab.world, &lab.ben, lab.group, lab.ben.user, "f", 0), RULE_VLT_09D);
    assert_int_equal(moving(lab.world, &lab.ada, lab.group, own, "f", 0), RULE_NONE);
    assert_true(is_in(lab.world, lab.file, own));
    assert_false(has_key(lab.world, lab.file, lab.group));
    assert_true(has_key(lab.world, lab.file, own));
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_CLS_04A);
}

static void a_directory_goes_into_and_out_of_a_group_while_it_is_empty(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id own = lab.ada.user;
    struct id data = make_dir(lab.world, &lab.ada, own, "data");
    struct id deep = make_dir(lab.world, &lab.ada, data, "deep");
    assert_int_equal(moving(lab.world, &lab.ada, own, lab.group, "data", 0), RULE_VLT_09F);
    assert_int_equal(moving(lab.world, &lab.ada, data, lab.group, "deep", 0), RULE_NONE);
    (void)make_file(lab.world, &lab.ben, deep, "bens");
    assert_int_equal(moving(lab.world, &lab.ada, lab.group, own, "deep", 0), RULE_VLT_09F);
    assert_int_equal(moving(lab.world, &lab.ada, own, lab.group, "data", 0), RULE_NONE);
    assert_int_equal(moving(lab.world, &lab.ben, lab.group, data, "deep", 0), RULE_NONE);
    assert_true(is_in(lab.world, deep, data));
}

static void within_a_group_it_takes_the_permissions_on_both_sides(void **state)
{
    struct lab lab = lab_of(*state);
    struct person eve = person_new(lab.world, USER_ROLE_USER);
    struct id data = make_dir(lab.world, &lab.ada, lab.group, "data");
    (void)make_file(lab.world, &lab.ada, lab.group, "adas");
    add_member(lab.world, &lab.ada, lab.group, &eve, GROUP_PRESET_USER);
    (void)make_file(lab.world, &eve, lab.group, "eves");
    assert_int_equal(moving(lab.world, &eve, lab.group, data, "adas", 0), RULE_VLT_09D);
    assert_int_equal(moving(lab.world, &eve, lab.group, data, "eves", 0), RULE_NONE);
    assert_int_equal(moving(lab.world, &lab.ben, lab.group, data, "adas", 0), RULE_NONE);
    union command_fields fields = {
        .group_set_permission = {
            .group = lab.group, .user = eve.user, .permission = GROUP_PERMISSION_ADD_ENTRIES}};
    (void)person_must(lab.world, &lab.ada, COMMAND_GROUP_SET_PERMISSION, &fields);
    assert_int_equal(moving(lab.world, &eve, data, lab.group, "eves", 0), RULE_VLT_09D);
}

/* Labels --------------------------------------------------------------------------------------- */

/* Class 2 becomes class 3: the label that it had from the group is now its own. */
static void what_leaves_a_tagged_group_keeps_its_label(void **state)
{
    struct lab lab = lab_of(*state);
    struct id project = some_project(lab.world, UNTAGGED);
    person_work_on(lab.world, &lab.ada, project, PROJECT_ROLE_USER);
    struct id file = make_file(lab.world, &lab.ada, lab.group, "classified");
    tag_group(lab.world, &lab.ada, lab.group, project);
    assert_true(id_equal(tag_now(lab.world, file), project));
    assert_int_equal(moving(lab.world, &lab.ada, lab.group, lab.ada.user, "classified", 0),
                     RULE_NONE);
    assert_int_equal(world_decided(lab.world, EVENT_VAULT_FILE_PROJECT_CHANGED), 1);
    assert_int_equal(world_decided(lab.world, EVENT_CLASSIFICATION_LOWERED), 0);
    assert_true(id_equal(tag_now(lab.world, file), project));
    world_activate(lab.world, lab.ada.session, UNTAGGED);
    assert_int_equal(fetch_key(lab.world, &lab.ada, file), RULE_CLS_03A);
    world_activate(lab.world, lab.ada.session, project);
    assert_int_equal(fetch_key(lab.world, &lab.ada, file), RULE_NONE);
}

/* Into a tagged place is up: it takes the membership. To a sibling's it is not: the own stays. */
static void what_comes_into_a_tagged_directory_is_raised_or_keeps_its_label(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id umbrella = some_project(world, UNTAGGED);
    struct id texas = some_project(world, umbrella), florida = some_project(world, umbrella);
    struct id dirs[3] = {make_dir(world, &ada, ada.user, "umbrella"),
                         make_dir(world, &ada, ada.user, "texas"),
                         make_dir(world, &ada, ada.user, "florida")};
    const struct id tags[3] = {umbrella, texas, florida};
    struct id file = make_file(world, &ada, dirs[0], "f");
    for (unsigned i = 0; i < 3; i++) {
        person_work_on(world, &ada, tags[i], PROJECT_ROLE_USER);
        union command_fields fields = {
            .vault_dir_set_project = {.dir = dirs[i], .has_project = true, .project = tags[i]}};
        (void)person_must(world, &ada, COMMAND_VAULT_DIR_SET_PROJECT, &fields);
    }
    world_activate(world, ada.session, texas);
    assert_int_equal(moving(world, &ada, dirs[0], dirs[1], "f", 0), RULE_NONE);
    assert_true(id_equal(tag_now(world, file), texas));
    assert_int_equal(world_decided(world, EVENT_VAULT_FILE_PROJECT_CHANGED), 0);
    assert_int_equal(moving(world, &ada, dirs[1], dirs[2], "f", 0), RULE_CLS_03A); /* not active */
    assert_int_equal(moving(world, &ada, dirs[1], ada.user, "f", 0), RULE_NONE);
    assert_true(id_equal(tag_now(world, file), texas));
    world_activate(world, ada.session, florida);
    assert_int_equal(moving(world, &ada, ada.user, dirs[2], "f", 0), RULE_NONE);
    assert_true(id_equal(tag_now(world, file), texas));
}

static void nobody_raises_a_label_by_a_move_who_is_no_member(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id umbrella = some_project(world, UNTAGGED), child = some_project(world, umbrella);
    struct id group = make_group(world, &ada);
    add_member(world, &ada, group, &ben, GROUP_PRESET_MANAGER);
    struct id file = make_file(world, &ben, ben.user, "f");
    assert_int_equal(fetch_key(world, &ben, file), RULE_NONE);
    person_work_on(world, &ada, umbrella, PROJECT_ROLE_USER);
    tag_group(world, &ada, group, umbrella);
    assert_int_equal(moving(world, &ben, ben.user, group, "f", 1), RULE_CLS_02A);
    person_work_on(world, &ben, child,
                   PROJECT_ROLE_USER); /* reads upwards (PRJ-11), is no member */
    assert_int_equal(fetch_key(world, &ben, file), RULE_NONE);
    assert_int_equal(moving(world, &ben, ben.user, group, "f", 1), RULE_VLT_11C);
    person_work_on(world, &ben, umbrella, PROJECT_ROLE_USER);
    assert_int_equal(fetch_key(world, &ben, file), RULE_NONE);
    assert_int_equal(moving(world, &ben, ben.user, group, "f", 1), RULE_NONE);
}

static void what_is_taken_out_of_a_tagged_directory_keeps_its_label(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id project = some_project(world, UNTAGGED);
    person_work_on(world, &ada, project, PROJECT_ROLE_USER);
    struct id dir = make_dir(world, &ada, ada.user, "secret");
    struct id file = make_file(world, &ada, dir, "f");
    union command_fields fields = {
        .vault_dir_set_project = {.dir = dir, .has_project = true, .project = project}};
    (void)person_must(world, &ada, COMMAND_VAULT_DIR_SET_PROJECT, &fields);
    fields =
        (union command_fields){.vault_dir_remove_entry = {.parent = dir, .name = LITERAL("f")}};
    (void)person_must(world, &ada, COMMAND_VAULT_DIR_REMOVE_ENTRY, &fields);
    assert_true(id_equal(tag_now(world, file), project));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_directory_moves_with_all_that_is_in_it_but_never_into_itself),
        IN_WORLD(a_name_that_is_taken_at_the_target_stops_the_move),
        IN_WORLD(nobody_moves_into_or_out_of_the_tree_of_somebody_else),
        IN_WORLD(into_a_group_the_key_comes_wrapped_for_its_newest_key),
        IN_WORLD(while_a_new_key_is_due_nothing_moves_into_the_group),
        IN_WORLD(out_of_a_group_only_the_owner_moves_and_the_groups_key_is_removed),
        IN_WORLD(a_directory_goes_into_and_out_of_a_group_while_it_is_empty),
        IN_WORLD(within_a_group_it_takes_the_permissions_on_both_sides),
        IN_WORLD(what_leaves_a_tagged_group_keeps_its_label),
        IN_WORLD(what_comes_into_a_tagged_directory_is_raised_or_keeps_its_label),
        IN_WORLD(nobody_raises_a_label_by_a_move_who_is_no_member),
        IN_WORLD(what_is_taken_out_of_a_tagged_directory_keeps_its_label),
    };
    return cmocka_run_group_tests_name("core/vault/directory_move", tests, NULL, NULL);
}
