/*
 * Other rules than those in force: what may be off, and which view a right is looked for in.
 */
#include "core/policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void what_a_decision_is_about_is_always_asked_for(void **unused)
{
    (void)unused;
    assert_true(policy_is_firm(RULE_NONE));
    assert_true(policy_is_firm(RULE_IDN_01D));
    assert_true(policy_is_firm(RULE_VLT_01D));
    assert_true(policy_is_firm(RULE_PRJ_01D));
    assert_false(policy_is_firm(RULE_CLS_02A));
    assert_false(policy_is_firm(RULE_IDN_06G));
}

static void a_view_without_a_policy_has_every_rule_on_and_every_setting_as_it_was(void **unused)
{
    (void)unused;
    const struct view view = {.as_of_n = 50};
    for (unsigned rule = 0; rule < RULE_COUNT; rule++) {
        assert_false(policy_waives(&view, (enum rule)rule));
    }
    assert_int_equal(policy_seconds(&view, SETTING_COMMAND_AGE), 0);
    assert_int_equal(policy_granted_view(&view, 20).as_of_n, 20);
    assert_int_equal(policy_kept_view(&view, 20).as_of_n, 50);
    assert_int_equal(policy_granted_view(&view, UINT64_MAX).as_of_n, 50);
}

static void a_policy_says_when_grants_and_revocations_count(void **unused)
{
    (void)unused;
    const struct policy at_once = {.grants_at_once = true};
    const struct policy at_login = {.revocations_at_login = true};
    const struct view eager = {.as_of_n = 50, .policy = &at_once};
    const struct view slow = {.as_of_n = 50, .policy = &at_login};
    assert_int_equal(policy_granted_view(&eager, 20).as_of_n, 50);
    assert_int_equal(policy_kept_view(&eager, 20).as_of_n, 50);
    assert_int_equal(policy_granted_view(&slow, 20).as_of_n, 20);
    assert_int_equal(policy_kept_view(&slow, 20).as_of_n, 20);
    assert_int_equal(policy_kept_view(&slow, UINT64_MAX).as_of_n, 50);
}

static void a_rule_that_is_off_is_waived_and_no_other(void **unused)
{
    (void)unused;
    const struct policy policy = {.off[RULE_CLS_02A] = true, .settings[SETTING_COMMAND_AGE] = 60};
    const struct view view = {.policy = &policy};
    for (unsigned rule = 0; rule < RULE_COUNT; rule++) {
        assert_int_equal(policy_waives(&view, (enum rule)rule), rule == RULE_CLS_02A);
    }
    assert_int_equal(policy_seconds(&view, SETTING_COMMAND_AGE), 60);
    assert_int_equal(policy_seconds(&view, SETTING_MFA_LIFE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_decision_is_about_is_always_asked_for),
        cmocka_unit_test(a_view_without_a_policy_has_every_rule_on_and_every_setting_as_it_was),
        cmocka_unit_test(a_policy_says_when_grants_and_revocations_count),
        cmocka_unit_test(a_rule_that_is_off_is_waived_and_no_other),
    };
    return cmocka_run_group_tests_name("core/policy", tests, NULL, NULL);
}
