/*
 * What the kernel tells of a file, and what a table of exports says; neither is believed further
 * than it can be read.
 */
#include "auditd/watcher/files.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
    struct scratch scratch;
    char path[400], other[500];
    uint8_t memory[1 << 20];
    struct arena arena;
};

static int begin(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    scratch_begin(&bench->scratch);
    bench->arena = ARENA_IN(bench->memory);
    snprintf(bench->path, sizeof bench->path, "%s/a", bench->scratch.directory);
    snprintf(bench->other, sizeof bench->other, "%s/b", bench->scratch.directory);
    *state = bench;
    return 0;
}

static int end(void **state)
{
    struct bench *bench = *state;
    scratch_end(&bench->scratch);
    free(bench);
    return 0;
}

static void put(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void a_file_has_what_the_kernel_says(void **state)
{
    struct bench *bench = *state;
    struct seen_file file;
    struct stat found;
    put(bench->path, "0123456789", 10);
    assert_int_equal(stat(bench->path, &found), 0);
    files_look(bench->path, true, &bench->arena, &file);
    assert_true(file.looked && file.there && file.whole && !file.has_backing);
    assert_true(file.size == 10 && file.inode == found.st_ino);
    assert_int_equal(file.modified_us / 1000000, found.st_mtim.tv_sec);
}

static void one_that_is_not_there_was_looked_for(void **state)
{
    struct bench *bench = *state;
    struct seen_file file;
    files_look(bench->path, true, &bench->arena, &file);
    assert_true(file.looked && !file.there);
    put(bench->path, "x", 1);
    snprintf(bench->other, sizeof bench->other, "%s/below", bench->path);
    files_look(bench->other, true, &bench->arena, &file);
    assert_true(file.looked && !file.there);
}

static void what_lies_below_is_read_and_no_link_is_followed(void **state)
{
    struct bench *bench = *state;
    struct seen_file file;
    uint8_t head[512] = {0};
    memcpy(head, "QFI\xfb", 4);
    bytes_write_u32(head + 4, 3);
    bytes_write_u64(head + 8, 400);
    bytes_write_u32(head + 16, 5);
    bytes_write_u64(head + 24, 77);
    memcpy(head + 400, "/base", 5);
    put(bench->path, head, sizeof head);
    files_look(bench->path, false, &bench->arena, &file);
    assert_true(file.has_backing && bytes_equal(file.backing, LITERAL("/base")));
    assert_true(file.has_virtual && file.virtual_size == 77);
    assert_true(bench->arena.used <= 64);
    assert_int_equal(symlink(bench->path, bench->other), 0);
    files_look(bench->other, false, &bench->arena, &file);
    assert_true(file.there && !file.has_backing && file.size == strlen(bench->path));
    assert_int_equal(unlink(bench->other), 0);
    assert_int_equal(mkfifo(bench->other, 0600), 0);
    files_look(bench->other, false, &bench->arena, &file);
    assert_true(file.there && !file.has_backing);
}

static void exports_are_words_of_lines(void **state)
{
    struct bench *bench = *state;
    struct seen_export exports[3];
    size_t count;
    static const char table[] = "# ours\n\n\"/srv/data\"\t10.0.0.0/24(ro,all_squash)\n"
                                "  /srv/more *(rw)\n";
    assert_true(files_exports(bench->path, &bench->arena, exports, 3, &count) && count == 0);
    put(bench->path, table, strlen(table));
    assert_true(files_exports(bench->path, &bench->arena, exports, 3, &count));
    assert_int_equal(count, 2);
    assert_true(bytes_equal(exports[0].path, LITERAL("/srv/data")));
    assert_true(bytes_equal(exports[0].clients, LITERAL("10.0.0.0/24(ro,all_squash)")));
    assert_true(bytes_equal(exports[1].path, LITERAL("/srv/more")));
    assert_false(files_exports(bench->path, &bench->arena, exports, 1, &count));
    assert_false(files_exports(bench->scratch.directory, &bench->arena, exports, 3, &count));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_has_what_the_kernel_says),
        TEST(one_that_is_not_there_was_looked_for),
        TEST(what_lies_below_is_read_and_no_link_is_followed),
        TEST(exports_are_words_of_lines),
    };
    return cmocka_run_group_tests_name("auditd/watcher/files", tests, NULL, NULL);
}
