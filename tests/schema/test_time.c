/*
 * Instants, against the C library's calendar and RFC 3339.
 */
#include "schema/time.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

static void assert_civil(uint64_t utc_us)
{
    struct tm expected;
    time_t seconds = (time_t)(utc_us / TIME_SECOND_US);
    struct civil_time civil = time_civil(utc_us);
    assert_non_null(gmtime_r(&seconds, &expected));
    assert_int_equal(civil.year, expected.tm_year + 1900);
    assert_int_equal(civil.month, expected.tm_mon + 1);
    assert_int_equal(civil.day, expected.tm_mday);
    assert_int_equal(civil.hour, expected.tm_hour);
    assert_int_equal(civil.minute, expected.tm_min);
    assert_int_equal(civil.second, expected.tm_sec);
    assert_int_equal(civil.microsecond, utc_us % TIME_SECOND_US);
    assert_true(time_of_civil(&civil) == utc_us);
}

static void every_day_up_to_9999_is_that_of_the_c_library(void **unused)
{
    (void)unused;
    const uint64_t day_us = 86400 * TIME_SECOND_US;
    for (uint64_t utc_us = 0; utc_us < TIME_MAX_US; utc_us += day_us) {
        assert_civil(utc_us);
        assert_civil(utc_us + day_us - 1);
    }
    assert_civil(TIME_MAX_US);
}

static void a_month_has_the_days_of_its_year(void **unused)
{
    (void)unused;
    assert_int_equal(time_month_days(2000, 2), 29);
    assert_int_equal(time_month_days(2100, 2), 28);
    assert_int_equal(time_month_days(2024, 2), 29);
    assert_int_equal(time_month_days(2026, 2), 28);
    for (uint32_t year = 1970; year <= 2400; year++) {
        uint32_t days = 0;
        for (uint32_t month = 1; month <= 12; month++) {
            days += time_month_days(year, month);
        }
        struct civil_time first = {.year = year, .month = 1, .day = 1};
        struct civil_time next = {.year = year + 1, .month = 1, .day = 1};
        assert_true(time_of_civil(&next) - time_of_civil(&first) == days * 86400 * TIME_SECOND_US);
    }
}

/* The form that is hashed --------------------------------------------------------------------- */

static void assert_canonical(uint64_t utc_us)
{
    char memory[TIME_TEXT_SIZE + 1];
    struct text text = TEXT_IN(memory);
    uint64_t back, rfc;
    time_write(&text, utc_us);
    assert_int_equal(text.size, TIME_TEXT_SIZE);
    assert_false(failed(time_read_canonical(text_bytes(&text), &back)));
    assert_false(failed(time_read_rfc3339(text_bytes(&text), &rfc)));
    assert_true(back == utc_us && rfc == utc_us);
}

static void what_is_written_is_read_back(void **unused)
{
    (void)unused;
    struct random random = {.state = 7};
    char memory[64];
    struct text text = TEXT_IN(memory);
    time_write(&text, UINT64_C(1773093480123456));
    assert_string_equal(text_string(&text), "2026-03-09T21:58:00.123456Z");
    assert_canonical(0);
    assert_canonical(TIME_MAX_US);
    for (size_t round = 0; round < 100000; round++) {
        assert_canonical(random_below(&random, TIME_MAX_US + 1));
    }
}

/* A text that is read is the one that would be written: every change of one character. */
static void an_instant_has_one_canonical_text(void **unused)
{
    (void)unused;
    static const char good[] = "2024-02-29T23:59:59.999999Z";
    size_t read = 0;
    for (size_t at = 0; at < TIME_TEXT_SIZE; at++) {
        for (unsigned c = 0; c < 256; c++) {
            char changed[TIME_TEXT_SIZE], memory[TIME_TEXT_SIZE + 1];
            struct text again = TEXT_IN(memory);
            uint64_t utc_us;
            memcpy(changed, good, sizeof changed);
            changed[at] = (char)c;
            struct status status = time_read_canonical(bytes_of(changed, sizeof changed), &utc_us);
            if (!failed(status)) {
                time_write(&again, utc_us);
                assert_memory_equal(text_string(&again), changed, TIME_TEXT_SIZE);
                read++;
            } else {
                assert_int_equal(status.code, STATUS_MALFORMED);
                assert_true(status.at <= at);
            }
        }
    }
    assert_true(read > TIME_TEXT_SIZE);
}

