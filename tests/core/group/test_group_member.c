/*
 * Members of groups and their permissions.
 */
#include "core/dispatch.h"
#include "core/group/group.h"
#include "tests/core/vault/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ALL_PERMISSIONS ((1u << GROUP_PERMISSION_COUNT) - 1)

static enum rule adding(struct world *world, const struct person *by, struct id group,
                        struct id user, unsigned permissions)
{
    enum group_permission list[GROUP_PERMISSION_COUNT];
    union command_fields fields = {
        .group_add_member = {.group = group,
                             .user = user,
                             .epoch = 1,
                             .wrapped = some_digest(2),
                             .permissions = list,
                             .permissions_count = group_permission_list(permissions, list)}};
    return person_try(world, by, COMMAND_GROUP_ADD_MEMBER, &fields);
}

static enum rule removing(struct world *world, const struct person *by, struct id group,
                          struct id user)
{
    union command_fields fields = {.group_remove_member = {.group = group, .user = user}};
    return person_try(world, by, COMMAND_GROUP_REMOVE_MEMBER, &fields);
}

static enum rule leaving(struct world *world, const struct person *by, struct id group)
{
    union command_fields fields = {.group_leave = {.group = group}};
    return person_try(world, by, COMMAND_GROUP_LEAVE, &fields);
}

static enum rule promoting(struct world *world, const struct person *by, struct id group,
                           struct id user)
{
    union command_fields fields = {.group_promote_owner = {.group = group, .user = user}};
    return person_try(world, by, COMMAND_GROUP_PROMOTE_OWNER, &fields);
}

static enum rule setting(struct world *world, const struct person *by, struct id group,
                         struct id user, enum group_permission permission, bool granted)
{
    union command_fields fields = {
        .group_set_permission = {
            .group = group, .user = user, .permission = permission, .granted = granted}};
    return person_try(world, by, COMMAND_GROUP_SET_PERMISSION, &fields);
}

static enum rule presetting(struct world *world, const struct person *by, struct id group,
                            struct id user, enum group_preset preset)
{
    union command_fields fields = {
        .group_apply_preset = {.group = group, .user = user, .preset = preset}};
    return person_try(world, by, COMMAND_GROUP_APPLY_PRESET, &fields);
}

static unsigned permissions_of(struct world *world, struct id group, struct id user)
{
    struct view view = world_view(world);
    struct group_member_row member;
    assert_true(group_has_member(&view, group, user, &member));
    return group_permission_set(member.permissions, member.permissions_count);
}

static bool has_key(struct world *world, struct id group, struct id user)
{
    struct view view = world_view(world);
    struct group_key_row key = {.group = group, .user = user, .epoch = 1};
    return view_find(&view, ROW_GROUP_KEY, &key);
}

/* ada owns, mia manages, ben uses, eve is outside. */
struct lab {
    struct world *world;
    struct person ada, mia, ben, eve;
    struct id group;
};

static struct lab lab_of(struct world *world)
{
    struct lab lab = {
        .world = world,
        .ada = person_new(world, USER_ROLE_USER),
        .mia = person_new(world, USER_ROLE_USER),
        .ben = person_new(world, USER_ROLE_USER),
        .eve = person_new(world, USER_ROLE_SUPER_ADMIN),
    };
    lab.group = make_group(world, &lab.ada);
    add_member(world, &lab.ada, lab.group, &lab.mia, GROUP_PRESET_MANAGER);
    add_member(world, &lab.ada, lab.group, &lab.ben, GROUP_PRESET_USER);
    return lab;
}

/* Members -------------------------------------------------------------------------------------- */

/* GRP-01b: a super-administrator is nobody in a group. */
static void members_are_added_by_those_who_may(void **state)
{
    struct lab lab = lab_of(*state);
    struct person new = person_new(lab.world, USER_ROLE_USER);
    assert_int_equal(adding(lab.world, &lab.ben, lab.group, new.user, 0), RULE_GRP_02A);
    assert_int_equal(adding(lab.world, &lab.eve, lab.group, new.user, 0), RULE_GRP_02A);
    assert_int_equal(adding(lab.world, &lab.mia, lab.group, new.user, 0), RULE_NONE);
    assert_true(has_key(lab.world, lab.group, new.user)); /* GRP-01a */
}

