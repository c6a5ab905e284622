/*
 * Exit codes: every failure has one, and the numbers are those that scripts know.
 */
#include "tools/exit.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void every_failure_has_a_code_of_the_table(void **unused)
{
    (void)unused;
    for (unsigned status = 0; status <= STATUS_INTERRUPTED; status++) {
        enum exit_code code = exit_of((struct status){.code = (enum status_code)status}), row;
        bool known = false;
        assert_int_equal(code == EXIT_DONE, status == STATUS_OK);
        assert_int_not_equal(code, EXIT_INTERNAL);
        for (size_t i = 0; exit_meaning(i, &row) != NULL; i++) {
            known = known || row == code;
        }
        assert_true(known);
    }
    assert_int_equal(exit_of((struct status){.code = (enum status_code)999}), EXIT_INTERNAL);
}

static void the_numbers_are_those_that_scripts_know(void **unused)
{
    (void)unused;
    static const struct {
        struct status status;
        int code;
    } rows[] = {
        {{.code = STATUS_CORRUPT}, 3},
        {{.code = STATUS_FOLD}, 3},
        {{.code = STATUS_BAD_SIGNATURE}, 3},
        {{.code = STATUS_ROLLBACK}, 3},
        {{.code = STATUS_TRUNCATED}, 3},
        {{.code = STATUS_GAP}, 4},
        {{.code = STATUS_MALFORMED}, 2},
        {{.code = STATUS_NOT_FOUND}, 6},
        {{.code = STATUS_IN_USE}, 7},
        {{.code = STATUS_EXISTS}, 9},
        {{.code = STATUS_CONFLICT}, 9},
        {{STATUS_IO, ENOSPC, NULL}, 7},
        {{STATUS_IO, EPIPE, NULL}, 141},
        {{.code = STATUS_INTERRUPTED}, 130},
        {{STATUS_INTERRUPTED, SIGINT, NULL}, 130},
        {{STATUS_INTERRUPTED, SIGTERM, NULL}, 143},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(exit_of(rows[i].status), rows[i].code);
    }
}

static void the_more_serious_wins(void **unused)
{
    (void)unused;
    enum exit_code a, b;
    for (size_t i = 0; exit_meaning(i, &a) != NULL; i++) {
        for (size_t j = 0; exit_meaning(j, &b) != NULL; j++) {
            enum exit_code worse = exit_worse(a, b);
            assert_true(worse == a || worse == b);
            if (a == EXIT_INTEGRITY || b == EXIT_INTEGRITY) {
                assert_int_equal(worse, EXIT_INTEGRITY);
            } else if (a == EXIT_INCOMPLETE || b == EXIT_INCOMPLETE) {
                assert_int_equal(worse, EXIT_INCOMPLETE);
            } else {
                assert_int_equal(worse, a == EXIT_DONE ? b : a);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_has_a_code_of_the_table),
        cmocka_unit_test(the_numbers_are_those_that_scripts_know),
        cmocka_unit_test(the_more_serious_wins),
    };
    return cmocka_run_group_tests_name("tools/exit", tests, NULL, NULL);
}
