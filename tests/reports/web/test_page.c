/*
 * Pages: whatever is in them, they are well-formed, and foreign text is text.
 */
#include "reports/web/page.h"
#include "tests/reports/history.h"
#include "tests/reports/web/browser.h"

#include <setjmp.h>
#include <stdarg.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_that_is_shown_is_marked_in_the_navigation),
        cmocka_unit_test(a_viewer_is_named_and_told_whether_this_is_recorded),
        cmocka_unit_test(the_foot_says_what_the_page_rests_on),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
