/*
 * The state's tables as lists: what the conditions say, as of any event.
 */
#include "reports/state_rows.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct found {
    char memory[512];
    struct text logins; /* in their order, each with a blank after it */
};

static struct status note(void *context, const void *row, struct bytes json)
{
    struct found *found = context;
    const struct user_row *user = row;
    text_put_bytes(&found->logins, user->login);
    text_put_char(&found->logins, ' ');
    assert_false(failed(canonical_check(json)));
    return OK;
}

static void assert_users(const struct view *view, const char *const *conditions, size_t count,
                         const char *expected)
{
    struct state_rows rows = {.table = ROW_USER};
    struct found found = {0};
    found.logins = TEXT_IN(found.memory);
    for (size_t i = 0; i < count; i++) {
        must(state_rows_where(&rows, bytes_of_string(conditions[i])));
    }
    must(state_rows_each(&rows, view, note, &found));
    assert_string_equal(text_string(&found.logins), expected);
}

static void every_condition_must_hold(void **unused)
{
    struct enclave enclave;
    (void)unused;
    enclave_begin(&enclave);
    enclave_user(&enclave, "bob", USER_ROLE_USER);
    enclave_user(&enclave, "carol", USER_ROLE_ADMIN);
    enclave_user(&enclave, "dan", USER_ROLE_USER);
    struct view view = enclave_view(&enclave);
    const char *const none[] = {NULL};
    const char *const users[] = {"role=user"};
    const char *const others[] = {"role!=user", "login!=ada"};
    const char *const nobody[] = {"role=user", "login=carol"};
    assert_users(&view, none, 0, "ada bob carol dan ");
    assert_users(&view, users, 1, "bob dan ");
    assert_users(&view, others, 2, "carol ");
    assert_users(&view, nobody, 2, "");
    enclave_end(&enclave);
}

static struct status stop(void *context, const void *row, struct bytes json)
{
    (void)context;
    (void)row;
    (void)json;
    return FAIL(INTERRUPTED, 0);
}

static void an_id_is_named_by_what_people_call_it(void **unused)
{
    struct enclave enclave;
    (void)unused;
    enclave_begin(&enclave);
    enclave_user(&enclave, "bob", USER_ROLE_USER);
    struct view view = enclave_view(&enclave);
    const char *const named[] = {"user=bob"};
    const char *const others[] = {"user!=bob"};
    assert_users(&view, named, 1, "bob ");
    assert_users(&view, others, 1, "ada ");
    enclave_end(&enclave);
}

static void a_name_that_nothing_has_is_a_failure(void **unused)
{
    struct enclave enclave;
    struct state_rows rows = {.table = ROW_USER};
    (void)unused;
    enclave_begin(&enclave);
    struct view view = enclave_view(&enclave);
    must(state_rows_where(&rows, LITERAL("user!=nobody")));
    assert_int_equal(state_rows_each(&rows, &view, stop, NULL).code, STATUS_NOT_FOUND);
    enclave_end(&enclave);
}

static void a_list_as_of_an_event_is_the_one_of_then(void **unused)
{
    struct enclave enclave;
    (void)unused;
    enclave_begin(&enclave);
    struct id bob = enclave_user(&enclave, "bob", USER_ROLE_USER);
    enclave_user(&enclave, "carol", USER_ROLE_USER);
    const char *const none[] = {NULL};
    struct view then = enclave_view_as_of(&enclave, bob.n - 1);
    assert_users(&then, none, 0, "ada ");
    then = enclave_view_as_of(&enclave, bob.n);
    assert_users(&then, none, 0, "ada bob ");
    enclave_end(&enclave);
}

static void a_condition_names_a_field_and_a_value(void **unused)
{
    struct state_rows rows = {.table = ROW_USER};
    (void)unused;
    static const char *const bad[] = {"", "role", "=user", "colour=red", "!=x", "Role=user"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(state_rows_where(&rows, bytes_of_string(bad[i])).code, STATUS_MALFORMED);
    }
    for (size_t i = 0; i < STATE_CONDITIONS_MAX; i++) {
        must(state_rows_where(&rows, LITERAL("name=")));
    }
    assert_int_equal(state_rows_where(&rows, LITERAL("name=")).code, STATUS_LIMIT);
}

static void a_visit_can_end_the_walk(void **unused)
{
    struct enclave enclave;
    struct state_rows rows = {.table = ROW_USER};
    (void)unused;
    enclave_begin(&enclave);
    struct view view = enclave_view(&enclave);
    assert_int_equal(state_rows_each(&rows, &view, stop, NULL).code, STATUS_INTERRUPTED);
    enclave_end(&enclave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_condition_must_hold),
        cmocka_unit_test(an_id_is_named_by_what_people_call_it),
        cmocka_unit_test(a_name_that_nothing_has_is_a_failure),
        cmocka_unit_test(a_list_as_of_an_event_is_the_one_of_then),
        cmocka_unit_test(a_condition_names_a_field_and_a_value),
        cmocka_unit_test(a_visit_can_end_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