/* GRP-13a */
static void whoever_is_added_is_told(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(adding(lab.world, &lab.ada, lab.group, lab.eve.user, 0), RULE_NONE);
    assert_int_equal(world_decided(lab.world, EVENT_NOTIFY_SENT), 1);
    const struct decided *told = &lab.world->decision.events[1];
    assert_true(id_equal(told->on[0], lab.eve.user));
    assert_true(id_equal(told->body.notify_sent.about, lab.group));
}

static void a_user_is_a_member_once_and_known(void **state)
{
    struct lab lab = lab_of(*state);
    struct id nobody = {ID_USER, 98765};
    assert_int_equal(adding(lab.world, &lab.ada, lab.group, lab.ben.user, 0), RULE_GRP_02D);
    assert_int_equal(adding(lab.world, &lab.ada, lab.group, lab.ada.user, 0), RULE_GRP_02D);
    assert_int_equal(adding(lab.world, &lab.ada, lab.group, nobody, 0), RULE_GRP_02D);
    struct view view = world_view(lab.world);
    struct user_row gone = {.user = lab.eve.user};
    assert_true(view_find(&view, ROW_USER, &gone));
    gone.deleted = true;
    (void)world_put(lab.world, ROW_USER, &gone);
    assert_int_equal(adding(lab.world, &lab.ada, lab.group, lab.eve.user, 0), RULE_GRP_02D);
}

static void a_new_member_gets_the_newest_key(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id holders[] = {lab.ada.user, lab.mia.user, lab.ben.user};
    rotate_key(lab.world, &lab.ada, lab.group, 2, holders, 3);
    assert_int_equal(adding(lab.world, &lab.ada, lab.group, lab.eve.user, 0), RULE_GRP_01F);
    union command_fields fields = {
        .group_add_member = {
            .group = lab.group, .user = lab.eve.user, .epoch = 2, .wrapped = some_digest(9)}};
    (void)person_must(lab.world, &lab.ada, COMMAND_GROUP_ADD_MEMBER, &fields);
    struct view view = world_view(lab.world);
    struct group_member_row member;
    assert_true(group_has_member(&view, lab.group, lab.eve.user, &member));
    assert_int_equal(member.since_epoch, 2);
}

static enum rule handing_on(struct lab *lab, const struct person *by, uint64_t *epochs,
                            size_t count)
{
    struct digest wrapped[4] = {some_digest(5), some_digest(6), some_digest(7), some_digest(8)};
    union command_fields fields = {.group_add_member = {.group = lab->group,
                                                        .user = lab->eve.user,
                                                        .epoch = 3,
                                                        .wrapped = some_digest(9),
                                                        .older_epochs = epochs,
                                                        .older_epochs_count = count,
                                                        .older_wrapped = wrapped,
                                                        .older_wrapped_count = count}};
    return person_try(lab->world, by, COMMAND_GROUP_ADD_MEMBER, &fields);
}

/* GRP-01g: and the new member has them all, in their order. */
static void older_keys_are_handed_on_by_somebody_who_holds_them(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id holders[] = {lab.ada.user, lab.mia.user, lab.ben.user};
    rotate_key(lab.world, &lab.ada, lab.group, 2, holders, 3);
    rotate_key(lab.world, &lab.ada, lab.group, 3, holders, 3);
    struct view view = world_view(lab.world);
    struct group_key_row key = {.group = lab.group, .user = lab.mia.user, .epoch = 1};
    assert_true(view_find(&view, ROW_GROUP_KEY, &key));
    assert_int_equal(handing_on(&lab, &lab.ada, (uint64_t[]){3}, 1), RULE_GRP_01G);
    assert_int_equal(handing_on(&lab, &lab.ada, (uint64_t[]){0}, 1), RULE_GRP_01G);
    assert_int_equal(handing_on(&lab, &lab.ada, (uint64_t[]){2, 1}, 2), RULE_GRP_01G);
    assert_int_equal(handing_on(&lab, &lab.ada, (uint64_t[]){1, 1}, 2), RULE_GRP_01G);
    assert_int_equal(handing_on(&lab, &lab.ada, (uint64_t[]){1, 2, 3}, 3), RULE_GRP_01G);
    assert_int_equal(handing_on(&lab, &lab.ada, (uint64_t[]){1, 2}, 2), RULE_NONE);
    view = world_view(lab.world);
    for (uint64_t epoch = 1; epoch <= 3; epoch++) {
        key = (struct group_key_row){.group = lab.group, .user = lab.eve.user, .epoch = epoch};
        assert_true(view_find(&view, ROW_GROUP_KEY, &key));
        struct digest expected = some_digest(epoch == 3 ? 9 : 4 + (unsigned)epoch);
        assert_true(digest_equal(&key.wrapped, &expected));
    }
}

