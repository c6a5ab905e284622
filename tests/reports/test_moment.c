/*
 * Time expressions: what each means, that what is written reads back, and what is refused.
 */
#include "reports/moment.h"
#include "tests/reports/capture.h"
#include "tests/reports/zones.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint64_t instant(const char *text)
{
    uint64_t utc_us = 0;
    assert_false(failed(time_read_rfc3339(bytes_of_string(text), &utc_us)));
    return utc_us;
}

/* A Wednesday. */
static struct moment_context context_in(const char *zone)
{
    return (struct moment_context){.now_utc_us = instant("2026-03-11T12:00:00Z"),
                                   .zone = go_to(zone)};
}

static void assert_range(const char *text, const struct moment_context *context,
                         const char *expected)
{
    struct moment_range range;
    struct moment_doubt doubt;
    char memory[128];
    struct text written = TEXT_IN(memory);
    const struct zone utc = zone_utc();
    struct status status = moment_read_range(bytes_of_string(text), context, &range, &doubt);
    if (failed(status)) {
        fail_msg("%s: byte %u: %s", text, (unsigned)status.at, status.why);
    }
    moment_range_write(&range, &utc, &written);
    assert_string_equal(text_string(&written), expected);
}

static void an_expression_means_all_that_it_names(void **unused)
{
    (void)unused;
    static const char *const rows[][2] = {
        {"2026-03-09T21:40:12Z", "2026-03-09T21:40:12Z..2026-03-09T21:40:13Z"},
        {"2026-03-09T21:40:12.5Z", "2026-03-09T21:40:12.500Z..2026-03-09T21:40:12.600Z"},
        {"2026-03-09T21:40:12.123456789Z",
         "2026-03-09T21:40:12.123456Z..2026-03-09T21:40:12.123457Z"},
        {"2026-03-09t21:40:12+01:00", "2026-03-09T20:40:12Z..2026-03-09T20:40:13Z"},
        {"2026-03-09 21:40Z", "2026-03-09T21:40:00Z..2026-03-09T21:41:00Z"},
        {"2026-03-09 21:40", "2026-03-09T21:40:00Z..2026-03-09T21:41:00Z"},
        {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z..2017-01-01T00:00:00Z"},
        {"2026-03-09", "2026-03-09T00:00:00Z..2026-03-10T00:00:00Z"},
        {"2024-02", "2024-02-01T00:00:00Z..2024-03-01T00:00:00Z"},
        {"2025-12", "2025-12-01T00:00:00Z..2026-01-01T00:00:00Z"},
        {"9999-12", "9999-12-01T00:00:00Z.."},
        {"9999-12-31", "9999-12-31T00:00:00Z.."},
        {"now", "2026-03-11T12:00:00Z..2026-03-11T12:00:00.000001Z"},
        {"today", "2026-03-11T00:00:00Z..2026-03-12T00:00:00Z"},
        {"yesterday", "2026-03-10T00:00:00Z..2026-03-11T00:00:00Z"},
        {"mon", "2026-03-09T00:00:00Z..2026-03-10T00:00:00Z"},
        {"tue", "2026-03-10T00:00:00Z..2026-03-11T00:00:00Z"},
        {"wed", "2026-03-11T00:00:00Z..2026-03-12T00:00:00Z"},
        {"thu", "2026-03-05T00:00:00Z..2026-03-06T00:00:00Z"},
        {"sun", "2026-03-08T00:00:00Z..2026-03-09T00:00:00Z"},
        {"this-week", "2026-03-09T00:00:00Z..2026-03-16T00:00:00Z"},
        {"last-week", "2026-03-02T00:00:00Z..2026-03-09T00:00:00Z"},
        {"this-month", "2026-03-01T00:00:00Z..2026-04-01T00:00:00Z"},
        {"last-month", "2026-02-01T00:00:00Z..2026-03-01T00:00:00Z"},
        {"-90s", "2026-03-11T11:58:30Z..2026-03-11T12:00:00Z"},
        {"-2h", "2026-03-11T10:00:00Z..2026-03-11T12:00:00Z"},
        {"-3w", "2026-02-18T12:00:00Z..2026-03-11T12:00:00Z"},
        {"-6mo", "2025-09-11T12:00:00Z..2026-03-11T12:00:00Z"},
        {"-1y", "2025-03-11T12:00:00Z..2026-03-11T12:00:00Z"},
        {"seq:0", "seq:0..seq:1"},
        {"@1773093480", "2026-03-09T21:58:00Z..2026-03-09T21:58:01Z"},
        {"@1773093480.25", "2026-03-09T21:58:00.250Z..2026-03-09T21:58:00.260Z"},
        {"2026-03-09..2026-03-11", "2026-03-09T00:00:00Z..2026-03-11T00:00:00Z"},
        {"2026-03-09..", "2026-03-09T00:00:00Z.."},
        {"..yesterday", "..2026-03-10T00:00:00Z"},
        {"..", ".."},
        {"-2h..-1h", "2026-03-11T10:00:00Z..2026-03-11T11:00:00Z"},
        {"2026-03-09..+15m", "2026-03-09T00:00:00Z..2026-03-09T00:15:00Z"},
        {"@1773093480.5..@1773093481", "2026-03-09T21:58:00.500Z..2026-03-09T21:58:01Z"},
        {"seq:5..seq:9", "seq:5..seq:9"},
        {"seq:5..2026-03-09", "seq:5..2026-03-09T00:00:00Z"},
        {"2026-03-09/2h", "2026-03-09T00:00:00Z..2026-03-09T02:00:00Z"},
        {"2026-01-31/1mo", "2026-01-31T00:00:00Z..2026-02-28T00:00:00Z"},
        {"9999-12-31/2d", "9999-12-31T00:00:00Z.."},
        {"2026-03-09 12:00\u00b15m", "2026-03-09T11:55:00Z..2026-03-09T12:05:00Z"},
        {"2026-03-09T12:00+01:00+-5m", "2026-03-09T10:55:00Z..2026-03-09T11:05:00Z"},
        {"2026-03-09..2026-03-09", "2026-03-09T00:00:00Z..2026-03-09T00:00:00Z"},
    };
    const struct moment_context context = context_in("UTC");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_range(rows[i][0], &context, rows[i][1]);
    }
}

