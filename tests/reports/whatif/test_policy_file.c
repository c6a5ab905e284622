/*
 * Policy files: what they may say, and where it is told what is wrong.
 */
#include "reports/whatif/policy_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct whatif_policy read_good(const char *text)
{
    struct whatif_policy policy;
    struct policy_error error;
    assert_false(failed(policy_file_read(bytes_of_string(text), &policy, &error)));
    return policy;
}

static struct policy_error read_bad(const char *text)
{
    struct whatif_policy policy;
    struct policy_error error = {.line = 99};
    assert_int_equal(policy_file_read(bytes_of_string(text), &policy, &error).code,
                     STATUS_MALFORMED);
    return error;
}

static void an_empty_policy_changes_nothing(void **unused)
{
    (void)unused;
    const struct whatif_policy policy = read_good("{}"), nothing = {0};
    assert_memory_equal(&policy, &nothing, sizeof policy);
}

static void all_that_can_be_said_is_read(void **unused)
{
    (void)unused;
    const struct whatif_policy policy =
        read_good("{\"rules\": {\"CLS-02a\": \"off\", \"CLS-03a\": \"on\"},"
                  " \"settings\": {\"mfa_life\": 900, \"command_age\": 60, \"session_life\": 3600},"
                  " \"grants\": \"at_once\", \"revocations\": \"at_once\","
                  " \"pi_only_declassification\": true, \"two_man_export\": true,"
                  " \"key_mfa_age\": 300}");
    assert_true(policy.policy.off[RULE_CLS_02A]);
    assert_false(policy.policy.off[RULE_CLS_03A]);
    assert_int_equal(policy.policy.settings[SETTING_MFA_LIFE], 900);
    assert_int_equal(policy.policy.settings[SETTING_COMMAND_AGE], 60);
    assert_int_equal(policy.policy.settings[SETTING_SESSION_LIFE], 3600);
    assert_true(policy.policy.grants_at_once);
    assert_false(policy.policy.revocations_at_login);
    assert_true(policy.pi_only_declassification);
    assert_true(policy.two_man_export);
    assert_int_equal(policy.key_mfa_age, 300);
    assert_true(read_good("{\"revocations\":\"next_login\"}").policy.revocations_at_login);
}

static void what_is_wrong_is_told_with_its_place(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        uint32_t line, column;
        const char *reason;
    } wrongs[] = {
        {"{\"rules\":\n  {\"CLS-2a\": \"off\"}}", 2, 4,
         "CLS-2a: there is no such rule; did you mean CLS-02a?"},
        {"{\"rules\":{\"VLT-01d\":\"off\"}}", 1, 11, "VLT-01d: cannot be off"},
        {"{\"rules\":{\"CLS-02a\":\"no\"}}", 1, 11, "CLS-02a: a rule is"},
        {"{\"rules\":[]}", 1, 2, "rules: is an object"},
        {"{\"settings\":{\"mfa_age\":5}}", 1, 14, "mfa_age: there is no such setting"},
        {"{\"settings\":{\"share_life\":5}}", 1, 14, "share_life: each share"},
        {"{\"settings\":{\"mfa_life\":0}}", 1, 14, "mfa_life: is a number"},
        {"{\"settings\":{\"mfa_life\":\"5\"}}", 1, 14, "mfa_life: is a number"},
        {"{\"grants\":\"soon\"}", 1, 2, "grants: is"},
        {"{\"two_man_export\":1}", 1, 2, "two_man_export: is true or false"},
        {"{\"key_mfa_age\":-4}", 1, 2, "key_mfa_age: is a number"},
        {"{\"rule\":{}}", 1, 2, "rule: there is no such member"},
        {"{\"grants\":\"at_once\",\"revocations\":\"next_login\"}", 1, 21, "revocations: at the"},
        {"[]", 0, 0, "policy: is an object"},
        {"{\"rules\":{},}", 1, 13, "string or '}'"},
    };
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        struct policy_error error = read_bad(wrongs[i].text);
        assert_int_equal(error.line, wrongs[i].line);
        assert_int_equal(error.column, wrongs[i].column);
        assert_memory_equal(error.reason, wrongs[i].reason, strlen(wrongs[i].reason));
    }
}

static void a_firm_rule_may_be_said_to_be_on(void **unused)
{
    (void)unused;
    assert_false(read_good("{\"rules\":{\"VLT-01d\":\"on\"}}").policy.off[RULE_VLT_01D]);
}

static void what_is_longer_than_a_policy_is_refused(void **unused)
{
    (void)unused;
    char *text = malloc(POLICY_FILE_MAX + 4);
    memset(text, ' ', POLICY_FILE_MAX + 3);
    text[0] = '{';
    text[1] = '}';
    text[POLICY_FILE_MAX] = '\0';
    (void)read_good(text);
    text[POLICY_FILE_MAX] = ' ';
    text[POLICY_FILE_MAX + 1] = '\0';
    struct policy_error error = read_bad(text);
    assert_int_equal(error.line, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_policy_changes_nothing),
        cmocka_unit_test(all_that_can_be_said_is_read),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(a_firm_rule_may_be_said_to_be_on),
        cmocka_unit_test(what_is_longer_than_a_policy_is_refused),
    };
    return cmocka_run_group_tests_name("reports/whatif/policy_file", tests, NULL, NULL);
}