static void assert_refused(const char *text)
{
    uint64_t utc_us = 5;
    assert_int_equal(time_read_canonical(bytes_of_string(text), &utc_us).code, STATUS_MALFORMED);
    assert_int_equal(utc_us, 5);
}

static void no_other_form_is_hashed(void **unused)
{
    (void)unused;
    static const char good[] = "2024-02-29T23:59:59.999999Z";
    for (size_t size = 0; size < TIME_TEXT_SIZE; size++) {
        uint64_t utc_us;
        assert_true(failed(time_read_canonical(bytes_of(good, size), &utc_us)));
    }
    static const char *const others[] = {
        "2024-02-29T23:59:59Z",         "2024-02-29T23:59:59.99999Z",
        "2024-02-29T23:59:59.9999999Z", "2024-02-29t23:59:59.999999Z",
        "2024-02-29 23:59:59.999999Z",  "2024-02-29T23:59:59.999999z",
        "2024-02-29T23:59:60.000000Z",  "2024-02-29T24:00:00.000000Z",
        "2023-02-29T00:00:00.000000Z",  "2024-02-30T00:00:00.000000Z",
        "2024-04-31T00:00:00.000000Z",  "2024-00-01T00:00:00.000000Z",
        "2024-13-01T00:00:00.000000Z",  "2024-01-00T00:00:00.000000Z",
        "1969-12-31T23:59:59.999999Z",  "2024-02-29T23:60:00.000000Z",
        "2024-02-29T23:59:59.999999Z ", "2024-02-29T23:59:59.999999+00:00",
        "+024-02-29T23:59:59.999999Z",  "2024-02-29T23:59:59,999999Z",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_refused(others[i]);
    }
}

/* What other systems write -------------------------------------------------------------------- */

static void assert_reads(const char *text, const char *canonical)
{
    char memory[64];
    struct text again = TEXT_IN(memory);
    uint64_t utc_us;
    assert_false(failed(time_read_rfc3339(bytes_of_string(text), &utc_us)));
    time_write(&again, utc_us);
    assert_string_equal(text_string(&again), canonical);
}

static void rfc_3339_is_read_in_all_its_forms(void **unused)
{
    (void)unused;
    assert_reads("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z");
    assert_reads("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000000Z");
    assert_reads("1990-12-31T23:59:60Z", "1990-12-31T23:59:59.999999Z");
    assert_reads("1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59.999999Z");
    assert_reads("1990-12-31T15:59:60.7-08:00", "1990-12-31T23:59:59.999999Z");
    assert_reads("2026-01-01t00:00:00z", "2026-01-01T00:00:00.000000Z");
    assert_reads("2026-01-01 00:00:00+00:30", "2025-12-31T23:30:00.000000Z");
    assert_reads("2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00.000000Z");
    assert_reads("2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123456Z");
    assert_reads("2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.100000Z");
    assert_reads("1970-01-01T00:00:00-23:59", "1970-01-01T23:59:00.000000Z");
}

static void what_is_not_rfc_3339_is_refused(void **unused)
{
    (void)unused;
    static const char *const wrong[] = {
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+00:60",
        "2026-01-01T00:00:00+0000",
        "2026-01-01T00:00:00ZZ",
        "2026-01-01T00:00Z",
        "26-01-01T00:00:00Z",
        "2026-1-1T00:00:00Z",
        "1970-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "2026-01-01T12:30:60Z",
        "2026-01-01T23:59:61Z",
        "1990-12-31T23:59:60-08:00",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint64_t utc_us = 5;
        struct status status = time_read_rfc3339(bytes_of_string(wrong[i]), &utc_us);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_non_null(status.why);
        assert_int_equal(utc_us, 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_up_to_9999_is_that_of_the_c_library),
        cmocka_unit_test(a_month_has_the_days_of_its_year),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(an_instant_has_one_canonical_text),
        cmocka_unit_test(no_other_form_is_hashed),
        cmocka_unit_test(rfc_3339_is_read_in_all_its_forms),
        cmocka_unit_test(what_is_not_rfc_3339_is_refused),
    };
    return cmocka_run_group_tests_name("schema/time", tests, NULL, NULL);
}
