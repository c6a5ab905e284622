/*
 * Access lists: a directory and what is in it has the list that it was given, what is made in it
 * inherits it, and links lead nowhere else. As root other users are tried, too.
 */
#include "auditd/vmc/acl.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PATH_SIZE = 128,
    READER = 20001,
    WRITER = 20002,
    STRANGER = 20003,
};

static const struct acl_entry entries[] = {
    {.uid = READER, .read = true},
    {.uid = WRITER, .read = true, .write = true},
};

struct place {
    char root[64], shared[PATH_SIZE], inner[PATH_SIZE], file[PATH_SIZE], outside[PATH_SIZE],
        link[PATH_SIZE];
};

static void make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)snprintf(place->root, sizeof place->root, "/tmp/cairn-acl-XXXXXX");
    assert_non_null(mkdtemp(place->root));
    assert_int_equal(chmod(place->root, 0755), 0);
    (void)snprintf(place->shared, PATH_SIZE, "%s/shared", place->root);
    (void)snprintf(place->inner, PATH_SIZE, "%s/shared/inner", place->root);
    (void)snprintf(place->file, PATH_SIZE, "%s/shared/inner/file", place->root);
    (void)snprintf(place->outside, PATH_SIZE, "%s/outside", place->root);
    (void)snprintf(place->link, PATH_SIZE, "%s/shared/link", place->root);
    assert_int_equal(mkdir(place->shared, 0700) | mkdir(place->inner, 0700), 0);
    make_file(place->file);
    make_file(place->outside);
    assert_int_equal(symlink(place->outside, place->link), 0);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    remove_tree(place->root);
    free(place);
    return 0;
}

/* Whether a user may open a file so; only root can find out. */
static bool may(uint32_t uid, const char *path, int flags)
{
    int ending = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool left = setgid(uid) == 0 && setuid(uid) == 0;
        _exit(left && open(path, flags, 0666) >= 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &ending, 0), child);
    return WIFEXITED(ending) && WEXITSTATUS(ending) == 0;
}

static void who_is_named_has_what_is_said_and_nobody_else(void **state)
{
    const struct place *place = *state;
    char made[2 * PATH_SIZE];
    must(acl_set_tree(place->shared, entries, 2));
    if (geteuid() != 0) {
        print_message("only root can become somebody else: not tried\n");
        return;
    }
    assert_true(may(READER, place->file, O_RDONLY));
    assert_false(may(READER, place->file, O_WRONLY));
    assert_true(may(WRITER, place->file, O_RDWR));
    assert_false(may(STRANGER, place->file, O_RDONLY));
    assert_false(may(STRANGER, place->shared, O_RDONLY));
    (void)snprintf(made, sizeof made, "%s/made", place->inner);
    assert_false(may(READER, made, O_WRONLY | O_CREAT));
    assert_true(may(WRITER, made, O_WRONLY | O_CREAT));
    assert_true(may(READER, made, O_RDONLY));
    assert_false(may(STRANGER, made, O_RDONLY));
}

static void a_list_takes_the_place_of_the_one_before(void **state)
{
    const struct place *place = *state;
    const struct acl_entry other = {.uid = STRANGER, .read = true};
    must(acl_set_tree(place->shared, entries, 2));
    must(acl_set_tree(place->shared, &other, 1));
    if (geteuid() == 0) {
        assert_false(may(WRITER, place->file, O_RDONLY));
        assert_true(may(STRANGER, place->file, O_RDONLY));
    }
    must(acl_set_tree(place->shared, NULL, 0));
    if (geteuid() == 0) {
        assert_false(may(STRANGER, place->file, O_RDONLY));
    }
}

static void links_are_not_followed(void **state)
{
    const struct place *place = *state;
    struct stat before, after;
    assert_int_equal(stat(place->outside, &before), 0);
    must(acl_set_tree(place->shared, entries, 2));
    assert_int_equal(stat(place->outside, &after), 0);
    assert_int_equal(before.st_mode, after.st_mode);
    assert_int_equal(acl_set_tree(place->link, entries, 2).code, STATUS_IO);
    if (geteuid() == 0) {
        assert_false(may(WRITER, place->outside, O_RDONLY));
    }
}

static void a_root_may_be_passed_through(void **state)
{
    const struct place *place = *state;
    must(acl_set_root(place->shared, entries, 1, true));
    must(acl_set_tree(place->inner, entries, 2));
    if (geteuid() == 0) {
        assert_true(may(WRITER, place->file, O_RDWR));
        assert_false(may(WRITER, place->shared, O_RDONLY));
        assert_true(may(READER, place->shared, O_RDONLY));
    }
    must(acl_set_root(place->shared, entries, 1, false));
    if (geteuid() == 0) {
        assert_false(may(WRITER, place->file, O_RDWR));
    }
}

static void what_is_not_there_is_a_failure(void **unused)
{
    (void)unused;
    assert_int_equal(acl_set_tree("/nonexistent/cairn", entries, 2).at, ENOENT);
    assert_int_equal(acl_set_root("/nonexistent/cairn", entries, 2, true).at, ENOENT);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(who_is_named_has_what_is_said_and_nobody_else),
        PLACED(a_list_takes_the_place_of_the_one_before),
        PLACED(links_are_not_followed),
        PLACED(a_root_may_be_passed_through),
        cmocka_unit_test(what_is_not_there_is_a_failure),
    };
    return cmocka_run_group_tests_name("auditd/vmc/acl", tests, NULL, NULL);
}
