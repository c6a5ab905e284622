/*
 * Texts in which things and events are links: the words stay what they were, whatever they are.
 */
#include "reports/web/words.h"
#include "tests/reports/capture.h"
#include "tests/reports/web/telling.h"
#include "tests/reports/well_formed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    LOG_SIZE = 100,
};

static const struct rows_options no_rows = {0};
static struct capture capture;
static struct visit visit;

static void begin(void)
{
    capture_begin(&capture, &no_rows);
    memset(&visit, 0, sizeof visit);
    visit.output = &capture.output;
    visit.scope.size = LOG_SIZE;
}

static void must_be(const char *text, const char *expected)
{
    begin();
    words_put(&visit, bytes_of_string(text));
    capture_end(&capture);
    assert_string_equal(capture.text, expected);
}

static void things_and_events_are_links(void **unused)
{
    (void)unused;
    must_be("tides (project:41) (event 62)",
            "tides (<a href=\"/projects/41\">project:41</a>) (event <a class=\"n\" "
            "href=\"/events/62\">62</a>)");
    must_be("cert:7; requirement:12.", "<a href=\"/objects/cert/7\">cert:7</a>; "
                                       "<a href=\"/objects/requirement/12\">requirement:12</a>.");
}

static void what_only_looks_like_one_is_none(void **unused)
{
    static const char *const texts[] = {"nothing:4",
                                        "file:",
                                        "file: 4",
                                        "xfile:4",
                                        "file:x",
                                        "event",
                                        "event x",
                                        "events 4",
                                        "event 1000",
                                        "log:0",
                                        "file:012",
                                        "preevent 4",
                                        "file:99999999999999999999"};
    (void)unused;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        must_be(texts[i], texts[i]);
    }
}

/* Any text: without the tags it is itself again, and every tag is a link into this site. */
static void any_text_stays_what_it_was(void **unused)
{
    static const char *const pieces[] = {
        "file:12", "event 7", "event 700", "user", ":",        "4", "(",       ")", " ",
        "<b>",     "\"'&",    ";",         "; ",   "project:", "e", "group:3", "a", "-"};
    uint64_t random = 9;
    (void)unused;
    for (unsigned round = 0; round < 2000; round++) {
        char memory[400];
        struct text text = TEXT_IN(memory);
        for (size_t i = random_below(&random, 20); i > 0; i--) {
            text_put_string(&text, pieces[random_below(&random, sizeof pieces / sizeof pieces[0])]);
        }
        begin();
        output_put_string(&capture.output, "<p>");
        words_put(&visit, text_bytes(&text));
        output_put_string(&capture.output, "</p>");
        capture_end(&capture);
        assert_true(well_formed(capture.text));
        char *plain = telling_plain(capture.text);
        size_t k = plain[0] == ' ' ? 1 : 0; /* of the tag around it */
        for (size_t i = 0; i < text.size; i++) {
            bool again = memory[i] == ' ' && (i == 0 || memory[i - 1] == ' ');
            assert_true(again || plain[k++] == memory[i]);
        }
        free(plain);
    }
}

static void positions_are_links_and_other_numbers_are_not(void **unused)
{
    (void)unused;
    begin();
    words_put_events(&visit, LITERAL("[12,40] 7 (the 3rd), 44-46, 1000, x5"));
    capture_end(&capture);
    char *plain = telling_plain(capture.text);
    assert_string_equal(plain, "[12,40] 7 (the 3rd), 44-46, 1000, x5");
    free(plain);
    assert_non_null(strstr(capture.text, "href=\"/events/12\""));
    assert_non_null(strstr(capture.text, "href=\"/events/46\""));
    assert_null(strstr(capture.text, "href=\"/events/1000\""));
    assert_null(strstr(capture.text, "href=\"/events/5\""));
}

static void reasons_are_a_list(void **unused)
{
    (void)unused;
    begin();
    words_put_list(&visit, LITERAL("active user (event 4); not certified: because"));
    capture_end(&capture);
    assert_string_equal(capture.text,
                        "<ul class=\"reasons\"><li>active user (event <a class=\"n\" "
                        "href=\"/events/4\">4</a>)</li><li>not certified: because</li></ul>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_and_events_are_links),
        cmocka_unit_test(what_only_looks_like_one_is_none),
        cmocka_unit_test(any_text_stays_what_it_was),
        cmocka_unit_test(positions_are_links_and_other_numbers_are_not),
        cmocka_unit_test(reasons_are_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
