/*
 * Tables for people: what they look like, and what no cell can do to a terminal.
 */
#include "reports/glyph.h"
#include "tests/reports/capture.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct column columns[] = {
    {.name = "t", .heading = "time", .type = COLUMN_TIME},
    {.name = "n", .type = COLUMN_INTEGER, .align = ALIGN_RIGHT},
    {.name = "who_did", .type = COLUMN_TEXT},
    {.name = "about", .type = COLUMN_TEXT},
};

static struct capture capture;

static int32_t five_hours_west(uint64_t utc_us)
{
    (void)utc_us;
    return -5 * 3600;
}

static void a_table_looks_like_this(void **unused)
{
    (void)unused;
    const struct rows_options options = {.format = ROWS_TABLE, .zone = zone_utc()};
    const struct cell cells[] = {
        cell_number(UINT64_C(1773093480123999)),
        cell_number(7),
        cell_string("ren"),
        cell_string("a"),
        cell_number(UINT64_C(1773093481000000)),
        cell_number(30377),
        cell_string("ada lovelace"),
        cell_absent(),
        cell_absent(),
        cell_absent(),
        cell_string(""),
        cell_string("z"),
    };
    capture_rows(&capture, &options, columns, 4, cells, 3);
    assert_string_equal(capture.text, "TIME (UTC)                    N  WHO DID       ABOUT\n"
                                      "2026-03-09 21:58:00.123Z      7  ren           a\n"
                                      "2026-03-09 21:58:01.000Z  30377  ada lovelace  -\n"
                                      "-                             -  \"\"            z\n");
}

static void times_are_shown_in_the_zone_with_their_offset(void **unused)
{
    (void)unused;
    const struct rows_options options = {
        .format = ROWS_TABLE,
        .zone = {.name = "America/Panama", .offset_s = five_hours_west},
    };
    const struct cell cell = cell_number(UINT64_C(1773093480123999));
    capture_rows(&capture, &options, columns, 1, &cell, 1);
    assert_string_equal(capture.text, "TIME (America/Panama)\n2026-03-09 16:58:00.123-05:00\n");
}

static void headings_are_bold_only_in_color(void **unused)
{
    (void)unused;
    const struct rows_options options = {.format = ROWS_TABLE, .zone = zone_utc(), .color = true};
    capture_rows(&capture, &options, columns + 1, 1, NULL, 0);
    assert_string_equal(capture.text, "\033[1mN\033[0m\n");
}

static void only_a_terminal_cuts_and_only_the_last_column(void **unused)
{
    (void)unused;
    char text[300];
    memset(text, 'x', sizeof text);
    struct rows_options options = {.format = ROWS_TABLE, .zone = zone_utc(), .width = 40};
    const struct cell cells[] = {cell_string("first"), cell_text(bytes_of(text, sizeof text))};
    capture_rows(&capture, &options, columns + 2, 2, cells, 1);
    const char *second = strchr(capture.text, '\n') + 1;
    assert_int_equal(glyph_text_width(bytes_of(second, strlen(second) - 1)), 40);
    assert_string_equal(second + strlen(second) - 5, "x\u2026\n");

    options.width = 0;
    capture_rows(&capture, &options, columns + 2, 2, cells, 1);
    assert_non_null(memmem(capture.text, capture.size, text, sizeof text));
}

static void widths_settle_on_the_first_hundred_rows(void **unused)
{
    (void)unused;
    const struct rows_options options = {.format = ROWS_TABLE, .zone = zone_utc()};
    struct cell cells[2 * 102];
    for (size_t row = 0; row < 102; row++) {
        cells[2 * row] = cell_string(row == 99 ? "four" : row == 100 ? "longer than that" : "x");
        cells[2 * row + 1] = cell_string("|");
    }
    capture_rows(&capture, &options, columns + 2, 2, cells, 102);
    const char *line = capture.text;
    for (size_t row = 0; row < 102; row++) {
        line = strchr(line, '\n') + 1;
        size_t column = (size_t)(strchr(line, '|') - line);
        assert_int_equal(column, row == 100 ? strlen("longer than that") + 2 : 7 + 2);
    }
}

static void rows_beyond_the_memory_settle_the_widths_early(void **unused)
{
    (void)unused;
    static char large[ROWS_MEMORY_SIZE / 2];
    memset(large, 'y', sizeof large);
    const struct rows_options options = {.format = ROWS_TABLE, .zone = zone_utc()};
    struct cell cells[5];
    for (size_t row = 0; row < 5; row++) {
        cells[row] = cell_text(bytes_of(large, sizeof large));
    }
    capture_rows(&capture, &options, columns + 2, 1, cells, 5);
    assert_int_equal(capture.size, strlen("WHO DID\n") + 5 * (sizeof large + 1));
}

static void a_flush_in_between_shows_what_is_there(void **unused)
{
    (void)unused;
    const struct rows_options options = {.format = ROWS_TABLE, .zone = zone_utc()};
    const struct cell one = cell_number(1), two = cell_number(22);
    capture_begin(&capture, &options);
    assert_false(failed(rows_begin(&capture.rows, columns + 1, 1)));
    assert_false(failed(rows_add(&capture.rows, &one)));
    assert_false(failed(rows_flush(&capture.rows)));
    assert_int_equal(lseek(capture.output.fd, 0, SEEK_END), 4);
    assert_false(failed(rows_add(&capture.rows, &two)));
    assert_false(failed(rows_flush(&capture.rows)));
    capture_end(&capture);
    assert_string_equal(capture.text, "N\n1\n22\n");
}

/* Every row is one line; the only bytes are printable ones; no line ends in a blank. */
static void assert_harmless(const char *text, size_t size, size_t lines)
{
    struct bytes rest = bytes_of(text, size);
    struct glyph glyph;
    bool blank = false;
    while (glyph_next(&rest, &glyph)) {
        if (glyph.point == '\n') {
            assert_false(blank);
            lines--;
        } else {
            assert_true(glyph.plain);
        }
        blank = glyph.point == ' ';
    }
    assert_int_equal(lines, 0);
}

static void hostile_text_stays_text(void **unused)
{
    (void)unused;
    uint64_t state = 4;
    for (int round = 0; round < 500; round++) {
        const struct rows_options options = {
            .format = ROWS_TABLE,
            .zone = zone_utc(),
            .width = (uint32_t)random_below(&state, 3) * 30,
        };
        uint8_t memory[24][128];
        struct cell cells[24];
        for (size_t i = 0; i < 24; i++) {
            size_t size = random_hostile(&state, memory[i], sizeof memory[i]);
            if (size > 0 && memory[i][size - 1] == ' ') {
                size--; /* a blank that a text itself ends with stays */
            }
            cells[i] = cell_text(bytes_of(memory[i], size));
        }
        capture_rows(&capture, &options, columns + 2, 2, cells, 12);
        assert_harmless(capture.text, capture.size, 13);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_looks_like_this),
        cmocka_unit_test(times_are_shown_in_the_zone_with_their_offset),
        cmocka_unit_test(headings_are_bold_only_in_color),
        cmocka_unit_test(only_a_terminal_cuts_and_only_the_last_column),
        cmocka_unit_test(widths_settle_on_the_first_hundred_rows),
        cmocka_unit_test(rows_beyond_the_memory_settle_the_widths_early),
        cmocka_unit_test(a_flush_in_between_shows_what_is_there),
        cmocka_unit_test(hostile_text_stays_text),
    };
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        return 1;
    }
    return cmocka_run_group_tests_name("reports/table", tests, NULL, NULL);
}
