/*
 * What is set for everybody: by whom, within which bounds, and what holds where nothing was set.
 */
#include "core/identity/setting.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum rule setting(struct people *people, enum user_role by, enum setting which,
                         uint64_t seconds)
{
    struct actor actor = people_stranger(by);
    union command_fields fields = {.system_change_setting = {.setting = which, .seconds = seconds}};
    return people_ask(people, &actor, COMMAND_SYSTEM_CHANGE_SETTING, &fields);
}

static void only_a_super_administrator_sets_what_is_for_everybody(void **state)
{
    struct people *people = *state;
    union command_fields message = {.system_set_login_message = {.size = 12}};
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        enum rule expected = by == USER_ROLE_SUPER_ADMIN ? RULE_NONE : RULE_IDN_12A;
        struct actor actor = people_stranger((enum user_role)by);
        assert_int_equal(setting(people, (enum user_role)by, SETTING_MFA_LIFE, 600), expected);
        assert_int_equal(people_ask(people, &actor, COMMAND_SYSTEM_SET_LOGIN_MESSAGE, &message),
                         expected);
    }
}

static void a_setting_is_within_its_bounds(void **state)
{
    static const uint64_t least[SETTING_COUNT] = {60, 60, 60, 10};
    static const uint64_t most[SETTING_COUNT] = {7 * 86400, 86400, 3650 * UINT64_C(86400), 3600};
    for (unsigned i = 0; i < SETTING_COUNT; i++) {
        enum setting which = (enum setting)i;
        assert_int_equal(setting(*state, USER_ROLE_SUPER_ADMIN, which, least[i]), RULE_NONE);
        assert_int_equal(setting(*state, USER_ROLE_SUPER_ADMIN, which, most[i]), RULE_NONE);
        assert_int_equal(setting(*state, USER_ROLE_SUPER_ADMIN, which, least[i] - 1), RULE_IDN_12B);
        assert_int_equal(setting(*state, USER_ROLE_SUPER_ADMIN, which, most[i] + 1), RULE_IDN_12B);
    }
}

static void what_was_not_set_has_its_default(void **state)
{
    struct people *people = *state;
    struct actor actor = people_actor(people, enclave_id(&people->enclave, "ada"));
    struct view view = enclave_view(&people->enclave);
    assert_int_equal(setting_seconds(&view, SETTING_SESSION_LIFE), 12 * 3600);
    assert_int_equal(setting_seconds(&view, SETTING_MFA_LIFE), 1800);
    assert_int_equal(setting_seconds(&view, SETTING_COMMAND_AGE), 300);
    union command_fields fields = {
        .system_change_setting = {.setting = SETTING_MFA_LIFE, .seconds = 600}};
    uint64_t n = people_have(people, &actor, COMMAND_SYSTEM_CHANGE_SETTING, &fields);
    assert_int_equal(people->decision.events[0].body.system_setting_changed.from, 1800);
    view = enclave_view(&people->enclave);
    assert_int_equal(setting_seconds(&view, SETTING_MFA_LIFE), 600);
    assert_int_equal(setting_seconds(&view, SETTING_SESSION_LIFE), 12 * 3600);
    view.as_of_n = n - 1;
    assert_int_equal(setting_seconds(&view, SETTING_MFA_LIFE), 1800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(only_a_super_administrator_sets_what_is_for_everybody),
        WITH_PEOPLE(a_setting_is_within_its_bounds),
        WITH_PEOPLE(what_was_not_set_has_its_default),
    };
    return cmocka_run_group_tests_name("core/identity/setting", tests, NULL, NULL);
}
