/* What has come out is judged, by code of its own. */
#include "schema/json.h"
#include "tests/hostile/ways.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    FIELD_MAX = 3 * HOSTILE_LONG,
};

/* Judges ---------------------------------------------------------------------------------- */

struct bytes shown(const struct hall *hall)
{
    return bytes_of(hall->capture.text, hall->capture.size);
}

void judge_terminal(struct hall *hall, struct bytes text)
{
    (void)text;
    assert_true(hostile_is_plain(shown(hall), true));
}

/* One line, whatever is in it. */
void judge_line(struct hall *hall, struct bytes text)
{
    struct bytes line = shown(hall);
    (void)text;
    assert_true(line.size > 0 && line.data[line.size - 1] == '\n');
    assert_true(hostile_is_plain(bytes_of(line.data, line.size - 1), false));
}

/* RFC 4180: takes a field; returns what ended it, and 0 at the end. */
static char next_field(struct bytes *rest, char field[static FIELD_MAX], size_t *size)
{
    bool quoted = rest->size > 0 && rest->data[0] == '"';
    size_t at = quoted;
    *size = 0;
    for (; at < rest->size; at++) {
        char c = (char)rest->data[at];
        if (quoted && c == '"') {
            quoted = at + 1 < rest->size && rest->data[at + 1] == '"';
            if (!quoted) {
                continue;
            }
            at++;
        } else if (!quoted && (c == ',' || c == '\r')) {
            break;
        }
        assert_true(*size < FIELD_MAX);
        field[(*size)++] = c;
    }
    char end = at < rest->size ? (char)rest->data[at] : 0;
    at += end == '\r' ? 2 : 1;
    *rest = end == 0 ? bytes_of(NULL, 0) : bytes_of(rest->data + at, rest->size - at);
    return end;
}

bool is_formula(const char *field, size_t size)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    for (size_t i = 0; i < 4; i++) {
        if (size >= 3 && memcmp(field, wide[i], 3) == 0) {
            return true;
        }
    }
    return size > 0 && strchr("=+-@\t\r\n", field[0]) != NULL;
}

/* Two lines with the same number of fields, none of them a formula. */
void judge_csv(struct hall *hall, struct bytes text)
{
    char field[FIELD_MAX];
    struct bytes rest = shown(hall);
    size_t size, commas[2] = {0};
    (void)text;
    for (size_t line = 0; line < 2; line++) {
        char end;
        while ((end = next_field(&rest, field, &size)) == ',') {
            assert_false(is_formula(field, size));
            commas[line]++;
        }
        assert_int_equal(end, '\r');
        assert_false(is_formula(field, size));
    }
    assert_int_equal(rest.size, 0);
    assert_int_equal(commas[0], commas[1]);
    for (size_t i = 0; i + 1 < hall->capture.size; i++) {
        assert_true(hall->capture.text[i] != '\r' || hall->capture.text[i + 1] == '\n');
    }
}

void judge_terminal_csv(struct hall *hall, struct bytes text)
{
    struct bytes rest = shown(hall);
    (void)text;
    for (size_t i = 0; i < hall->capture.size; i++) {
        hall->capture.text[i] = hall->capture.text[i] == '\r' ? ' ' : hall->capture.text[i];
    }
    assert_true(hostile_is_plain(rest, true));
}

void judge_raw_csv(struct hall *hall, struct bytes text)
{
    char field[FIELD_MAX];
    struct bytes rest = shown(hall);
    size_t size;
    while (next_field(&rest, field, &size) == ',') {
    }
    assert_true(next_field(&rest, field, &size) == ',');
    assert_true(bytes_equal(bytes_of(field, size), text));
}

void judge_json(struct hall *hall, struct bytes text)
{
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error;
    assert_true(hostile_is_plain(shown(hall), true));
    /* NUL is JSON as \u0000; our reader is stricter than that. */
    if (memchr(text.data, 0, text.size) == NULL) {
        must(json_parse(shown(hall), &json, &error));
    }
}

/* The member `text` is the string, or text_b64 is. */
void judge_lossless_json(struct hall *hall, struct bytes text)
{
    CLEANUP(json_free) struct json *json = NULL;
    struct json_error error;
    uint8_t whole[HOSTILE_LONG];
    size_t size;
    judge_json(hall, text);
    if (memchr(text.data, 0, text.size) != NULL) {
        return;
    }
    must(json_parse(shown(hall), &json, &error));
    if (text_is_utf8(text)) {
        assert_true(bytes_equal(json_string_member(json, "text"), text));
        return;
    }
    must(base64_read(json_string_member(json, "text_b64"), whole, sizeof whole, &size));
    assert_true(bytes_equal(bytes_of(whole, size), text));
}
