/*
 * Lines of a file, against a splitter that sees all of it at once.
 */
#include "tests/tools/import_run.h"
#include "tools/import/lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    LIMIT_SMALL = 20,
    INPUT_SIZE = 400,
};

/* What the line at *at is: moves *at behind it. */
static struct bytes split(struct bytes input, size_t *at, bool *unended)
{
    size_t begin = *at;
    size_t end = begin;
    while (end < input.size && input.data[end] != '\n') {
        end++;
    }
    *unended = end == input.size;
    *at = *unended ? end : end + 1;
    return bytes_of(input.data + begin, end - begin);
}

static struct bytes without_return(struct bytes line, bool unended)
{
    bool has = !unended && line.size > 0 && line.data[line.size - 1] == '\r';
    return bytes_of(line.data, has ? line.size - 1 : line.size);
}

static struct lines open_lines(struct bytes input, size_t limit, size_t read_size)
{
    uint8_t *memory = malloc(lines_memory(limit));
    assert_non_null(memory);
    return (struct lines){.limit = limit,
                          .source = {.descriptor = import_file(input),
                                     .read_size = read_size,
                                     .memory = memory,
                                     .capacity = lines_memory(limit)}};
}

static void close_lines(struct lines *lines)
{
    free(lines->source.memory);
    assert_int_equal(close(lines->source.descriptor), 0);
}

static void check_lines(struct bytes input, size_t limit, size_t read_size)
{
    struct lines lines = open_lines(input, limit, read_size);
    struct line line;
    uint64_t number = 0;
    size_t at = input.size >= 3 && memcmp(input.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < input.size) {
        bool unended;
        struct bytes expected = split(input, &at, &unended);
        struct status status = lines_next(&lines, &line);
        assert_int_equal(line.number, ++number);
        if (expected.size > limit) {
            assert_int_equal(status.code, STATUS_LIMIT);
            continue;
        }
        assert_int_equal(status.code, STATUS_OK);
        assert_int_equal(line.unended, unended);
        assert_true(bytes_equal(line.bytes, without_return(expected, unended)));
    }
    assert_int_equal(lines_next(&lines, &line).code, STATUS_NOT_FOUND);
    assert_int_equal(lines_next(&lines, &line).code, STATUS_NOT_FOUND);
    assert_int_equal(lines.source.taken, input.size);
    close_lines(&lines);
}

static void lines_are_those_of_the_file_however_it_is_read(void **unused)
{
    (void)unused;
    static const char letters[] = "ab\n\r\n\xef\xbb\xbf";
    uint8_t memory[INPUT_SIZE];
    uint64_t state = 1;
    for (unsigned round = 0; round < 400; round++) {
        size_t size = import_random(&state, sizeof memory);
        for (size_t i = 0; i < size; i++) {
            /* long lines are rarer than short ones, and both sides of the limit are met */
            size_t choice = import_random(&state, round % 2 == 0 ? 8 : 80);
            memory[i] = (uint8_t)(choice < 8 ? letters[choice] : 'c');
        }
        for (size_t read_size = 0; read_size < 6; read_size++) {
            check_lines(bytes_of(memory, size), LIMIT_SMALL, read_size);
        }
    }
}

static void a_line_of_the_limit_is_read_and_one_byte_more_is_skipped(void **unused)
{
    (void)unused;
    size_t limit = IMPORT_RECORD_MAX;
    size_t size = 10 * limit;
    uint8_t *memory = malloc(size);
    assert_non_null(memory);
    memset(memory, 'x', size);
    memory[limit] = '\n';
    memory[2 * limit + 2] = '\n';
    memory[size - 2] = '\n';
    check_lines(bytes_of(memory, size), limit, 0);
    check_lines(bytes_of(memory, size), limit, 4093);
    check_lines(bytes_of(memory, limit), limit, 0);
    check_lines(bytes_of(memory, limit + 1), limit, 1009);
    free(memory);
}

static void a_mark_is_dropped_only_at_the_beginning(void **unused)
{
    (void)unused;
    check_lines(LITERAL("\xef\xbb\xbf"
                        "a\n\xef\xbb\xbf"
                        "b\n"),
                LIMIT_SMALL, 1);
    check_lines(LITERAL("\xef\xbb\xbf"), LIMIT_SMALL, 1);
    check_lines(LITERAL("\xef\xbb"), LIMIT_SMALL, 1);
    check_lines(LITERAL("\xef\xbb\xbf\xef\xbb\xbf"), LIMIT_SMALL, 0);
}

static void a_descriptor_that_cannot_be_read_fails_with_io(void **unused)
{
    (void)unused;
    uint8_t memory[256];
    struct lines lines = {.limit = 1,
                          .source = {.descriptor = -1, .memory = memory, .capacity = 256}};
    struct line line;
    assert_int_equal(lines_next(&lines, &line).code, STATUS_IO);
    assert_int_equal(lines_next(&lines, &line).code, STATUS_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_those_of_the_file_however_it_is_read),
        cmocka_unit_test(a_line_of_the_limit_is_read_and_one_byte_more_is_skipped),
        cmocka_unit_test(a_mark_is_dropped_only_at_the_beginning),
        cmocka_unit_test(a_descriptor_that_cannot_be_read_fails_with_io),
    };
    return cmocka_run_group_tests_name("tools/import/lines", tests, NULL, NULL);
}
