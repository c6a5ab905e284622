/*
 * Lines: what is there, and nothing in it steers a terminal or begins another line.
 */
#include "reports/glyph.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct column columns[] = {
    {.name = "t", .type = COLUMN_TIME},
    {.name = "n", .type = COLUMN_INTEGER},
    {.name = "a", .type = COLUMN_TEXT},
};

static struct capture capture;

static void lines_look_like_this(void **unused)
{
    (void)unused;
    const struct rows_options options = {.format = ROWS_LINE, .zone = zone_utc()};
    const struct cell cells[] = {
        cell_number(UINT64_C(1773093480123456)),
        cell_number(7),
        cell_string("ada said \"hi\""),
        cell_absent(),
        cell_number(8),
        cell_absent(),
        cell_absent(),
        cell_absent(),
        cell_string("a\n\x1b[0m\xe2\x80\xae\xff"),
    };
    capture_rows(&capture, &options, columns, 3, cells, 3);
    assert_string_equal(capture.text, "2026-03-09 21:58:00.123Z  7  ada said \"hi\"\n"
                                      "8\n"
                                      "a\\x0a\\x1b[0m\\u{202e}\\xff\n");
}

static void no_text_steers_a_terminal(void **unused)
{
    (void)unused;
    const struct rows_options options = {.format = ROWS_LINE, .zone = zone_utc()};
    uint64_t random = 51;
    for (unsigned i = 0; i < 2000; i++) {
        uint8_t memory[64];
        size_t size = random_below(&random, sizeof memory);
        for (size_t k = 0; k < size; k++) {
            memory[k] = (uint8_t)random_below(&random, 256);
        }
        const struct cell cells[] = {cell_absent(), cell_number(i),
                                     cell_text(bytes_of(memory, size))};
        capture_rows(&capture, &options, columns, 3, cells, 1);
        struct bytes line = bytes_of(capture.text, capture.size);
        struct glyph glyph;
        assert_true(line.size > 0 && line.data[line.size - 1] == '\n');
        line.size--;
        while (glyph_next(&line, &glyph)) {
            assert_true(glyph.plain);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_look_like_this),
        cmocka_unit_test(no_text_steers_a_terminal),
    };
    return cmocka_run_group_tests_name("reports/line", tests, NULL, NULL);
}
