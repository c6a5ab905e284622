/*
 * The guard: every way a child can end is an answer, and most of them a sentence.
 */
#include "tools/guard.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static void sleep_ms(long ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Runs with standard error caught; what was said is in `said`. */
static enum exit_code run_caught(enum exit_code (*run)(void *context, struct guard_page *page),
                                 void *context, char said[static 1024])
{
    int file = memfd_create("errors", MFD_CLOEXEC), errors = dup(STDERR_FILENO);
    assert_true(file >= 0 && errors >= 0);
    dup2(file, STDERR_FILENO);
    enum exit_code code = guard_run(run, context);
    dup2(errors, STDERR_FILENO);
    close(errors);
    ssize_t size = pread(file, said, 1023, 0);
    said[size < 0 ? 0 : size] = '\0';
    close(file);
    return code;
}

static enum exit_code answer(void *context, struct guard_page *page)
{
    (void)page;
    return *(const enum exit_code *)context;
}

static void what_the_child_returns_is_the_answer(void **unused)
{
    (void)unused;
    char said[1024];
    enum exit_code code;
    for (size_t i = 0; exit_meaning(i, &code) != NULL; i++) {
        assert_int_equal(run_caught(answer, &code, said), code);
        assert_string_equal(said, "");
    }
}

static enum exit_code die(void *context, struct guard_page *page)
{
    const int number = *(const int *)context;
    sigset_t set;
    guard_name(page, "cairn: verify");
    guard_at(page, "reading", 1234);
    signal(number, SIG_DFL); /* sanitizers have handlers of their own */
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
    return EXIT_DONE;
}

static void a_death_by_a_damaged_file_names_the_event(void **unused)
{
    (void)unused;
    static const int signals[] = {SIGBUS, SIGSEGV, SIGABRT, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        char said[1024], expected[256];
        int number = signals[i];
        assert_int_equal(run_caught(die, &number, said), EXIT_INTEGRITY);
        snprintf(expected, sizeof expected,
                 "cairn: verify: the store's file is damaged, or cairn has a bug: reading event "
                 "1234 ended by SIG%s\n",
                 sigabbrev_np(number));
        assert_memory_equal(said, expected, strlen(expected));
    }
}

static void other_deaths_are_128_and_the_signal(void **unused)
{
    (void)unused;
    static const int signals[] = {SIGINT, SIGPIPE, SIGTERM, SIGKILL, SIGQUIT, SIGXCPU};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        char said[1024];
        int number = signals[i];
        const bool quiet = number == SIGINT || number == SIGPIPE || number == SIGTERM;
        assert_int_equal(run_caught(die, &number, said), 128 + number);
        assert_int_equal(said[0] == '\0', quiet);
    }
}

static enum exit_code read_cut_file(void *context, struct guard_page *page)
{
    (void)context;
    int file = memfd_create("store", MFD_CLOEXEC);
    signal(SIGBUS, SIG_DFL);
    if (file < 0 || ftruncate(file, 8192) != 0) {
        return EXIT_IO;
    }
    const volatile char *data = mmap(NULL, 8192, PROT_READ, MAP_SHARED, file, 0);
    if (data == MAP_FAILED || ftruncate(file, 0) != 0) {
        return EXIT_IO;
    }
    guard_at(page, "opening the store", GUARD_NO_EVENT);
    return data[5000] == 0 ? EXIT_DONE : EXIT_NOTHING;
}

static void a_file_cut_under_the_map_is_a_sentence(void **unused)
{
    (void)unused;
    char said[1024];
    assert_int_equal(run_caught(read_cut_file, NULL, said), EXIT_INTEGRITY);
    assert_non_null(strstr(said, "has a bug: opening the store ended by SIGBUS\n"));
}

static enum exit_code abort_early(void *context, struct guard_page *page)
{
    (void)context;
    (void)page;
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
    return EXIT_DONE;
}

static void a_crash_before_any_store_is_open_is_a_bug(void **unused)
{
    (void)unused;
    char said[1024];
    assert_int_equal(run_caught(abort_early, NULL, said), EXIT_INTERNAL);
    assert_string_equal(said, "cairn: ended by SIGABRT: this is a bug in cairn\n");
}

/* Ctrl-C reaches the parent, and by way of it the child. */
static enum exit_code interrupt_parent(void *context, struct guard_page *page)
{
    if (guard_interrupted(page)) {
        return EXIT_INTERNAL;
    }
    kill(getppid(), *(const int *)context);
    if (guard_wait(page, -1, 10000) != GUARD_INTERRUPTED || !guard_interrupted(page)) {
        return EXIT_INTERNAL;
    }
    return EXIT_INTERRUPTED;
}

