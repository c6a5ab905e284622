/*
 * Shares of drives: by whom, with whom, in which mode; and what ends with them.
 */
#include "core/drive/drive_share.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *picture(struct yard *yard, const struct person *person, struct id drive)
{
    struct access access;
    enum drive_mode mode;
    const struct reader reader = {.user = person->user, .session = person->session};
    struct view view = world_view(yard->world);
    if (!drive_mode_for(&view, &reader, drive, &mode, &access)) {
        return "--";
    }
    return drive_mode_name(mode);
}

static enum rule asked(struct yard *yard, enum access_verb verb, const struct person *person,
                       struct id drive)
{
    struct access access;
    const struct reader reader = {.user = person->user, .session = person->session};
    struct view view = world_view(yard->world);
    access_of(verb, &view, &reader, drive, &access);
    return access.allowed ? RULE_NONE : access.rule;
}

/* RULE_DRV_10A, RULE_DRV_14A. */
static void whoever_has_it_shares_it_on_in_that_mode_or_a_lower_one(void **state)
{
    struct yard yard = yard_of(*state);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    assert_string_equal(picture(&yard, &yard.ann, drive), "rw");
    assert_string_equal(picture(&yard, &yard.bob, drive), "--");
    assert_string_equal(picture(&yard, &yard.root, drive), "--");
    assert_int_equal(yard_share(&yard, &yard.root, drive, yard.root.user, DRIVE_MODE_RO),
                     RULE_CLS_04A);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RO), RULE_NONE);
    assert_string_equal(picture(&yard, &yard.bob, drive), "ro");
    assert_int_equal(asked(&yard, ACCESS_EDIT, &yard.bob, drive), RULE_DRV_14A);
    assert_int_equal(asked(&yard, ACCESS_DELETE, &yard.bob, drive), RULE_DRV_18A);
    assert_int_equal(asked(&yard, ACCESS_CHANGE_PROJECT, &yard.bob, drive), RULE_DRV_17B);
    assert_int_equal(asked(&yard, ACCESS_DOWNLOAD, &yard.ann, drive), RULE_VLT_07A);
    assert_int_equal(yard_share(&yard, &yard.bob, drive, yard.cat.user, DRIVE_MODE_RW),
                     RULE_DRV_10A);
    assert_int_equal(yard_share(&yard, &yard.bob, drive, yard.cat.user, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(yard_share(&yard, &yard.bob, drive, yard.cat.user, DRIVE_MODE_RW), RULE_NONE);
    assert_string_equal(picture(&yard, &yard.cat, drive), "rw");
}

/* Ann gave it to Bob and Cat: neither lowers the other, nor replaces the other's key. */
static void what_another_gave_is_not_lowered_by_a_third(void **state)
{
    struct yard yard = yard_of(*state);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.cat.user, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(yard_share(&yard, &yard.bob, drive, yard.cat.user, DRIVE_MODE_RO),
                     RULE_DRV_10A);
    assert_int_equal(yard_share(&yard, &yard.bob, drive, yard.cat.user, DRIVE_MODE_RW),
                     RULE_DRV_10A);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.cat.user, DRIVE_MODE_RO), RULE_NONE);
    assert_string_equal(picture(&yard, &yard.cat, drive), "ro");
    assert_int_equal(yard_share(&yard, &yard.bob, drive, yard.cat.user, DRIVE_MODE_RW), RULE_NONE);
    struct drive_share_row row = {.drive = drive, .target = yard.cat.user};
    struct view view = world_view(yard.world);
    assert_true(view_find(&view, ROW_DRIVE_SHARE, &row));
    assert_true(id_equal(row.by, yard.bob.user));
}

static void whoever_lacks_the_platforms_permission_does_not_share(void **state)
{
    struct yard yard = yard_of(*state);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    person_bar(yard.world, &yard.ann);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RO),
                     RULE_DRV_10A);
}

/* RULE_DRV_10B, RULE_DRV_10C. */
static void a_share_is_with_somebody_else_and_by_a_key_that_was_fetched(void **state)
{
    struct yard yard = yard_of(*state);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    union command_fields fields = {.drive_share = {.drive = drive,
                                                   .target = yard.bob.user,
                                                   .mode = DRIVE_MODE_RO,
                                                   .wrapped = some_digest(1)}};
    assert_int_equal(person_try(yard.world, &yard.ann, COMMAND_DRIVE_SHARE, &fields), RULE_DRV_10C);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.ann.user, DRIVE_MODE_RO),
                     RULE_DRV_10B);
    assert_int_equal(
        yard_share(&yard, &yard.ann, drive, (struct id){ID_USER, 999999}, DRIVE_MODE_RO),
        RULE_DRV_10B);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.host, DRIVE_MODE_RO), RULE_DRV_10B);
    fields.drive_share.has_epoch = true;
    assert_int_equal(person_try(yard.world, &yard.ann, COMMAND_DRIVE_SHARE, &fields), RULE_DRV_10B);
    fields.drive_share.has_epoch = false;
    person_login(yard.world, &yard.ann);
    assert_int_equal(person_try(yard.world, &yard.ann, COMMAND_DRIVE_SHARE, &fields), RULE_DRV_10C);
}

static void a_group_has_it_by_its_key(void **state)
{
    struct yard yard = yard_of(*state);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id group = make_group(yard.world, &yard.bob);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, group, DRIVE_MODE_RO), RULE_NONE);
    assert_string_equal(picture(&yard, &yard.bob, drive), "ro");
    assert_string_equal(picture(&yard, &yard.cat, drive), "--");
    add_member(yard.world, &yard.bob, group, &yard.cat, GROUP_PRESET_USER);
    assert_string_equal(picture(&yard, &yard.cat, drive), "ro");
    assert_int_equal(yard_unshare(&yard, &yard.ann, drive, group), RULE_NONE);
    assert_string_equal(picture(&yard, &yard.cat, drive), "--");
}

