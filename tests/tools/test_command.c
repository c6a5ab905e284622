/*
 * Whole command lines, run: what goes to the output, what to the errors, and the exit code.
 */
#include "tests/reports/capture.h"
#include "tools/command.h"
#include "tools/help.h"
#include "tools/invocation.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Verbs to try things with ----------------------------------------------------------------- */

static enum exit_code run_echo(struct invocation *invocation)
{
    for (size_t i = 0; i < invocation_argument_count(invocation); i++) {
        output_add(invocation->output, "%s\n", invocation_argument(invocation, i));
    }
    assert_null(invocation_argument(invocation, invocation_argument_count(invocation)));
    const char *kind;
    for (size_t i = 0; (kind = invocation_value_at(invocation, "kind", i)) != NULL; i++) {
        output_add(invocation->output, "kind %s\n", kind);
    }
    invocation_note(invocation, "a note of %s", "\033[2J");
    return invocation_has(invocation, "follow") ? EXIT_NOTHING : EXIT_DONE;
}

static enum exit_code run_rows(struct invocation *invocation)
{
    static const struct column columns[] = {{.name = "t", .type = COLUMN_TIME},
                                            {.name = "a", .type = COLUMN_TEXT}};
    static uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    const struct cell cells[] = {cell_number(UINT64_C(1773093480000000)), cell_string("=x")};
    invocation_rows(invocation, &rows, &arena);
    struct status status = rows_begin(&rows, columns, 2);
    status = failed(status) ? status : rows_add(&rows, cells);
    status = failed(status) ? status : rows_flush(&rows);
    return failed(status) ? invocation_failed(invocation, status, NULL, "writing") : EXIT_DONE;
}

static enum exit_code run_range(struct invocation *invocation)
{
    struct moment_range range;
    const struct zone utc = zone_utc();
    char memory[128];
    struct text text = TEXT_IN(memory);
    const char *expression = invocation_argument(invocation, 0);
    invocation->now_utc_us = UINT64_C(1773230400000000); /* 2026-03-11T12:00:00Z */
    enum exit_code code = expression != NULL ? invocation_range_of(invocation, expression, &range)
                                             : invocation_range(invocation, &range);
    if (code != EXIT_DONE) {
        return code;
    }
    moment_range_write(&range, &utc, &text);
    output_add(invocation->output, "%s\n", text_string(&text));
    return EXIT_DONE;
}

static enum exit_code run_number(struct invocation *invocation)
{
    uint64_t number = 50;
    enum exit_code code =
        invocation_number(invocation, "limit", (struct number_limits){1, 1000}, &number);
    output_put_u64(invocation->output, number);
    return code;
}

static enum exit_code run_store(struct invocation *invocation)
{
    const char *store;
    enum exit_code code = invocation_store(invocation, &store);
    if (code != EXIT_DONE) {
        return code;
    }
    output_put_string(invocation->output, store);
    return EXIT_DONE;
}

static enum exit_code run_crash(struct invocation *invocation)
{
    invocation_at(invocation, "reading", 7);
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return EXIT_DONE;
}

static enum exit_code run_fail(struct invocation *invocation)
{
    return invocation_failed(invocation, FAIL_BECAUSE(CORRUPT, 12, "its \033root"), "look at it",
                             "checking \xff\n");
}

static enum exit_code run_much(struct invocation *invocation)
{
    for (int i = 0; i < 100000; i++) {
        output_put_string(invocation->output, "much\n");
    }
    struct status status = output_status(invocation->output);
    return failed(status) ? invocation_failed(invocation, status, NULL, "writing") : EXIT_DONE;
}

static enum exit_code run_guarded(struct invocation *invocation)
{
    output_put_string(invocation->output, "from the child");
    kill(getpid(), SIGTERM);
    return invocation_interrupted(invocation)
               ? invocation_failed(invocation, FAIL(INTERRUPTED, SIGTERM), NULL, "waiting")
               : EXIT_INTERNAL;
}

static const struct option_info echo_options[] = {
    {"kind", 'k', "KIND", "of this kind", true},
    {"follow", 'f', NULL, "go on", false},
};
static const struct option_info range_options[] = {
    {"since", 0, "TIME", "from here", false},
    {"until", 0, "TIME", "to here", false},
};
static const struct option_info number_options[] = {{"limit", 'n', "COUNT", "how many", false}};

static const struct verb echo = {.name = "echo",
                                 .about = "say it again",
                                 .arguments = "[WORD...]",
                                 .details = "A paragraph.\n\nAnother.",
                                 .examples = "# says hi\ncairn echo hi\n",
                                 .purpose = PURPOSE_ASK,
                                 OPTIONS(echo_options),
                                 .run = run_echo};
