/*
 * Profiles: who makes them, and what stamping one on a user does.
 */
#include "core/identity/permission.h"
#include "core/identity/profile.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const enum user_permission narrow[] = {USER_PERMISSION_ANNOUNCE, USER_PERMISSION_SHARE};

static struct actor ada(struct people *people)
{
    return people_actor(people, enclave_id(&people->enclave, "ada"));
}

static union command_fields creation(const char *name, enum user_role role)
{
    return (union command_fields){.profile_create = {.name = bytes_of_string(name),
                                                     .role = role,
                                                     .permissions = narrow,
                                                     .permissions_count = 2}};
}

static struct id make(struct people *people, const char *name, enum user_role role)
{
    struct actor actor = ada(people);
    union command_fields fields = creation(name, role);
    return (struct id){ID_PROFILE, people_have(people, &actor, COMMAND_PROFILE_CREATE, &fields)};
}

static enum rule applying(struct people *people, const struct actor *actor, struct id user,
                          struct id profile)
{
    union command_fields fields = {.user_apply_profile = {.user = user, .profile = profile}};
    return people_ask(people, actor, COMMAND_USER_APPLY_PROFILE, &fields);
}

static enum rule editing(struct people *people, const struct actor *actor, struct id profile)
{
    union command_fields fields = {.profile_edit = {.profile = profile, .role = USER_ROLE_USER}};
    return people_ask(people, actor, COMMAND_PROFILE_EDIT, &fields);
}

static enum rule deleting(struct people *people, const struct actor *actor, struct id profile)
{
    union command_fields fields = {.profile_delete = {.profile = profile}};
    return people_ask(people, actor, COMMAND_PROFILE_DELETE, &fields);
}

static void profiles_are_made_by_administrators_and_whoever_has_the_permission(void **state)
{
    static const enum user_permission edit[] = {USER_PERMISSION_EDIT_PROFILES};
    struct people *people = *state;
    struct id profile = make(people, "students", USER_ROLE_USER);
    union command_fields fields = creation("staff", USER_ROLE_USER);
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        struct actor actor = people_stranger((enum user_role)by);
        enum rule expected = by >= USER_ROLE_ADMIN ? RULE_NONE : RULE_IDN_14A;
        assert_int_equal(people_ask(people, &actor, COMMAND_PROFILE_CREATE, &fields), expected);
        assert_int_equal(editing(people, &actor, profile), expected);
        assert_int_equal(deleting(people, &actor, profile), expected);
    }
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    union command_fields grant = {
        .user_change_permissions = {.user = ben, .add = edit, .add_count = 1}};
    people_have(people, &actor, COMMAND_USER_CHANGE_PERMISSIONS, &grant);
    actor = people_actor(people, ben);
    assert_int_equal(people_ask(people, &actor, COMMAND_PROFILE_CREATE, &fields), RULE_NONE);
}

