/*
 * What holds for every format and whatever the input: nothing is lost, nothing depends on how the
 * file is read, nothing hostile gets through.
 */
#include "tests/tools/import_run.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct import_options options_of(enum import_format format)
{
    return (struct import_options){.format = format, .now_utc_us = IMPORT_NOW_US};
}

static uint64_t lines_of(struct bytes input)
{
    uint64_t count = 0;
    for (size_t i = 0; i < input.size; i++) {
        count += input.data[i] == '\n' ? 1 : 0;
    }
    return count + (input.size > 0 && input.data[input.size - 1] != '\n' ? 1 : 0);
}

/* A mark at the beginning of a file belongs to no line; a document counts elements, not lines. */
static void check_input(enum import_format format, struct bytes input)
{
    struct import_options options = options_of(format);
    struct import_run run = import_bytes(&options, input);
    assert_int_equal(run.end.code, STATUS_NOT_FOUND);
    assert_int_equal(run.tally.byte_count, input.size);
    if (format != IMPORT_FORMAT_CLOUDTRAIL) {
        bool only_mark = bytes_equal(input, LITERAL("\xef\xbb\xbf"));
        assert_int_equal(run.tally.line_count, only_mark ? 0 : lines_of(input));
        import_run_has_every_line(&run);
    }
    import_run_free(&run);
}

static void samples_are_read_as_they_were_meant(void **unused)
{
    (void)unused;
    static const size_t records[IMPORT_FORMAT_COUNT] = {3, 2, 2, 3};
    for (unsigned i = 0; i < IMPORT_FORMAT_COUNT; i++) {
        enum import_format format = (enum import_format)i;
        struct import_run run = import_string(format, import_sample(format));
        assert_int_equal(run.record_count, records[i]);
        assert_int_equal(run.problem_count, 1);
        assert_int_equal(run.records[0].format, format);
        check_input(format, bytes_of_string(import_sample(format)));
        import_run_free(&run);
    }
}

static void records_do_not_depend_on_where_reads_end(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < IMPORT_FORMAT_COUNT; i++) {
        struct bytes input = bytes_of_string(import_sample((enum import_format)i));
        struct import_options options = options_of((enum import_format)i);
        struct import_run whole = import_bytes(&options, input);
        for (options.read_size = 1; options.read_size <= input.size; options.read_size++) {
            struct import_run pieces = import_bytes(&options, input);
            import_runs_are_equal(&whole, &pieces);
            import_run_free(&pieces);
        }
        import_run_free(&whole);
    }
}

static void a_file_cut_anywhere_loses_no_line(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < IMPORT_FORMAT_COUNT; i++) {
        struct bytes input = bytes_of_string(import_sample((enum import_format)i));
        for (size_t size = 1; size <= input.size; size++) {
            check_input((enum import_format)i, bytes_of(input.data, size));
        }
    }
}

