/*
 * Shares, their end, and files that are handed over.
 */
#include "core/dispatch.h"
#include "core/vault/directory.h"
#include "core/vault/share.h"
#include "core/vault/tag.h"
#include "schema/time.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static enum rule sharing(struct world *world, const struct person *by, struct id file,
                         struct id target, uint64_t epoch, uint64_t expires)
{
    union command_fields fields = {.vault_file_share = {.file = file,
                                                        .target = target,
                                                        .wrapped = some_digest(5),
                                                        .has_epoch = epoch != 0,
                                                        .epoch = epoch,
                                                        .can_view = true,
                                                        .has_expires = expires != 0,
                                                        .expires = expires}};
    return person_try(world, by, COMMAND_VAULT_FILE_SHARE, &fields);
}

static enum rule unsharing(struct world *world, const struct person *by, struct id file,
                           struct id target)
{
    union command_fields fields = {.vault_file_unshare = {.file = file, .target = target}};
    return person_try(world, by, COMMAND_VAULT_FILE_UNSHARE, &fields);
}

static enum rule transferring(struct world *world, const struct person *by, struct id file,
                              struct id user)
{
    union command_fields fields = {.vault_file_transfer = {.file = file, .user = user}};
    return person_try(world, by, COMMAND_VAULT_FILE_TRANSFER, &fields);
}

struct lab {
    struct world *world;
    struct person ada, ben, eve;
    struct id group, file; /* ada's, in her own tree, with its key fetched; ben is in the group */
};

static struct lab lab_of(struct world *world)
{
    struct lab lab = {
        .world = world,
        .ada = person_new(world, USER_ROLE_USER),
        .ben = person_new(world, USER_ROLE_USER),
        .eve = person_new(world, USER_ROLE_SUPER_ADMIN),
    };
    lab.group = make_group(world, &lab.ada);
    add_member(world, &lab.ada, lab.group, &lab.ben, GROUP_PRESET_USER);
    lab.file = make_file(world, &lab.ada, lab.ada.user, "f");
    assert_int_equal(fetch_key(world, &lab.ada, lab.file), RULE_NONE);
    return lab;
}

/* Share ---------------------------------------------------------------------------------------- */

static void a_file_is_shared_by_who_owns_it_and_may_share(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(sharing(lab.world, &lab.eve, lab.file, lab.ben.user, 0, 0), RULE_CLS_04A);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, 0), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_NONE);
    assert_int_equal(sharing(lab.world, &lab.ben, lab.file, lab.eve.user, 0, 0), RULE_VLT_10A);
    struct view view = world_view(lab.world);
    struct user_row user = {.user = lab.ada.user};
    assert_true(view_find(&view, ROW_USER, &user));
    user.permissions_count = 0;
    (void)world_put(lab.world, ROW_USER, &user);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.eve.user, 0, 0), RULE_VLT_10A);
}

static void only_who_has_fetched_the_key_wraps_it_for_somebody(void **state)
{
    struct lab lab = lab_of(*state);
    person_login(lab.world, &lab.ada);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, 0), RULE_VLT_05A);
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.file), RULE_NONE);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, 0), RULE_NONE);
}

static void a_share_with_a_group_is_wrapped_for_its_newest_key(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.group, 0, 0), RULE_VLT_10B);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 1, 0), RULE_VLT_10B);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.group, 2, 0), RULE_GRP_01F);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.group, 1, 0), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.eve, lab.file), RULE_CLS_04A);
    union command_fields fields = {.group_leave = {.group = lab.group}};
    (void)person_must(lab.world, &lab.ben, COMMAND_GROUP_LEAVE, &fields);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_CLS_04A);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.group, 1, 0), RULE_GRP_02C);
}

static void a_share_is_with_somebody_known_who_has_not_got_it_anyway(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id targets[] = {lab.ada.user, {ID_USER, 99999}, lab.file, THE_LOG};
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        assert_int_equal(sharing(lab.world, &lab.ada, lab.file, targets[i], 0, 0), RULE_VLT_10E);
    }
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, (struct id){ID_GROUP, 99999}, 1, 0),
                     RULE_GRP_01D);
    struct id inside = make_file(lab.world, &lab.ada, lab.group, "inside");
    assert_int_equal(fetch_key(lab.world, &lab.ada, inside), RULE_NONE);
    assert_int_equal(sharing(lab.world, &lab.ada, inside, lab.group, 1, 0), RULE_VLT_10E);
}

static void a_share_ends_at_a_moment_to_come_by_itself(void **state)
{
    struct lab lab = lab_of(*state);
    const uint64_t now = lab.world->now_us, later = now + 60 * TIME_SECOND_US;
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, now), RULE_VLT_10C);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, now - 1),
                     RULE_VLT_10C);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, later), RULE_NONE);
    lab.world->now_us = later - 1;
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_NONE);
    lab.world->now_us = later;
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_CLS_04A);
    struct view view = world_view(lab.world);
    assert_false(share_in_force(&view, lab.file, lab.ben.user, NULL));
    view.now_utc_us = later - 1;
    assert_true(share_in_force(&view, lab.file, lab.ben.user, NULL));
}

static void a_share_without_an_end_ends_when_the_setting_says(void **state)
{
    struct lab lab = lab_of(*state);
    (void)world_put(lab.world, ROW_SETTING,
                    &(struct setting_row){.setting = SETTING_SHARE_LIFE, .seconds = 90});
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, 0), RULE_NONE);
    struct view view = world_view(lab.world);
    struct share_row row;
    assert_true(share_in_force(&view, lab.file, lab.ben.user, &row));
    assert_true(row.has_expires);
    assert_int_equal(row.expires, view.now_utc_us + 90 * TIME_SECOND_US);
}

