/*
 * Syslog lines: their three forms, their times, their tags.
 */
#include "schema/time.h"
#include "tests/tools/import_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t instant(const char *text)
{
    uint64_t utc_us;
    assert_int_equal(time_read_rfc3339(bytes_of_string(text), &utc_us).code, STATUS_OK);
    return utc_us;
}

/* The time of the only record of a line. */
static uint64_t time_of(const struct import_options *options, const char *line)
{
    struct import_run run = import_bytes(options, bytes_of_string(line));
    assert_int_equal(run.record_count, 1);
    uint64_t at = run.records[0].at_utc_us;
    import_run_free(&run);
    return at;
}

static size_t problems_of(const struct import_options *options, const char *line)
{
    struct import_run run = import_bytes(options, bytes_of_string(line));
    size_t count = run.problem_count;
    assert_int_equal(run.record_count + count, 1);
    import_run_free(&run);
    return count;
}

static void check_said(const char *line, const char *expected)
{
    char memory[4096];
    struct import_run run = import_string(IMPORT_FORMAT_SYSLOG, line);
    assert_int_equal(run.record_count, 1);
    assert_string_equal(import_said(&run.records[0], memory), expected);
    assert_true(bytes_equal(run.records[0].system, LITERAL("syslog")));
    assert_true(bytes_equal(run.records[0].raw, bytes_of_string(line)));
    import_run_free(&run);
}

static void a_time_without_a_year_is_the_latest_that_has_been(void **unused)
{
    (void)unused;
    struct import_options options = {.format = IMPORT_FORMAT_SYSLOG,
                                     .now_utc_us = instant("2026-03-10T12:00:00Z")};
    assert_int_equal(time_of(&options, "Mar 10 11:59:59 h p: m"), instant("2026-03-10T11:59:59Z"));
    assert_int_equal(time_of(&options, "Dec 31 23:59:59 h p: m"), instant("2025-12-31T23:59:59Z"));
    assert_int_equal(time_of(&options, "Jan  1 00:00:00 h p: m"), instant("2026-01-01T00:00:00Z"));
    assert_int_equal(time_of(&options, "Feb 29 00:00:00 h p: m"), instant("2024-02-29T00:00:00Z"));
}

static void a_clock_may_be_a_day_ahead_of_ours(void **unused)
{
    (void)unused;
    struct import_options options = {.format = IMPORT_FORMAT_SYSLOG,
                                     .now_utc_us = instant("2026-03-10T12:00:00Z")};
    assert_int_equal(time_of(&options, "Mar 11 12:00:00 h p: m"), instant("2026-03-11T12:00:00Z"));
    assert_int_equal(time_of(&options, "Mar 11 12:00:01 h p: m"), instant("2025-03-11T12:00:01Z"));
    options.now_utc_us = instant("2025-12-31T23:00:00Z");
    assert_int_equal(time_of(&options, "Jan  1 00:00:00 h p: m"), instant("2026-01-01T00:00:00Z"));
}

static void a_29th_of_february_is_of_a_leap_year_even_around_2100(void **unused)
{
    (void)unused;
    struct import_options options = {.format = IMPORT_FORMAT_SYSLOG,
                                     .now_utc_us = instant("2104-02-28T00:00:00Z")};
    assert_int_equal(time_of(&options, "Feb 29 10:00:00 h p: m"), instant("2096-02-29T10:00:00Z"));
    options.now_utc_us = 0;
    assert_int_equal(problems_of(&options, "Feb 29 10:00:00 h p: m"), 1);
}

static void the_year_asked_for_is_taken(void **unused)
{
    (void)unused;
    struct import_options options = {.format = IMPORT_FORMAT_SYSLOG, .year = 2019};
    assert_int_equal(time_of(&options, "Dec 10 06:55:46 h p: m"), instant("2019-12-10T06:55:46Z"));
    assert_int_equal(problems_of(&options, "Feb 29 06:55:46 h p: m"), 1);
    assert_int_equal(time_of(&options, "Dec 10 2021 06:55:46 h p: m"),
                     instant("2021-12-10T06:55:46Z"));
}