static void a_group_is_full_when_a_new_key_for_all_would_not_fit_a_command(void **state)
{
    struct lab lab = lab_of(*state);
    struct view view = world_view(lab.world);
    struct group_row row;
    assert_true(group_by_id(&view, lab.group, &row));
    row.members = GROUP_MEMBERS_MAX - 1;
    (void)world_put(lab.world, ROW_GROUP, &row);
    struct person new = person_new(lab.world, USER_ROLE_USER);
    assert_int_equal(adding(lab.world, &lab.ada, lab.group, lab.eve.user, 0), RULE_NONE);
    assert_int_equal(adding(lab.world, &lab.ada, lab.group, new.user, 0), RULE_GRP_02E);
}

static void a_new_key_for_all_members_fits_one_command(void **unused)
{
    (void)unused;
    static struct id holders[GROUP_MEMBERS_MAX];
    static struct digest wrapped[GROUP_MEMBERS_MAX];
    static char memory[COMMAND_MAX];
    static const uint8_t key[GROUP_KEY_SIZE];
    struct text text = TEXT_IN(memory);
    for (size_t i = 0; i < GROUP_MEMBERS_MAX; i++) {
        holders[i] = (struct id){ID_USER, UINT64_C(9007199254740991)};
    }
    union command_fields fields = {.group_rotate_key = {.group = holders[0],
                                                        .epoch = UINT64_C(9007199254740991),
                                                        .key = BYTES(key),
                                                        .holders = holders,
                                                        .holders_count = GROUP_MEMBERS_MAX,
                                                        .wrapped = wrapped,
                                                        .wrapped_count = GROUP_MEMBERS_MAX}};
    fields.group_rotate_key.group.kind = ID_GROUP;
    command_fields_encode(COMMAND_GROUP_ROTATE_KEY, &fields, &text);
    assert_false(text.full);
    assert_true(text.size + 600 < COMMAND_MAX); /* the rest of a signed record */
}

static void members_are_removed_by_those_who_may_and_lose_their_keys(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(removing(lab.world, &lab.ben, lab.group, lab.mia.user), RULE_GRP_02A);
    assert_int_equal(removing(lab.world, &lab.eve, lab.group, lab.ben.user), RULE_GRP_02A);
    assert_int_equal(removing(lab.world, &lab.mia, lab.group, lab.eve.user), RULE_GRP_02D);
    assert_int_equal(removing(lab.world, &lab.mia, lab.group, lab.ada.user), RULE_GRP_02D);
    assert_true(has_key(lab.world, lab.group, lab.ben.user));
    assert_int_equal(removing(lab.world, &lab.mia, lab.group, lab.ben.user), RULE_NONE);
    assert_false(has_key(lab.world, lab.group, lab.ben.user));
    struct view view = world_view(lab.world);
    struct group_row row;
    assert_false(group_has_member(&view, lab.group, lab.ben.user, NULL));
    assert_true(group_by_id(&view, lab.group, &row));
    assert_int_equal(row.members, 2);
    assert_true(row.rotation_due);
    assert_int_equal(removing(lab.world, &lab.mia, lab.group, lab.ben.user), RULE_GRP_02D);
}

/* GRP-03c */
static void whoever_leaves_loses_the_key_and_makes_a_new_one_due(void **state)
{
    struct lab lab = lab_of(*state);
    assert_int_equal(leaving(lab.world, &lab.eve, lab.group), RULE_GRP_02D);
    assert_int_equal(leaving(lab.world, &lab.ben, lab.group), RULE_NONE);
    union command_fields fields = {.group_fetch_key = {.group = lab.group, .epoch = 1}};
    assert_int_equal(person_try(lab.world, &lab.ben, COMMAND_GROUP_FETCH_KEY, &fields),
                     RULE_GRP_01A);
    struct view view = world_view(lab.world);
    assert_int_equal(group_key_refusal(&view, lab.group, 1), RULE_GRP_02C);
}