static const struct verb rows_verb = {.name = "rows", .about = "rows", .run = run_rows};
static const struct verb range_verb = {.name = "range",
                                       .about = "range",
                                       .arguments = "[RANGE]",
                                       OPTIONS(range_options),
                                       .run = run_range};
static const struct verb number_verb = {
    .name = "number", .about = "number", OPTIONS(number_options), .run = run_number};
static const struct verb store_verb = {.name = "thing store", .about = "store", .run = run_store};
static const struct verb crash_verb = {
    .name = "thing crash", .about = "crash", .guarded = true, .run = run_crash};
static const struct verb fail_verb = {.name = "fail", .about = "fail", .run = run_fail};
static const struct verb much_verb = {
    .name = "much", .about = "much", .hidden = true, .run = run_much};
static const struct verb guarded_verb = {
    .name = "guarded", .about = "guarded", .guarded = true, .run = run_guarded};

static const struct verb *const verbs[] = {&echo,        &rows_verb,  &range_verb,
                                           &number_verb, &store_verb, &crash_verb,
                                           &fail_verb,   &much_verb,  &guarded_verb};
static const struct verb_table table = {verbs, sizeof verbs / sizeof verbs[0]};

/* Running them ----------------------------------------------------------------------------- */

static char said[65536], complained[4096];

static void take(int file, char *out, size_t capacity)
{
    ssize_t size = pread(file, out, capacity - 1, 0);
    out[size < 0 ? 0 : size] = '\0';
    close(file);
}

/* The words are apart by blanks; `\x20` would be none. */
static enum exit_code run(const char *line)
{
    char memory[512], *argv[32], *rest = memory;
    int argc = 0;
    snprintf(memory, sizeof memory, "%s", line);
    for (char *word; (word = strsep(&rest, " ")) != NULL;) {
        argv[argc++] = word;
    }
    argv[argc] = NULL;
    const struct streams streams = {STDIN_FILENO, memfd_create("output", MFD_CLOEXEC),
                                    memfd_create("errors", MFD_CLOEXEC)};
    enum exit_code code = command_run(&table, streams, argc, argv);
    take(streams.output, said, sizeof said);
    take(streams.errors, complained, sizeof complained);
    return code;
}

static int usual(void **unused)
{
    (void)unused;
    unsetenv("CAIRN_STORE");
    unsetenv("CAIRN_TZ");
    unsetenv("POSIXLY_CORRECT");
    return 0;
}

/* Tests ------------------------------------------------------------------------------------ */

static void options_stand_anywhere_and_two_hyphens_end_them(void **unused)
{
    (void)unused;
    assert_int_equal(run("cairn -q --kind a echo x -k b -- --kind -f"), EXIT_DONE);
    assert_string_equal(said, "x\n--kind\n-f\nkind a\nkind b\n");
    assert_string_equal(complained, "");
    setenv("POSIXLY_CORRECT", "1", 1);
    assert_int_equal(run("cairn echo x -qf -"), EXIT_NOTHING);
    assert_string_equal(said, "x\n-\n");
}

static void notes_are_printable_and_beside_the_answer(void **unused)
{
    (void)unused;
    assert_int_equal(run("cairn echo"), EXIT_DONE);
    assert_string_equal(said, "");
    assert_string_equal(complained, "a note of \\x1b[2J\n");
}

static void a_failure_is_two_lines_without_anything_that_steers(void **unused)
{
    (void)unused;
    assert_int_equal(run("cairn fail"), EXIT_INTEGRITY);
    assert_string_equal(said, "");
    assert_string_equal(complained,
                        "cairn: fail: checking \\xff\\x0a: what is stored does not match its hash: "
                        "its \\x1broot (event 12)\n       look at it\n");
    assert_int_equal(run("cairn \033]0;x\a"), EXIT_USAGE);
    assert_string_equal(complained, "cairn: there is no command \\x1b]0;x\\x07\n"
                                    "       `cairn help` lists them all\n");
    assert_int_equal(run("cairn echo --kibd"), EXIT_USAGE);
    assert_string_equal(complained, "cairn: echo: there is no option --kibd\n"
                                    "       did you mean --kind?\n");
    assert_int_equal(run("cairn echo --zzz"), EXIT_USAGE);
    assert_string_equal(complained, "cairn: echo: there is no option --zzz\n"
                                    "       `cairn help echo` tells more\n");
}

