/*
 * What chronyc says of a clock: read as it is meant, or refused.
 */
#include "reports/clock/chrony.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define USUAL                                                                                \
    "C0248F97,ntp.example.org,3,1773093480.123456789,0.000012345,-0.000001,0.00002,-12.345," \
    "0.001,0.02,0.012300000,0.000450000,64.5,Normal\n"

static struct chrony said(const char *line)
{
    struct chrony chrony;
    assert_false(failed(chrony_read(bytes_of_string(line), &chrony)));
    return chrony;
}

static bool is_refused(struct bytes line)
{
    struct chrony chrony = {.stratum = 77};
    struct status status = chrony_read(line, &chrony);
    assert_true(!failed(status) || chrony.stratum == 77);
    assert_true(!failed(status) || status.code == STATUS_LIMIT || status.why != NULL);
    return failed(status);
}

static void a_clock_that_is_kept_has_a_source_an_offset_and_an_error(void **unused)
{
    struct chrony chrony = said(USUAL);
    (void)unused;
    assert_string_equal(chrony.source, "ntp.example.org");
    assert_int_equal(chrony.stratum, 3);
    assert_true(chrony.synchronised);
    assert_int_equal(chrony.offset_us, 13);
    assert_false(chrony.behind);
    assert_int_equal(chrony.error_us, 6150 + 450);
}

static void a_clock_that_is_behind_has_a_negative_offset(void **unused)
{
    struct chrony chrony = said("1,a,2,0,-1.5,0,0,0,0,0,0,0,0,Insert second");
    (void)unused;
    assert_true(chrony.behind && chrony.synchronised);
    assert_int_equal(chrony.offset_us, 1500000);
    chrony = said("1,a,2,0,-0.000,0,0,0,0,0,0,0,0,Normal");
    assert_false(chrony.behind);
    chrony = said("1,a,2,0,-0.0000000001,0,0,0,0,0,0,0,0,Normal");
    assert_int_equal(chrony.offset_us, 1);
}

static void a_clock_without_a_source_is_not_synchronised(void **unused)
{
    (void)unused;
    assert_false(said("00000000,,0,0,0.0,0,0,0,0,0,1.0,1.0,0,Not synchronised").synchronised);
    assert_false(said("7F7F0101,,10,0,0.0,0,0,0,0,0,0,0,0,Normal").synchronised);
}

static void what_chronyc_does_not_say_is_refused(void **unused)
{
    static const char *const wrong[] = {
        "",
        "\n",
        "506 Cannot talk to daemon",
        "1,a,2,0,0,0,0,0,0,0,0,0,0",
        "1,a,2,0,0,0,0,0,0,0,0,0,0,Normal,more",
        "1,a,17,0,0,0,0,0,0,0,0,0,0,Normal",
        "1,a,-1,0,0,0,0,0,0,0,0,0,0,Normal",
        "1,a,,0,0,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,-,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,1.,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,.5,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,1e3,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,nan,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,1000000,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,0,0,0,0,0,0,x,0,0,Normal",
        "1,a\033[2J,2,0,0,0,0,0,0,0,0,0,0,Normal",
        "1,a,2,0,0,0,0,0,0,0,0,0,0,Normal\n\n",
    };
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (!is_refused(bytes_of_string(wrong[i]))) {
            fail_msg("taken: %s", wrong[i]);
        }
    }
    assert_false(is_refused(LITERAL("1,a,16,0,999999.999999,0,0,0,0,0,0,0,0,Normal")));
}

static void long_lines_and_names_are_refused(void **unused)
{
    char memory[2 * CHRONY_LINE_MAX];
    (void)unused;
    for (size_t size = CHRONY_NAME_MAX - 1; size < CHRONY_NAME_MAX + 2; size++) {
        struct text text = TEXT_IN(memory);
        text_put_literal(&text, "1,");
        for (size_t i = 0; i < size; i++) {
            text_put_char(&text, 'a');
        }
        text_put_literal(&text, ",2,0,0,0,0,0,0,0,0,0,0,Normal");
        assert_int_equal(is_refused(text_bytes(&text)), size > CHRONY_NAME_MAX);
    }
    memset(memory, ',', sizeof memory);
    assert_true(is_refused(bytes_of(memory, sizeof memory)));
}

/* The same, with decimals that are made anew: compared with arithmetic in whole nanoseconds. */
static void offsets_are_rounded_away_from_zero(void **unused)
{
    uint64_t seed = 9;
    (void)unused;
    for (size_t i = 0; i < 5000; i++) {
        char line[200];
        uint64_t seconds = random_below(&seed, 1000000), ns = random_below(&seed, 1000000000);
        bool negative = random_below(&seed, 2) == 1;
        snprintf(line, sizeof line, "1,a,2,0,%s%llu.%09llu,0,0,0,0,0,0,0,0,Normal",
                 negative ? "-" : "", (unsigned long long)seconds, (unsigned long long)ns);
        struct chrony chrony = said(line);
        assert_int_equal(chrony.offset_us, seconds * 1000000 + (ns + 999) / 1000);
        assert_int_equal(chrony.behind, negative && (seconds > 0 || ns > 0));
    }
}

static void no_bytes_do_harm(void **unused)
{
    uint64_t seed = 77;
    (void)unused;
    for (size_t i = 0; i < 5000; i++) {
        char line[] = USUAL;
        for (uint64_t flips = 1 + random_below(&seed, 4); flips > 0; flips--) {
            line[random_below(&seed, sizeof line - 1)] = (char)random_below(&seed, 256);
        }
        (void)is_refused(bytes_of(line, random_below(&seed, sizeof line)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_that_is_kept_has_a_source_an_offset_and_an_error),
        cmocka_unit_test(a_clock_that_is_behind_has_a_negative_offset),
        cmocka_unit_test(a_clock_without_a_source_is_not_synchronised),
        cmocka_unit_test(what_chronyc_does_not_say_is_refused),
        cmocka_unit_test(long_lines_and_names_are_refused),
        cmocka_unit_test(offsets_are_rounded_away_from_zero),
        cmocka_unit_test(no_bytes_do_harm),
    };
    return cmocka_run_group_tests_name("reports/clock/chrony", tests, NULL, NULL);
}
