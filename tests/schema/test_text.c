/*
 * Text in bounded memory: a piece is there whole or not at all; numbers, UTF-8, and foreign text
 * that no terminal can be steered by.
 */
#include "schema/text.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_piece_is_written_whole_or_not_at_all(void **unused)
{
    (void)unused;
    for (size_t capacity = 1; capacity < 12; capacity++) {
        char memory[16];
        memset(memory, '#', sizeof memory);
        struct text text = {.data = memory, .capacity = capacity};
        text_put_literal(&text, "abc");
        text_put_literal(&text, "defg");
        text_put_char(&text, 'h');
        size_t expected = capacity > 8 ? 8 : capacity > 7 ? 7 : capacity > 3 ? 3 : 0;
        assert_int_equal(text.size, expected);
        assert_int_equal(text.full, capacity <= 8);
        assert_memory_equal(text_string(&text), "abcdefgh", expected);
        assert_int_equal(strlen(text_string(&text)), expected);
        assert_int_equal(memory[capacity], '#');
    }
}

static void a_full_text_takes_nothing_more_however_small(void **unused)
{
    (void)unused;
    char memory[4];
    struct text text = TEXT_IN(memory);
    text_put_literal(&text, "ab");
    text_put_literal(&text, "cd");
    text_put_char(&text, 'e');
    text_put_u64(&text, 1);
    text_put_base64(&text, LITERAL(""));
    text_put_hex(&text, LITERAL("x"));
    text_add(&text, "%s", "f");
    assert_true(text.full);
    assert_string_equal(text_string(&text), "ab");
    text_clear(&text);
    text_put_literal(&text, "xyz");
    assert_false(text.full);
    assert_string_equal(text_string(&text), "xyz");
}

/* Every way to write, at every capacity: the bytes fit with a NUL, or none of them is there. */
static void every_piece_keeps_to_its_capacity(void **unused)
{
    (void)unused;
    for (size_t capacity = 1; capacity < 32; capacity++) {
        for (unsigned way = 0; way < 5; way++) {
            static const size_t sizes[] = {20, 8, 10, 7, 6};
            char *memory = malloc(capacity); /* of exactly this size, for a sanitizer */
            struct text text = {.data = memory, .capacity = capacity};
            switch (way) {
            case 0:
                text_put_u64(&text, UINT64_MAX);
                break;
            case 1:
                text_put_base64(&text, LITERAL("abcdef"));
                break;
            case 2:
                text_put_hex(&text, LITERAL("abcde"));
                break;
            case 3:
                text_add(&text, "%s-%03d", "abc", 7);
                break;
            default:
                text_put_string(&text, "string");
                break;
            }
            assert_int_equal(text.full, capacity <= sizes[way]);
            assert_int_equal(text.size, text.full ? 0 : sizes[way]);
            (void)text_string(&text);
            free(memory);
        }
    }
}

/* Numbers ------------------------------------------------------------------------------------- */

static void numbers_are_read_as_they_are_written(void **unused)
{
    (void)unused;
    for (unsigned bit = 0; bit < 64; bit++) {
        for (uint64_t near = 0; near < 3; near++) {
            uint64_t value = (UINT64_C(1) << bit) - 1 + near, back;
            char memory[24];
            struct text text = TEXT_IN(memory);
            text_put_u64(&text, value);
            assert_true(text_read_u64(text_bytes(&text), &back));
            assert_true(back == value);
        }
    }
    uint64_t most;
    assert_true(text_read_u64(LITERAL("18446744073709551615"), &most));
    assert_true(most == UINT64_MAX);
}

static void a_number_has_one_text(void **unused)
{
    (void)unused;
    static const char *const wrong[] = {
        "",
        "00",
        "01",
        "-0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "1e3",
        "0x1",
        "18446744073709551616",
        "18446744073709551625",
        "28446744073709551615",
        "99999999999999999999",
        "100000000000000000000",
        "\xd9\xa1",
    };
    uint64_t value = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(text_read_u64(bytes_of_string(wrong[i]), &value));
    }
    assert_false(text_read_u64(LITERAL("1\0"), &value));
    assert_int_equal(value, 7);
}

/* UTF-8 --------------------------------------------------------------------------------------- */

/* UTF-8 by the table of RFC 3629 section 4, written down as it stands there. */
static size_t naive_character(const uint8_t *p, size_t left)
{
    static const uint8_t rows[][9] = {
        /* size, then the range of each byte */
        {1, 0x00, 0x7f},
        {2, 0xc2, 0xdf, 0x80, 0xbf},
        {3, 0xe0, 0xe0, 0xa0, 0xbf, 0x80, 0xbf},
        {3, 0xe1, 0xec, 0x80, 0xbf, 0x80, 0xbf},
        {3, 0xed, 0xed, 0x80, 0x9f, 0x80, 0xbf},
        {3, 0xee, 0xef, 0x80, 0xbf, 0x80, 0xbf},
        {4, 0xf0, 0xf0, 0x90, 0xbf, 0x80, 0xbf, 0x80, 0xbf},
        {4, 0xf1, 0xf3, 0x80, 0xbf, 0x80, 0xbf, 0x80, 0xbf},
        {4, 0xf4, 0xf4, 0x80, 0x8f, 0x80, 0xbf, 0x80, 0xbf},
    };
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        bool good = rows[row][0] <= left;
        for (size_t i = 0; good && i < rows[row][0]; i++) {
            good = p[i] >= rows[row][1 + 2 * i] && p[i] <= rows[row][2 + 2 * i];
        }
        if (good) {
            return rows[row][0];
        }
    }
    return 0;
}

