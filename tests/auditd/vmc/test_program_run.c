/*
 * Other programs: their end is told, and nothing of this process goes along.
 */
#include "auditd/vmc/program_run.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct status shell(const char *words)
{
    const char *const arguments[] = {"/bin/sh", "-c", words, NULL};
    return program_run(arguments);
}

static void how_a_program_ended_is_told(void **unused)
{
    (void)unused;
    const char *const none[] = {"/nonexistent/program", NULL};
    assert_int_equal(shell("exit 0").code, STATUS_OK);
    assert_int_equal(shell("exit 3").code, STATUS_IO);
    assert_int_equal(shell("kill -9 $$").at, ETIMEDOUT);
    assert_int_equal(program_run(none).code, STATUS_NOT_FOUND);
}

static void no_variable_and_no_stream_goes_along(void **unused)
{
    (void)unused;
    assert_int_equal(setenv("CAIRN_SECRET", "x", 1), 0);
    assert_int_equal(shell("test -z \"$CAIRN_SECRET\" && test -n \"$PATH\"").code, STATUS_OK);
    assert_int_equal(shell("test ! -t 0 && test -z \"$(cat)\"").code, STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_a_program_ended_is_told),
        cmocka_unit_test(no_variable_and_no_stream_goes_along),
    };
    return cmocka_run_group_tests_name("auditd/vmc/program_run", tests, NULL, NULL);
}
