/*
 * Links: what they carry is what was meant, and they keep the moment.
 */
#include "reports/web/links.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct rows_options no_rows = {0};

static struct capture capture;
static struct visit visit;

static void begin(bool pinned)
{
    capture_begin(&capture, &no_rows);
    memset(&visit, 0, sizeof visit);
    visit.output = &capture.output;
    visit.pinned = pinned;
    visit.at = 48213;
}

static void a_link_of_a_pinned_page_is_pinned(void **unused)
{
    (void)unused;
    begin(false);
    link_event(&visit, 17);
    link_to(&visit, "/help#scope", "Help & more");
    capture_end(&capture);
    assert_string_equal(capture.text, "<a class=\"n\" href=\"/events/17\">17</a>"
                                      "<a href=\"/help#scope\">Help &amp; more</a>");
    begin(true);
    link_event(&visit, 17);
    link_to(&visit, "/help#scope", "Help");
    link_search(&visit, "actor = user:4", "his");
    capture_end(&capture);
    assert_string_equal(capture.text,
                        "<a class=\"n\" href=\"/events/17?at=48213\">17</a>"
                        "<a href=\"/help?at=48213#scope\">Help</a>"
                        "<a href=\"/events?at=48213&amp;q=actor+%3D+user:4\">his</a>");
}

/* Whatever a parameter is given, a reader of query strings gets it back. */
static void what_is_written_is_read_again(void **unused)
{
    static struct params params;
    uint64_t random = 5;
    (void)unused;
    for (unsigned round = 0; round < 300; round++) {
        char value[64];
        size_t size = 1 + random_below(&random, sizeof value - 1);
        for (size_t i = 0; i < size; i++) {
            value[i] = (char)(' ' + random_below(&random, 95));
        }
        begin(false);
        href_begin(&visit, "/events");
        href_param(&visit, "q", bytes_of(value, size));
        capture_end(&capture);
        assert_memory_equal(capture.text, "<a href=\"/events?q=", 19);
        assert_null(strpbrk(capture.text + 19, "\"<>& "));
        struct bytes query = bytes_of(capture.text + 17, capture.size - 17);
        assert_false(failed(params_read(query, &params)));
        assert_true(bytes_equal(params_get(&params, "q"), bytes_of(value, size)));
    }
}

static void things_have_pages_but_the_log(void **unused)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    (void)unused;
    assert_true(link_object_path((struct id){.kind = ID_USER, .n = 4}, &text));
    assert_string_equal(text_string(&text), "/users/4");
    text_clear(&text);
    assert_true(link_object_path((struct id){.kind = ID_LEVEL, .n = 9}, &text));
    assert_string_equal(text_string(&text), "/objects/level/9");
    assert_false(link_object_path((struct id){.kind = ID_LOG}, &text));
    assert_false(link_object_path((struct id){.kind = ID_NONE}, &text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_link_of_a_pinned_page_is_pinned),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(things_have_pages_but_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
