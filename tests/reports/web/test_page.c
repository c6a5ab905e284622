/*
 * Pages: whatever is in them, they are well-formed, and foreign text is text.
 */
#include "reports/web/page.h"
#include "tests/reports/history.h"
#include "tests/reports/web/browser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct history history;
static struct browser browser;

static int begin(void **unused)
{
    (void)unused;
    history_begin(&history, 11);
    history_write(&history, 200);
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

static void the_page_that_is_shown_is_marked_in_the_navigation(void **unused)
{
    (void)unused;
    browser_must(&browser, "/help");
    assert_true(browser_shows(&browser, "<a aria-current=\"page\" href=\"/help\">"));
    assert_int_equal(browser_count(&browser, "aria-current=\"page\""), 1);
}

static void a_viewer_is_named_and_told_whether_this_is_recorded(void **unused)
{
    (void)unused;
    browser.viewer.name = LITERAL("<b>eve</b>");
    browser_must(&browser, "/");
    assert_true(browser_shows(&browser, "&lt;b&gt;eve&lt;/b&gt;; this view is not recorded"));
    browser.viewer.recorded = true;
    browser_must(&browser, "/");
    assert_true(browser_shows(&browser, "this view is an event of the log"));
    browser.viewer.recorded = false;
}

static void the_foot_says_what_the_page_rests_on(void **unused)
{
    (void)unused;
    browser_must(&browser, "/?at=150");
    assert_true(browser_shows(&browser, "<dt>Events that count</dt><dd>150</dd>"));
    assert_true(browser_shows(&browser, "<dt>Root</dt><dd><code>"));
    assert_true(browser_shows(&browser, "href=\"/?at=150\""));
}

static void the_overview_counts_what_there_is(void **unused)
{
    char expected[80];
    uint64_t denied = 0;
    (void)unused;
    history_look(&history);
    for (uint64_t n = 0; n < history.count; n++) {
        denied += history.events[n].outcome == OUTCOME_DENIED ? 1 : 0;
    }
    browser_must(&browser, "/");
    snprintf(expected, sizeof expected, "<h2>Events</h2>\n<p class=\"big\">%lu</p>", history.count);
    assert_true(browser_shows(&browser, expected));
    snprintf(expected, sizeof expected, "<h2>Refusals</h2>\n<p class=\"big\">%lu</p>", denied);
    assert_true(browser_shows(&browser, expected));
    assert_true(browser_shows(&browser, "<h2>Gaps</h2>\n<p class=\"big\">none</p>"));
    snprintf(expected, sizeof expected, "on the last day %lu", history.count);
    assert_true(browser_shows(&browser, expected));
}

/* By whatever the lanes are, all events are drawn and listed. */
static void a_timeline_has_the_events_of_its_search(void **unused)
{
    static const char *const lanes[] = {"actor", "kind", "on", "session", "project", "nonsense"};
    char target[120];
    uint64_t denied = 0;
    (void)unused;
    history_look(&history);
    for (uint64_t n = 0; n < history.count; n++) {
        denied += history.events[n].outcome == OUTCOME_DENIED ? 1 : 0;
    }
    for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++) {
        snprintf(target, sizeof target, "/timeline?q=outcome+%%3D+denied&by=%s", lanes[i]);
        browser_must(&browser, target);
        assert_int_equal(browser_count(&browser, "<tr id=\"n"), denied);
        assert_true(browser_shows(&browser, "<figure class=\"timeline\""));
    }
    assert_int_equal(browser_get(&browser, "/timeline?q=outcome+%3D+denyed"), 400);
}

static void what_the_help_offers_can_be_asked(void **unused)
{
    static struct browser other;
    char target[300];
    size_t at = 0, asked = 0;
    (void)unused;
    browser_must(&browser, "/help");
    browser_begin(&other, history.engine, browser.now_us);
    while (browser_next_link(&browser, &at, target, sizeof target)) {
        if (strncmp(target, "/events?", 8) == 0) {
            browser_must(&other, target);
            asked++;
        }
    }
    browser_end(&other);
    assert_true(asked >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_that_is_shown_is_marked_in_the_navigation),
        cmocka_unit_test(a_viewer_is_named_and_told_whether_this_is_recorded),
        cmocka_unit_test(the_foot_says_what_the_page_rests_on),
        cmocka_unit_test(the_overview_counts_what_there_is),
        cmocka_unit_test(a_timeline_has_the_events_of_its_search),
        cmocka_unit_test(what_the_help_offers_can_be_asked),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
