#include "reports/glyph.h"
#include "reports/rows.h"

#include <csv.h>

enum {
    PIECE_SIZE = 1024,
};

/* libcsv quotes each piece it is given; only the outermost quotes are the field's. */
static void put_quoted_piece(struct output *output, struct bytes piece)
{
    uint8_t quoted[2 * PIECE_SIZE + 2];
    size_t size = csv_write(quoted, sizeof quoted, piece.data, piece.size);
    output_put(output, quoted + 1, size - 2);
}

static void put_quoted(struct output *output, struct bytes text)
{
    while (text.size > 0) {
        size_t size = text.size < PIECE_SIZE ? text.size : PIECE_SIZE;
        put_quoted_piece(output, bytes_of(text.data, size));
        text = bytes_of(text.data + size, text.size - size);
    }
}

/* Spreadsheets take these for the beginning of a formula, some of them the wide forms as well. */
static bool begins_formula(struct bytes text)
{
    static const uint32_t points[] = {'=',  '+',    '-',    '@',    '\t',  '\r',
                                      '\n', 0xff1d, 0xff0b, 0xff0d, 0xff20};
    struct glyph glyph;
    if (!glyph_next(&text, &glyph)) {
        return false;
    }
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        if (glyph.point == points[i]) {
            return true;
        }
    }
    return false;
}

static void put_printable(struct output *output, struct bytes text)
{
    struct glyph glyph;
    while (text.size > 0) {
        size_t ascii = glyph_ascii(text);
        put_quoted(output, bytes_of(text.data, ascii));
        text = bytes_of(text.data + ascii, text.size - ascii);
        if (glyph_next(&text, &glyph)) {
            char memory[16];
            struct text shown = TEXT_IN(memory);
            glyph_put(&glyph, &shown);
            put_quoted(output, text_bytes(&shown));
        }
    }
}

static void put_text(struct rows *rows, struct bytes text)
{
    output_put_char(rows->output, '"');
    if (rows->options.raw) {
        put_quoted(rows->output, text);
    } else {
        if (begins_formula(text)) {
            output_put_char(rows->output, '\'');
        }
        put_printable(rows->output, text);
    }
    output_put_char(rows->output, '"');
}

static void put_field(struct rows *rows, size_t column, const struct cell *cell)
{
    char memory[TIME_TEXT_SIZE + 1];
    struct text text = TEXT_IN(memory);
    if (!cell->present) {
        return;
    }
    switch (rows->columns[column].type) {
    case COLUMN_INTEGER:
        output_put_u64(rows->output, cell->number);
        return;
    case COLUMN_TIME:
        time_write(&text, cell->number);
        output_put_bytes(rows->output, text_bytes(&text));
        return;
    case COLUMN_TEXT:
    case COLUMN_JSON:
        put_text(rows, cell->text);
        return;
    }
}

static struct status csv_begin(struct rows *rows)
{
    for (size_t column = 0; column < rows->column_count; column++) {
        output_put_string(rows->output, column == 0 ? "" : ",");
        output_put_string(rows->output, rows->columns[column].name);
    }
    output_put_string(rows->output, "\r\n");
    return output_status(rows->output);
}

static struct status csv_row(struct rows *rows, const struct cell *cells)
{
    for (size_t column = 0; column < rows->column_count; column++) {
        output_put_string(rows->output, column == 0 ? "" : ",");
        put_field(rows, column, &cells[column]);
    }
    output_put_string(rows->output, "\r\n");
    return output_status(rows->output);
}

static struct status csv_flush(struct rows *rows)
{
    return output_status(rows->output);
}

const struct rows_sink rows_csv = {.begin = csv_begin, .row = csv_row, .flush = csv_flush};