static void a_name_is_used_once_and_what_is_deleted_stays_away(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct id profile = make(people, "students", USER_ROLE_USER);
    union command_fields again = creation("students", USER_ROLE_USER);
    assert_int_equal(people_ask(people, &actor, COMMAND_PROFILE_CREATE, &again), RULE_IDN_14B);
    assert_int_equal(deleting(people, &actor, profile), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(people_ask(people, &actor, COMMAND_PROFILE_CREATE, &again), RULE_IDN_14B);
    assert_int_equal(deleting(people, &actor, profile), RULE_IDN_14B);
    assert_int_equal(editing(people, &actor, profile), RULE_IDN_14B);
    assert_int_equal(applying(people, &actor, ben, profile), RULE_IDN_14B);
    assert_int_equal(editing(people, &actor, (struct id){ID_PROFILE, 77777}), RULE_IDN_14B);
    struct profile_row row;
    struct view view = enclave_view(&people->enclave);
    assert_true(profile_by_name(&view, LITERAL("students"), &row));
    assert_true(row.deleted);
}

static void a_profile_names_each_permission_once(void **state)
{
    static const enum user_permission twice[] = {USER_PERMISSION_SHARE, USER_PERMISSION_ANNOUNCE,
                                                 USER_PERMISSION_SHARE};
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id profile = make(people, "students", USER_ROLE_USER);
    union command_fields fields = {
        .profile_edit = {.profile = profile, .permissions = twice, .permissions_count = 3}};
    people_have(people, &actor, COMMAND_PROFILE_EDIT, &fields);
    struct profile_row row;
    struct view view = enclave_view(&people->enclave);
    assert_true(profile_by_id(&view, profile, &row));
    assert_int_equal(row.permissions_count, 2);
    assert_int_equal(row.permissions[0], USER_PERMISSION_ANNOUNCE);
    assert_int_equal(row.permissions[1], USER_PERMISSION_SHARE);
}

static void stamping_gives_role_and_permissions_and_logs_the_difference(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct id profile = make(people, "students", USER_ROLE_SUB_ADMIN);
    uint32_t before = permission_defaults(USER_ROLE_USER), after = permission_set(narrow, 2);
    assert_int_equal(applying(people, &actor, ben, profile), RULE_NONE);
    people_do(people, &actor);
    const struct decided *event = &people->decision.events[0];
    const struct user_profile_applied *body = &event->body.user_profile_applied;
    assert_true(id_equal(event->on[0], ben) && id_equal(event->on[1], profile));
    assert_int_equal(body->version, 1);
    assert_int_equal(permission_set(body->added, body->added_count), after & ~before);
    assert_int_equal(permission_set(body->removed, body->removed_count), before & ~after);
    struct user_row row = people_row(people, ben);
    assert_int_equal(row.role, USER_ROLE_SUB_ADMIN);
    assert_int_equal(permission_set(row.permissions, row.permissions_count), after);
    struct view view = enclave_view(&people->enclave);
    struct role_row holder = {.role = USER_ROLE_USER, .user = ben};
    assert_false(view_find(&view, ROW_ROLE, &holder));
    holder.role = USER_ROLE_SUB_ADMIN;
    assert_true(view_find(&view, ROW_ROLE, &holder));
}

/* IDN-15a: stamped, not linked. */
static void a_later_edition_changes_nobody_who_was_stamped(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct id profile = make(people, "students", USER_ROLE_USER);
    assert_int_equal(applying(people, &actor, ben, profile), RULE_NONE);
    people_do(people, &actor);
    struct user_row before = people_row(people, ben);
    uint32_t had = permission_set(before.permissions, before.permissions_count);
    assert_int_equal(editing(people, &actor, profile), RULE_NONE);
    uint64_t edited = people_do(people, &actor);
    struct user_row now = people_row(people, ben);
    assert_int_equal(permission_set(now.permissions, now.permissions_count), had);
    struct profile_row row;
    struct view view = enclave_view(&people->enclave);
    assert_true(profile_by_id(&view, profile, &row));
    assert_int_equal(row.version, 2);
    assert_int_equal(row.permissions_count, 0);
    view.as_of_n = edited - 1; /* versions stay readable */
    assert_true(profile_by_id(&view, profile, &row));
    assert_int_equal(row.version, 1);
    assert_int_equal(row.permissions_count, 2);
    assert_int_equal(applying(people, &actor, ben, profile), RULE_NONE);
    assert_int_equal(people->decision.events[0].body.user_profile_applied.version, 2);
}

static void a_stamp_gives_nothing_that_its_actor_could_not(void **state)
{
    struct people *people = *state;
    struct actor super_admin = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct id adam = people_add(people, "adam", USER_ROLE_ADMIN);
    struct id eve = people_add(people, "eve", USER_ROLE_SUPER_ADMIN);
    struct id low = make(people, "low", USER_ROLE_USER);
    struct id high = make(people, "high", USER_ROLE_SUPER_ADMIN);
    struct actor actor = people_actor(people, adam);
    assert_int_equal(applying(people, &actor, ben, low), RULE_NONE);
    assert_int_equal(applying(people, &actor, ben, high), RULE_IDN_02B);
    assert_int_equal(applying(people, &actor, adam, low), RULE_IDN_02B);
    assert_int_equal(applying(people, &super_admin, eve, low), RULE_IDN_10A);
    assert_int_equal(applying(people, &actor, (struct id){ID_USER, 77777}, low), RULE_IDN_01D);
    union command_fields take = {
        .user_change_permissions = {.user = adam, .remove = narrow, .remove_count = 1}};
    people_have(people, &super_admin, COMMAND_USER_CHANGE_PERMISSIONS, &take);
    assert_int_equal(applying(people, &actor, ben, low), RULE_IDN_10B);
    union command_fields give = {
        .user_change_permissions = {.user = ben, .add = narrow, .add_count = 1}};
    people_have(people, &super_admin, COMMAND_USER_CHANGE_PERMISSIONS, &give);
    assert_int_equal(applying(people, &actor, ben, low), RULE_NONE); /* he has it already */
    actor = people_stranger(USER_ROLE_SUB_ADMIN);
    assert_int_equal(applying(people, &actor, ben, low), RULE_IDN_02A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(profiles_are_made_by_administrators_and_whoever_has_the_permission),
        WITH_PEOPLE(a_name_is_used_once_and_what_is_deleted_stays_away),
        WITH_PEOPLE(a_profile_names_each_permission_once),
        WITH_PEOPLE(stamping_gives_role_and_permissions_and_logs_the_difference),
        WITH_PEOPLE(a_later_edition_changes_nobody_who_was_stamped),
        WITH_PEOPLE(a_stamp_gives_nothing_that_its_actor_could_not),
    };
    return cmocka_run_group_tests_name("core/identity/profile", tests, NULL, NULL);
}
