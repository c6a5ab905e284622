/*
 * One JSON object a line.
 */
#include "tests/tools/import_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void check_said(const char *line, const char *system, const char *expected)
{
    char memory[4096];
    struct import_run run = import_string(IMPORT_FORMAT_JSONL, line);
    assert_int_equal(run.record_count, 1);
    assert_int_equal(run.problem_count, 0);
    assert_string_equal(import_said(&run.records[0], memory), expected);
    assert_true(bytes_equal(run.records[0].system, bytes_of_string(system)));
    assert_true(bytes_equal(run.records[0].raw, bytes_of_string(line)));
    import_run_free(&run);
}

static void members_become_terms(void **unused)
{
    (void)unused;
    check_said("{}", "jsonl", "record|-|-|-|ok");
    check_said("{\"system\":\"door\",\"action\":\"open\",\"user\":\"mira\",\"host\":\"lab2\","
               "\"address\":\"192.0.2.4\",\"outcome\":\"denied\",\"else\":[1.5,null]}",
               "door", "open|mira|lab2|192.0.2.4|denied");
    check_said("{\"source\":\"192.0.2.4\"}", "jsonl", "record|-|-|192.0.2.4|ok");
    check_said("{\"source\":\"192.0.2.5\",\"address\":\"192.0.2.4\"}", "jsonl",
               "record|-|-|192.0.2.4|ok");
    check_said("{\"user\":null,\"host\":\"\"}", "jsonl", "record|-|-|-|ok");
}

static void outcomes_have_two_words_each(void **unused)
{
    (void)unused;
    check_said("{\"outcome\":\"ok\"}", "jsonl", "record|-|-|-|ok");
    check_said("{\"outcome\":\"success\"}", "jsonl", "record|-|-|-|ok");
    check_said("{\"outcome\":\"failed\"}", "jsonl", "record|-|-|-|failed");
    check_said("{\"outcome\":\"failure\"}", "jsonl", "record|-|-|-|failed");
}

static void names_are_made_printable_and_raw_stays(void **unused)
{
    (void)unused;
    check_said("{\"user\":\"a\\u001b[31m\\n\\u202eb\"}", "jsonl",
               "record|a\\x1b[31m\\x0a\\u{202e}b|-|-|ok");
}

static void a_long_name_is_shortened_between_characters(void **unused)
{
    (void)unused;
    char line[8192];
    for (int before = 0; before < 4; before++) {
        int size = snprintf(line, sizeof line, "{\"user\":\"%.*s", before, "xxx");
        for (int i = 0; i < 1000; i++) {
            size += snprintf(line + size, sizeof line - (size_t)size, "\xe2\x82\xac");
        }
        (void)snprintf(line + size, sizeof line - (size_t)size, "\"}");
        struct import_run run = import_string(IMPORT_FORMAT_JSONL, line);
        assert_int_equal(run.record_count, 1);
        struct bytes user = run.records[0].user;
        char end[32];
        int end_size = snprintf(end, sizeof end, "\xe2\x82\xac...[%d bytes]", 3000 + before);
        assert_true(user.size <= IMPORT_TERM_MAX + 16 && user.size > (size_t)end_size);
        assert_memory_equal(user.data + user.size - (size_t)end_size, end, (size_t)end_size);
        import_run_free(&run);
    }
}

static void the_time_is_that_of_either_member(void **unused)
{
    (void)unused;
    struct import_run run =
        import_string(IMPORT_FORMAT_JSONL, "{\"time\":\"2026-01-01T00:00:01Z\"}\n"
                                           "{\"at\":\"2026-01-01T01:00:01+01:00\"}\n"
                                           "{\"at\":\"2000-01-01T00:00:00Z\",\"time\":"
                                           "\"2026-01-01T00:00:01Z\"}\n{}\n");
    assert_int_equal(run.record_count, 4);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(run.records[i].at_utc_us, UINT64_C(1767225601000000));
        assert_int_equal(run.records[i].line, i + 1);
    }
    assert_int_equal(run.records[3].at_utc_us, 0);
    import_run_free(&run);
}

static void what_is_no_record_is_a_problem_of_its_line(void **unused)
{
    (void)unused;
    static const char *const lines[] = {
        "[]",
        "7",
        "{",
        "{}{}",
        "{\"user\":1}",
        "{\"time\":1767225601}",
        "{\"time\":\"yesterday\"}",
        "{\"outcome\":\"perhaps\"}",
        "{\"outcome\":true}",
        "{\"user\":\"a\",\"user\":\"b\"}",
        "{\"user\":\"\\u0000\"}",
        "{\"user\":\"\xff\"}",
        "{\"user\":\"mira\"",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char input[256];
        (void)snprintf(input, sizeof input, "{}\n\n%s\n{}\n", lines[i]);
        struct import_run run = import_string(IMPORT_FORMAT_JSONL, input);
        assert_int_equal(run.record_count, 2);
        assert_int_equal(run.problem_count, 1);
        assert_int_equal(run.problems[0].line, 3);
        assert_int_equal(run.tally.blank_line_count, 1);
        import_run_has_every_line(&run);
        import_run_free(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_become_terms),
        cmocka_unit_test(outcomes_have_two_words_each),
        cmocka_unit_test(names_are_made_printable_and_raw_stays),
        cmocka_unit_test(a_long_name_is_shortened_between_characters),
        cmocka_unit_test(the_time_is_that_of_either_member),
        cmocka_unit_test(what_is_no_record_is_a_problem_of_its_line),
    };
    return cmocka_run_group_tests_name("tools/import/jsonl", tests, NULL, NULL);
}
