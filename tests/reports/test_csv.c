/*
 * CSV: read back by the rules of RFC 4180 it is what was written; no cell is a formula.
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
    {.name = "b", .type = COLUMN_TEXT},
};

static struct capture capture;

static void csv_looks_like_this(void **unused)
{
    (void)unused;
    const struct rows_options options = {.format = ROWS_CSV};
    const struct cell cells[] = {
        cell_number(UINT64_C(1773093480123456)),
        cell_number(7),
        cell_string("say \"hi\", ren"),
        cell_absent(),
        cell_absent(),
        cell_absent(),
        cell_string(""),
        cell_string("=1+1"),
    };
    capture_rows(&capture, &options, columns, 4, cells, 2);
    assert_string_equal(capture.text, "t,n,a,b\r\n"
                                      "2026-03-09T21:58:00.123456Z,7,\"say \"\"hi\"\", ren\",\r\n"
                                      ",,\"\",\"'=1+1\"\r\n");
}

static void formulas_are_text_unless_raw(void **unused)
{
    (void)unused;
    static const char *const formulas[] = {"=1", "+1", "-1", "@a", "\t1", "\r1", "\357\274\2351"};
    for (size_t i = 0; i < sizeof formulas / sizeof formulas[0]; i++) {
        struct rows_options options = {.format = ROWS_CSV};
        const struct cell cell = cell_string(formulas[i]);
        capture_rows(&capture, &options, columns + 2, 1, &cell, 1);
        assert_memory_equal(capture.text, "a\r\n\"'", 5);

        char expected[32];
        snprintf(expected, sizeof expected, "a\r\n\"%s\"\r\n", formulas[i]);
        options.raw = true;
        capture_rows(&capture, &options, columns + 2, 1, &cell, 1);
        assert_string_equal(capture.text, expected);
    }
}

/* A reader of RFC 4180 of its own: the next field of a line, all of them quoted. */
static size_t read_field(const char **at, uint8_t *out)
{
    size_t size = 0;
    assert_int_equal(*(*at)++, '"');
    for (;; ++*at) {
        if (**at == '"' && (*at)[1] == '"') {
            ++*at;
        } else if (**at == '"') {
            break;
        }
        out[size++] = (uint8_t) * *at;
    }
    ++*at;
    return size;
}

static void raw_fields_read_back_are_what_was_written(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    const struct rows_options options = {.format = ROWS_CSV, .raw = true};
    for (int round = 0; round < 2000; round++) {
        static uint8_t memory[2][5000], read[6000];
        struct cell cells[2];
        for (size_t i = 0; i < 2; i++) {
            size_t size = 0, wanted = (size_t)random_below(&state, round % 50 == 0 ? 4500 : 60);
            while (size < wanted) {
                size += random_hostile(&state, memory[i] + size, 128);
            }
            cells[i] = cell_text(bytes_of(memory[i], size));
        }
        capture_rows(&capture, &options, columns + 2, 2, cells, 1);
        const char *at = capture.text + strlen("a,b\r\n");
        for (size_t i = 0; i < 2; i++) {
            size_t size = read_field(&at, read);
            assert_true(bytes_equal(bytes_of(read, size), cells[i].text));
            assert_int_equal(*at++, i == 0 ? ',' : '\r');
        }
        assert_ptr_equal(at + 1, capture.text + capture.size);
    }
}

static void without_raw_a_row_is_a_line_that_steers_nothing(void **unused)
{
    (void)unused;
    uint64_t state = 6;
    const struct rows_options options = {.format = ROWS_CSV};
    for (int round = 0; round < 5000; round++) {
        uint8_t memory[128];
        const struct cell cell =
            cell_text(bytes_of(memory, random_hostile(&state, memory, sizeof memory)));
        capture_rows(&capture, &options, columns + 2, 1, &cell, 1);
        struct bytes rest = bytes_of(capture.text + 3, capture.size - 5);
        struct glyph glyph;
        assert_null(strchr("=+-@", capture.text[4]));
        while (glyph_next(&rest, &glyph)) {
            assert_true(glyph.plain);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_looks_like_this),
        cmocka_unit_test(formulas_are_text_unless_raw),
        cmocka_unit_test(raw_fields_read_back_are_what_was_written),
        cmocka_unit_test(without_raw_a_row_is_a_line_that_steers_nothing),
    };
    return cmocka_run_group_tests_name("reports/csv", tests, NULL, NULL);
}
