/*
 * Counts beside a search: those of a naive look at every event that the viewer may see.
 */
#include "reports/web/summary.h"
#include "tests/reports/capture.h"
#include "tests/reports/history.h"
#include "tests/reports/web/browser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct history history;
static struct browser browser;
static uint64_t chosen = 9;

static int begin(void **unused)
{
    (void)unused;
    history_begin(&history, 41);
    history_write(&history, 600);
    history_look(&history);
    browser_begin(&browser, history.engine, UINT64_C(1773230400000000));
    return 0;
}

static int end(void **unused)
{
    (void)unused;
    browser_end(&browser);
    history_end(&history);
    return 0;
}

static bool is_seen(const struct leaf *leaf)
{
    const struct web_viewer *viewer = &browser.viewer;
    bool seen = viewer->project.kind == ID_NONE || id_equal(leaf->project, viewer->project);
    for (size_t i = 0; i < leaf->on_count; i++) {
        seen = seen || id_equal(leaf->on[i], viewer->project);
    }
    return seen && leaf->t_utc_us >= viewer->from_us;
}

/* What the list of a member says of one value: the number after its label. */
static uint64_t count_of(const char *label)
{
    char wanted[400];
    uint64_t count = 0, thousands;
    snprintf(wanted, sizeof wanted, "\">%s</span> <span class=\"count\">", label);
    const char *found = strstr(browser.text, wanted);
    if (found == NULL) {
        return 0;
    }
    found += strlen(wanted);
    int read = sscanf(found, "%lu,%lu", &thousands, &count);
    return read == 2 ? thousands * 1000 + count : thousands;
}

static void check_outcomes(void)
{
    uint64_t counts[OUTCOME_COUNT] = {0};
    for (uint64_t n = 0; n < history.count; n++) {
        if (is_seen(&history.events[n])) {
            counts[history.events[n].outcome]++;
        }
    }
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        assert_int_equal(count_of(outcome_name((enum outcome)i)), counts[i]);
    }
}

/* Of a kind that is listed the number is that of all visible ones. */
static void check_kinds(void)
{
    for (uint64_t n = 0; n < history.count; n++) {
        enum event_kind kind = history.events[n].kind;
        uint64_t listed = count_of(event_name(kind)), naive = 0;
        for (uint64_t i = 0; i < history.count && listed > 0; i++) {
            naive += history.events[i].kind == kind && is_seen(&history.events[i]) ? 1 : 0;
        }
        assert_true(listed == 0 || listed == naive);
    }
}

static void counts_are_of_what_may_be_seen(void **unused)
{
    (void)unused;
    for (unsigned round = 0; round < 12; round++) {
        const struct leaf *leaf = &history.events[random_below(&chosen, history.count)];
        browser.viewer.scoped = round > 0;
        browser.viewer.project = round > 0 ? leaf->project : (struct id){0};
        browser.viewer.from_us = round % 3 == 1 ? history.events[history.count / 2].t_utc_us : 0;
        browser_must(&browser, "/events");
        check_outcomes();
        check_kinds();
    }
}

static void a_stretch_is_short_enough_and_not_too_short(void **unused)
{
    (void)unused;
    for (unsigned round = 0; round < 2000; round++) {
        uint64_t first = random_next(&chosen) % TIME_MAX_US;
        uint64_t last =
            first + random_next(&chosen) % (TIME_MAX_US - first) % (round * 1000000000ull + 1);
        uint64_t step = summary_step_us(first, last);
        assert_true((last - first / step * step) / step < SUMMARY_COLUMNS_MAX);
        assert_true(step == TIME_SECOND_US || (last - first) / step >= SUMMARY_COLUMNS_MAX / 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_of_what_may_be_seen),
        cmocka_unit_test(a_stretch_is_short_enough_and_not_too_short),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
