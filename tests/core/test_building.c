/*
 * Where a store is made: in its place when it is finished, and gone when it is not.
 */
#include "core/building.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int begin(void **state)
{
    static struct scratch scratch;
    scratch_begin(&scratch);
    *state = &scratch;
    return 0;
}

static int end(void **state)
{
    scratch_end(*state);
    return 0;
}

/* The path of something beside the store's place. */
static struct store_path beside(const struct scratch *scratch, const char *name)
{
    struct store_path path;
    must(store_path(scratch->directory, name, &path));
    return path;
}

static bool is_there(const struct scratch *scratch, const char *name)
{
    struct stat about;
    return lstat(beside(scratch, name).text, &about) == 0;
}

static void write_file(const char *directory, const char *name)
{
    struct store_path path;
    must(store_path(directory, name, &path));
    must(store_write_file(path.text, "x", 1, false));
}

static void make_directory(const struct scratch *scratch, const char *name, mode_t mode)
{
    struct store_path path = beside(scratch, name), inner;
    assert_int_equal(mkdir(path.text, mode), 0);
    assert_int_equal(chmod(path.text, mode), 0);
    must(store_path(path.text, "keys", &inner));
    assert_int_equal(mkdir(inner.text, 0700), 0);
    write_file(inner.text, "log.key");
}

static void what_is_finished_has_its_place(void **state)
{
    struct scratch *scratch = *state;
    struct building building;
    must(building_begin(scratch->store, &building));
    write_file(building.path.text, "log.vkey");
    assert_false(is_there(scratch, "store"));
    must(building_finish(&building));
    building_end(&building);
    assert_true(is_there(scratch, "store/log.vkey"));
    assert_int_not_equal(access(building.path.text, F_OK), 0);
}

static void slashes_at_the_end_mean_nothing(void **state)
{
    struct scratch *scratch = *state;
    struct building building;
    must(building_begin(beside(scratch, "store//").text, &building));
    must(building_finish(&building));
    building_end(&building);
    assert_true(is_there(scratch, "store"));
}

/* With whatever is in it, and without what that points to. */
static void what_is_not_finished_is_removed(void **state)
{
    struct scratch *scratch = *state;
    struct building building;
    struct store_path inner, link;
    make_directory(scratch, "elsewhere", 0700);
    must(building_begin(scratch->store, &building));
    must(store_path(building.path.text, "log", &inner));
    assert_int_equal(mkdir(inner.text, 0700), 0);
    write_file(inner.text, "data.mdb");
    must(store_path(building.path.text, "link", &link));
    assert_int_equal(symlink(beside(scratch, "elsewhere").text, link.text), 0);
    building_end(&building);
    building_end(&building);
    assert_int_not_equal(access(building.path.text, F_OK), 0);
    assert_false(is_there(scratch, "store"));
    assert_true(is_there(scratch, "elsewhere/keys/log.key"));
}

static void a_place_that_is_taken_is_left_alone(void **state)
{
    struct scratch *scratch = *state;
    struct building building;
    must(building_begin(scratch->store, &building));
    make_directory(scratch, "store", 0755);
    assert_int_equal(building_finish(&building).code, STATUS_EXISTS);
    building_end(&building);
    assert_int_not_equal(access(building.path.text, F_OK), 0);
    assert_true(is_there(scratch, "store/keys/log.key"));
    assert_int_equal(building_begin(scratch->store, &building).code, STATUS_EXISTS);
}

static void what_a_killed_process_left_is_removed_by_the_next(void **state)
{
    struct scratch *scratch = *state;
    struct building building;
    char own[64];
    snprintf(own, sizeof own, "store.being-made.%ld", (long)getpid());
    make_directory(scratch, "store.being-made.1", 0700);
    make_directory(scratch, "store.being-made.99999999", 0700);
    make_directory(scratch, own, 0700);
    must(building_begin(scratch->store, &building));
    assert_false(is_there(scratch, "store.being-made.1"));
    assert_false(is_there(scratch, "store.being-made.99999999"));
    building_end(&building);
    assert_false(is_there(scratch, own));
}

static void what_may_be_somebody_elses_stays(void **state)
{
    struct scratch *scratch = *state;
    static const char *const others[] = {"other.being-made.1", "store.being-made.",
                                         "store.being-made.1x", "storex.being-made.1",
                                         "store.being-made.1.key"};
    struct building building;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        make_directory(scratch, others[i], 0700);
    }
    make_directory(scratch, "store.being-made.2", 0770); /* others can change what is in it */
    write_file(scratch->directory, "store.being-made.3");
    assert_int_equal(symlink(others[0], beside(scratch, "store.being-made.4").text), 0);
    must(building_begin(scratch->store, &building));
    building_end(&building);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_true(is_there(scratch, others[i]));
    }
    assert_true(is_there(scratch, "other.being-made.1/keys/log.key"));
    assert_true(is_there(scratch, "store.being-made.2/keys/log.key"));
    assert_true(is_there(scratch, "store.being-made.3"));
    assert_true(is_there(scratch, "store.being-made.4"));
}

static void what_is_being_made_stays(void **state)
{
    struct scratch *scratch = *state;
    struct building building;
    make_directory(scratch, "store.being-made.1", 0700);
    int maker = open(beside(scratch, "store.being-made.1").text, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(maker, LOCK_EX | LOCK_NB), 0);
    must(building_begin(scratch->store, &building));
    building_end(&building);
    assert_true(is_there(scratch, "store.being-made.1/keys/log.key"));
    close(maker);
}

static void a_path_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    static char longest[STORE_PATH_MAX];
    struct building building;
    memset(longest, 'x', sizeof longest - 1);
    assert_int_equal(building_begin(longest, &building).code, STATUS_LIMIT);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(what_is_finished_has_its_place),
        IN_SCRATCH(slashes_at_the_end_mean_nothing),
        IN_SCRATCH(what_is_not_finished_is_removed),
        IN_SCRATCH(a_place_that_is_taken_is_left_alone),
        IN_SCRATCH(what_a_killed_process_left_is_removed_by_the_next),
        IN_SCRATCH(what_may_be_somebody_elses_stays),
        IN_SCRATCH(what_is_being_made_stays),
        IN_SCRATCH(a_path_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests_name("core/building", tests, NULL, NULL);
}