static void a_file_with_any_bit_flipped_loses_no_line(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < IMPORT_FORMAT_COUNT; i++) {
        uint8_t memory[4096];
        struct bytes input = bytes_of_string(import_sample((enum import_format)i));
        memcpy(memory, input.data, input.size);
        for (size_t bit = 0; bit < input.size * 8; bit++) {
            memory[bit / 8] ^= (uint8_t)(1U << bit % 8);
            check_input((enum import_format)i, bytes_of(memory, input.size));
            memory[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
}

/* Replaces, removes or repeats a stretch of the input. */
static size_t mutate(uint8_t *memory, size_t size, size_t capacity, uint64_t *state)
{
    static const char pieces[] = "\n\r\0\x1d\"'{}[]\\,:= <>-0129audit(\xff\xc3\xa9";
    size_t at = import_random(state, size);
    size_t length = import_random(state, 12) % (size - at);
    switch (import_random(state, 3)) {
    case 0:
        memory[at] = (uint8_t)pieces[import_random(state, sizeof pieces)];
        return size;
    case 1:
        memmove(memory + at, memory + at + length, size - at - length);
        return size - length;
    default:
        if (size + length > capacity) {
            return size;
        }
        memmove(memory + at + length, memory + at, size - at);
        return size + length;
    }
}

static void a_mutated_file_loses_no_line_and_reads_the_same_in_pieces(void **unused)
{
    (void)unused;
    uint64_t state = 4;
    for (unsigned round = 0; round < 8000; round++) {
        uint8_t memory[4096];
        enum import_format format = (enum import_format)(round % IMPORT_FORMAT_COUNT);
        struct import_options options = options_of(format);
        size_t size = strlen(import_sample(format));
        memcpy(memory, import_sample(format), size);
        for (uint64_t count = 1 + import_random(&state, 6); count > 0; count--) {
            size = mutate(memory, size, sizeof memory, &state);
        }
        check_input(format, bytes_of(memory, size));
        struct import_run whole = import_bytes(&options, bytes_of(memory, size));
        options.read_size = 1 + import_random(&state, 40);
        struct import_run pieces = import_bytes(&options, bytes_of(memory, size));
        import_runs_are_equal(&whole, &pieces);
        import_run_free(&whole);
        import_run_free(&pieces);
    }
}

static void a_binary_file_is_problems_only(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    uint8_t memory[65536];
    for (size_t i = 0; i < sizeof memory; i++) {
        memory[i] = (uint8_t)import_random(&state, 256);
    }
    for (unsigned i = 0; i < IMPORT_FORMAT_COUNT; i++) {
        struct import_options options = options_of((enum import_format)i);
        struct import_run run = import_bytes(&options, BYTES(memory));
        assert_int_equal(run.record_count, 0);
        assert_true(run.problem_count > 0);
        check_input((enum import_format)i, BYTES(memory));
        import_run_free(&run);
    }
}

static void an_empty_file_is_one_problem(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < IMPORT_FORMAT_COUNT; i++) {
        struct import_run run = import_string((enum import_format)i, "");
        assert_int_equal(run.record_count, 0);
        assert_int_equal(run.problem_count, 1);
        assert_int_equal(run.problems[0].line_count, 0);
        import_run_free(&run);
    }
}

static void blank_lines_are_counted_and_passed_over(void **unused)
{
    (void)unused;
    struct import_run run = import_string(IMPORT_FORMAT_JSONL, "\n \t\n\r\n{}\n\n");
    assert_int_equal(run.record_count, 1);
    assert_int_equal(run.records[0].line, 4);
    assert_int_equal(run.tally.blank_line_count, 4);
    assert_int_equal(run.problem_count, 0);
    import_run_free(&run);
}

static void a_nul_byte_is_a_problem_of_its_line(void **unused)
{
    (void)unused;
    struct import_options options = options_of(IMPORT_FORMAT_JSONL);
    struct import_run run = import_bytes(&options, LITERAL("{}\n{\"user\":\"a\0b\"}\n{}\n"));
    assert_int_equal(run.record_count, 2);
    assert_int_equal(run.problem_count, 1);
    assert_int_equal(run.problems[0].line, 2);
    import_run_free(&run);
}

static void a_line_of_ten_megabytes_is_one_problem(void **unused)
{
    (void)unused;
    size_t size = 10 << 20;
    uint8_t *memory = malloc(size);
    assert_non_null(memory);
    memset(memory, '[', size);
    memory[2] = '\n';
    memory[size - 4] = '\n';
    memcpy(memory, "{}", 2);
    memcpy(memory + size - 3, "{}\n", 3);
    struct import_options options = options_of(IMPORT_FORMAT_JSONL);
    struct import_run run = import_bytes(&options, bytes_of(memory, size));
    assert_int_equal(run.record_count, 2);
    assert_int_equal(run.records[1].line, 3);
    assert_int_equal(run.problem_count, 1);
    assert_int_equal(run.problems[0].line, 2);
    import_run_free(&run);
    free(memory);
}

static void a_last_line_without_its_end_is_marked(void **unused)
{
    (void)unused;
    struct import_run run = import_string(IMPORT_FORMAT_JSONL, "{}\n{}");
    assert_false(run.records[0].unended);
    assert_true(run.records[1].unended);
    import_run_free(&run);
}

static struct status open_status(int descriptor, struct import_options options)
{
    struct importer *importer = NULL;
    struct status status = importer_open(descriptor, &options, &importer);
    assert_true(failed(status) == (importer == NULL));
    importer_close(&importer);
    return status;
}

static void a_directory_cannot_be_opened(void **unused)
{
    (void)unused;
    int descriptor = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct status status = open_status(descriptor, options_of(IMPORT_FORMAT_JSONL));
    assert_int_equal(status.code, STATUS_IO);
    assert_int_equal(status.at, EISDIR);
    assert_int_equal(close(descriptor), 0);
    status = open_status(-1, options_of(IMPORT_FORMAT_JSONL));
    assert_int_equal(status.code, STATUS_IO);
    assert_int_equal(status.at, EBADF);
}

static void a_descriptor_that_fails_says_so_at_every_call(void **unused)
{
    (void)unused;
    int descriptor = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct import_options options = options_of(IMPORT_FORMAT_CLOUDTRAIL);
    struct import_run run = import_descriptor(&options, descriptor);
    assert_int_equal(run.end.code, STATUS_IO);
    assert_int_equal(run.end.at, EBADF);
    assert_int_equal(run.record_count + run.problem_count, 0);
    import_run_free(&run);
}

static void impossible_options_are_refused(void **unused)
{
    (void)unused;
    const struct import_options good = options_of(IMPORT_FORMAT_SYSLOG);
    int descriptor = import_file(LITERAL("x"));
    struct import_options bad = good;
    assert_int_equal(open_status(descriptor, good).code, STATUS_OK);
    bad.format = IMPORT_FORMAT_COUNT;
    assert_int_equal(open_status(descriptor, bad).code, STATUS_LIMIT);
    bad = good;
    bad.year = 1969;
    assert_int_equal(open_status(descriptor, bad).code, STATUS_LIMIT);
    bad.year = 10000;
    assert_int_equal(open_status(descriptor, bad).code, STATUS_LIMIT);
    bad = good;
    bad.zone_offset_s = 86401;
    assert_int_equal(open_status(descriptor, bad).code, STATUS_LIMIT);
    bad.zone_offset_s = INT32_MIN;
    assert_int_equal(open_status(descriptor, bad).code, STATUS_LIMIT);
    bad = good;
    bad.now_utc_us = UINT64_MAX;
    assert_int_equal(open_status(descriptor, bad).code, STATUS_LIMIT);
    assert_int_equal(close(descriptor), 0);
}

/* Real files ------------------------------------------------------------------------------ */

struct real_file {
    const char *name;
    enum import_format format;
    size_t record_count, problem_count, failed_count, denied_count;
};

static const struct real_file real_files[] = {
    {"auditd-events.log", IMPORT_FORMAT_AUDITD, 5, 0, 1, 0},
    {"auditd-rhel7.log", IMPORT_FORMAT_AUDITD, 49, 1, 2, 0},
    {"sshd-syslog.log", IMPORT_FORMAT_SYSLOG, 2000, 0, 1392, 0},
    {"cloudtrail-2.json", IMPORT_FORMAT_CLOUDTRAIL, 51, 0, 8, 0},
    {"cloudtrail-4.json", IMPORT_FORMAT_CLOUDTRAIL, 394, 0, 15, 27},
    {"cloudtrail-5.json", IMPORT_FORMAT_CLOUDTRAIL, 132, 0, 3, 5},
};

static size_t count_outcome(const struct import_run *run, enum outcome outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < run->record_count; i++) {
        count += run->records[i].outcome == outcome ? 1 : 0;
    }
    return count;
}

