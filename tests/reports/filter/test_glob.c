/*
 * Wildcards, against the textbook's recursion.
 */
#include "reports/filter/glob.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool naive(const char *pattern, const char *text)
{
    if (*pattern == '\0') {
        return *text == '\0';
    }
    if (*pattern == '*') {
        return naive(pattern + 1, text) || (*text != '\0' && naive(pattern, text + 1));
    }
    if (*pattern == '\\' && pattern[1] != '\0') {
        return *text == pattern[1] && naive(pattern + 2, text + 1);
    }
    return *text != '\0' && (*pattern == '?' || *pattern == *text) && naive(pattern + 1, text + 1);
}

static bool naive_within(const char *pattern, const char *text)
{
    char around[64];
    snprintf(around, sizeof around, "*%s*", pattern);
    return naive(around, text);
}

static void draw(uint64_t *random, const char *letters, uint64_t most, char *out)
{
    uint64_t size = random_below(random, most + 1);
    for (uint64_t i = 0; i < size; i++) {
        out[i] = letters[random_below(random, strlen(letters))];
    }
    out[size] = '\0';
}

static void a_pattern_matches_what_the_textbook_says(void **unused)
{
    (void)unused;
    uint64_t random = 5;
    unsigned matched = 0;
    for (unsigned i = 0; i < 200000; i++) {
        char pattern[16], text[16];
        draw(&random, "ab*?\\", 7, pattern);
        draw(&random, "ab*", 9, text);
        size_t size = strlen(pattern);
        if (size > 0 && pattern[size - 1] == '\\') {
            pattern[size - 1] = 'a'; /* there is always something after a backslash */
        }
        bool is = glob_matches(bytes_of_string(pattern), bytes_of_string(text));
        bool within = glob_matches_within(bytes_of_string(pattern), bytes_of_string(text));
        assert_true(is == naive(pattern, text));
        assert_true(within == naive_within(pattern, text));
        matched += is ? 1 : 0;
    }
    assert_true(matched > 1000);
}

static void many_stars_take_no_longer_than_one(void **unused)
{
    (void)unused;
    static char text[100000];
    memset(text, 'a', sizeof text);
    struct bytes all = bytes_of(text, sizeof text);
    assert_false(glob_matches(LITERAL("*a*a*a*a*a*a*a*a*a*a*b"), all));
    assert_false(glob_matches_within(LITERAL("a*a*a*a*a*a*a*a*a*a*b"), all));
    assert_true(glob_matches(LITERAL("*a*a*a*a*a*a*a*a*a*a*"), all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_matches_what_the_textbook_says),
        cmocka_unit_test(many_stars_take_no_longer_than_one),
    };
    return cmocka_run_group_tests_name("reports/filter/glob", tests, NULL, NULL);
}
