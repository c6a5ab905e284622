/*
 * Measurements: the same files give the same lines, and a file that changes gives another hash.
 */
#include "tests/support/scratch.h"
#include "tools/audit/measure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

struct bench {
    struct scratch scratch;
    char path[400];
    struct measure measure;
};

static int begin(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    scratch_begin(&bench->scratch);
    snprintf(bench->path, sizeof bench->path, "%s/a setting", bench->scratch.directory);
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

static void put(const struct bench *bench, const char *text, mode_t mode)
{
    FILE *file = fopen(bench->path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(bench->path, mode), 0);
}

static struct digest measure(struct bench *bench, struct bytes *line)
{
    const char *const more[] = {bench->path, NULL};
    const char *wrong;
    struct digest digest;
    must(measure_all(bench->scratch.directory, more, &bench->measure, &wrong));
    must(measure_digest(&bench->measure, &digest));
    for (size_t i = 0; i < bench->measure.count; i++) {
        struct measured parts;
        assert_true(measure_split(bench->measure.lines[i], &parts));
        if (bytes_equal(parts.path, bytes_of_string(bench->path))) {
            *line = bench->measure.lines[i];
        }
    }
    return digest;
}

static void a_line_has_path_hash_mode_and_owner(void **state)
{
    struct bench *bench = *state;
    struct bytes line = {0};
    struct measured parts;
    put(bench, "abc", 0640);
    (void)measure(bench, &line);
    assert_true(measure_split(line, &parts));
    assert_true(bytes_equal(parts.path, bytes_of_string(bench->path)));
    assert_true(bytes_equal(parts.digest, LITERAL("ba7816bf8f01cfea414140de5dae2223"
                                                  "b00361a396177a9cb410ff61f20015ad")));
    assert_true(bytes_equal(parts.mode, LITERAL("0640")));
    assert_false(measure_is_open(line));
}

static void content_mode_and_presence_change_the_hash_of_all(void **state)
{
    struct bench *bench = *state;
    struct bytes line;
    put(bench, "abc", 0600);
    struct digest first = measure(bench, &line), same = measure(bench, &line);
    assert_true(digest_equal(&first, &same));
    put(bench, "abd", 0600);
    struct digest other = measure(bench, &line);
    assert_false(digest_equal(&first, &other));
    put(bench, "abc", 0602);
    other = measure(bench, &line);
    assert_false(digest_equal(&first, &other));
    assert_true(measure_is_open(line));
    put(bench, "abc", 0600);
    other = measure(bench, &line);
    assert_true(digest_equal(&first, &other));
}

static void this_program_and_its_libraries_are_among_them(void **state)
{
    struct bench *bench = *state;
    struct bytes line;
    bool program = false, library = false;
    put(bench, "", 0600);
    (void)measure(bench, &line);
    for (size_t i = 0; i < bench->measure.count; i++) {
        char memory[MEASURE_LINE_MAX];
        struct text text = TEXT_IN(memory);
        text_put_bytes(&text, bench->measure.lines[i]);
        program = program || strstr(text_string(&text), "test_measure ") != NULL;
        library = library || strstr(text_string(&text), "/libc.so") != NULL;
        assert_true(i == 0 || !bytes_equal(bench->measure.lines[i], bench->measure.lines[i - 1]));
    }
    assert_true(program && library);
}

static void what_cannot_be_read_is_named(void **state)
{
    struct bench *bench = *state;
    const char *const more[] = {"/nowhere/at/all", NULL};
    const char *wrong = NULL;
    assert_int_equal(measure_all(bench->scratch.directory, more, &bench->measure, &wrong).code,
                     STATUS_IO);
    assert_string_equal(wrong, "/nowhere/at/all");
}

static void what_is_no_line_is_not_split(void **unused)
{
    static const char *const wrong[] = {"", " ", "a", "a b", "a b c", "    "};
    struct measured parts;
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(measure_split(bytes_of_string(wrong[i]), &parts));
    }
    assert_true(measure_split(LITERAL("/a b - 0755 root"), &parts));
    assert_true(bytes_equal(parts.path, LITERAL("/a b")));
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(a_line_has_path_hash_mode_and_owner),
        WITH_BENCH(content_mode_and_presence_change_the_hash_of_all),
        WITH_BENCH(this_program_and_its_libraries_are_among_them),
        WITH_BENCH(what_cannot_be_read_is_named),
        cmocka_unit_test(what_is_no_line_is_not_split),
    };
    return cmocka_run_group_tests_name("tools/audit/measure", tests, NULL, NULL);
}
