#include "reports/glyph.h"
#include "reports/rows.h"

enum {
    NUMBER_SIZE = 48, /* of a number or a time, as text */
};

static void put_glyphs(struct output *output, struct bytes text)
{
    struct glyph glyph;
    while (glyph_next(&text, &glyph)) {
        char memory[16];
        struct text shown = TEXT_IN(memory);
        glyph_put(&glyph, &shown);
        output_put_bytes(output, text_bytes(&shown));
    }
}

static void put_cell(const struct rows *rows, size_t column, const struct cell *cell)
{
    char memory[NUMBER_SIZE];
    struct text text = TEXT_IN(memory);
    switch (rows->columns[column].type) {
    case COLUMN_INTEGER:
        text_put_u64(&text, cell->number);
        break;
    case COLUMN_TIME:
        zone_write(&rows->options.zone, cell->number,
                   (struct zone_style){.separator = ' ', .digits = 3}, &text);
        break;
    case COLUMN_TEXT:
    case COLUMN_JSON:
        put_glyphs(rows->output, cell->text);
        return;
    }
    output_put_bytes(rows->output, text_bytes(&text));
}

static struct status begin(struct rows *rows)
{
    return output_status(rows->output);
}

static struct status row(struct rows *rows, const struct cell *cells)
{
    bool any = false;
    for (size_t i = 0; i < rows->column_count; i++) {
        if (cells[i].present) {
            output_put_string(rows->output, any ? "  " : "");
            put_cell(rows, i, &cells[i]);
            any = true;
        }
    }
    output_put_char(rows->output, '\n');
    return output_status(rows->output);
}

static struct status flush(struct rows *rows)
{
    return output_status(rows->output);
}

const struct rows_sink rows_line = {.begin = begin, .row = row, .flush = flush};
