/*
 * Controls, oversight and reports: what a page tells is what the assessment, the desk and the
 * report say.
 */
#include "reports/audit/desk.h"
#include "reports/render.h"
#include "reports/web/routes.h"
#include "tests/reports/au/office.h"
#include "tests/reports/capture.h"
#include "tests/reports/web/examples.h"
#include "tests/reports/web/telling.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct story {
    struct office office;
    struct browser browser;
    struct capture capture;
    struct id declaration, folder, alert;
    uint64_t now_us;
};

static struct id open_case(struct office *office)
{
    const union command_fields create = {.case_create = {.name = LITERAL("north <i>wing")}};
    struct id folder = {ID_CASE,
                        enclave_must(&office->enclave, "mia", COMMAND_CASE_CREATE, &create)};
    const union command_fields note = {
        .case_note = {.folder = folder, .text = LITERAL("the <b>door</b> was open")}};
    (void)enclave_must(&office->enclave, "mia", COMMAND_CASE_NOTE, &note);
    return folder;
}

static int begin(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    assert_non_null(story);
    office_begin(&story->office);
    story->declaration =
        office_declare(&story->office, OBJECTIVE_3_3_1B, (struct policy_declare){0}, 100);
    office_approve(&story->office, story->declaration);
    story->alert = office_raise(&story->office, SEVERITY_HIGH, false);
    (void)office_review(&story->office, REVIEW_ABOUT_RECORDS, REVIEW_OUTCOME_NO_CHANGE);
    office_verified(&story->office, 0);
    story->folder = open_case(&story->office);
    story->now_us = log_head_of(engine_log(story->office.enclave.engine))->t_utc_us + 1000000;
    browser_begin(&story->browser, story->office.enclave.engine, story->now_us);
    *state = story;
    return 0;
}

static int end(void **state)
{
    struct story *story = *state;
    browser_end(&story->browser);
    office_end(&story->office);
    free(story);
    return 0;
}

static void every_objective_is_told_as_it_is_assessed(void **state)
{
    struct story *story = *state;
    uint64_t size = enclave_size(&story->office.enclave);
    const struct au_assessment *assessment = office_assess_at(&story->office, size, story->now_us);
    size_t satisfied = 0;
    char words[AU_REASON_SIZE + 80];
    for (size_t i = 0; i < OBJECTIVE_COUNT; i++) {
        const struct objective_info *info = &objective_infos[i];
        const struct au_judgement *judgement = &assessment->objectives[i].judgement;
        snprintf(words, sizeof words, "/controls/%s/%c", practice_infos[info->practice].id,
                 info->letter);
        browser_must(&story->browser, words);
        snprintf(words, sizeof words, "%s %s", judgement->satisfied ? "Satisfied" : "Not satisfied",
                 judgement->reason);
        telling_must(&story->browser, words);
        telling_must(&story->browser, info->wants);
        satisfied += judgement->satisfied ? 1 : 0;
    }
    assert_true(satisfied > 3);
    browser_must(&story->browser, "/controls");
    snprintf(words, sizeof words, "a score of %" PRId32 " of 110", assessment->score);
    telling_must(&story->browser, words);
    assert_int_equal(browser_count(&story->browser, "\xe2\x9c\x93</span> met") +
                         browser_count(&story->browser, "\xe2\x9c\x95</span> not met"),
                     PRACTICE_COUNT);
}

static void an_assessment_is_of_the_moment_that_is_pinned(void **state)
{
    struct story *story = *state;
    char target[100];
    browser_must(&story->browser, "/controls/3.3.1/b");
    telling_must(&story->browser, "(the declaration)");
    snprintf(target, sizeof target, "/controls/3.3.1/b?at=%" PRIu64, story->declaration.n);
    browser_must(&story->browser, target);
    telling_must(&story->browser, "Not satisfied nothing has been declared about 3.3.1[b]");
    assert_int_equal(browser_get(&story->browser, "/controls/3.3.1/z"), 404);
    assert_int_equal(browser_get(&story->browser, "/controls/3.9.9"), 404);
}