static void the_owner_leaves_after_handing_over(void **state)
{
    struct lab lab = lab_of(*state);
    struct id nobody = {ID_USER, 98765};
    assert_int_equal(leaving(lab.world, &lab.ada, lab.group), RULE_GRP_03B);
    assert_int_equal(promoting(lab.world, &lab.mia, lab.group, lab.mia.user), RULE_GRP_03A);
    assert_int_equal(promoting(lab.world, &lab.ada, lab.group, lab.eve.user), RULE_GRP_03A);
    assert_int_equal(promoting(lab.world, &lab.ada, lab.group, lab.ada.user), RULE_GRP_03A);
    assert_int_equal(promoting(lab.world, &lab.ada, lab.group, nobody), RULE_GRP_03A);
    assert_int_equal(promoting(lab.world, &lab.ada, lab.group, lab.ben.user), RULE_NONE);
    assert_int_equal(permissions_of(lab.world, lab.group, lab.ben.user), ALL_PERMISSIONS);
    assert_int_equal(leaving(lab.world, &lab.ada, lab.group), RULE_NONE);
    assert_int_equal(leaving(lab.world, &lab.ben, lab.group), RULE_GRP_03B);
}

/* Permissions ---------------------------------------------------------------------------------- */

static void permissions_are_changed_by_those_who_may(void **state)
{
    struct lab lab = lab_of(*state);
    const enum group_permission remove = GROUP_PERMISSION_REMOVE_ENTRIES;
    const struct id ben = lab.ben.user;
    assert_int_equal(setting(lab.world, &lab.ben, lab.group, ben, remove, true), RULE_GRP_04A);
    assert_int_equal(setting(lab.world, &lab.eve, lab.group, ben, remove, true), RULE_GRP_04A);
    assert_int_equal(setting(lab.world, &lab.mia, lab.group, lab.eve.user, remove, true),
                     RULE_GRP_02D);
    assert_int_equal(setting(lab.world, &lab.mia, lab.group, ben, remove, true), RULE_NONE);
    assert_true((permissions_of(lab.world, lab.group, ben) >> remove & 1) != 0);
    assert_int_equal(setting(lab.world, &lab.mia, lab.group, ben, remove, false), RULE_NONE);
    assert_true(lab.world->decision.events[0].body.group_permission_changed.from);
    assert_false((permissions_of(lab.world, lab.group, ben) >> remove & 1) != 0);
}

/* GRP-04b: seven, each with its name. */
static void there_are_seven_permissions(void **unused)
{
    (void)unused;
    enum group_permission list[GROUP_PERMISSION_COUNT], none;
    assert_int_equal(GROUP_PERMISSION_COUNT, 7);
    assert_int_equal(group_permission_list(ALL_PERMISSIONS, list), 7);
    assert_int_equal(group_permission_set(list, 7), ALL_PERMISSIONS);
    assert_false(group_permission_read(LITERAL("delete_group"), &none));
}

static void
whoever_adds_gives_no_more_than_a_user_has_unless_she_may_change_permissions(void **state)
{
    struct lab lab = lab_of(*state);
    struct person new = person_new(lab.world, USER_ROLE_USER);
    const unsigned user = group_preset_set(GROUP_PRESET_USER);
    assert_int_equal(
        setting(lab.world, &lab.ada, lab.group, lab.ben.user, GROUP_PERMISSION_ADD_MEMBERS, true),
        RULE_NONE);
    assert_int_equal(adding(lab.world, &lab.ben, lab.group, lab.eve.user, ALL_PERMISSIONS),
                     RULE_GRP_04A);
    assert_int_equal(adding(lab.world, &lab.ben, lab.group, lab.eve.user, user), RULE_NONE);
    assert_int_equal(adding(lab.world, &lab.mia, lab.group, new.user, ALL_PERMISSIONS), RULE_NONE);
    assert_int_equal(permissions_of(lab.world, lab.group, new.user), ALL_PERMISSIONS);
}

static void nobody_changes_the_owners_permissions(void **state)
{
    struct lab lab = lab_of(*state);
    const struct person *people[] = {&lab.ada, &lab.mia, &lab.ben, &lab.eve};
    for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
        for (unsigned permission = 0; permission < GROUP_PERMISSION_COUNT; permission++) {
            assert_int_equal(setting(lab.world, people[i], lab.group, lab.ada.user,
                                     (enum group_permission)permission, false),
                             RULE_GRP_05A);
        }
        assert_int_equal(
            presetting(lab.world, people[i], lab.group, lab.ada.user, GROUP_PRESET_USER),
            RULE_GRP_05A);
    }
}

