/*
 * Regular expressions match what they say, in text that is UTF-8 and text that is not; a pattern
 * that is too costly is given up.
 */
#include "reports/regex.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct status open_pattern(const char *pattern, bool caseless, struct regex *out)
{
    char memory[256];
    struct text sentence = TEXT_IN(memory);
    struct status status = regex_open(
        bytes_of_string(pattern), &(struct regex_options){.caseless = caseless}, &sentence, out);
    assert_true(status.code != STATUS_MALFORMED || sentence.size > 0);
    return status;
}

static bool matches(const char *pattern, struct bytes text)
{
    CLEANUP(regex_close) struct regex regex = {0};
    bool out = false;
    must(open_pattern(pattern, false, &regex));
    must(regex_matches(&regex, text, &out));
    return out;
}

static void a_pattern_matches_anywhere_unless_it_is_anchored(void **unused)
{
    (void)unused;
    assert_true(matches("b+", LITERAL("abbc")));
    assert_false(matches("^b+", LITERAL("abbc")));
    assert_true(matches("^$", LITERAL("")));
    assert_true(matches("", LITERAL("x")));
    assert_true(matches("^\\w+$", LITERAL("\xc3\xa9t\xc3\xa9")));
    assert_true(matches("^.$", LITERAL("\xc3\xa9")));
}

static void bytes_that_are_not_text_are_matched_around(void **unused)
{
    (void)unused;
    assert_true(matches("root", LITERAL("\xff\xfe root \xc3")));
    assert_false(matches("\\xff", LITERAL("\xff")));
}

static void case_counts_unless_it_is_said_not_to(void **unused)
{
    (void)unused;
    struct regex regex = {0};
    bool out = false;
    assert_false(matches("Root", LITERAL("root")));
    must(open_pattern("ROOT", true, &regex));
    must(regex_matches(&regex, LITERAL("a root"), &out));
    assert_true(out);
    regex_close(&regex);
    regex_close(&regex);
}

static void what_is_no_pattern_is_refused_at_its_byte(void **unused)
{
    (void)unused;
    struct regex regex = {0};
    char memory[REGEX_PATTERN_MAX + 2] = {0};
    struct status status = open_pattern("ab(c", false, &regex);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_int_equal(status.at, 4);
    assert_int_equal(open_pattern("a\\Cb", false, &regex).code, STATUS_MALFORMED);
    assert_int_equal(open_pattern("\xff", false, &regex).code, STATUS_MALFORMED);
    memset(memory, 'a', REGEX_PATTERN_MAX);
    assert_int_equal(open_pattern(memory, false, &regex).code, STATUS_OK);
    regex_close(&regex);
    memory[REGEX_PATTERN_MAX] = 'a';
    assert_int_equal(open_pattern(memory, false, &regex).code, STATUS_LIMIT);
}

static void a_costly_pattern_is_given_up(void **unused)
{
    (void)unused;
    static const char *const costly[] = {"(a+)+$", "(a|aa)+$", "(a|a?)+$", "(.*a){25}b",
                                         "^((a+)b?)*c"};
    struct bytes text =
        LITERAL("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
    unsigned given_up = 0;
    for (size_t i = 0; i < sizeof costly / sizeof costly[0]; i++) {
        struct regex regex = {0};
        bool out = true;
        must(open_pattern(costly[i], false, &regex));
        struct status status = regex_matches(&regex, text, &out);
        assert_true(status.code == STATUS_LIMIT || (!failed(status) && !out));
        given_up += failed(status) ? 1 : 0;
        regex_close(&regex);
    }
    assert_true(given_up >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_anywhere_unless_it_is_anchored),
        cmocka_unit_test(bytes_that_are_not_text_are_matched_around),
        cmocka_unit_test(case_counts_unless_it_is_said_not_to),
        cmocka_unit_test(what_is_no_pattern_is_refused_at_its_byte),
        cmocka_unit_test(a_costly_pattern_is_given_up),
    };
    return cmocka_run_group_tests_name("reports/regex", tests, NULL, NULL);
}