static struct import_run import_real(const char *folder, const struct real_file *file,
                                     size_t read_size)
{
    char path[4096];
    struct import_options options = options_of(file->format);
    options.read_size = read_size;
    (void)snprintf(path, sizeof path, "%s/%s", folder, file->name);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(descriptor >= 0);
    return import_descriptor(&options, descriptor);
}

static void real_files_are_read_to_the_last_record(void **unused)
{
    (void)unused;
    const char *folder = getenv("CAIRN_TEST_DATA");
    if (folder == NULL || access(folder, R_OK) != 0) {
        skip();
    }
    for (size_t i = 0; i < sizeof real_files / sizeof real_files[0]; i++) {
        const struct real_file *file = &real_files[i];
        struct import_run run = import_real(folder, file, 0);
        struct import_run pieces = import_real(folder, file, 997);
        assert_int_equal(run.record_count, file->record_count);
        assert_int_equal(run.problem_count, file->problem_count);
        assert_int_equal(count_outcome(&run, OUTCOME_FAILED), file->failed_count);
        assert_int_equal(count_outcome(&run, OUTCOME_DENIED), file->denied_count);
        import_runs_are_equal(&run, &pieces);
        import_run_free(&run);
        import_run_free(&pieces);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_are_read_as_they_were_meant),
        cmocka_unit_test(records_do_not_depend_on_where_reads_end),
        cmocka_unit_test(a_file_cut_anywhere_loses_no_line),
        cmocka_unit_test(a_file_with_any_bit_flipped_loses_no_line),
        cmocka_unit_test(a_mutated_file_loses_no_line_and_reads_the_same_in_pieces),
        cmocka_unit_test(a_binary_file_is_problems_only),
        cmocka_unit_test(an_empty_file_is_one_problem),
        cmocka_unit_test(blank_lines_are_counted_and_passed_over),
        cmocka_unit_test(a_nul_byte_is_a_problem_of_its_line),
        cmocka_unit_test(a_line_of_ten_megabytes_is_one_problem),
        cmocka_unit_test(a_last_line_without_its_end_is_marked),
        cmocka_unit_test(a_directory_cannot_be_opened),
        cmocka_unit_test(a_descriptor_that_fails_says_so_at_every_call),
        cmocka_unit_test(impossible_options_are_refused),
        cmocka_unit_test(real_files_are_read_to_the_last_record),
    };
    return cmocka_run_group_tests_name("tools/import/record", tests, NULL, NULL);
}