static void days_and_bare_times_are_of_the_zone(void **unused)
{
    (void)unused;
    const struct moment_context context = context_in("America/New_York");
    /* the clock goes forward on the 8th: a day of 23 hours, then back in November: one of 25 */
    assert_range("2026-03-08", &context, "2026-03-08T05:00:00Z..2026-03-09T04:00:00Z");
    assert_range("2026-11-01", &context, "2026-11-01T04:00:00Z..2026-11-02T05:00:00Z");
    assert_range("2026-03", &context, "2026-03-01T05:00:00Z..2026-04-01T04:00:00Z");
    assert_range("2026-03-08 01:59", &context, "2026-03-08T06:59:00Z..2026-03-08T07:00:00Z");
    assert_range("2026-03-08 03:00", &context, "2026-03-08T07:00:00Z..2026-03-08T07:01:00Z");
    assert_range("today", &context, "2026-03-11T04:00:00Z..2026-03-12T04:00:00Z");
    assert_range("this-week", &context, "2026-03-09T04:00:00Z..2026-03-16T04:00:00Z");
    assert_range("9999-12-31", &context, "9999-12-31T05:00:00Z..");

    struct moment_context early = context;
    early.now_utc_us = instant("2026-03-11T03:00:00Z"); /* still the 10th there */
    assert_range("today", &early, "2026-03-10T04:00:00Z..2026-03-11T04:00:00Z");
}

static void a_day_without_midnight_begins_after_the_jump(void **unused)
{
    (void)unused;
    struct moment_context context = context_in("America/Havana");
    assert_range("2024-03-10", &context, "2024-03-10T05:00:00Z..2024-03-11T04:00:00Z");
    assert_range("2024-11-03", &context, "2024-11-03T04:00:00Z..2024-11-04T05:00:00Z");
    context = context_in("Pacific/Apia");
    assert_range("2011-12-29", &context, "2011-12-29T10:00:00Z..2011-12-30T10:00:00Z");
    assert_range("2011-12-30", &context, "2011-12-30T10:00:00Z..2011-12-30T10:00:00Z");
}

static void assert_doubt(const char *text, bool twice, const char *expected)
{
    const struct moment_context context = context_in("America/New_York");
    struct moment moment;
    struct moment_doubt doubt;
    char memory[128];
    struct text written = TEXT_IN(memory);
    struct status status = moment_read(bytes_of_string(text), &context, &moment, &doubt);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_true(doubt.any);
    assert_int_equal(doubt.twice, twice);
    moment_doubt_write(&doubt, &context.zone, &written);
    assert_string_equal(text_string(&written), expected);
}

static void a_time_that_comes_twice_or_never_is_refused_with_both_readings(void **unused)
{
    (void)unused;
    assert_doubt("2026-11-01 01:30", true,
                 "2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00");
    assert_doubt("2026-11-01 01:00", true,
                 "2026-11-01T01:00:00-04:00 or 2026-11-01T01:00:00-05:00");
    assert_doubt("2026-03-08 02:30", false,
                 "2026-03-08T01:30:00-05:00 or 2026-03-08T03:30:00-04:00");
    assert_doubt("2026-03-08 02:00", false,
                 "2026-03-08T01:00:00-05:00 or 2026-03-08T03:00:00-04:00");
    const struct moment_context context = context_in("America/New_York");
    assert_range("2026-11-01 01:30-05:00", &context, "2026-11-01T06:30:00Z..2026-11-01T06:31:00Z");
    assert_range("2026-11-01 02:00", &context, "2026-11-01T07:00:00Z..2026-11-01T07:01:00Z");
}

