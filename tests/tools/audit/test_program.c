/*
 * Other programs: given what they read, heard for so long, and ended.
 */
#include "tools/audit/program.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static enum program_end shell(const char *script, struct bytes input, struct text *output,
                              int *code)
{
    const char *const arguments[] = {"sh", "-c", script, NULL};
    return program_run(
        &(struct program){
            .arguments = arguments, .input = input, .output = output, .timeout_s = 20},
        code);
}

static void what_it_is_given_it_reads_and_what_it_prints_is_kept(void **unused)
{
    char memory[64];
    struct text output = TEXT_IN(memory);
    int code = -1;
    (void)unused;
    assert_int_equal(shell("tr a-z A-Z; echo wrong >&2", LITERAL("stones\n"), &output, &code),
                     PROGRAM_DONE);
    assert_string_equal(text_string(&output), "STONES\n");
    assert_int_equal(code, 0);
}

static void an_exit_code_a_signal_and_nothing_to_run_are_told_apart(void **unused)
{
    const char *const absent[] = {"/nowhere/at/all", NULL};
    int code = -1;
    (void)unused;
    assert_int_equal(shell("exit 75", (struct bytes){0}, NULL, &code), PROGRAM_FAILED);
    assert_int_equal(code, 75);
    assert_int_equal(shell("kill -9 $$", (struct bytes){0}, NULL, &code), PROGRAM_KILLED);
    assert_int_equal(program_run(&(struct program){.arguments = absent, .timeout_s = 20}, &code),
                     PROGRAM_ABSENT);
}

static void much_is_written_and_read_at_once(void **unused)
{
    enum {
        SIZE = 1 << 20
    };
    char *input = malloc(SIZE), *memory = malloc(SIZE + 1);
    struct text output = {.data = memory, .capacity = SIZE + 1};
    int code;
    (void)unused;
    for (size_t i = 0; i < SIZE; i++) {
        input[i] = (char)('a' + i % 23);
    }
    assert_int_equal(shell("cat", bytes_of(input, SIZE), &output, &code), PROGRAM_DONE);
    assert_int_equal(output.size, SIZE);
    assert_memory_equal(output.data, input, SIZE);
    free(input);
    free(memory);
}

static void who_does_not_read_is_no_failure(void **unused)
{
    enum {
        SIZE = 1 << 20
    };
    char *input = calloc(1, SIZE);
    int code;
    (void)unused;
    assert_int_equal(shell("exec <&-; exit 0", bytes_of(input, SIZE), NULL, &code), PROGRAM_DONE);
    assert_int_equal(shell("exit 3", bytes_of(input, SIZE), NULL, &code), PROGRAM_FAILED);
    free(input);
}

static void more_than_there_is_room_for_is_not_kept(void **unused)
{
    char memory[16];
    struct text output = TEXT_IN(memory);
    int code;
    (void)unused;
    assert_int_not_equal(shell("yes", (struct bytes){0}, &output, &code), PROGRAM_DONE);
    assert_true(output.full);
}

/* Also what it has started, which holds the pipe open. */
static void whoever_takes_too_long_is_ended(void **unused)
{
    const char *const arguments[] = {"sh", "-c", "sleep 100 & sleep 100", NULL};
    struct timespec begin, end;
    int code;
    (void)unused;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    assert_int_equal(program_run(&(struct program){.arguments = arguments, .timeout_s = 1}, &code),
                     PROGRAM_LATE);
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true(end.tv_sec - begin.tv_sec < 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_is_given_it_reads_and_what_it_prints_is_kept),
        cmocka_unit_test(an_exit_code_a_signal_and_nothing_to_run_are_told_apart),
        cmocka_unit_test(much_is_written_and_read_at_once),
        cmocka_unit_test(who_does_not_read_is_no_failure),
        cmocka_unit_test(more_than_there_is_room_for_is_not_kept),
        cmocka_unit_test(whoever_takes_too_long_is_ended),
    };
    return cmocka_run_group_tests_name("tools/audit/program", tests, NULL, NULL);
}
