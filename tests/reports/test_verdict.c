/*
 * What a verification found: whole as JSON, ranges and never a bare yes for people, and the first
 * bad event by its number.
 */
#include "reports/verdict.h"
#include "schema/json.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void write_verdict(struct capture *capture, const struct verify_report *report,
                          const char *origin, bool json)
{
    capture_begin(capture, &(struct rows_options){0});
    verdict_write(report, origin, json, &capture->output);
    capture_end(capture);
}

static struct verify_report report_of(uint64_t *random, uint64_t findings)
{
    static const char *const sentences[] = {"the leaf is not canonical",
                                            "\"prev\" is \\ another's"};
    struct verify_report report = {
        .size = 1 + random_below(random, 5000),
        .checkpoints = random_below(random, 50),
        .bodies = random_below(random, 5000),
        .bodies_absent = random_below(random, 50),
        .commands = random_below(random, 50),
        .submissions = random_below(random, 500),
        .unsigned_events = random_below(random, 9),
        .emitters = (uint32_t)random_below(random, 9),
        .first_t_utc_us = UINT64_C(1773093480000000),
        .last_t_utc_us = UINT64_C(1773093480000000) + random_below(random, UINT64_C(1) << 40),
        .finding_count = findings,
    };
    report.checkpointed = random_below(random, report.size + 1);
    for (uint64_t i = 0; i < findings && i < VERIFY_FINDINGS_MAX; i++) {
        report.findings[i] = (struct verify_finding){.n = random_below(random, report.size),
                                                     .what = sentences[random_below(random, 2)]};
    }
    return report;
}

static uint64_t integer(const struct json *json, const char *name)
{
    return (uint64_t)json_as_integer(json_member(json, name), -1);
}

static void assert_findings(const struct json *json, const struct verify_report *report)
{
    const struct json *findings = json_member(json, "findings");
    uint64_t told =
        report->finding_count < VERIFY_FINDINGS_MAX ? report->finding_count : VERIFY_FINDINGS_MAX;
    assert_int_equal(integer(json, "finding_count"), report->finding_count);
    assert_int_equal(json_count(findings), told);
    for (uint64_t i = 0; i < told; i++) {
        const struct json *finding = json_element(findings, i);
        assert_int_equal(integer(finding, "n"), report->findings[i].n);
        assert_true(bytes_equal(json_string_member(finding, "what"),
                                bytes_of_string(report->findings[i].what)));
    }
}

static void the_json_is_whole(void **unused)
{
    (void)unused;
    static struct capture capture;
    uint64_t random = 31;
    for (uint64_t findings = 0; findings < 45; findings++) {
        struct verify_report report = report_of(&random, findings);
        CLEANUP(json_free) struct json *json = NULL;
        struct json_error error;
        write_verdict(&capture, &report, "test.example/\"log", true);
        assert_false(failed(json_parse(bytes_of(capture.text, capture.size), &json, &error)));
        assert_int_equal(json_as_boolean(json_member(json, "verified"), findings > 0),
                         findings == 0);
        assert_true(bytes_equal(json_string_member(json, "origin"), LITERAL("test.example/\"log")));
        assert_int_equal(json_string_member(json, "root").size, 44);
        assert_int_equal(integer(json, "size"), report.size);
        assert_int_equal(integer(json, "signed"), report.checkpointed);
        assert_int_equal(integer(json, "witnessed"), 0);
        assert_int_equal(integer(json, "checkpoints"), report.checkpoints);
        assert_int_equal(integer(json, "submissions"), report.submissions);
        assert_int_equal(integer(json, "emitters"), report.emitters);
        assert_int_equal(integer(json, "commands"), report.commands);
        assert_int_equal(integer(json, "bodies"), report.bodies);
        assert_int_equal(integer(json, "bodies_absent"), report.bodies_absent);
        assert_int_equal(integer(json, "unsigned_by_emitters"), report.unsigned_events);
        assert_findings(json, &report);
    }
}

static void people_read_every_range_and_up_to_twenty_findings(void **unused)
{
    (void)unused;
    static struct capture capture;
    uint64_t random = 32;
    for (uint64_t findings = 0; findings < 45; findings++) {
        struct verify_report report = report_of(&random, findings);
        unsigned lines = 0;
        char last[64];
        write_verdict(&capture, &report, "test.example/log", false);
        for (const char *at = capture.text; (at = strstr(at, "\nevent ")) != NULL; at++) {
            lines++;
        }
        assert_int_equal(lines, findings < 20 ? findings : 20);
        snprintf(last, sizeof last, "and %llu more findings", (unsigned long long)findings - 20);
        assert_int_equal(strstr(capture.text, last) != NULL, findings > 20);
        assert_non_null(strstr(capture.text, "witnessed    none"));
        assert_non_null(strstr(capture.text, "\nsigned "));
        assert_int_equal(strstr(capture.text, "no checkpoint covers them") != NULL,
                         report.checkpointed < report.size);
        assert_int_equal(strstr(capture.text, "\nVERIFIED: all ") != NULL, findings == 0);
        assert_int_equal(strstr(capture.text, "\nNOT VERIFIED: ") != NULL, findings > 0);
    }
}

static void the_first_bad_event_is_the_lowest_whenever_it_was_found(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct verify_report report = {
        .size = 100,
        .finding_count = 3,
        .findings = {{70, "the chain is broken"}, {5, "no signature"}, {80, "a gap"}}};
    write_verdict(&capture, &report, "test.example/log", false);
    assert_non_null(strstr(capture.text, "NOT VERIFIED: the first bad event is 5\n"));
}

static void an_empty_log_has_no_ranges(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct verify_report report = {0};
    write_verdict(&capture, &report, "test.example/log", false);
    assert_non_null(strstr(capture.text, "signed       no events\n"));
    assert_null(strstr(capture.text, "recorded"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_is_whole),
        cmocka_unit_test(people_read_every_range_and_up_to_twenty_findings),
        cmocka_unit_test(the_first_bad_event_is_the_lowest_whenever_it_was_found),
        cmocka_unit_test(an_empty_log_has_no_ranges),
    };
    return cmocka_run_group_tests_name("reports/verdict", tests, NULL, NULL);
}