static void rows_come_in_the_last_format_asked_for(void **unused)
{
    (void)unused;
    assert_int_equal(run("cairn rows"), EXIT_DONE);
    assert_string_equal(said, "T (UTC)                   A\n2026-03-09 21:58:00.000Z  =x\n");
    assert_int_equal(run("cairn rows --tz Asia/Kathmandu"), EXIT_DONE);
    assert_string_equal(said, "T (Asia/Kathmandu)             A\n"
                              "2026-03-10 03:43:00.000+05:45  =x\n");
    assert_int_equal(run("cairn rows --json --csv"), EXIT_DONE);
    assert_string_equal(said, "t,a\r\n2026-03-09T21:58:00.000000Z,\"'=x\"\r\n");
    assert_int_equal(run("cairn rows --csv --raw"), EXIT_DONE);
    assert_string_equal(said, "t,a\r\n2026-03-09T21:58:00.000000Z,\"=x\"\r\n");
    assert_int_equal(run("cairn rows --csv -ojson"), EXIT_DONE);
    assert_string_equal(said, "{\"t\":\"2026-03-09T21:58:00.000000Z\",\"a\":\"=x\"}\n");
    assert_int_equal(run("cairn rows --color always -o table"), EXIT_DONE);
    assert_non_null(strstr(said, "\033[1m"));
}

static void ranges_come_from_options_or_one_expression(void **unused)
{
    (void)unused;
    assert_int_equal(run("cairn range"), EXIT_DONE);
    assert_string_equal(said, "..\n");
    assert_int_equal(run("cairn range --since -2h --until +15m"), EXIT_DONE);
    assert_string_equal(said, "2026-03-11T10:00:00Z..2026-03-11T10:15:00Z\n");
    assert_int_equal(run("cairn range yesterday --tz America/New_York"), EXIT_DONE);
    assert_string_equal(said, "2026-03-10T04:00:00Z..2026-03-11T04:00:00Z\n");
    setenv("CAIRN_TZ", "America/New_York", 1);
    assert_int_equal(run("cairn range 2026-11-01T01:30"), EXIT_USAGE);
    assert_string_equal(
        complained,
        "cairn: range: the time '2026-11-01T01:30' at byte 0: the zone's clock shows this time "
        "twice\n       say which: 2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00\n");
    unsetenv("CAIRN_TZ");
    assert_int_equal(run("cairn range --since today --until yesterday"), EXIT_USAGE);
    assert_string_equal(complained, "cairn: range: --until is before --since\n"
                                    "       exchange the two\n");
    assert_int_equal(run("cairn range --since tomorrow"), EXIT_USAGE);
    assert_non_null(strstr(complained, "`cairn help times`"));
    assert_int_equal(run("cairn range --tz Nowhere"), EXIT_USAGE);
    assert_non_null(strstr(complained, "there is no time zone Nowhere\n"));
}

static void numbers_are_within_their_limits(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "0", "1001", "-1", "+1", "1e3", "", "0x10", "01", "99999999999999999999999"};
    assert_int_equal(run("cairn number"), EXIT_DONE);
    assert_string_equal(said, "50");
    assert_int_equal(run("cairn number -n 1000"), EXIT_DONE);
    assert_string_equal(said, "1000");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char line[64], expected[128];
        snprintf(line, sizeof line, "cairn number --limit=%s", bad[i]);
        assert_int_equal(run(line), EXIT_USAGE);
        snprintf(expected, sizeof expected,
                 "cairn: number: --limit is a number from 1 to 1000, not %s\n", bad[i]);
        assert_string_equal(complained, expected);
    }
}

static void the_store_comes_from_the_option_then_the_variable(void **unused)
{
    (void)unused;
    assert_int_equal(run("cairn thing store"), EXIT_USAGE);
    assert_non_null(strstr(complained, "--store PATH or in the variable CAIRN_STORE"));
    setenv("CAIRN_STORE", "there", 1);
    assert_int_equal(run("cairn thing store"), EXIT_DONE);
    assert_string_equal(said, "there");
    assert_int_equal(run("cairn --store here thing store"), EXIT_DONE);
    assert_string_equal(said, "here");
    assert_int_equal(run("cairn --store= thing store"), EXIT_USAGE);
}

static void help_and_version_come_before_anything_else(void **unused)
{
    (void)unused;
    assert_int_equal(run("cairn"), EXIT_DONE);
    assert_non_null(strstr(said, "say it again"));
    assert_null(strstr(said, "much"));
    assert_int_equal(run("cairn -h"), EXIT_DONE);
    assert_non_null(strstr(said, "say it again"));
    assert_int_equal(run("cairn thing store x y z --help"), EXIT_DONE);
    assert_non_null(strstr(said, "usage: cairn thing store [options]\n"));
    assert_int_equal(run("cairn thing --help"), EXIT_DONE);
    assert_non_null(strstr(said, "thing crash"));
    assert_int_equal(run("cairn thing"), EXIT_USAGE);
    assert_non_null(strstr(said, "thing crash"));
    assert_int_equal(run("cairn echo --version"), EXIT_DONE);
    assert_memory_equal(said, "cairn ", 6);
    assert_int_equal(run("cairn --json"), EXIT_USAGE);
    assert_non_null(strstr(complained, "no command is named"));
}

