#include "auditd/accepting.h"
#include "schema/wire/channel.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct door {
    char path[64];
    int listener;
    struct accepting accepting;
};

static int set_up(void **state)
{
    struct door *door = calloc(1, sizeof *door);
    assert_non_null(door);
    snprintf(door->path, sizeof door->path, "/tmp/cairn-accepting-%d", (int)getpid());
    assert_false(failed(channel_listen(door->path, 0600, &door->listener)));
    assert_false(failed(accepting_open(door->listener, &door->accepting)));
    *state = door;
    return 0;
}

static int tear_down(void **state)
{
    struct door *door = *state;
    close(door->listener);
    close(door->accepting.reserve);
    unlink(door->path);
    free(door);
    return 0;
}

static void connections_come_one_by_one_until_there_is_none(void **state)
{
    struct door *door = *state;
    int clients[3], fd;
    assert_int_equal(accepting_next(&door->accepting, &fd).code, STATUS_NOT_FOUND);
    for (unsigned i = 0; i < 3; i++) {
        assert_false(failed(channel_connect(door->path, &clients[i])));
    }
    for (unsigned i = 0; i < 3; i++) {
        assert_false(failed(accepting_next(&door->accepting, &fd)));
        assert_int_not_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
        assert_int_not_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
        close(fd);
        close(clients[i]);
    }
    assert_int_equal(accepting_next(&door->accepting, &fd).code, STATUS_NOT_FOUND);
}

/* F35 */
static void without_a_descriptor_who_connects_is_told_at_once(void **state)
{
    struct door *door = *state;
    struct rlimit was, few;
    int clients[4], fd;
    char byte;
    for (unsigned i = 0; i < 4; i++) {
        assert_false(failed(channel_connect(door->path, &clients[i])));
    }
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    few = was;
    few.rlim_cur = (rlim_t)clients[3] + 1; /* what is open stays, and nothing more comes */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(accepting_next(&door->accepting, &fd).code, STATUS_LIMIT);
        assert_true(door->accepting.reserve >= 0);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    /* Three were turned away; the fourth has its connection now. */
    assert_false(failed(accepting_next(&door->accepting, &fd)));
    close(fd);
    for (unsigned i = 0; i < 4; i++) {
        (void)fcntl(clients[i], F_SETFL, 0);
        assert_int_equal(recv(clients[i], &byte, 1, 0), 0);
        close(clients[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(connections_come_one_by_one_until_there_is_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(without_a_descriptor_who_connects_is_told_at_once, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
