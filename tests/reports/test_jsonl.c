/*
 * JSON Lines: every line is JSON, says what was put in, and steers no terminal.
 */
#include "reports/glyph.h"
#include "schema/json.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct column columns[] = {
    {.name = "t", .type = COLUMN_TIME},
    {.name = "n", .type = COLUMN_INTEGER},
    {.name = "a", .type = COLUMN_TEXT},
    {.name = "body", .type = COLUMN_JSON},
};

static struct capture capture;
static const struct rows_options options = {.format = ROWS_JSON};

static void json_lines_look_like_this(void **unused)
{
    (void)unused;
    const struct cell cells[] = {
        cell_number(UINT64_C(1773093480123456)),
        cell_number(7),
        cell_string("a\\\"\n\xc3\xa9"),
        cell_string("{\"k\":[1,true]}"),
        cell_absent(),
        cell_absent(),
        cell_absent(),
        cell_absent(),
        cell_absent(),
        cell_number(0),
        cell_string(""),
        cell_string("{no json}"),
        cell_absent(),
        cell_absent(),
        cell_string("x\xff"),
        cell_absent(),
    };
    capture_rows(&capture, &options, columns, 4, cells, 4);
    assert_string_equal(capture.text,
                        "{\"t\":\"2026-03-09T21:58:00.123456Z\",\"n\":7,"
                        "\"a\":\"a\\\\\\\"\\u000a\xc3\xa9\",\"body\":{\"k\":[1,true]}}\n"
                        "{}\n"
                        "{\"n\":0,\"a\":\"\",\"body\":\"{no json}\"}\n"
                        "{\"a\":\"x\\ufffd\",\"a_b64\":\"eP8=\"}\n");
}

/* The value of "a", and that "a_b64" is there exactly when it is needed, and right. */
static void assert_says(const char *line, size_t size, struct bytes text)
{
    struct json *json = NULL;
    struct json_error error;
    assert_false(failed(json_parse(bytes_of(line, size), &json, &error)));
    struct bytes base64 = json_string_member(json, "a_b64");
    if (text_is_utf8(text)) {
        assert_true(bytes_equal(json_string_member(json, "a"), text));
        assert_null(json_member(json, "a_b64"));
    } else {
        static uint8_t decoded[8192];
        size_t decoded_size;
        assert_false(failed(base64_read(base64, decoded, sizeof decoded, &decoded_size)));
        assert_true(bytes_equal(bytes_of(decoded, decoded_size), text));
    }
    json_free(&json);
}

static void every_text_is_said_whole(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    for (int round = 0; round < 5000; round++) {
        static uint8_t memory[5000];
        size_t size = 0, wanted = (size_t)random_below(&state, round % 50 == 0 ? 4500 : 60);
        while (size < wanted) {
            size += random_hostile(&state, memory + size, 128);
        }
        const struct cell cell = cell_text(bytes_of(memory, size));
        if (memchr(memory, 0, size) != NULL) {
            continue; /* the reader refuses NUL, which the next test covers */
        }
        capture_rows(&capture, &options, columns + 2, 1, &cell, 1);
        assert_true(text_is_utf8(bytes_of(capture.text, capture.size)));
        assert_says(capture.text, capture.size, cell.text);
    }
}

static void every_character_is_said_in_plain_ones(void **unused)
{
    (void)unused;
    for (uint32_t point = 0; point < 0x110000; point += point < 0x3000 ? 1 : 97) {
        char memory[8];
        struct text text = TEXT_IN(memory);
        if (point < 0x80) {
            text_put_char(&text, (char)point);
        } else if (point < 0x800) {
            text_put(&text, (char[]){(char)(0xc0 | point >> 6), (char)(0x80 | (point & 63))}, 2);
        } else if (point < 0x10000) {
            text_put(&text,
                     (char[]){(char)(0xe0 | point >> 12), (char)(0x80 | (point >> 6 & 63)),
                              (char)(0x80 | (point & 63))},
                     3);
        } else {
            text_put(&text,
                     (char[]){(char)(0xf0 | point >> 18), (char)(0x80 | (point >> 12 & 63)),
                              (char)(0x80 | (point >> 6 & 63)), (char)(0x80 | (point & 63))},
                     4);
        }
        const struct cell cell = cell_text(text_bytes(&text));
        capture_rows(&capture, &options, columns + 2, 1, &cell, 1);
        struct bytes rest = bytes_of(capture.text, capture.size - 1);
        struct glyph glyph;
        while (glyph_next(&rest, &glyph)) {
            assert_true(glyph.plain);
        }
        if (point != 0) {
            assert_says(capture.text, capture.size, cell.text);
        }
    }
}

static void json_inside_keeps_its_value_and_steers_nothing(void **unused)
{
    (void)unused;
    const struct cell cell = cell_string("{\"k\":\"\xe2\x80\xae\x7f\xc3\xa9\\n\"}");
    capture_rows(&capture, &options, columns + 3, 1, &cell, 1);
    assert_string_equal(capture.text, "{\"body\":{\"k\":\"\\u202e\\u007f\xc3\xa9\\n\"}}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines_look_like_this),
        cmocka_unit_test(every_text_is_said_whole),
        cmocka_unit_test(every_character_is_said_in_plain_ones),
        cmocka_unit_test(json_inside_keeps_its_value_and_steers_nothing),
    };
    return cmocka_run_group_tests_name("reports/jsonl", tests, NULL, NULL);
}