static const struct {
    const char *text;
    uint64_t at;
} nonsense[] = {
    {"", 0},
    {" ", 0},
    {"tomorrow", 0},
    {"nowhere", 3},
    {"2026", 4},
    {"2026-", 5},
    {"2026-13", 0},
    {"2026-00-01", 0},
    {"2026-02-30", 0},
    {"2026-03-09T", 11},
    {"2026-03-09T2", 12},
    {"2026-03-09T21", 13},
    {"2026-03-09T24:00", 0},
    {"2026-03-09T21:60", 0},
    {"2026-03-09T21:40:61", 0},
    {"2026-03-09T21:40:12.", 20},
    {"2026-03-09T21:40:12.1234567890Z", 29},
    {"2026-03-09T21:40+1:00", 18},
    {"2026-03-09T21:40+24:00", 22},
    {"2026-03-09T21:40ZZ", 17},
    {"2026-03-09x", 10},
    {"2026-03-09 ", 11},
    {"1969-12-31", 0},
    {"1970-01-01T00:00+01:00", 22},
    {"9999-12-31T23:00-02:00", 22},
    {"-2", 2},
    {"-2x", 2},
    {"-h", 1},
    {"-100y", 5},
    {"+15m", 1},
    {"@", 1},
    {"@1.", 3},
    {"@999999999999", 13},
    {"seq:", 4},
    {"seq:x", 4},
    {"seq:9007199254740993", 20},
    {"seq:99999999999999999999", 24},
    {"2026-03-11..2026-03-09", 12},
    {"seq:9..seq:5", 7},
    {"..x", 2},
    {"a..b", 0},
    {"today..tomorrow", 7},
    {"seq:5..+15m", 8},
    {"seq:5/2h", 5},
    {"today/", 6},
    {"today/2h..", 5},
    {"today/2hh", 8},
    {"today\u00b1", 7},
    {"..today..", 7},
    {"...", 2},
};

static void nonsense_is_refused_at_its_byte(void **unused)
{
    (void)unused;
    const struct moment_context context = context_in("UTC");
    for (size_t i = 0; i < sizeof nonsense / sizeof nonsense[0]; i++) {
        struct moment_range range = {.since = {.value = 77}};
        struct moment_doubt doubt;
        struct status status =
            moment_read_range(bytes_of_string(nonsense[i].text), &context, &range, &doubt);
        assert_int_equal(status.code, STATUS_MALFORMED);
        if (status.at != nonsense[i].at) {
            fail_msg("%s: byte %u instead of %u", nonsense[i].text, (unsigned)status.at,
                     (unsigned)nonsense[i].at);
        }
        assert_non_null(status.why);
        assert_false(doubt.any);
        assert_int_equal(range.since.value, 77);
    }
}

static void plus_counts_from_the_beginning_that_is_given(void **unused)
{
    (void)unused;
    struct moment_context context = context_in("UTC");
    struct moment moment;
    struct moment_doubt doubt;
    context.since = (struct moment){.kind = MOMENT_TIME, .value = instant("2026-03-09T00:00:00Z")};
    assert_false(failed(moment_read(LITERAL("+15m"), &context, &moment, &doubt)));
    assert_int_equal(moment.value, instant("2026-03-09T00:15:00Z"));
    context.since.value = TIME_MAX_US;
    assert_true(failed(moment_read(LITERAL("+15m"), &context, &moment, &doubt)));
}

static struct moment random_moment(uint64_t *state)
{
    switch (random_below(state, 5)) {
    case 0:
        return (struct moment){.kind = MOMENT_OPEN};
    case 1:
        return (struct moment){.kind = MOMENT_POSITION,
                               .value = random_below(state, (UINT64_C(1) << 53) + 1)};
    case 2:
        return (struct moment){.kind = MOMENT_TIME,
                               .value = random_below(state, TIME_MAX_US / 1000) * 1000};
    case 3:
        return (struct moment){.kind = MOMENT_TIME,
                               .value = random_below(state, 10000000000) * TIME_SECOND_US};
    default:
        return (struct moment){.kind = MOMENT_TIME, .value = random_below(state, TIME_MAX_US + 1)};
    }
}

static void assert_same(const struct moment *a, const struct moment *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->value, b->value);
}

