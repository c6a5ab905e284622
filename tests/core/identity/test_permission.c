/*
 * Permissions: what comes with a role, who may change them, and since when they count.
 */
#include "core/identity/permission.h"
#include "core/identity/session.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define EVERY ((UINT32_C(1) << USER_PERMISSION_COUNT) - 1)

static const enum user_permission announce[] = {USER_PERMISSION_ANNOUNCE};
static const enum user_permission upload[] = {USER_PERMISSION_UPLOAD};

static union command_fields change(struct id user, const enum user_permission *add,
                                   const enum user_permission *remove)
{
    return (union command_fields){
        .user_change_permissions = {.user = user,
                                    .add = add,
                                    .add_count = add == NULL ? 0 : 1,
                                    .remove = remove,
                                    .remove_count = remove == NULL ? 0 : 1}};
}

static enum rule changing(struct people *people, const struct actor *actor,
                          const union command_fields *fields)
{
    return people_ask(people, actor, COMMAND_USER_CHANGE_PERMISSIONS, fields);
}

static uint32_t of(struct people *people, struct id user)
{
    struct user_row row = people_row(people, user);
    return permission_set(row.permissions, row.permissions_count);
}

static void a_higher_platform_role_has_all_that_a_lower_one_has(void **unused)
{
    (void)unused;
    for (unsigned role = USER_ROLE_USER; role < USER_ROLE_SUPER_ADMIN; role++) {
        uint32_t lower = permission_defaults((enum user_role)role);
        assert_int_equal(lower & ~permission_defaults((enum user_role)(role + 1)), 0);
    }
    assert_int_equal(permission_defaults(USER_ROLE_SUPER_ADMIN), EVERY);
}

static void an_auditor_changes_nothing_by_permission(void **unused)
{
    (void)unused;
    const enum user_permission export[] = {USER_PERMISSION_EXPORT};
    assert_int_equal(permission_defaults(USER_ROLE_AUDITOR), permission_set(export, 1));
}

static void a_set_is_a_list_in_the_order_of_the_catalogue(void **unused)
{
    (void)unused;
    const enum user_permission mixed[] = {USER_PERMISSION_UPLOAD, USER_PERMISSION_EXPORT,
                                          USER_PERMISSION_UPLOAD};
    enum user_permission list[USER_PERMISSION_COUNT];
    assert_int_equal(permission_list(permission_set(mixed, 3), list), 2);
    assert_int_equal(list[0], USER_PERMISSION_EXPORT);
    assert_int_equal(list[1], USER_PERMISSION_UPLOAD);
    for (uint32_t set = 0; set <= EVERY; set++) {
        size_t count = permission_list(set, list);
        assert_int_equal(permission_set(list, count), set);
    }
}

static void permissions_are_changed_by_a_higher_role(void **state)
{
    struct people *people = *state;
    static const char *const logins[] = {"a0", "a1", "a2", "a3", "a4"};
    for (unsigned target = 0; target < USER_ROLE_COUNT; target++) {
        struct id user = people_add(people, logins[target], (enum user_role)target);
        union command_fields fields = change(user, NULL, upload);
        struct actor admin = people_stranger(USER_ROLE_ADMIN);
        struct actor super_admin = people_stranger(USER_ROLE_SUPER_ADMIN);
        struct actor sub_admin = people_stranger(USER_ROLE_SUB_ADMIN);
        assert_int_equal(changing(people, &sub_admin, &fields), RULE_IDN_02A);
        assert_int_equal(changing(people, &admin, &fields),
                         target < USER_ROLE_ADMIN ? RULE_NONE : RULE_IDN_02B);
        assert_int_equal(changing(people, &super_admin, &fields),
                         target < USER_ROLE_SUPER_ADMIN ? RULE_NONE : RULE_IDN_10A);
    }
}

static void nobody_grants_a_permission_that_they_lack(void **state)
{
    struct people *people = *state;
    struct actor ada = people_actor(people, enclave_id(&people->enclave, "ada"));
    struct id admin = people_add(people, "adam", USER_ROLE_ADMIN);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct actor adam = people_actor(people, admin);
    union command_fields grant = change(ben, announce, NULL);
    assert_int_equal(changing(people, &adam, &grant), RULE_NONE);
    union command_fields take = change(admin, NULL, announce);
    people_have(people, &ada, COMMAND_USER_CHANGE_PERMISSIONS, &take);
    assert_int_equal(changing(people, &adam, &grant), RULE_IDN_10B);
    assert_int_equal(changing(people, &ada, &grant), RULE_NONE);
    union command_fields removal = change(ben, NULL, announce);
    assert_int_equal(changing(people, &adam, &removal), RULE_NONE);
}

static void the_event_has_the_difference_and_the_row_the_sum(void **state)
{
    struct people *people = *state;
    struct actor ada = people_actor(people, enclave_id(&people->enclave, "ada"));
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    const enum user_permission both[] = {USER_PERMISSION_UPLOAD, USER_PERMISSION_ANNOUNCE};
    union command_fields fields = change(ben, both, NULL);
    fields.user_change_permissions.add_count = 2;
    uint32_t before = of(people, ben);
    people_have(people, &ada, COMMAND_USER_CHANGE_PERMISSIONS, &fields);
    const struct user_permissions_changed *body =
        &people->decision.events[0].body.user_permissions_changed;
    assert_int_equal(body->added_count, 1); /* upload was there */
    assert_int_equal(body->added[0], USER_PERMISSION_ANNOUNCE);
    assert_int_equal(body->removed_count, 0);
    assert_int_equal(of(people, ben), before | permission_set(announce, 1));
    fields = change(ben, upload, upload); /* what is to go is not added */
    people_have(people, &ada, COMMAND_USER_CHANGE_PERMISSIONS, &fields);
    assert_int_equal(of(people, ben),
                     (before | permission_set(announce, 1)) & ~permission_set(upload, 1));
}

static void a_grant_counts_at_the_next_login_and_a_removal_at_once(void **state)
{
    struct people *people = *state;
    struct actor ada = people_actor(people, enclave_id(&people->enclave, "ada"));
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    people_login(people, ben, NULL);
    union command_fields fields = change(ben, announce, upload);
    people_have(people, &ada, COMMAND_USER_CHANGE_PERMISSIONS, &fields);
    struct actor actor = people_actor(people, ben);
    struct view view = enclave_view(&people->enclave);
    assert_false(user_can(&view, &actor, USER_PERMISSION_ANNOUNCE));
    assert_false(user_can(&view, &actor, USER_PERMISSION_UPLOAD));
    assert_true(user_can(&view, &actor, USER_PERMISSION_SHARE));
    people_login(people, ben, NULL);
    actor = people_actor(people, ben);
    view = enclave_view(&people->enclave);
    assert_true(user_can(&view, &actor, USER_PERMISSION_ANNOUNCE));
    struct actor stranger = people_stranger(USER_ROLE_SUPER_ADMIN);
    assert_int_equal(permission_of(&view, &stranger), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_higher_platform_role_has_all_that_a_lower_one_has),
        cmocka_unit_test(an_auditor_changes_nothing_by_permission),
        cmocka_unit_test(a_set_is_a_list_in_the_order_of_the_catalogue),
        WITH_PEOPLE(permissions_are_changed_by_a_higher_role),
        WITH_PEOPLE(nobody_grants_a_permission_that_they_lack),
        WITH_PEOPLE(the_event_has_the_difference_and_the_row_the_sum),
        WITH_PEOPLE(a_grant_counts_at_the_next_login_and_a_removal_at_once),
    };
    return cmocka_run_group_tests_name("core/identity/permission", tests, NULL, NULL);
}
