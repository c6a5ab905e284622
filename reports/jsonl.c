#include "reports/glyph.h"
#include "reports/rows.h"
#include "schema/canonical.h"

enum {
    BASE64_PIECE = 768, /* bytes, a multiple of three: only the last piece is padded */
};

static void put_unit(struct output *output, uint32_t unit)
{
    output_add(output, "\\u%04x", unit);
}

/* A character that is not plain, by its number: as the text, so that no terminal is steered. */
static void put_escape(struct output *output, uint32_t point)
{
    if (point < 0x10000) {
        put_unit(output, point);
        return;
    }
    put_unit(output, 0xd800 + ((point - 0x10000) >> 10));
    put_unit(output, 0xdc00 + ((point - 0x10000) & 0x3ff));
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

static void put_string(struct output *output, struct bytes text)
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

static void put_base64(struct output *output, struct bytes bytes)
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

static void put_name(struct output *output, bool first, const char *name, const char *ending)
{
    output_put_string(output, first ? "{\"" : ",\"");
    output_put_string(output, name);
    output_put_string(output, ending);
    output_put_string(output, "\":");
}

/* JSON that could steer a terminal inside its strings is written by way of those strings. */
static void put_json(struct output *output, struct bytes json)
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

static void put_text(struct output *output, const char *name, struct bytes text)
{
    put_string(output, text);
    if (!text_is_utf8(text)) {
        put_name(output, false, name, "_b64");
        put_base64(output, text);
    }
}

static void put_value(struct output *output, const struct column *column, const struct cell *cell)
{
    char memory[TIME_TEXT_SIZE + 1];
    struct text text = TEXT_IN(memory);
    switch (column->type) {
    case COLUMN_INTEGER:
        output_put_u64(output, cell->number);
        return;
    case COLUMN_TIME:
        time_write(&text, cell->number);
        put_string(output, text_bytes(&text));
        return;
    case COLUMN_JSON:
        if (!failed(canonical_check(cell->text))) {
            put_json(output, cell->text);
            return;
        }
        put_text(output, column->name, cell->text);
        return;
    case COLUMN_TEXT:
        put_text(output, column->name, cell->text);
        return;
    }
}

static struct status json_begin(struct rows *rows)
{
    return output_status(rows->output);
}

static struct status json_row(struct rows *rows, const struct cell *cells)
{
    bool first = true;
    for (size_t column = 0; column < rows->column_count; column++) {
        if (cells[column].present) {
            put_name(rows->output, first, rows->columns[column].name, "");
            put_value(rows->output, &rows->columns[column], &cells[column]);
            first = false;
        }
    }
    output_put_string(rows->output, first ? "{}\n" : "}\n");
    return output_status(rows->output);
}

static struct status json_flush(struct rows *rows)
{
    return output_status(rows->output);
}

const struct rows_sink rows_json = {.begin = json_begin, .row = json_row, .flush = json_flush};