static void what_is_written_reads_back(void **unused)
{
    (void)unused;
    uint64_t state = 11;
    for (int round = 0; round < 20000; round++) {
        const struct moment_context context = context_in(test_zones[round % TEST_ZONES]);
        struct moment_range range = {.since = random_moment(&state),
                                     .until = random_moment(&state)};
        struct moment_range read;
        struct moment moment;
        struct moment_doubt doubt;
        char memory[128];
        struct text text = TEXT_IN(memory);
        if (range.since.kind == range.until.kind && range.until.value < range.since.value) {
            range.until.value = range.since.value;
        }
        moment_range_write(&range, &context.zone, &text);
        assert_false(failed(moment_read_range(text_bytes(&text), &context, &read, &doubt)));
        assert_same(&read.since, &range.since);
        assert_same(&read.until, &range.until);
        if (range.since.kind != MOMENT_OPEN) {
            text_clear(&text);
            moment_write(range.since, &context.zone, &text);
            assert_false(failed(moment_read(text_bytes(&text), &context, &moment, &doubt)));
            assert_same(&moment, &range.since);
        }
    }
}

/* RFC 3339 with a few characters changed. */
static size_t random_rfc3339(uint64_t *state, char out[static 64])
{
    static const char characters[] = "0123456789-:.TtZz+ 2369";
    char *end = out;
    end += snprintf(end, 32, "%04u-%02u-%02u%c%02u:%02u:%02u",
                    1969 + (unsigned)random_below(state, 8032),
                    1 + (unsigned)random_below(state, 12), 1 + (unsigned)random_below(state, 31),
                    "Tt "[random_below(state, 3)], (unsigned)random_below(state, 24),
                    (unsigned)random_below(state, 60), (unsigned)random_below(state, 61));
    if (random_below(state, 2) == 0) {
        *end++ = '.';
        for (uint64_t digits = 1 + random_below(state, 9); digits > 0; digits--) {
            *end++ = (char)('0' + random_below(state, 10));
        }
    }
    if (random_below(state, 2) == 0) {
        *end++ = "Zz"[random_below(state, 2)];
    } else {
        end += snprintf(end, 8, "%c%02u:%02u", "+-"[random_below(state, 2)],
                        (unsigned)random_below(state, 24), (unsigned)random_below(state, 60));
    }
    for (uint64_t changes = random_below(state, 3); changes > 0; changes--) {
        out[random_below(state, (uint64_t)(end - out))] =
            characters[random_below(state, sizeof characters - 1)];
    }
    return (size_t)(end - out);
}

static void all_of_rfc3339_is_read_as_schema_time_reads_it(void **unused)
{
    (void)unused;
    uint64_t state = 12, accepted = 0;
    const struct moment_context context = context_in("America/New_York");
    for (int round = 0; round < 200000; round++) {
        char memory[64];
        struct bytes text = bytes_of(memory, random_rfc3339(&state, memory));
        uint64_t utc_us;
        struct moment moment;
        struct moment_doubt doubt;
        if (failed(time_read_rfc3339(text, &utc_us))) {
            continue;
        }
        accepted++;
        struct status status = moment_read(text, &context, &moment, &doubt);
        if (failed(status)) {
            fail_msg("%.*s: byte %u: %s", (int)text.size, memory, (unsigned)status.at, status.why);
        }
        assert_int_equal(moment.kind, MOMENT_TIME);
        assert_int_equal(moment.value, utc_us);
    }
    assert_true(accepted > 50000);
}

static void no_bytes_do_harm(void **unused)
{
    (void)unused;
    static const char characters[] = "0123456789-:.TZ+@/.smhdwoyseq \xc2\xb1";
    uint64_t state = 13;
    const struct moment_context context = context_in("America/New_York");
    for (int round = 0; round < 200000; round++) {
        uint8_t text[24];
        size_t size = (size_t)random_below(&state, sizeof text + 1);
        for (size_t i = 0; i < size; i++) {
            text[i] = (uint8_t)characters[random_below(&state, sizeof characters - 1)];
        }
        struct moment_range range;
        struct moment_doubt doubt;
        struct status status = moment_read_range(bytes_of(text, size), &context, &range, &doubt);
        if (failed(status)) {
            assert_int_equal(status.code, STATUS_MALFORMED);
            assert_true(status.at <= size);
        } else if (range.since.kind == range.until.kind) {
            assert_true(range.since.value <= range.until.value);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expression_means_all_that_it_names),
        cmocka_unit_test(days_and_bare_times_are_of_the_zone),
        cmocka_unit_test(a_day_without_midnight_begins_after_the_jump),
        cmocka_unit_test(a_time_that_comes_twice_or_never_is_refused_with_both_readings),
        cmocka_unit_test(nonsense_is_refused_at_its_byte),
        cmocka_unit_test(plus_counts_from_the_beginning_that_is_given),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(all_of_rfc3339_is_read_as_schema_time_reads_it),
        cmocka_unit_test(no_bytes_do_harm),
    };
    return cmocka_run_group_tests_name("reports/moment", tests, NULL, NULL);
}
