/*
 * Lines and bars of characters show what is there, in as many columns as they may have.
 */
#include "reports/glyph.h"
#include "reports/spark.h"
#include "tests/reports/capture.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    SIZE = 1024,
};

static void a_line_is_as_long_as_its_numbers(void **unused)
{
    (void)unused;
    uint64_t state = 1, values[64];
    for (unsigned round = 0; round < 500; round++) {
        size_t count = random_below(&state, 64);
        for (size_t i = 0; i < count; i++) {
            values[i] =
                random_below(&state, 3) == 0 ? 0 : random_next(&state) >> random_below(&state, 64);
        }
        for (enum spark_letters letters = SPARK_BLOCKS; letters <= SPARK_ASCII; letters++) {
            char memory[SIZE];
            struct text text = TEXT_IN(memory);
            struct glyph glyph;
            spark_put(&text, values, count, letters);
            struct bytes rest = text_bytes(&text);
            assert_int_equal(glyph_text_width(rest), count);
            for (size_t i = 0; i < count; i++) {
                assert_true(glyph_next(&rest, &glyph) && glyph.plain);
                assert_true((glyph.point == ' ') == (values[i] == 0));
                assert_true(letters == SPARK_BLOCKS || glyph.point < 0x7f);
            }
        }
    }
}

static void a_line_goes_as_its_numbers_go(void **unused)
{
    (void)unused;
    const uint64_t values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 80};
    char memory[SIZE];
    struct text text = TEXT_IN(memory);
    spark_put(&text, values, 9, SPARK_ASCII);
    assert_string_equal(text_string(&text), " .:-=+*#@");
    text_clear(&text);
    spark_put(&text, values, 9, SPARK_BLOCKS);
    assert_string_equal(text_string(&text), " ▁▂▃▄▅▆▇█");
    text_clear(&text);
    spark_put(&text, values, 10, SPARK_ASCII);
    assert_string_equal(text_string(&text), " ........@");
}

static void a_bar_is_no_wider_than_it_may_be(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (unsigned round = 0; round < 2000; round++) {
        uint64_t most = random_next(&state) >> random_below(&state, 64);
        uint64_t value = most == UINT64_MAX ? most : random_below(&state, most + 1);
        uint32_t width = (uint32_t)random_below(&state, 80);
        for (enum spark_letters letters = SPARK_BLOCKS; letters <= SPARK_ASCII; letters++) {
            char memory[SIZE];
            struct text text = TEXT_IN(memory);
            spark_put_bar(&text, value, most, width, letters);
            size_t columns = glyph_text_width(text_bytes(&text));
            assert_true(columns <= (width == 0 ? 1 : width));
            assert_true((columns == 0) == (value == 0 || most == 0));
            assert_true(value < most || most == 0 || width == 0 || columns == width);
        }
    }
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_as_long_as_its_numbers),
        cmocka_unit_test(a_line_goes_as_its_numbers_go),
        cmocka_unit_test(a_bar_is_no_wider_than_it_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
