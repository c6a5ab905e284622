/*
 * The way to a daemon: where its socket is, and that nobody is waited for.
 */
#include "core/emit/dial.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void a_socket_that_nobody_listens_at_is_not_found(void **state)
{
    struct scratch scratch;
    char path[300], longer[200];
    struct channel *channel = NULL;
    int listener = -1;
    (void)state;
    scratch_begin(&scratch);
    (void)snprintf(path, sizeof path, "%s/s", scratch.directory);
    assert_int_equal(dial_socket(path, &channel).code, STATUS_UNREACHABLE);
    must(channel_listen(path, 0600, &listener));
    must(dial_socket(path, &channel));
    channel_close(&channel);
    close(listener);
    assert_int_equal(dial_socket(path, &channel).code, STATUS_UNREACHABLE);
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(dial_socket(longer, &channel).code, STATUS_LIMIT);
    scratch_end(&scratch);
}

static void a_daemon_that_takes_no_connections_is_not_waited_for(void **state)
{
    struct scratch scratch;
    char path[300];
    struct channel *channels[400] = {NULL};
    struct status status = OK;
    int listener = -1;
    (void)state;
    scratch_begin(&scratch);
    (void)snprintf(path, sizeof path, "%s/s", scratch.directory);
    must(channel_listen(path, 0600, &listener));
    for (size_t i = 0; i < 400 && !failed(status); i++) {
        status = dial_socket(path, &channels[i]);
    }
    assert_int_equal(status.code, STATUS_IO);
    assert_int_equal(status.at, EAGAIN);
    for (size_t i = 0; i < 400; i++) {
        channel_close(&channels[i]);
    }
    close(listener);
    scratch_end(&scratch);
}

static void the_socket_of_a_store_is_where_the_daemon_has_written_or_in_run(void **state)
{
    struct scratch scratch;
    char memory[DIAL_PATH_MAX], expected[400], file[300];
    struct text found = TEXT_IN(memory);
    (void)state;
    scratch_begin(&scratch);
    must(dial_find(scratch.directory, &found));
    (void)snprintf(expected, sizeof expected, "%s/run/cairn.sock", scratch.directory);
    assert_string_equal(text_string(&found), expected);
    (void)snprintf(file, sizeof file, "%s/daemon", scratch.directory);
    FILE *written = fopen(file, "w");
    assert_non_null(written);
    fputs("/run/cairn/cairn.sock\n", written);
    fclose(written);
    must(dial_find(scratch.directory, &found));
    assert_string_equal(text_string(&found), "/run/cairn/cairn.sock");
    scratch_end(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_that_nobody_listens_at_is_not_found),
        cmocka_unit_test(a_daemon_that_takes_no_connections_is_not_waited_for),
        cmocka_unit_test(the_socket_of_a_store_is_where_the_daemon_has_written_or_in_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