static void a_share_is_ended_by_who_may_share_or_given_up_by_its_target(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(unsharing(lab.world, &lab.ada, lab.file, lab.ben.user), RULE_VLT_10E);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, 0), RULE_NONE);
    assert_int_equal(unsharing(lab.world, &lab.eve, lab.file, lab.ben.user), RULE_CLS_04A);
    assert_int_equal(unsharing(lab.world, &lab.ada, lab.file, lab.ben.user), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_CLS_04A);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, 0), RULE_NONE);
    assert_int_equal(unsharing(lab.world, &lab.ben, lab.file, lab.ben.user), RULE_NONE);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_CLS_04A);
}

/* Transfer ------------------------------------------------------------------------------------- */

static void a_file_is_handed_over_by_its_owner_to_who_holds_its_key(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id ben = lab.ben.user;
    assert_int_equal(transferring(lab.world, &lab.eve, lab.file, lab.eve.user), RULE_VLT_12A);
    assert_int_equal(transferring(lab.world, &lab.ada, lab.file, lab.ada.user), RULE_VLT_12A);
    assert_int_equal(transferring(lab.world, &lab.ada, lab.file, ben), RULE_VLT_12B);
    assert_int_equal(transferring(lab.world, &lab.ada, lab.file, (struct id){ID_USER, 99999}),
                     RULE_VLT_12B);
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, ben, 0, 0), RULE_NONE);
    assert_int_equal(transferring(lab.world, &lab.ada, lab.file, ben), RULE_NONE);
    struct view view = world_view(lab.world);
    struct vault_object file;
    assert_true(vault_object_by_id(&view, lab.file, &file));
    assert_true(id_equal(file.owner, ben));
    assert_true(id_equal(file.parent, ben));
    assert_int_equal(fetch_key(lab.world, &lab.ada, lab.file), RULE_CLS_04A);
    assert_int_equal(fetch_key(lab.world, &lab.ben, lab.file), RULE_NONE);
}

static void a_name_that_the_new_owner_uses_stops_the_handing_over(void **state)
{
    struct lab lab = lab_of(*state);
    (void)make_file(lab.world, &lab.ben, lab.ben.user, "f");
    assert_int_equal(sharing(lab.world, &lab.ada, lab.file, lab.ben.user, 0, 0), RULE_NONE);
    assert_int_equal(transferring(lab.world, &lab.ada, lab.file, lab.ben.user), RULE_VLT_09A);
}

static void in_a_group_a_file_that_is_handed_over_stays_where_it_is(void **state)
{
    struct lab lab = lab_of(*state);
    struct id file = make_file(lab.world, &lab.ada, lab.group, "inside");
    assert_int_equal(fetch_key(lab.world, &lab.ada, file), RULE_NONE);
    assert_int_equal(sharing(lab.world, &lab.ada, file, lab.ben.user, 0, 0), RULE_NONE);
    assert_int_equal(transferring(lab.world, &lab.ada, file, lab.ben.user), RULE_NONE);
    struct view view = world_view(lab.world);
    struct vault_object object;
    assert_true(vault_object_by_id(&view, file, &object));
    assert_true(id_equal(object.parent, lab.group));
    assert_int_equal(fetch_key(lab.world, &lab.ada, file), RULE_NONE); /* as a member */
}

static void a_file_that_is_handed_over_keeps_the_label_of_where_it_was(void **state)
{
    struct lab lab = lab_of(*state);
    struct id project = some_project(lab.world, UNTAGGED);
    struct id dir = make_dir(lab.world, &lab.ada, lab.ada.user, "secret");
    struct id file = make_file(lab.world, &lab.ada, dir, "deep");
    person_work_on(lab.world, &lab.ada, project, PROJECT_ROLE_USER);
    union command_fields fields = {
        .vault_dir_set_project = {.dir = dir, .has_project = true, .project = project}};
    (void)person_must(lab.world, &lab.ada, COMMAND_VAULT_DIR_SET_PROJECT, &fields);
    assert_int_equal(share_with(lab.world, &lab.ada, file, &lab.ben), RULE_NONE);
    assert_int_equal(transferring(lab.world, &lab.ada, file, lab.ben.user), RULE_NONE);
    struct view view = world_view(lab.world);
    assert_true(id_equal(tag_of(&view, file), project));
    assert_int_equal(fetch_key(lab.world, &lab.ben, file), RULE_CLS_03A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_file_is_shared_by_who_owns_it_and_may_share),
        IN_WORLD(only_who_has_fetched_the_key_wraps_it_for_somebody),
        IN_WORLD(a_share_with_a_group_is_wrapped_for_its_newest_key),
        IN_WORLD(a_share_is_with_somebody_known_who_has_not_got_it_anyway),
        IN_WORLD(a_share_ends_at_a_moment_to_come_by_itself),
        IN_WORLD(a_share_without_an_end_ends_when_the_setting_says),
        IN_WORLD(a_share_is_ended_by_who_may_share_or_given_up_by_its_target),
        IN_WORLD(a_file_is_handed_over_by_its_owner_to_who_holds_its_key),
        IN_WORLD(a_name_that_the_new_owner_uses_stops_the_handing_over),
        IN_WORLD(in_a_group_a_file_that_is_handed_over_stays_where_it_is),
        IN_WORLD(a_file_that_is_handed_over_keeps_the_label_of_where_it_was),
    };
    return cmocka_run_group_tests_name("core/vault/share", tests, NULL, NULL);
}