static void a_time_without_a_zone_is_of_the_zone_asked_for(void **unused)
{
    (void)unused;
    struct import_options options = {
        .format = IMPORT_FORMAT_SYSLOG, .year = 2019, .zone_offset_s = 2 * 3600};
    assert_int_equal(time_of(&options, "Dec 10 01:55:46.25 h p: m"),
                     instant("2019-12-09T23:55:46.25Z"));
    assert_int_equal(time_of(&options, "2019-12-10T01:55:46Z h p: m"),
                     instant("2019-12-10T01:55:46Z"));
    options.year = 1970;
    assert_int_equal(problems_of(&options, "Jan  1 01:00:00 h p: m"), 1);
}

static void fractions_and_leap_seconds_are_read(void **unused)
{
    (void)unused;
    struct import_options options = {.format = IMPORT_FORMAT_SYSLOG, .year = 2016};
    assert_int_equal(time_of(&options, "Dec 31 23:59:60 h p: m"),
                     instant("2016-12-31T23:59:59.999999Z"));
    assert_int_equal(time_of(&options, "Dec 31 23:59:58.123456789 h p: m"),
                     instant("2016-12-31T23:59:58.123456Z"));
    assert_int_equal(time_of(&options, "Dec 31 23:59:58.000001 h p: m"),
                     instant("2016-12-31T23:59:58.000001Z"));
}

static void the_newer_forms_say_when_themselves(void **unused)
{
    (void)unused;
    struct import_options options = {.format = IMPORT_FORMAT_SYSLOG};
    assert_int_equal(time_of(&options, "<34>1 2026-03-09T21:58:00.5-02:00 h p 1 i - m"),
                     instant("2026-03-09T23:58:00.5Z"));
    assert_int_equal(time_of(&options, "1 2026-03-09T21:58:00Z h p 1 i -"),
                     instant("2026-03-09T21:58:00Z"));
    assert_int_equal(time_of(&options, "<0>1 - h p 1 i - m"), 0);
    assert_int_equal(time_of(&options, "2026-03-09T21:58:00.123456+01:00 h p[1]: m"),
                     instant("2026-03-09T20:58:00.123456Z"));
}

static void host_and_program_are_found_in_every_form(void **unused)
{
    (void)unused;
    check_said("Mar  9 21:58:00 lab2 sshd[7]: Invalid user x from 192.0.2.4",
               "sshd invalid-user|x|lab2|192.0.2.4|failed");
    check_said("<38>Mar  9 21:58:00 lab2 sshd-session[7]: Invalid user x from 192.0.2.4",
               "sshd invalid-user|x|lab2|192.0.2.4|failed");
    check_said("2026-03-09T21:58:00Z lab2 sshd[7]: Invalid user x from 192.0.2.4",
               "sshd invalid-user|x|lab2|192.0.2.4|failed");
    check_said("<38>1 2026-03-09T21:58:00Z lab2 sshd 7 - - Invalid user x from 192.0.2.4",
               "sshd invalid-user|x|lab2|192.0.2.4|failed");
    check_said("<38>1 2026-03-09T21:58:00Z lab2 sshd 7 - - \xef\xbb\xbfInvalid user x from ::1",
               "sshd invalid-user|x|lab2|::1|failed");
    check_said("Mar  9 21:58:00 lab2 CRON[7]: pam_unix(cron:session): session closed for user root",
               "CRON pam-session-closed|root|lab2|-|ok");
    check_said("Mar  9 21:58:00 lab2 /usr/sbin/door: Invalid user x from 192.0.2.4",
               "/usr/sbin/door|-|lab2|-|ok");
}

static void a_line_may_lack_host_or_tag(void **unused)
{
    (void)unused;
    check_said("Mar  9 21:58:00 sshd: Invalid user x from ::1", "sshd invalid-user|x|-|::1|failed");
    check_said("Mar  9 21:58:00 sshd[9]: Invalid user x from ::1",
               "sshd invalid-user|x|-|::1|failed");
    check_said("Mar  9 21:58:00 lab2 last message repeated 2 times", "message|-|lab2|-|ok");
    check_said("Mar  9 21:58:00 lab2 -- MARK --", "message|-|lab2|-|ok");
    check_said("Mar  9 21:58:00 lab2", "message|-|lab2|-|ok");
    check_said("<0>1 - - - - - -", "message|-|-|-|ok");
    check_said("<0>1 - - door - ID7 - x", "door ID7|-|-|-|ok");
}