static void what_the_desk_lists_is_listed(void **state)
{
    static const struct {
        const char *target;
        struct status (*list)(const struct desk *desk, uint64_t *count);
    } lists[] = {{"/cases?all=1", desk_cases},
                 {"/alerts?all=1", desk_alerts},
                 {"/declarations?all=1", desk_declarations},
                 {"/reviews?all=1", desk_reviews}};
    struct story *story = *state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        uint64_t count = 0;
        struct view view = enclave_view(&story->office.enclave);
        const struct desk desk = {.engine = story->office.enclave.engine,
                                  .view = &view,
                                  .rows = &story->capture.rows,
                                  .all = true};
        capture_begin(&story->capture,
                      &(struct rows_options){.format = ROWS_JSON, .zone = zone_utc()});
        must(lists[i].list(&desk, &count));
        capture_end(&story->capture);
        assert_true(count > 0);
        browser_must(&story->browser, lists[i].target);
        assert_int_equal(browser_count(&story->browser, "<tr>"), count + 1);
    }
    browser_must(&story->browser, "/cases");
    telling_must(&story->browser, "north <i>wing");
}

static void a_case_has_its_notes_and_what_became_of_it(void **state)
{
    struct story *story = *state;
    char target[100];
    snprintf(target, sizeof target, "/cases/%" PRIu64, story->folder.n);
    browser_must(&story->browser, target);
    telling_must(&story->browser, "the <b>door</b> was open");
    assert_false(browser_shows(&story->browser, "<b>door"));
    telling_must(&story->browser, "cairn case export case:");
    snprintf(target, sizeof target, "/cases/%" PRIu64, story->folder.n + 1);
    assert_int_equal(browser_get(&story->browser, target), 404);
    browser_must(&story->browser, "/auditors");
    telling_must(&story->browser, "Nobody has been invited.");
}

/* Reports ------------------------------------------------------------------------------------ */

/* What the page's command asks: everything, as of the newest event. */
static struct report_question ask(struct story *story, const char *name)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    struct report_question question;
    must(log_snapshot_open(engine_log(story->office.enclave.engine), &log));
    const struct report_wish wish = {.info = report_find(bytes_of_string(name)),
                                     .state = REPORT_STATE_DRAFT,
                                     .at = {MOMENT_POSITION, log_snapshot_size(log) - 1}};
    must(report_question_make(&wish, log, &question));
    return question;
}

/* The file is what the command makes of the same question. */
static void a_download_is_the_report_to_the_byte(void **state)
{
    static const char *const names[] = {"denials", "review-log", "au-assessment", "log-integrity"};
    struct story *story = *state;
    const char *formats[] = {"html", "csv", "json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t k = 0; k < sizeof formats / sizeof formats[0]; k++) {
            char target[100];
            struct reporting reporting;
            struct report_question question = ask(story, names[i]);
            snprintf(target, sizeof target, "/reports/%s?format=%s", names[i], formats[k]);
            browser_must(&story->browser, target);
            assert_non_null(story->browser.answer.download);
            reporting_make(story->office.enclave.engine, &question,
                           render_find(bytes_of_string(formats[k])), &reporting);
            assert_string_equal(story->browser.text, reporting.text);
            reporting_end(&reporting);
        }
    }
}

static void every_report_is_a_page(void **state)
{
    struct story *story = *state;
    const struct report_info *info;
    char target[100];
    for (size_t i = 0; (info = report_at(i)) != NULL; i++) {
        snprintf(target, sizeof target, "/reports/%s", info->name);
        assert_int_equal(browser_get(&story->browser, target), info->run == NULL ? 404 : 200);
        if (info->run != NULL) {
            telling_must(&story->browser, info->about);
            telling_must(&story->browser, "cairn report verify");
        }
    }
    browser_must(&story->browser, "/reports");
    assert_int_equal(browser_get(&story->browser, "/reports/none"), 404);
    assert_int_equal(browser_get(&story->browser, "/reports/denials?format=pdf"), 400);
    assert_int_equal(browser_get(&story->browser, "/reports/denials?period=nonsense"), 400);
    assert_int_equal(browser_get(&story->browser, "/reports/denials?scope=nobody"), 400);
}