static void a_signal_is_seen_by_who_asks(void **unused)
{
    (void)unused;
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        char said[1024];
        int number = signals[i];
        enum exit_code expected = number == SIGTERM ? EXIT_TERMINATED : EXIT_INTERRUPTED;
        assert_int_equal(run_caught(interrupt_parent, &number, said), expected);
        assert_string_equal(said, "");
    }
}

static enum exit_code never_ask(void *context, struct guard_page *page)
{
    (void)context;
    (void)page;
    while (kill(getppid(), SIGINT) == 0) {
        sleep_ms(20);
    }
    return EXIT_INTERNAL;
}

static void the_second_interruption_kills(void **unused)
{
    (void)unused;
    char said[1024];
    assert_int_equal(run_caught(never_ask, NULL, said), EXIT_INTERRUPTED);
    assert_string_equal(said, "");
}

static enum exit_code wait_for_input(void *context, struct guard_page *page)
{
    int ends[2];
    (void)context;
    if (pipe(ends) != 0 || guard_wait(page, ends[0], 10) != GUARD_TIMEOUT) {
        return EXIT_INTERNAL;
    }
    if (write(ends[1], "x", 1) != 1 || guard_wait(page, ends[0], 10000) != GUARD_READY) {
        return EXIT_INTERNAL;
    }
    kill(getpid(), SIGINT);
    return guard_wait(page, ends[0], 10000) == GUARD_INTERRUPTED ? EXIT_DONE : EXIT_INTERNAL;
}

static void waiting_ends_by_input_time_or_signal(void **unused)
{
    (void)unused;
    assert_int_equal(guard_run(wait_for_input, NULL), EXIT_DONE);
    struct guard_page alone = guard_page_alone();
    assert_false(guard_interrupted(&alone));
}

static enum exit_code look_around(void *context, struct guard_page *page)
{
    (void)context;
    (void)page;
    sigset_t mask;
    sigprocmask(SIG_SETMASK, NULL, &mask);
    return prctl(PR_GET_DUMPABLE) == 0 && !sigismember(&mask, SIGQUIT) &&
                   !sigismember(&mask, SIGCHLD) && sigismember(&mask, SIGINT)
               ? EXIT_DONE
               : EXIT_INTERNAL;
}

static void the_child_leaves_no_core_and_the_parent_is_as_before(void **unused)
{
    (void)unused;
    sigset_t before, after;
    struct sigaction action;
    signal(SIGCHLD, SIG_IGN);
    sigprocmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(guard_run(look_around, NULL), EXIT_DONE);
    sigprocmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < SIGRTMIN; number++) {
        assert_int_equal(sigismember(&before, number), sigismember(&after, number));
    }
    sigaction(SIGCHLD, NULL, &action);
    assert_ptr_equal(action.sa_handler, SIG_IGN);
    signal(SIGCHLD, SIG_DFL);
}

static enum exit_code outlive(void *context, struct guard_page *page)
{
    const int *ends = context;
    if (write(ends[1], "b", 1) == 1 && guard_wait(page, -1, 10000) == GUARD_INTERRUPTED &&
        write(ends[1], "e", 1) == 1) {
        return EXIT_DONE;
    }
    return EXIT_INTERNAL;
}

static void the_child_does_not_outlive_the_parent(void **unused)
{
    (void)unused;
    char byte;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t parent = fork();
    assert_true(parent >= 0);
    if (parent == 0) {
        _exit((int)guard_run(outlive, ends));
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'b');
    kill(parent, SIGKILL);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'e');
    close(ends[0]);
}

static void notes_of_any_length_fit(void **unused)
{
    (void)unused;
    char text[300];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct guard_page page = guard_page_alone();
    guard_name(&page, text);
    guard_at(&page, text, 7);
    assert_int_equal(strlen(page.who), sizeof page.who - 1);
    assert_int_equal(strlen(page.doing), sizeof page.doing - 1);
    assert_int_equal(page.event, 7);
    guard_at(&page, "short", GUARD_NO_EVENT);
    assert_string_equal(page.doing, "short");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_child_returns_is_the_answer),
        cmocka_unit_test(a_death_by_a_damaged_file_names_the_event),
        cmocka_unit_test(other_deaths_are_128_and_the_signal),
        cmocka_unit_test(a_file_cut_under_the_map_is_a_sentence),
        cmocka_unit_test(a_crash_before_any_store_is_open_is_a_bug),
        cmocka_unit_test(a_signal_is_seen_by_who_asks),
        cmocka_unit_test(the_second_interruption_kills),
        cmocka_unit_test(waiting_ends_by_input_time_or_signal),
        cmocka_unit_test(the_child_leaves_no_core_and_the_parent_is_as_before),
        cmocka_unit_test(the_child_does_not_outlive_the_parent),
        cmocka_unit_test(notes_of_any_length_fit),
    };
    return cmocka_run_group_tests_name("tools/guard", tests, NULL, NULL);
}
