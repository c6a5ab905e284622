/*
 * Directories and their entries: who makes, renames, removes and sees them.
 */
#include "core/dispatch.h"
#include "core/vault/directory.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum rule creating(struct world *world, const struct person *by, struct id parent,
                          struct bytes name)
{
    union command_fields fields = {.vault_dir_create = {.parent = parent, .name = name}};
    return person_try(world, by, COMMAND_VAULT_DIR_CREATE, &fields);
}

static enum rule renaming(struct world *world, const struct person *by, struct id parent,
                          const char *name, const char *to)
{
    union command_fields fields = {.vault_dir_rename_entry = {.parent = parent,
                                                              .name = bytes_of_string(name),
                                                              .to = bytes_of_string(to)}};
    return person_try(world, by, COMMAND_VAULT_DIR_RENAME_ENTRY, &fields);
}

static enum rule removing(struct world *world, const struct person *by, struct id parent,
                          const char *name)
{
    union command_fields fields = {
        .vault_dir_remove_entry = {.parent = parent, .name = bytes_of_string(name)}};
    return person_try(world, by, COMMAND_VAULT_DIR_REMOVE_ENTRY, &fields);
}

static enum rule listing(struct world *world, const struct person *by, struct id parent)
{
    union command_fields fields = {.vault_dir_list = {.parent = parent}};
    return person_try(world, by, COMMAND_VAULT_DIR_LIST, &fields);
}

static bool is_entry(struct world *world, struct id parent, const char *name, struct id object)
{
    struct view view = world_view(world);
    struct vault_object found;
    struct id id;
    return directory_find(&view, parent, bytes_of_string(name), &id) && id_equal(id, object) &&
           vault_object_by_id(&view, id, &found) && id_equal(found.parent, parent) &&
           bytes_equal(found.name, bytes_of_string(name));
}

/* Create --------------------------------------------------------------------------------------- */

static void everybody_makes_directories_in_the_own_tree_and_nobody_in_anothers(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person eve = person_new(world, USER_ROLE_SUPER_ADMIN);
    struct id data = make_dir(world, &ada, ada.user, "data");
    struct id deep = make_dir(world, &ada, data, "deep");
    assert_true(is_entry(world, ada.user, "data", data));
    assert_true(is_entry(world, data, "deep", deep));
    assert_int_equal(creating(world, &eve, ada.user, LITERAL("x")), RULE_VLT_01B);
    assert_int_equal(creating(world, &eve, data, LITERAL("x")), RULE_VLT_01B);
    assert_int_equal(creating(world, &eve, eve.user, LITERAL("data")), RULE_NONE);
}

/* GRP-08a */
static void in_a_groups_directory_it_takes_the_permission_to_make_one(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    assert_int_equal(creating(world, &ben, group, LITERAL("data")), RULE_VLT_01B);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    assert_int_equal(creating(world, &ben, group, LITERAL("data")), RULE_NONE);
    union command_fields fields = {
        .group_set_permission = {
            .group = group, .user = ben.user, .permission = GROUP_PERMISSION_CREATE_DIRECTORIES}};
    (void)person_must(world, &ada, COMMAND_GROUP_SET_PERMISSION, &fields);
    assert_int_equal(creating(world, &ben, group, LITERAL("more")), RULE_VLT_01B);
}

static void a_name_is_used_once_in_a_directory_and_fits_a_path(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    char long_name[256];
    struct id data = make_dir(world, &ada, ada.user, "data");
    memset(long_name, 'n', sizeof long_name);
    assert_int_equal(creating(world, &ada, ada.user, LITERAL("data")), RULE_VLT_09A);
    assert_int_equal(creating(world, &ada, data, LITERAL("data")), RULE_NONE);
    const struct bytes wrong[] = {LITERAL(""),     LITERAL("."),    LITERAL(".."),
                                  LITERAL("a/b"),  LITERAL("/"),    LITERAL("a\tb"),
                                  LITERAL("\x1b"), LITERAL("\x7f"), bytes_of(long_name, 256)};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(creating(world, &ada, ada.user, wrong[i]), RULE_VLT_09E);
    }
    assert_int_equal(creating(world, &ada, ada.user, bytes_of(long_name, 255)), RULE_NONE);
    assert_int_equal(creating(world, &ada, ada.user, LITERAL("...")), RULE_NONE);
    assert_int_equal(renaming(world, &ada, ada.user, "data", "a/b"), RULE_VLT_09E);
}

