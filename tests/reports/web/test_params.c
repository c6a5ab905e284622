/*
 * Query strings: what forms send is read, and nothing that could be understood in two ways.
 */
#include "reports/web/params.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_value_is_what_a_form_was_given(void **unused)
{
    static struct params params;
    (void)unused;
    struct bytes query = LITERAL("q=actor+%3D+ann+%26%26&page=2&empty=&caf_e=%C3%A9");
    assert_false(failed(params_read(query, &params)));
    assert_int_equal(params.count, 4);
    assert_true(bytes_equal(params_get(&params, "q"), LITERAL("actor = ann &&")));
    assert_true(bytes_equal(params_get(&params, "caf_e"), LITERAL("\xc3\xa9")));
    assert_true(params_has(&params, "empty"));
    assert_false(params_has(&params, "other"));
    assert_int_equal(params_get(&params, "other").size, 0);
}

static void lines_of_a_form_end_in_one_way(void **unused)
{
    static struct params params;
    (void)unused;
    assert_false(failed(params_read(LITERAL("text=a%0D%0Ab%0Ac"), &params)));
    assert_true(bytes_equal(params_get(&params, "text"), LITERAL("a\nb\nc")));
}

static void numbers_are_written_in_one_way(void **unused)
{
    static struct params params;
    uint64_t number = 0;
    (void)unused;
    assert_false(failed(params_read(LITERAL("a=17&b=&c=017&d=x&e=18446744073709551616"), &params)));
    assert_false(failed(params_number(&params, "a", 5, &number)));
    assert_int_equal(number, 17);
    assert_false(failed(params_number(&params, "b", 5, &number)));
    assert_int_equal(number, 5);
    assert_int_equal(params_number(&params, "c", 5, &number).code, STATUS_MALFORMED);
    assert_int_equal(params_number(&params, "d", 5, &number).code, STATUS_MALFORMED);
    assert_int_equal(params_number(&params, "e", 5, &number).code, STATUS_MALFORMED);
}

static void what_is_ambiguous_is_refused(void **unused)
{
    static const char *const bad[] = {
        "q",           "q=1&",  "&q=1",    "q=1&&r=2", "q=%",      "q=%1",  "q=%zz",
        "Q=1",         "=1",    "q=1&q=2", "q=%00",    "q=%0D",    "q=%7F", "q=%C3",
        "q=%ED%A0%80", "q=a b", "q=\"",    "q=<",      "q=%1B[2J", "q=#",   "q=a%0Db",
    };
    static struct params params;
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct status status = params_read(bytes_of_string(bad[i]), &params);
        if (status.code != STATUS_MALFORMED) {
            fail_msg("taken: %s", bad[i]);
        }
        assert_non_null(status.why);
        assert_true(status.at <= strlen(bad[i]));
    }
}

static void there_are_limits(void **unused)
{
    static struct params params;
    static char long_query[PARAMS_SIZE_MAX + 2] = "q=";
    char many[PARAMS_MAX * 8 + 16] = "";
    (void)unused;
    memset(long_query + 2, 'a', sizeof long_query - 3);
    assert_int_equal(params_read(bytes_of_string(long_query), &params).code, STATUS_LIMIT);
    long_query[PARAMS_SIZE_MAX] = '\0';
    assert_false(failed(params_read(bytes_of_string(long_query), &params)));
    for (size_t i = 0; i <= PARAMS_MAX; i++) {
        size_t used = strlen(many);
        many[used] = '&';
        memset(many + used + (used > 0), 'a' + (int)(i % 26), 1 + i / 26);
        memcpy(many + strlen(many), "=", 2);
    }
    assert_int_equal(params_read(bytes_of_string(many), &params).code, STATUS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_what_a_form_was_given),
        cmocka_unit_test(lines_of_a_form_end_in_one_way),
        cmocka_unit_test(numbers_are_written_in_one_way),
        cmocka_unit_test(what_is_ambiguous_is_refused),
        cmocka_unit_test(there_are_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