static void an_assessment_is_had_as_oscal(void **state)
{
    struct story *story = *state;
    browser_must(&story->browser, "/reports/au-assessment?format=oscal");
    assert_string_equal(story->browser.answer.type, "application/json");
    assert_true(browser_shows(&story->browser, "assessment-results"));
    browser_must(&story->browser, "/reports/au-assessment?format=oscal&document=catalog.json");
    assert_true(browser_shows(&story->browser, "\"catalog\""));
    assert_int_equal(browser_get(&story->browser, "/reports/denials?format=oscal"), 400);
}

/* Each route has an example here, and each of them is a page; pinned, they are of that moment. */
struct trying {
    struct story *story;
    const char *pattern;
    size_t patterns, targets;
};

static void try_one(void *context, const char *pattern, const char *target)
{
    struct trying *trying = context;
    char pinned[200];
    browser_must(&trying->story->browser, target);
    snprintf(pinned, sizeof pinned, "%s?at=%" PRIu64, target,
             enclave_size(&trying->story->office.enclave));
    browser_must(&trying->story->browser, pinned);
    trying->patterns += trying->pattern != pattern ? 1 : 0;
    trying->pattern = pattern;
    trying->targets++;
}

static void every_route_leads_to_pages(void **state)
{
    struct trying trying = {.story = *state};
    size_t routes = 0;
    while (route_at(routes) != NULL) {
        routes++;
    }
    examples_each(trying.story->office.enclave.engine, try_one, &trying);
    /* this store has no project, group or file, and with them no lineage of any */
    assert_true(trying.patterns + 3 >= routes);
    assert_true(trying.targets > 150);
}

/* Whoever sees a part gets reports of events alone, and of nothing else. */
static void narrowed_viewers_have_reports_of_events_only(void **state)
{
    struct story *story = *state;
    const struct report_info *info;
    char target[100];
    size_t open = 0;
    story->browser.viewer.scoped = true;
    story->browser.viewer.project = (struct id){ID_PROJECT, 1};
    for (size_t i = 0; (info = report_at(i)) != NULL; i++) {
        snprintf(target, sizeof target, "/reports/%s", info->name);
        unsigned status = browser_get(&story->browser, target);
        bool allowed = info->events != NULL && (info->scopes & REPORT_OF_PROJECT) != 0;
        assert_int_equal(status, allowed ? 200 : 404);
        open += allowed ? 1 : 0;
    }
    assert_true(open > 5);
    browser_must(&story->browser, "/reports");
    assert_int_equal(browser_count(&story->browser, "<tr>"), open + 1);
    assert_int_equal(browser_get(&story->browser, "/controls"), 404);
    assert_int_equal(browser_get(&story->browser, "/cases"), 404);
    assert_int_equal(browser_get(&story->browser, "/auditors"), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_objective_is_told_as_it_is_assessed),
        cmocka_unit_test(an_assessment_is_of_the_moment_that_is_pinned),
        cmocka_unit_test(what_the_desk_lists_is_listed),
        cmocka_unit_test(a_case_has_its_notes_and_what_became_of_it),
        cmocka_unit_test(a_download_is_the_report_to_the_byte),
        cmocka_unit_test(every_report_is_a_page),
        cmocka_unit_test(an_assessment_is_had_as_oscal),
        cmocka_unit_test(every_route_leads_to_pages),
        cmocka_unit_test(narrowed_viewers_have_reports_of_events_only),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