static void help_is_made_from_the_tables(void **unused)
{
    (void)unused;
    size_t count;
    const struct option_info *global = command_global_options(&count);
    assert_int_equal(run("cairn echo -h"), EXIT_DONE);
    assert_non_null(strstr(said, "usage: cairn echo [options] [WORD...]\n"));
    assert_non_null(strstr(said, "A paragraph.\n\nAnother.\n"));
    assert_non_null(strstr(said, "  -k, --kind KIND ...       of this kind\n"));
    assert_non_null(strstr(said, "  # says hi\n  cairn echo hi\n"));
    for (size_t i = 0; i < count; i++) {
        assert_non_null(strstr(said, global[i].name));
        assert_non_null(strstr(said, global[i].about));
    }
}

static void a_crash_under_the_guard_is_a_damaged_store(void **unused)
{
    (void)unused;
    int errors = dup(STDERR_FILENO), file = memfd_create("errors", MFD_CLOEXEC);
    dup2(file, STDERR_FILENO);
    enum exit_code code = run("cairn thing crash");
    dup2(errors, STDERR_FILENO);
    close(errors);
    take(file, complained, sizeof complained);
    assert_int_equal(code, EXIT_INTEGRITY);
    assert_non_null(strstr(complained,
                           "cairn: thing crash: the store's file is damaged, or cairn has a bug: "
                           "reading event 7 ended by SIGSEGV\n"));
}

static void the_guarded_child_writes_its_answer_and_stops_when_told(void **unused)
{
    (void)unused;
    assert_int_equal(run("cairn guarded"), EXIT_TERMINATED);
    assert_string_equal(said, "from the child");
    assert_string_equal(complained, "");
}

static enum exit_code run_to(int output, const char *verb)
{
    char program[] = "cairn", name[16];
    snprintf(name, sizeof name, "%s", verb);
    char *argv[] = {program, name, NULL};
    const struct streams streams = {STDIN_FILENO, output, memfd_create("errors", MFD_CLOEXEC)};
    enum exit_code code = command_run(&table, streams, 2, argv);
    take(streams.errors, complained, sizeof complained);
    return code;
}

static void a_closed_pipe_ends_the_command_quietly(void **unused)
{
    (void)unused;
    static const char *const names[] = {"much", "rows"};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < 2; i++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        close(ends[0]);
        assert_int_equal(run_to(ends[1], names[i]), EXIT_PIPE);
        assert_string_equal(complained, "");
        close(ends[1]);
    }
}

static void a_full_disk_is_said_once(void **unused)
{
    (void)unused;
    static const char *const names[] = {"much", "rows"};
    for (size_t i = 0; i < 2; i++) {
        int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
        char expected[128];
        assert_int_equal(run_to(full, names[i]), EXIT_IO);
        snprintf(expected, sizeof expected,
                 "cairn: %s: writing the output: No space left on device\n", names[i]);
        assert_string_equal(complained, expected);
        close(full);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(options_stand_anywhere_and_two_hyphens_end_them, usual),
        cmocka_unit_test_setup(notes_are_printable_and_beside_the_answer, usual),
        cmocka_unit_test_setup(a_failure_is_two_lines_without_anything_that_steers, usual),
        cmocka_unit_test_setup(rows_come_in_the_last_format_asked_for, usual),
        cmocka_unit_test_setup(ranges_come_from_options_or_one_expression, usual),
        cmocka_unit_test_setup(numbers_are_within_their_limits, usual),
        cmocka_unit_test_setup(the_store_comes_from_the_option_then_the_variable, usual),
        cmocka_unit_test_setup(help_and_version_come_before_anything_else, usual),
        cmocka_unit_test_setup(help_is_made_from_the_tables, usual),
        cmocka_unit_test_setup(a_crash_under_the_guard_is_a_damaged_store, usual),
        cmocka_unit_test_setup(the_guarded_child_writes_its_answer_and_stops_when_told, usual),
        cmocka_unit_test_setup(a_closed_pipe_ends_the_command_quietly, usual),
        cmocka_unit_test_setup(a_full_disk_is_said_once, usual),
    };
    return cmocka_run_group_tests_name("tools/command", tests, NULL, NULL);
}
