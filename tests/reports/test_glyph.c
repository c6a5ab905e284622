/*
 * Foreign text, character by character: nothing lost, nothing that steers let through.
 */
#include "reports/glyph.h"
#include "tests/reports/capture.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void characters_put_together_are_the_text(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    for (int round = 0; round < 20000; round++) {
        uint8_t text[128];
        size_t size = random_hostile(&state, text, sizeof text);
        struct bytes rest = bytes_of(text, size);
        struct glyph glyph;
        size_t seen = 0;
        bool valid = true;
        while (glyph_next(&rest, &glyph)) {
            assert_ptr_equal(glyph.bytes.data, text + seen);
            assert_int_equal(glyph.valid, text_is_utf8(glyph.bytes));
            seen += glyph.bytes.size;
            valid = valid && glyph.valid;
        }
        assert_int_equal(seen, size);
        assert_int_equal(valid, text_is_utf8(bytes_of(text, size)));
    }
}

static void what_may_be_shown_is_what_schema_text_shows(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (int round = 0; round < 20000; round++) {
        uint8_t text[128];
        char shown_memory[2048], expected_memory[2048];
        struct text shown = TEXT_IN(shown_memory), expected = TEXT_IN(expected_memory);
        struct bytes all = bytes_of(text, random_hostile(&state, text, sizeof text));
        struct bytes rest = all;
        struct glyph glyph;
        while (glyph_next(&rest, &glyph)) {
            size_t before = shown.size;
            glyph_put(&glyph, &shown);
            assert_int_equal(glyph.plain, bytes_equal(glyph.bytes, bytes_of(shown.data + before,
                                                                            shown.size - before)));
        }
        text_put_printable(&expected, all);
        assert_true(bytes_equal(text_bytes(&shown), text_bytes(&expected)));
    }
}

static void every_character_has_its_number(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        uint32_t point;
    } rows[] = {{"A", 'A'},
                {"\xc3\xa9", 0xe9},
                {"\xe6\xbc\xa2", 0x6f22},
                {"\xf0\x9f\x98\x80", 0x1f600},
                {"\xc3", 0xfffd},
                {"\xe6\xbc", 0xfffd},
                {"\xff", 0xfffd}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes rest = bytes_of_string(rows[i].text);
        struct glyph glyph;
        assert_true(glyph_next(&rest, &glyph));
        assert_int_equal(glyph.point, rows[i].point);
    }
}

static void widths_are_columns_of_a_terminal(void **unused)
{
    (void)unused;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    assert_int_equal(glyph_text_width(LITERAL("plain text")), 10);
    assert_int_equal(glyph_text_width(LITERAL("\xc3\xa9")), 1);
    assert_int_equal(glyph_text_width(LITERAL("\xe6\xbc\xa2")), 2);
    assert_int_equal(glyph_text_width(LITERAL("e\xcc\x81")), 1);
    assert_int_equal(glyph_text_width(LITERAL("\033")), 4);
    assert_int_equal(glyph_text_width(LITERAL("\xe2\x80\xae")), 8);
    assert_int_equal(glyph_text_width(LITERAL("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_put_together_are_the_text),
        cmocka_unit_test(what_may_be_shown_is_what_schema_text_shows),
        cmocka_unit_test(every_character_has_its_number),
        cmocka_unit_test(widths_are_columns_of_a_terminal),
    };
    return cmocka_run_group_tests_name("reports/glyph", tests, NULL, NULL);
}