/* GRP-06a */
static void who_gives_up_changing_permissions_gets_it_back_from_the_owner_only(void **state)
{
    struct lab lab = lab_of(*state);
    const enum group_permission change = GROUP_PERMISSION_CHANGE_PERMISSIONS;
    const struct id mia = lab.mia.user, ben = lab.ben.user;
    assert_int_equal(setting(lab.world, &lab.ada, lab.group, ben, change, true), RULE_NONE);
    assert_int_equal(setting(lab.world, &lab.mia, lab.group, mia, change, false), RULE_NONE);
    assert_int_equal(setting(lab.world, &lab.mia, lab.group, mia, change, true), RULE_GRP_04A);
    assert_int_equal(setting(lab.world, &lab.mia, lab.group, ben, change, false), RULE_GRP_04A);
    assert_int_equal(setting(lab.world, &lab.ben, lab.group, mia, change, true), RULE_GRP_06B);
    assert_int_equal(presetting(lab.world, &lab.ben, lab.group, mia, GROUP_PRESET_MANAGER),
                     RULE_GRP_06B);
    assert_int_equal(setting(lab.world, &lab.ben, lab.group, mia, change, false), RULE_NONE);
    assert_int_equal(setting(lab.world, &lab.ben, lab.group, mia, change, true), RULE_GRP_06B);
    assert_int_equal(setting(lab.world, &lab.ada, lab.group, mia, change, true), RULE_NONE);
    assert_int_equal(setting(lab.world, &lab.mia, lab.group, ben, change, false), RULE_NONE);
    assert_int_equal(setting(lab.world, &lab.mia, lab.group, ben, change, true), RULE_NONE);
}

/* GRP-07a */
static void a_preset_is_the_single_changes_that_lead_to_it(void **state)
{
    struct lab lab = lab_of(*state);
    const struct id ben = lab.ben.user;
    assert_int_equal(presetting(lab.world, &lab.ben, lab.group, ben, GROUP_PRESET_MANAGER),
                     RULE_GRP_04A);
    assert_int_equal(presetting(lab.world, &lab.ada, lab.group, ben, GROUP_PRESET_MANAGER),
                     RULE_NONE);
    assert_int_equal(lab.world->decision.count, 4);
    assert_int_equal(permissions_of(lab.world, lab.group, ben),
                     ALL_PERMISSIONS & ~(1u << GROUP_PERMISSION_MODIFY_PROJECT_TAG));
    assert_int_equal(presetting(lab.world, &lab.ada, lab.group, ben, GROUP_PRESET_MANAGER),
                     RULE_NONE);
    assert_int_equal(lab.world->decision.count, 1);
    assert_true(lab.world->decision.events[0].body.group_permission_changed.from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(members_are_added_by_those_who_may),
        IN_WORLD(whoever_is_added_is_told),
        IN_WORLD(a_user_is_a_member_once_and_known),
        IN_WORLD(a_new_member_gets_the_newest_key),
        IN_WORLD(older_keys_are_handed_on_by_somebody_who_holds_them),
        IN_WORLD(a_group_is_full_when_a_new_key_for_all_would_not_fit_a_command),
        cmocka_unit_test(a_new_key_for_all_members_fits_one_command),
        IN_WORLD(members_are_removed_by_those_who_may_and_lose_their_keys),
        IN_WORLD(whoever_leaves_loses_the_key_and_makes_a_new_one_due),
        IN_WORLD(the_owner_leaves_after_handing_over),
        IN_WORLD(permissions_are_changed_by_those_who_may),
        cmocka_unit_test(there_are_seven_permissions),
        IN_WORLD(whoever_adds_gives_no_more_than_a_user_has_unless_she_may_change_permissions),
        IN_WORLD(nobody_changes_the_owners_permissions),
        IN_WORLD(who_gives_up_changing_permissions_gets_it_back_from_the_owner_only),
        IN_WORLD(a_preset_is_the_single_changes_that_lead_to_it),
    };
    return cmocka_run_group_tests_name("core/group/group_member", tests, NULL, NULL);
}
