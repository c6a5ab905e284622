/*
 * Paths of a store, and its small files: whole or not at all.
 */
#include "core/store_layout.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static void paths_are_below_the_store(void **unused)
{
    (void)unused;
    struct store_path path;
    must(store_path("/srv/audit", "log", &path));
    assert_string_equal(path.text, "/srv/audit/log");
    must(store_key_path("/srv/audit", "import", &path));
    assert_string_equal(path.text, "/srv/audit/keys/import.key");
}

static void a_path_that_does_not_fit_is_refused_and_never_cut(void **unused)
{
    (void)unused;
    static char longest[STORE_PATH_MAX + 10];
    struct store_path path;
    memset(longest, 'x', sizeof longest - 1);
    assert_int_equal(store_path(longest, "log", &path).code, STATUS_LIMIT);
    assert_int_equal(store_key_path(longest, "log", &path).code, STATUS_LIMIT);
}

static void a_file_is_read_as_it_was_written(void **unused)
{
    (void)unused;
    struct scratch scratch;
    struct store_path path;
    char read[64];
    size_t size;
    scratch_begin(&scratch);
    must(store_path(scratch.directory, "checkpoint", &path));
    assert_int_equal(store_read_file(path.text, read, sizeof read, &size).code, STATUS_NOT_FOUND);
    must(store_write_file(path.text, "first", 5, true));
    must(store_write_file(path.text, "the second", 10, false));
    must(store_read_file(path.text, read, sizeof read, &size));
    assert_int_equal(size, 10);
    assert_memory_equal(read, "the second", 10);
    assert_int_equal(store_read_file(path.text, read, 10, &size).code, STATUS_LIMIT);
    scratch_end(&scratch);
}

static void a_write_that_fails_leaves_what_was_there(void **unused)
{
    (void)unused;
    struct scratch scratch;
    struct store_path path, blocked;
    char read[64];
    size_t size;
    scratch_begin(&scratch);
    must(store_path(scratch.directory, "checkpoint", &path));
    must(store_write_file(path.text, "first", 5, false));
    /* The temporary file's name is taken by a directory. */
    must(store_path(scratch.directory, "checkpoint.new", &blocked));
    assert_int_equal(mkdir(blocked.text, 0700), 0);
    assert_int_equal(store_write_file(path.text, "second", 6, false).code, STATUS_IO);
    must(store_read_file(path.text, read, sizeof read, &size));
    assert_int_equal(size, 5);
    scratch_end(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_below_the_store),
        cmocka_unit_test(a_path_that_does_not_fit_is_refused_and_never_cut),
        cmocka_unit_test(a_file_is_read_as_it_was_written),
        cmocka_unit_test(a_write_that_fails_leaves_what_was_there),
    };
    return cmocka_run_group_tests_name("core/store_layout", tests, NULL, NULL);
}