static void a_place_that_is_not_there_holds_nothing(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id file = make_file(world, &ada, ada.user, "file");
    const struct id places[] = {
        {ID_DIR, 99999}, {ID_USER, 99999}, {ID_GROUP, 99999}, file, THE_LOG};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        assert_int_equal(creating(world, &ada, places[i], LITERAL("x")), RULE_VLT_01D);
        assert_int_equal(renaming(world, &ada, places[i], "x", "y"), RULE_VLT_01D);
        assert_int_equal(removing(world, &ada, places[i], "x"), RULE_VLT_01D);
        assert_int_equal(listing(world, &ada, places[i]), RULE_VLT_01D);
    }
}

/* Rename and remove ---------------------------------------------------------------------------- */

static void entries_are_renamed_by_those_who_may_in_that_directory(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    struct id file = make_file(world, &ada, group, "a");
    assert_int_equal(renaming(world, &ben, group, "a", "b"), RULE_VLT_09D);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    assert_int_equal(renaming(world, &ben, group, "a", "b"), RULE_VLT_09D);
    assert_int_equal(renaming(world, &ada, group, "a", "b"), RULE_NONE);
    assert_true(is_entry(world, group, "b", file));
    assert_false(is_entry(world, group, "a", file));
    assert_int_equal(renaming(world, &ada, group, "b", "b"), RULE_VLT_09A);
    assert_int_equal(renaming(world, &ada, group, "a", "c"), RULE_VLT_01D);
    struct id own = make_file(world, &ben, group, "bens");
    assert_int_equal(renaming(world, &ben, group, "bens", "b"), RULE_VLT_09A);
    assert_int_equal(renaming(world, &ben, group, "bens", "mine"), RULE_NONE);
    assert_true(is_entry(world, group, "mine", own));
}

/* VLT-09b: an entry is no key. */
static void a_file_without_an_entry_keeps_its_keys(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada);
    struct id file = make_file(world, &ada, group, "a");
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    assert_int_equal(removing(world, &ben, group, "a"), RULE_VLT_09D);
    add_member(world, &ada, make_group(world, &ada), &ben, GROUP_PRESET_MANAGER); /* elsewhere */
    assert_int_equal(removing(world, &ben, group, "a"), RULE_VLT_09D);
    assert_int_equal(removing(world, &ada, group, "a"), RULE_NONE);
    assert_int_equal(removing(world, &ada, group, "a"), RULE_VLT_01D);
    assert_int_equal(fetch_key(world, &ben, file), RULE_NONE);
    assert_int_equal(fetch_key(world, &ada, file), RULE_NONE);
    struct view view = world_view(world);
    struct vault_object found;
    assert_true(vault_object_by_id(&view, file, &found));
    assert_int_equal(found.parent.kind, ID_NONE);
    assert_true(id_equal(found.group, group));
}

static void only_an_empty_directory_is_removed_and_then_it_is_no_more(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct id data = make_dir(world, &ada, ada.user, "data");
    (void)make_file(world, &ada, data, "file");
    assert_int_equal(removing(world, &ada, ada.user, "data"), RULE_VLT_09F);
    assert_int_equal(removing(world, &ada, data, "file"), RULE_NONE);
    assert_int_equal(removing(world, &ada, ada.user, "data"), RULE_NONE);
    assert_int_equal(creating(world, &ada, data, LITERAL("x")), RULE_VLT_01D);
    assert_int_equal(listing(world, &ada, data), RULE_VLT_01D);
    assert_int_equal(creating(world, &ada, ada.user, LITERAL("data")), RULE_NONE);
}

/* List ----------------------------------------------------------------------------------------- */

