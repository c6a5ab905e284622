/*
 * Terminals and what is none, with a pseudo-terminal.
 */
#include "tools/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    ARRIVES_MS = 5000, /* longer than any terminal takes */
};

struct pseudo {
    int master, slave;
};

static struct pseudo pseudo_open(unsigned short columns)
{
    struct pseudo pseudo = {.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    struct termios modes;
    char name[64];
    const struct winsize size = {.ws_row = 25, .ws_col = columns};
    assert_true(pseudo.master >= 0);
    assert_int_equal(grantpt(pseudo.master), 0);
    assert_int_equal(unlockpt(pseudo.master), 0);
    assert_int_equal(ptsname_r(pseudo.master, name, sizeof name), 0);
    pseudo.slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(pseudo.slave >= 0);
    assert_int_equal(tcgetattr(pseudo.slave, &modes), 0);
    cfmakeraw(&modes);
    assert_int_equal(tcsetattr(pseudo.slave, TCSANOW, &modes), 0);
    assert_int_equal(ioctl(pseudo.slave, TIOCSWINSZ, &size), 0);
    return pseudo;
}

static void pseudo_close(const struct pseudo *pseudo)
{
    close(pseudo->slave);
    close(pseudo->master);
}

static int usual(void **unused)
{
    (void)unused;
    unsetenv("NO_COLOR");
    unsetenv("COLUMNS");
    setenv("TERM", "xterm", 1);
    return 0;
}

static void a_pipe_has_no_width_and_no_color(void **unused)
{
    (void)unused;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct terminal terminal = terminal_look(ends[1], ends[1], COLOR_AUTO);
    assert_int_equal(terminal.width, 0);
    assert_int_equal(terminal.errors_width, 0);
    assert_false(terminal.color);
    assert_true(terminal_look(ends[1], ends[1], COLOR_ALWAYS).color);
    close(ends[0]);
    close(ends[1]);
}

static void a_terminal_has_its_width_or_that_of_columns(void **unused)
{
    (void)unused;
    static const struct {
        const char *columns;
        uint32_t width;
    } rows[] = {{NULL, 117}, {"60", 60},      {"", 117},  {"wide", 117},
                {"0", 117},  {"999999", 117}, {"-5", 117}};
    struct pseudo pseudo = pseudo_open(117);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsetenv("COLUMNS");
        if (rows[i].columns != NULL) {
            setenv("COLUMNS", rows[i].columns, 1);
        }
        assert_int_equal(terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO).width,
                         rows[i].width);
    }
    pseudo_close(&pseudo);
    pseudo = pseudo_open(0);
    unsetenv("COLUMNS");
    assert_int_equal(terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO).width, 80);
    pseudo_close(&pseudo);
}

static void color_obeys_the_option_then_the_variables(void **unused)
{
    (void)unused;
    struct pseudo pseudo = pseudo_open(80);
    assert_true(terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO).color);
    assert_false(terminal_look(pseudo.slave, pseudo.slave, COLOR_NEVER).color);
    setenv("NO_COLOR", "", 1);
    assert_true(terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO).color);
    setenv("NO_COLOR", "1", 1);
    assert_false(terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO).color);
    assert_true(terminal_look(pseudo.slave, pseudo.slave, COLOR_ALWAYS).color);
    unsetenv("NO_COLOR");
    setenv("TERM", "dumb", 1);
    assert_false(terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO).color);
    unsetenv("TERM");
    assert_false(terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO).color);
    pseudo_close(&pseudo);
}

/* What has arrived at the other end. */
static const char *arrived(int descriptor, char memory[static 4096])
{
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    ssize_t size = read(descriptor, memory, 4095);
    memory[size < 0 ? 0 : size] = '\0';
    return memory;
}

/* The same, waited for until it ends like this: a terminal hands on in its own time. */
static const char *arrived_until(int descriptor, const char *end, char memory[static 4096])
{
    size_t size = 0, tail = strlen(end);
    struct pollfd ready = {.fd = descriptor, .events = POLLIN};
    while ((size < tail || memcmp(memory + size - tail, end, tail) != 0) && size < 4095 &&
           poll(&ready, 1, ARRIVES_MS) == 1) {
        ssize_t got = read(descriptor, memory + size, 4095 - size);
        size += got > 0 ? (size_t)got : 0;
    }
    memory[size] = '\0';
    return memory;
}

static void progress_is_drawn_seldom_and_wiped(void **unused)
{
    (void)unused;
    char memory[4096];
    struct pseudo pseudo = pseudo_open(60);
    struct terminal terminal = terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO);
    struct progress progress = progress_begin(&terminal, "verify", 1000);
    for (uint64_t done = 500; done < 1000; done++) {
        progress_show(&progress, done);
    }
    progress_end(&progress);
    progress_show(&progress, 7);
    /* Once at the beginning, and again only if a tenth of a second has gone by. */
    static const char first[] = "\rverify [####################                    ]  50%";
    const char *drawn = arrived_until(pseudo.master, "\r\033[K", memory);
    size_t size = strlen(drawn);
    assert_memory_equal(drawn, first, sizeof first - 1);
    assert_in_range(size, sizeof first - 1 + 4, 20 * sizeof first);
    assert_string_equal(drawn + size - 4, "\r\033[K");
    pseudo_close(&pseudo);
}

static void progress_fits_every_width_and_never_overflows(void **unused)
{
    (void)unused;
    static const uint64_t totals[] = {0, 1, 3, 1000, UINT64_MAX / 100, UINT64_MAX};
    for (unsigned short columns = 1; columns < 90; columns++) {
        struct pseudo pseudo = pseudo_open(columns);
        struct terminal terminal = terminal_look(pseudo.slave, pseudo.slave, COLOR_AUTO);
        for (size_t i = 0; i < sizeof totals / sizeof totals[0]; i++) {
            char memory[4096];
            struct progress progress = progress_begin(&terminal, "about", totals[i]);
            progress_show(&progress, UINT64_MAX);
            const char *line = arrived_until(pseudo.master, "100%", memory);
            assert_true(strlen(line) <= (columns < 5 ? 5u : columns + 1u));
            assert_non_null(strstr(line, "100%"));
        }
        pseudo_close(&pseudo);
    }
}

static void without_a_terminal_there_is_no_progress(void **unused)
{
    (void)unused;
    char memory[4096];
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct terminal terminal = terminal_look(ends[1], ends[1], COLOR_ALWAYS);
    struct progress progress = progress_begin(&terminal, "verify", 10);
    progress_show(&progress, 5);
    progress_end(&progress);
    progress = progress_begin(NULL, "verify", 10);
    progress_show(&progress, 5);
    progress_end(&progress);
    assert_string_equal(arrived(ends[0], memory), "");
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_pipe_has_no_width_and_no_color, usual),
        cmocka_unit_test_setup(a_terminal_has_its_width_or_that_of_columns, usual),
        cmocka_unit_test_setup(color_obeys_the_option_then_the_variables, usual),
        cmocka_unit_test_setup(progress_is_drawn_seldom_and_wiped, usual),
        cmocka_unit_test_setup(progress_fits_every_width_and_never_overflows, usual),
        cmocka_unit_test_setup(without_a_terminal_there_is_no_progress, usual),
    };
    return cmocka_run_group_tests_name("tools/terminal", tests, NULL, NULL);
}
