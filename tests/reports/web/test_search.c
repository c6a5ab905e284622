/*
 * Searching: the rows are those of the query, page after page; what is wrong is shown under the
 * field; and what the page offers to ask can be asked.
 */
#include "reports/web/search.h"
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
    history_begin(&history, 23);
    history_write(&history, 400);
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

/* The number of the next row, from *at on. */
static bool next_row(size_t *at, uint64_t *n)
{
    const char *found = strstr(browser.text + *at, "<tr id=\"n");
    if (found == NULL) {
        return false;
    }
    *at = (size_t)(found - browser.text) + 9;
    assert_int_equal(sscanf(browser.text + *at, "%lu", n), 1);
    return true;
}

/* Page after page, each event that is denied comes once, the newest first. */
static void the_pages_together_have_every_row_once(void **unused)
{
    char target[200] = "/events?q=outcome+%3D+denied";
    uint64_t expected = history.count, pages = 0;
    bool more = true;
    (void)unused;
    while (more) {
        size_t at = 0;
        uint64_t n, rows = 0;
        browser_must(&browser, target);
        while (next_row(&at, &n)) {
            do {
                assert_true(expected > 0);
                expected--;
            } while (history.events[expected].outcome != OUTCOME_DENIED);
            assert_int_equal(n, expected);
            rows++;
        }
        assert_true(rows <= SEARCH_ROWS);
        more = browser_shows(&browser, ">Older</a>");
        assert_true(!more || rows == SEARCH_ROWS);
        snprintf(target, sizeof target, "/events?q=outcome+%%3D+denied&before=%lu", expected);
        pages++;
    }
    while (expected > 0) {
        assert_int_not_equal(history.events[--expected].outcome, OUTCOME_DENIED);
    }
    assert_true(pages > 1);
}

static void what_cannot_be_read_is_shown_with_a_caret(void **unused)
{
    (void)unused;
    assert_int_equal(browser_get(&browser, "/events?q=outcome+%3D+denyed"), 400);
    assert_true(browser_shows(&browser, "aria-invalid=\"true\" aria-describedby=\"fault\""));
    assert_true(browser_shows(&browser, "value=\"outcome = denyed\""));
    assert_true(browser_shows(&browser, "outcome = denyed\n          ^^^^^^"));
    assert_true(browser_shows(&browser, "denied"));
    assert_int_equal(browser_get(&browser, "/events?since=soon"), 400);
    assert_true(browser_shows(&browser, "From: "));
    assert_int_equal(browser_get(&browser, "/events?q=%3Cscript%3E"), 400);
    assert_int_equal(browser_get(&browser, "/events.csv?q=outcome+%3D+denyed"), 400);
}

static void where_nothing_is_found_it_says_what_was_searched(void **unused)
{
    char expected[64];
    (void)unused;
    browser_must(&browser, "/events?q=n+%3E+1000000&since=2026-01-01");
    assert_true(browser_shows(&browser, "No event matches"));
    snprintf(expected, sizeof expected, "Searched were all %lu events", history.count);
    assert_true(browser_shows(&browser, expected));
    assert_true(browser_shows(&browser, "Ask the same of all time"));
}

static void the_command_line_asks_the_same(void **unused)
{
    (void)unused;
    browser_must(&browser, "/events?q=source+%3D+%22it's%22+or+n+%3E+3&since=-2h&at=300");
    assert_true(browser_shows(&browser,
                              "cairn query &#39;source = &quot;it&#39;\\&#39;&#39;s&quot; "
                              "or n &gt; 3&#39; --since=&#39;-2h&#39; --until=seq:300 "
                              "--reverse"));
}

/* Every link that the page offers leads to a page; a choice is put into parentheses. */
static void what_is_offered_can_be_asked(void **unused)
{
    char target[600];
    size_t at = 0, asked = 0;
    static struct browser other;
    (void)unused;
    browser_must(&browser, "/events?q=outcome+%3D+denied+or+outcome+%3D+failed&at=350");
    browser_begin(&other, history.engine, browser.now_us);
    while (browser_next_link(&browser, &at, target, sizeof target)) {
        /* The history has an actor of whom the state knows nothing. */
        if (strncmp(target, "/events?", 8) == 0 && strstr(target, "proxy") == NULL) {
            browser_must(&other, target);
            asked++;
        }
    }
    browser_end(&other);
    assert_true(asked > 30);
    assert_true(browser_shows(&browser, "q=(outcome+%3D+denied+or+outcome+%3D+failed)+and+kind"));
}

static void a_download_has_every_row_and_nothing_else(void **unused)
{
    uint64_t denied = 0;
    (void)unused;
    for (uint64_t n = 0; n < history.count; n++) {
        denied += history.events[n].outcome == OUTCOME_DENIED ? 1 : 0;
    }
    browser_must(&browser, "/events.jsonl?q=outcome+%3D+denied");
    assert_string_equal(browser.answer.download, "events.jsonl");
    assert_int_equal(browser_count(&browser, "\n"), denied);
    assert_int_equal(browser_count(&browser, "\"outcome\":\"denied\""), denied);
    browser_must(&browser, "/events.csv?q=outcome+%3D+denied");
    assert_int_equal(browser_count(&browser, "\r\n"), denied + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pages_together_have_every_row_once),
        cmocka_unit_test(what_cannot_be_read_is_shown_with_a_caret),
        cmocka_unit_test(where_nothing_is_found_it_says_what_was_searched),
        cmocka_unit_test(the_command_line_asks_the_same),
        cmocka_unit_test(what_is_offered_can_be_asked),
        cmocka_unit_test(a_download_has_every_row_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
