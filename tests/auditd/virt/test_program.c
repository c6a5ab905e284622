#include "auditd/virt/patience.h"
#include "auditd/virt/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void count(void *context)
{
    ++*(volatile sig_atomic_t *)context;
}

static struct status run(struct program *program, const char *script)
{
    const char *const arguments[] = {"-c", script, NULL};
    return program_run(program, arguments);
}

static void what_ends_well_is_ok_and_what_does_not_has_its_words(void **state)
{
    (void)state;
    struct program shell = {.path = "/bin/sh"};
    assert_false(failed(run(&shell, "exit 0")));
    assert_int_equal(run(&shell, "echo no such image >&2; exit 3").code, STATUS_IO);
    assert_string_equal(shell.words, "no such image");
    assert_int_equal(run(&shell, "printf 'Failed to get \"write\" lock' >&2; exit 1").code,
                     STATUS_IN_USE);
    assert_int_equal(run(&shell, "kill -9 $$").code, STATUS_IO);
    assert_string_equal(shell.words, "it was ended by signal 9");
    shell.path = "/nonexistent/program";
    assert_int_equal(run(&shell, "exit 0").code, STATUS_NOT_FOUND);
}

static void words_are_bounded_and_cannot_steer_a_terminal(void **state)
{
    (void)state;
    struct program shell = {.path = "/bin/sh"};
    assert_true(failed(run(&shell, "printf 'a\\033[2Jb' >&2; exit 1")));
    assert_null(strchr(shell.words, '\033'));
    assert_true(failed(run(&shell, "i=0; while [ $i -lt 5000 ]; do echo lots of words; "
                                   "i=$((i+1)); done >&2; exit 1")));
    assert_true(strlen(shell.words) <= PROGRAM_WORDS_MAX);
}

static void it_has_no_environment_and_nothing_to_read(void **state)
{
    (void)state;
    struct program shell = {.path = "/bin/sh"};
    assert_int_equal(setenv("SECRET", "x", 1), 0);
    assert_false(failed(run(&shell, "[ -z \"$SECRET\" ] && [ -n \"$PATH\" ] && ! read line")));
    assert_false(failed(run(&shell, "[ \"$(umask)\" = 0007 ] && ! (: <&9) 2>/dev/null")));
}

static void signs_of_life_are_given_while_patience_lasts(void **state)
{
    (void)state;
    volatile sig_atomic_t beats = 0;
    struct patience patience = {.beat = count, .context = (void *)(uintptr_t)&beats};
    assert_false(failed(patience_begin(&patience)));
    patience_have(&patience, 1);
    while (beats == 0) {
        (void)usleep(20000);
    }
    assert_int_equal(patience.left, 0);
    patience_have(&patience, 100);
    patience_end(&patience);
    assert_int_equal(patience.left, 0);
    assert_int_equal(timer_delete(patience.timer), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_ends_well_is_ok_and_what_does_not_has_its_words),
        cmocka_unit_test(words_are_bounded_and_cannot_steer_a_terminal),
        cmocka_unit_test(it_has_no_environment_and_nothing_to_read),
        cmocka_unit_test(signs_of_life_are_given_while_patience_lasts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
