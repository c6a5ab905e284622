/*
 * Pages: foreign text ends nothing and hides nothing, and a page is whole by itself.
 */
#include "reports/html.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct rows_options no_rows = {0};

static void foreign_text_ends_nothing(void **unused)
{
    static struct capture capture;
    (void)unused;
    capture_begin(&capture, &no_rows);
    html_put_string(&capture.output, "<script>\"'&</td>]]>");
    capture_end(&capture);
    assert_null(strpbrk(capture.text, "<>\"'"));
    assert_non_null(strstr(capture.text, "&lt;script&gt;"));
}

static void whatever_it_is_nothing_steers_or_hides(void **unused)
{
    static struct capture capture;
    uint64_t random = 11;
    (void)unused;
    for (unsigned round = 0; round < 500; round++) {
        uint8_t memory[200];
        size_t size = random_hostile(&random, memory, sizeof memory);
        capture_begin(&capture, &no_rows);
        html_element(&capture.output, "p", "about", bytes_of(memory, size));
        capture_end(&capture);
        assert_memory_equal(capture.text, "<p class=\"about\">", 17);
        assert_string_equal(capture.text + capture.size - 4, "</p>");
        capture.text[capture.size - 4] = '\0';
        assert_null(strpbrk(capture.text + 17, "<>\"\033\a\r\n\t\x7f"));
        assert_true(text_is_utf8(bytes_of(capture.text, strlen(capture.text))));
        assert_null(strstr(capture.text, "\xe2\x80\xae"));
    }
}

static void a_page_is_whole_and_asks_for_nothing(void **unused)
{
    static struct capture capture;
    (void)unused;
    capture_begin(&capture, &no_rows);
    html_begin(&capture.output, LITERAL("A \"page\" <b>"), LITERAL("denials v1 \">"));
    html_end(&capture.output);
    capture_end(&capture);
    assert_non_null(strstr(capture.text, "<title>A &quot;page&quot; &lt;b&gt;</title>"));
    assert_non_null(strstr(capture.text, "content=\"denials v1 &quot;&gt;\">"));
    assert_non_null(strstr(capture.text, "@media print"));
    assert_non_null(strstr(capture.text, "prefers-color-scheme:dark"));
    assert_null(strstr(capture.text, "<script"));
    assert_null(strstr(capture.text, "http://"));
    assert_null(strstr(capture.text, "https://"));
    assert_null(strstr(capture.text, "url("));
    assert_non_null(strstr(capture.text, "</main>\n</body>\n</html>\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_text_ends_nothing),
        cmocka_unit_test(whatever_it_is_nothing_steers_or_hides),
        cmocka_unit_test(a_page_is_whole_and_asks_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