static void structured_data_is_passed_over(void **unused)
{
    (void)unused;
    check_said("<0>1 - h sshd - - [a b=\"c\"] Invalid user x from ::1",
               "sshd invalid-user|x|h|::1|failed");
    check_said("<0>1 - h sshd - - [a b=\"]\\\"] x\"][c d=\"\\\\\"] Invalid user x from ::1",
               "sshd invalid-user|x|h|::1|failed");
    check_said("<0>1 - h sshd - - [a]", "sshd|-|h|-|ok");
}

static void what_is_no_syslog_line_is_a_problem(void **unused)
{
    (void)unused;
    static const char *const lines[] = {
        "x",
        "Mar",
        "Mar  9",
        "Mar  9 21:58:00",
        "Mar  9 21:58:00 ",
        "Mar  0 21:58:00 h p: m",
        "Mar 32 21:58:00 h p: m",
        "Apr 31 21:58:00 h p: m",
        "Foo  9 21:58:00 h p: m",
        "Mar  9 24:00:00 h p: m",
        "Mar  9 23:60:00 h p: m",
        "Mar  9 23:00:61 h p: m",
        "Mar  9 23:00:00. h p: m",
        "<192>Mar  9 21:58:00 h p: m",
        "<>Mar  9 21:58:00 h p: m",
        "<1",
        "<13>",
        "<34>1 yesterday h p - - - m",
        "<34>1 2026-03-09T21:58:00Z h p - - [a m",
        "<34>1 2026-03-09T21:58:00Z h p - - [a b=\"\\",
        "<34>1 2026-03-09T21:58:00Z h p - - m",
        "<34>1 2026-03-09T21:58:00Z",
        "2026-03-09 h p: m",
        "1e5",
    };
    struct import_options options = {.format = IMPORT_FORMAT_SYSLOG, .now_utc_us = IMPORT_NOW_US};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (problems_of(&options, lines[i]) != 1) {
            fail_msg("'%s' was read", lines[i]);
        }
    }
}

/* Whatever the zone, and over every end of a year there is on the way. */
static void any_time_of_the_last_year_comes_back(void **unused)
{
    (void)unused;
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    uint64_t state = 3;
    for (unsigned round = 0; round < 3000; round++) {
        char line[128];
        uint64_t now = IMPORT_NOW_US + import_random(&state, UINT64_C(1) << 33) * TIME_SECOND_US;
        uint64_t at = now - import_random(&state, 364 * 86400) * TIME_SECOND_US;
        int32_t offset = (int32_t)import_random(&state, 86400) - 43200;
        struct civil_time civil = time_civil(at + (uint64_t)(offset + 86400) * TIME_SECOND_US -
                                             UINT64_C(86400) * TIME_SECOND_US);
        struct import_options options = {
            .format = IMPORT_FORMAT_SYSLOG, .now_utc_us = now, .zone_offset_s = offset};
        (void)snprintf(line, sizeof line, "%.3s %2u %02u:%02u:%02u h p: m",
                       months + (size_t)(civil.month - 1) * 3, civil.day, civil.hour, civil.minute,
                       civil.second);
        assert_int_equal(time_of(&options, line) / TIME_SECOND_US, at / TIME_SECOND_US);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_without_a_year_is_the_latest_that_has_been),
        cmocka_unit_test(a_clock_may_be_a_day_ahead_of_ours),
        cmocka_unit_test(a_29th_of_february_is_of_a_leap_year_even_around_2100),
        cmocka_unit_test(the_year_asked_for_is_taken),
        cmocka_unit_test(a_time_without_a_zone_is_of_the_zone_asked_for),
        cmocka_unit_test(fractions_and_leap_seconds_are_read),
        cmocka_unit_test(the_newer_forms_say_when_themselves),
        cmocka_unit_test(host_and_program_are_found_in_every_form),
        cmocka_unit_test(a_line_may_lack_host_or_tag),
        cmocka_unit_test(structured_data_is_passed_over),
        cmocka_unit_test(what_is_no_syslog_line_is_a_problem),
        cmocka_unit_test(any_time_of_the_last_year_comes_back),
    };
    return cmocka_run_group_tests_name("tools/import/syslog", tests, NULL, NULL);
}