static void a_listing_counts_what_is_there_and_what_is_locked(void **state)
{
    struct world *world = *state;
    struct id none = {ID_NONE, 0};
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada), project = some_project(world, none);
    person_work_on(world, &ada, project, PROJECT_ROLE_MANAGER);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    (void)make_file(world, &ada, group, "open");
    struct id secret = make_dir(world, &ada, group, "secret");
    union command_fields fields = {
        .vault_dir_set_project = {.dir = secret, .has_project = true, .project = project}};
    (void)person_must(world, &ada, COMMAND_VAULT_DIR_SET_PROJECT, &fields);
    assert_int_equal(listing(world, &ben, group), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.vault_dir_listed.entries, 2);
    assert_int_equal(world->decision.events[0].body.vault_dir_listed.locked, 1);
    assert_int_equal(listing(world, &ada, group), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.vault_dir_listed.locked, 0);
    assert_int_equal(listing(world, &ben, secret), RULE_CLS_02A);
    assert_int_equal(listing(world, &ada, secret), RULE_NONE);
}

/* VLT-08: a member of the project who does not meet what it asks for. */
static void whoever_lacks_only_what_the_project_asks_for_sees_that_things_are_there(void **state)
{
    struct world *world = *state;
    struct id none = {ID_NONE, 0};
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person ben = person_new(world, USER_ROLE_USER);
    struct id group = make_group(world, &ada), project = some_project(world, none);
    person_work_on(world, &ada, project, PROJECT_ROLE_MANAGER);
    person_work_on(world, &ben, project, PROJECT_ROLE_USER);
    add_member(world, &ada, group, &ben, GROUP_PRESET_USER);
    union command_fields fields = {
        .group_set_project = {.group = group, .has_project = true, .project = project}};
    (void)person_must(world, &ada, COMMAND_GROUP_SET_PROJECT, &fields);
    (void)make_file(world, &ada, group, "data");
    assert_int_equal(listing(world, &ben, group), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.vault_dir_listed.locked, 0);
    fields = (union command_fields){.session_deactivate_project = {.unused = false}};
    (void)person_must(world, &ben, COMMAND_SESSION_DEACTIVATE_PROJECT, &fields);
    assert_int_equal(listing(world, &ben, group), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.vault_dir_listed.entries, 1);
    assert_int_equal(world->decision.events[0].body.vault_dir_listed.locked, 1);
    assert_int_equal(creating(world, &ben, group, LITERAL("runs")), RULE_CLS_02A);
}

static void nobody_lists_the_tree_of_somebody_else(void **state)
{
    struct world *world = *state;
    struct person ada = person_new(world, USER_ROLE_USER);
    struct person eve = person_new(world, USER_ROLE_SUPER_ADMIN);
    struct id data = make_dir(world, &ada, ada.user, "data");
    struct id group = make_group(world, &ada);
    assert_int_equal(listing(world, &eve, ada.user), RULE_VLT_10D);
    assert_int_equal(listing(world, &eve, data), RULE_CLS_04A);
    assert_int_equal(listing(world, &eve, group), RULE_CLS_01A);
    assert_int_equal(listing(world, &ada, ada.user), RULE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(everybody_makes_directories_in_the_own_tree_and_nobody_in_anothers),
        IN_WORLD(in_a_groups_directory_it_takes_the_permission_to_make_one),
        IN_WORLD(a_name_is_used_once_in_a_directory_and_fits_a_path),
        IN_WORLD(a_place_that_is_not_there_holds_nothing),
        IN_WORLD(entries_are_renamed_by_those_who_may_in_that_directory),
        IN_WORLD(a_file_without_an_entry_keeps_its_keys),
        IN_WORLD(only_an_empty_directory_is_removed_and_then_it_is_no_more),
        IN_WORLD(a_listing_counts_what_is_there_and_what_is_locked),
        IN_WORLD(whoever_lacks_only_what_the_project_asks_for_sees_that_things_are_there),
        IN_WORLD(nobody_lists_the_tree_of_somebody_else),
    };
    return cmocka_run_group_tests_name("core/vault/directory", tests, NULL, NULL);
}