/* RULE_CLS_03A, RULE_VLT_07A: what is tagged takes what the project asks for besides. */
static void a_project_asks_for_more_than_a_share(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id project = some_project(world, NONE);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RW), RULE_NONE);
    person_work_on(world, &yard.ann, project, PROJECT_ROLE_MANAGER);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, project), RULE_NONE);
    assert_string_equal(picture(&yard, &yard.bob, drive), "--");
    assert_int_equal(asked(&yard, ACCESS_READ, &yard.bob, drive), RULE_CLS_03A);
    person_work_on(world, &yard.bob, project, PROJECT_ROLE_USER);
    assert_string_equal(picture(&yard, &yard.bob, drive), "rw");
    static const enum restriction read_only[] = {RESTRICTION_READ_ONLY, RESTRICTION_NO_SHARE};
    (void)world_put(world, ROW_MEMBERSHIP,
                    &(struct membership_row){.project = project,
                                             .user = yard.bob.user,
                                             .restrictions = read_only,
                                             .restrictions_count = 2});
    assert_string_equal(picture(&yard, &yard.bob, drive), "ro");
    assert_int_equal(yard_share(&yard, &yard.bob, drive, yard.cat.user, DRIVE_MODE_RO),
                     RULE_VLT_07A);
}

/* RULE_DRV_13A. */
static void a_share_is_ended_by_the_owner_or_by_whoever_has_it(void **state)
{
    struct yard yard = yard_of(*state);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const union command_fields all = {.drive_unshare_all = {.drive = drive}};
    assert_int_equal(yard_unshare(&yard, &yard.ann, drive, yard.bob.user), RULE_DRV_13A);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(yard_share(&yard, &yard.bob, drive, yard.cat.user, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_unshare(&yard, &yard.cat, drive, yard.bob.user), RULE_DRV_13A);
    assert_int_equal(yard_unshare(&yard, &yard.bob, drive, yard.cat.user), RULE_DRV_13A);
    assert_int_equal(yard_unshare(&yard, &yard.bob, drive, yard.bob.user), RULE_NONE);
    assert_string_equal(picture(&yard, &yard.bob, drive), "--");
    assert_string_equal(picture(&yard, &yard.cat, drive), "ro");
    assert_int_equal(person_try(yard.world, &yard.cat, COMMAND_DRIVE_UNSHARE_ALL, &all),
                     RULE_DRV_13A);
    assert_int_equal(person_try(yard.world, &yard.ann, COMMAND_DRIVE_UNSHARE_ALL, &all), RULE_NONE);
    assert_string_equal(picture(&yard, &yard.cat, drive), "--");
    assert_string_equal(picture(&yard, &yard.ann, drive), "rw");
    struct drive_key_row key = {.drive = drive, .holder = yard.cat.user};
    struct view view = world_view(yard.world);
    assert_false(view_find(&view, ROW_DRIVE_KEY, &key));
}

/* What Bob has attached goes with his share, unless he still has it otherwise; Ann's stays. */
static void what_was_attached_by_a_share_that_ends_is_to_be_detached(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id group = make_group(world, &yard.bob);
    const struct id his = yard_vm(&yard, &yard.bob, NONE), hers = yard_vm(&yard, &yard.ann, NONE);
    struct attachment_row row;
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, group, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.bob, drive, his, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, hers, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_unshare(&yard, &yard.ann, drive, yard.bob.user), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_DRIVE_DETACH_REQUESTED), 0);
    assert_int_equal(yard_unshare(&yard, &yard.ann, drive, group), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_DRIVE_DETACH_REQUESTED), 1);
    assert_int_equal(world->decision.events[1].body.drive_detach_requested.cause,
                     DETACH_CAUSE_UNSHARED);
    assert_true(yard_attachment(world, drive, his, &row));
    assert_int_equal(row.state, ATTACHMENT_STATE_DETACHING);
    assert_true(yard_attachment(world, drive, hers, &row));
    assert_int_equal(row.state, ATTACHMENT_STATE_REQUESTED);
}

/* RULE_DRV_10D: as many rows as there may be are put, not commanded. */
static void a_drive_has_only_so_many_shares(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    for (uint64_t i = 0; i < DRIVE_SHARES_MAX; i++) {
        (void)world_put(world, ROW_DRIVE_SHARE,
                        &(struct drive_share_row){
                            .drive = drive, .target = {ID_USER, 1000000 + i}, .by = yard.ann.user});
    }
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RO),
                     RULE_DRV_10D);
    const union command_fields all = {.drive_unshare_all = {.drive = drive}};
    assert_int_equal(person_try(world, &yard.ann, COMMAND_DRIVE_UNSHARE_ALL, &all), RULE_NONE);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RO), RULE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(whoever_has_it_shares_it_on_in_that_mode_or_a_lower_one),
        IN_WORLD(what_another_gave_is_not_lowered_by_a_third),
        IN_WORLD(whoever_lacks_the_platforms_permission_does_not_share),
        IN_WORLD(a_share_is_with_somebody_else_and_by_a_key_that_was_fetched),
        IN_WORLD(a_group_has_it_by_its_key),
        IN_WORLD(a_project_asks_for_more_than_a_share),
        IN_WORLD(a_share_is_ended_by_the_owner_or_by_whoever_has_it),
        IN_WORLD(what_was_attached_by_a_share_that_ends_is_to_be_detached),
        IN_WORLD(a_drive_has_only_so_many_shares),
    };
    return cmocka_run_group_tests_name("core/drive/drive_share", tests, NULL, NULL);
}
