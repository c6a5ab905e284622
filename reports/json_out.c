#include "reports/json_out.h"

#include "reports/glyph.h"
#include "schema/text.h"
#include "schema/time.h"

#include <assert.h>

enum {
    BASE64_PIECE = 768, /* bytes, a multiple of three: only the last piece is padded */
    HEX_PIECE = 64,     /* bytes */
};

/* Strings --------------------------------------------------------------------------------- */

void json_escape(uint32_t point, char out[static JSON_ESCAPE_SIZE])
{
    const bool is_pair = point >= 0x10000;
    const uint32_t beyond = is_pair ? point - 0x10000 : 0;
    struct text text = {.data = out, .capacity = JSON_ESCAPE_SIZE};
    text_add(&text, "\\u%04x", is_pair ? 0xd800 + (beyond >> 10) : point);
    if (is_pair) {
        text_add(&text, "\\u%04x", 0xdc00 + (beyond & 0x3ff));
    }
    (void)text_string(&text);
}

/* A character that is not plain, by its number: as the text, so that no terminal is steered. */
static void put_escape(struct output *output, uint32_t point)
{
    char escape[JSON_ESCAPE_SIZE];
    json_escape(point, escape);
    output_put_string(output, escape);
}

static void put_character(struct output *output, const struct glyph *glyph)
{
    if (glyph->point == '"' || glyph->point == '\\') {
        output_put_char(output, '\\');
        output_put_char(output, (char)glyph->point);
    } else if (glyph->plain) {
        output_put_bytes(output, glyph->bytes);
    } else {
        put_escape(output, glyph->point);
    }
}

/* How much of the text goes through as it is. */
static size_t unescaped(struct bytes text)
{
    size_t size = 0, ascii = glyph_ascii(text);
    while (size < ascii && text.data[size] != '"' && text.data[size] != '\\') {
        size++;
    }
    return size;
}

void json_put_string(struct output *output, struct bytes text)
{
    struct glyph glyph;
    output_put_char(output, '"');
    while (text.size > 0) {
        size_t size = unescaped(text);
        output_put(output, text.data, size);
        text = bytes_of(text.data + size, text.size - size);
        if (glyph_next(&text, &glyph)) {
            put_character(output, &glyph);
        }
    }
    output_put_char(output, '"');
}

void json_put_base64(struct output *output, struct bytes bytes)
{
    output_put_char(output, '"');
    while (bytes.size > 0) {
        char memory[BASE64_PIECE / 3 * 4];
        size_t size = bytes.size < BASE64_PIECE ? bytes.size : BASE64_PIECE;
        output_put(output, memory, base64_write(memory, bytes_of(bytes.data, size)));
        bytes = bytes_of(bytes.data + size, bytes.size - size);
    }
    output_put_char(output, '"');
}

/* JSON that could steer a terminal inside its strings is written by way of those strings. */
void json_put_canonical(struct output *output, struct bytes json)
{
    struct glyph glyph;
    while (json.size > 0) {
        size_t ascii = glyph_ascii(json);
        output_put(output, json.data, ascii);
        json = bytes_of(json.data + ascii, json.size - ascii);
        if (glyph_next(&json, &glyph)) {
            put_character(output, &glyph);
        }
    }
}

/* Nesting --------------------------------------------------------------------------------- */

void json_out_init(struct json_out *out, struct output *output, uint32_t indent)
{
    *out = (struct json_out){.output = output, .indent = indent};
}

static void new_line(const struct json_out *out, size_t depth)
{
    if (out->indent > 0) {
        output_put_char(out->output, '\n');
        output_pad(out->output, depth * out->indent);
    }
}

/* What stands before a value at this depth: comma, line, name. */
static void put_lead(struct json_out *out, size_t depth, const char *name)
{
    if (depth > 0) {
        struct json_out_level *outer = &out->levels[depth - 1];
        assert((name != NULL) == (outer->bracket == '{'));
        output_put_string(out->output, outer->filled ? "," : "");
        outer->filled = true;
        new_line(out, depth);
    }
    if (name != NULL) {
        json_put_string(out->output, bytes_of_string(name));
        output_put_string(out->output, out->indent > 0 ? ": " : ":");
    }
}

/* Writes the brackets that were held back around what comes now. */
static void write_held(struct json_out *out)
{
    for (size_t i = 0; i < out->depth; i++) {
        if (out->levels[i].held) {
            put_lead(out, i, out->levels[i].name);
            output_put_char(out->output, out->levels[i].bracket);
            out->levels[i].held = false;
        }
    }
}

static void begin_value(struct json_out *out, const char *name)
{
    write_held(out);
    put_lead(out, out->depth, name);
}

static void open_level(struct json_out *out, const char *name, char bracket)
{
    assert(out->depth < JSON_OUT_DEPTH);
    out->levels[out->depth++] =
        (struct json_out_level){.name = name, .bracket = bracket, .held = true};
}

void json_out_object(struct json_out *out, const char *name)
{
    open_level(out, name, '{');
    write_held(out);
}

void json_out_optional_object(struct json_out *out, const char *name)
{
    open_level(out, name, '{');
}

void json_out_array(struct json_out *out, const char *name)
{
    open_level(out, name, '[');
}

void json_out_close(struct json_out *out)
{
    assert(out->depth > 0);
    const struct json_out_level level = out->levels[--out->depth];
    if (!level.held) {
        if (level.filled) {
            new_line(out, out->depth);
        }
        output_put_char(out->output, level.bracket == '{' ? '}' : ']');
        if (out->depth == 0) {
            output_put_char(out->output, '\n');
        }
    }
}

/* Values ---------------------------------------------------------------------------------- */

void json_out_text(struct json_out *out, const char *name, struct bytes text)
{
    begin_value(out, name);
    json_put_string(out->output, text);
    if (name != NULL && !text_is_utf8(text)) {
        output_put_char(out->output, ',');
        new_line(out, out->depth);
        output_add(out->output, "\"%s_b64\":", name);
        json_put_base64(out->output, text);
    }
}

void json_out_string(struct json_out *out, const char *name, const char *string)
{
    json_out_text(out, name, bytes_of_string(string));
}

void json_out_number(struct json_out *out, const char *name, uint64_t number)
{
    begin_value(out, name);
    output_put_u64(out->output, number);
}

void json_out_flag(struct json_out *out, const char *name, bool flag)
{
    begin_value(out, name);
    output_put_string(out->output, flag ? "true" : "false");
}

void json_out_time(struct json_out *out, const char *name, uint64_t utc_us)
{
    char memory[TIME_TEXT_SIZE + 1];
    struct text text = TEXT_IN(memory);
    time_write(&text, utc_us);
    json_out_text(out, name, text_bytes(&text));
}

void json_out_hex(struct json_out *out, const char *name, struct bytes bytes)
{
    char memory[2 * HEX_PIECE];
    assert(bytes.size <= HEX_PIECE);
    hex_write(memory, bytes);
    json_out_text(out, name, bytes_of(memory, 2 * bytes.size));
}

void json_out_canonical(struct json_out *out, const char *name, struct bytes json)
{
    begin_value(out, name);
    json_put_canonical(out->output, json);
}
