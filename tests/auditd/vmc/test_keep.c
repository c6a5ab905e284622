/*
 * What a controller keeps: the same when it is opened again, for its owner alone, and refused when
 * it is damaged.
 */
#include "auditd/vmc/keep.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PATH_SIZE = 128,
};

static int set_up(void **state)
{
    char *place = calloc(1, PATH_SIZE);
    assert_non_null(place);
    (void)snprintf(place, PATH_SIZE, "/tmp/cairn-keep-XXXXXX");
    assert_non_null(mkdtemp(place));
    must(key_library_start());
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    remove_tree(*state);
    free(*state);
    return 0;
}

static void everything_is_there_again(void **state)
{
    CLEANUP(keep_close) struct keep *keep = NULL, *again = NULL;
    CLEANUP(secret_key_close) struct secret_key *key = NULL, *same = NULL;
    must(keep_open(*state, &keep));
    assert_string_equal(keep_pin(keep)->name, "");
    struct pin *pin = keep_pin(keep);
    pin->vm = (struct id){ID_VM, 70};
    pin->owner = (struct id){ID_USER, 12};
    pin->run = 71;
    pin->restarted = 72;
    (void)snprintf(pin->origin, sizeof pin->origin, "lab.example/log");
    (void)snprintf(pin->name, sizeof pin->name, "vmc-70-71");
    (void)snprintf(pin->owner_key, sizeof pin->owner_key, "a key");
    (void)snprintf(pin->restarted_from, sizeof pin->restarted_from, "0.1");
    must(keep_save(keep));
    must(keep_key(keep, "vmc-70-71", &key));
    must(keep_open(*state, &again));
    must(keep_key(again, "vmc-70-71", &same));
    const struct pin *read = keep_pin(again);
    assert_true(id_equal(read->vm, pin->vm) && id_equal(read->owner, pin->owner));
    assert_int_equal(read->run, 71);
    assert_int_equal(read->restarted, 72);
    assert_string_equal(read->origin, pin->origin);
    assert_string_equal(read->name, pin->name);
    assert_string_equal(read->owner_key, pin->owner_key);
    assert_string_equal(read->restarted_from, pin->restarted_from);
    assert_memory_equal(secret_key_public(key)->data, secret_key_public(same)->data, 32);
    struct receive_key one = receive_key_of(keep_receive(keep)),
                       two = receive_key_of(keep_receive(again));
    assert_memory_equal(one.data, two.data, sizeof one.data);
}

static void nobody_else_reads_it(void **state)
{
    CLEANUP(keep_close) struct keep *keep = NULL;
    struct stat is;
    must(keep_open(*state, &keep));
    must(keep_save(keep));
    static const char *const names[] = {".", "sign", "receive", "pin"};
    for (size_t i = 0; i < 4; i++) {
        char path[2 * PATH_SIZE];
        (void)snprintf(path, sizeof path, "%s/%s", (const char *)*state, names[i]);
        assert_int_equal(stat(path, &is), 0);
        assert_int_equal(is.st_mode & 077, 0);
    }
}

static void what_is_damaged_is_refused(void **state)
{
    static const char *const names[] = {"sign", "receive", "pin"};
    for (size_t i = 0; i < 3; i++) {
        char path[2 * PATH_SIZE];
        CLEANUP(keep_close) struct keep *keep = NULL, *again = NULL;
        must(keep_open(*state, &keep));
        must(keep_save(keep));
        (void)snprintf(path, sizeof path, "%s/%s", (const char *)*state, names[i]);
        assert_int_equal(truncate(path, 17), 0);
        assert_int_equal(keep_open(*state, &again).code, STATUS_CORRUPT);
        assert_int_equal(unlink(path), 0);
    }
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACED(everything_is_there_again),
        PLACED(nobody_else_reads_it),
        PLACED(what_is_damaged_is_refused),
    };
    return cmocka_run_group_tests_name("auditd/vmc/keep", tests, NULL, NULL);
}
