/*
 * Requests: every path has an answer, and what is not there looks as what may not be seen.
 */
#include "tests/reports/history.h"
#include "tests/reports/web/browser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct history history;
static struct browser browser;

static int begin(void **unused)
{
    (void)unused;
    history_begin(&history, 7);
    history_write(&history, 300);
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

static void what_is_not_there_is_one_page(void **unused)
{
    static const char *const paths[] = {"/none", "/assets/none", "/../etc/passwd", "/%2e", "*", ""};
    (void)unused;
    assert_int_equal(browser_get(&browser, "/nowhere"), 404);
    char *page = strdup(browser.text);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_int_equal(browser_get(&browser, paths[i]), 404);
        assert_string_equal(browser.text, page);
    }
    free(page);
}

static void what_cannot_be_read_is_refused(void **unused)
{
    (void)unused;
    assert_int_equal(browser_get(&browser, "/?at=x"), 400);
    assert_int_equal(browser_get(&browser, "/?at=99999999"), 400);
    assert_int_equal(browser_get(&browser, "/?q=%00"), 400);
    assert_int_equal(browser_get(&browser, "/?q=1&q=2"), 400);
}

static void an_asset_may_be_kept_for_ever(void **unused)
{
    char target[200];
    size_t at = 0;
    (void)unused;
    browser_must(&browser, "/");
    assert_false(browser.answer.immutable);
    assert_true(browser_next_link(&browser, &at, target, sizeof target));
    browser_must(&browser, target);
    assert_true(browser.answer.immutable);
    assert_string_equal(browser.answer.type, "text/css; charset=utf-8");
}

static void a_pinned_page_is_the_same_for_ever_and_so_are_its_links(void **unused)
{
    char target[600];
    size_t at = 0;
    (void)unused;
    browser_must(&browser, "/?at=100");
    char *page = strdup(browser.text);
    history_write(&history, 20);
    browser_must(&browser, "/?at=100");
    assert_string_equal(browser.text, page);
    assert_true(browser_shows(&browser, "first 100 events"));
    while (browser_next_link(&browser, &at, target, sizeof target)) {
        bool plain = strncmp(target, "/assets/", 8) == 0 || target[0] == '#' ||
                     strcmp(target, "/") == 0; /* to the newest */
        if (!plain && strstr(target, "at=100") == NULL) {
            fail_msg("not pinned: %s", target);
        }
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_is_one_page),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(an_asset_may_be_kept_for_ever),
        cmocka_unit_test(a_pinned_page_is_the_same_for_ever_and_so_are_its_links),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