static bool naive_is_utf8(struct bytes bytes)
{
    for (size_t i = 0; i < bytes.size;) {
        size_t size = naive_character(bytes.data + i, bytes.size - i);
        if (size == 0) {
            return false;
        }
        i += size;
    }
    return true;
}

static void utf8_is_the_table_of_rfc_3629(void **unused)
{
    (void)unused;
    uint8_t p[12] = {0};
    for (uint32_t i = 0; i < 1 << 24; i += i < 0xc00000 ? 251 : 1) {
        p[0] = (uint8_t)(i >> 16);
        p[1] = (uint8_t)(i >> 8);
        p[2] = (uint8_t)i;
        for (size_t size = 1; size <= 3; size++) {
            assert_int_equal(text_is_utf8(bytes_of(p, size)), naive_is_utf8(bytes_of(p, size)));
        }
        p[3] = 0x80;
        assert_int_equal(text_is_utf8(bytes_of(p, 4)), naive_is_utf8(bytes_of(p, 4)));
    }
}

static void random_bytes_are_utf8_when_the_table_says_so(void **unused)
{
    (void)unused;
    static const uint8_t likely[] = {'a',  0x00, 0x7f, 0x80, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xa0,
                                     0x9f, 0xed, 0xef, 0xf0, 0x90, 0x8f, 0xf4, 0xf5, 0xff, 'b'};
    struct random random = {.state = 3};
    size_t good = 0;
    for (size_t round = 0; round < 300000; round++) {
        uint8_t p[20];
        size_t size = (size_t)random_below(&random, sizeof p + 1);
        for (size_t i = 0; i < size; i++) {
            p[i] =
                random_below(&random, 4) > 0 ? 'a' : likely[random_below(&random, sizeof likely)];
        }
        bool expected = naive_is_utf8(bytes_of(p, size));
        assert_int_equal(text_is_utf8(bytes_of(p, size)), expected);
        good += expected;
    }
    assert_true(good > 1000);
}

/* Terminals ----------------------------------------------------------------------------------- */

static void assert_printed(struct bytes bytes, const char *expected)
{
    char memory[128];
    struct text text = TEXT_IN(memory);
    text_put_printable(&text, bytes);
    assert_string_equal(text_string(&text), expected);
}

static void foreign_text_cannot_steer_a_terminal(void **unused)
{
    (void)unused;
    assert_printed(LITERAL("plain caf\xc3\xa9"), "plain caf\xc3\xa9");
    assert_printed(LITERAL("\x1b[2J"), "\\x1b[2J");
    assert_printed(LITERAL("a\r\nb\tc\0d\x7f"), "a\\x0d\\x0ab\\x09c\\x00d\\x7f");
    assert_printed(LITERAL("\xc2\x9b"
                           "31m"),
                   "\\u{9b}31m");
    assert_printed(LITERAL("\xe2\x80\xae"
                           "gnp"),
                   "\\u{202e}gnp");
    assert_printed(LITERAL("a\xe2\x80\x8b"
                           "b\xe2\x81\xa6\xef\xbb\xbf"),
                   "a\\u{200b}b\\u{2066}\\u{feff}");
    assert_printed(LITERAL("\xc3(\xff\xed\xa0\x80"), "\\xc3(\\xff\\xed\\xa0\\x80");
    assert_printed(LITERAL("\xf3\xa0\x81\x81"), "\\u{e0041}");
    assert_printed(LITERAL("\xf0\x9f\xaa\xa8"), "\xf0\x9f\xaa\xa8");
}

static void whatever_is_printed_is_utf8_without_controls(void **unused)
{
    (void)unused;
    struct random random = {.state = 5};
    for (size_t round = 0; round < 20000; round++) {
        uint8_t p[24];
        char memory[sizeof p * 10];
        struct text text = TEXT_IN(memory);
        for (size_t i = 0; i < sizeof p; i++) {
            p[i] = (uint8_t)random_below(&random, 256);
        }
        text_put_printable(&text, BYTES(p));
        assert_false(text.full);
        assert_true(naive_is_utf8(text_bytes(&text)));
        for (size_t i = 0; i < text.size; i++) {
            uint8_t c = (uint8_t)text.data[i];
            assert_true(c >= 0x20 && c != 0x7f);
            assert_false(c == 0xc2 && (uint8_t)text.data[i + 1] < 0xa0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_piece_is_written_whole_or_not_at_all),
        cmocka_unit_test(a_full_text_takes_nothing_more_however_small),
        cmocka_unit_test(every_piece_keeps_to_its_capacity),
        cmocka_unit_test(numbers_are_read_as_they_are_written),
        cmocka_unit_test(a_number_has_one_text),
        cmocka_unit_test(utf8_is_the_table_of_rfc_3629),
        cmocka_unit_test(random_bytes_are_utf8_when_the_table_says_so),
        cmocka_unit_test(foreign_text_cannot_steer_a_terminal),
        cmocka_unit_test(whatever_is_printed_is_utf8_without_controls),
    };
    return cmocka_run_group_tests_name("schema/text", tests, NULL, NULL);
}
