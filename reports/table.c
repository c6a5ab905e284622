#include "reports/glyph.h"
#include "reports/rows.h"

#include <ctype.h>

enum {
    GAP = 2,          /* blanks between columns */
    LAST_MIN = 8,     /* columns that are left for the last column, however narrow the terminal */
    NUMBER_SIZE = 48, /* of a number or a time, as text */
    HEADING_SIZE = 96,
};

/* What a cell shows. Numbers are written into `memory`, which must outlive the answer. */
struct shown {
    struct bytes text;
    size_t width;
};

static struct shown show_plain(struct text *text)
{
    return (struct shown){.text = text_bytes(text), .width = text->size};
}

static struct shown show_cell(const struct rows *rows, size_t column, const struct cell *cell,
                              struct text *memory)
{
    if (!cell->present) {
        text_put_char(memory, '-');
        return show_plain(memory);
    }
    switch (rows->columns[column].type) {
    case COLUMN_INTEGER:
        text_put_u64(memory, cell->number);
        return show_plain(memory);
    case COLUMN_TIME:
        zone_write(&rows->options.zone, cell->number,
                   (struct zone_style){.separator = ' ', .digits = 3}, memory);
        return show_plain(memory);
    case COLUMN_TEXT:
    case COLUMN_JSON:
        break;
    }
    if (cell->text.size == 0) {
        text_put_literal(memory, "\"\"");
        return show_plain(memory);
    }
    return (struct shown){.text = cell->text, .width = glyph_text_width(cell->text)};
}

/* The heading: the column's own or its name, in capitals; of times, with their zone. */
static void write_heading(const struct rows *rows, size_t column, struct text *out)
{
    const struct column *about = &rows->columns[column];
    const char *word = about->heading != NULL ? about->heading : about->name;
    for (; *word != '\0'; word++) {
        text_put_char(out, *word == '_' ? ' ' : (char)toupper((unsigned char)*word));
    }
    if (about->type == COLUMN_TIME) {
        text_add(out, " (%s)", rows->options.zone.name);
    }
}

/* Lines ------------------------------------------------------------------------------------ */

struct line {
    struct rows *rows;
    size_t used;    /* columns written */
    size_t pending; /* blanks owed, unless the line ends first */
};

static void put_glyphs(struct output *output, struct bytes text)
{
    struct glyph glyph;
    while (text.size > 0) {
        size_t ascii = glyph_ascii(text);
        output_put(output, text.data, ascii);
        text = bytes_of(text.data + ascii, text.size - ascii);
        if (glyph_next(&text, &glyph)) {
            char memory[16];
            struct text shown = TEXT_IN(memory);
            glyph_put(&glyph, &shown);
            output_put_bytes(output, text_bytes(&shown));
        }
    }
}

/* The beginning of the text that fits into so many columns, with room for an ellipsis. */
static struct bytes fitting(struct bytes text, size_t columns)
{
    struct bytes rest = text;
    struct glyph glyph;
    size_t used = 0, size = 0;
    while (glyph_next(&rest, &glyph)) {
        used += glyph_width(&glyph);
        if (used + 1 > columns) {
            break;
        }
        size += glyph.bytes.size;
    }
    return bytes_of(text.data, size);
}

static size_t room_for_last(const struct line *line)
{
    size_t width = line->rows->options.width;
    size_t used = line->used + line->pending;
    return width < used + LAST_MIN ? LAST_MIN : width - used;
}

static void put_cell(struct line *line, size_t column, const struct shown *shown)
{
    struct rows *rows = line->rows;
    const bool last = column + 1 == rows->column_count;
    const size_t width = rows->widths[column];
    const size_t missing = width > shown->width ? width - shown->width : 0;
    const bool right = rows->columns[column].align == ALIGN_RIGHT;

    line->pending += (column > 0 ? GAP : 0) + (right ? missing : 0);
    output_pad(rows->output, line->pending);
    if (last && rows->options.width > 0 && shown->width > room_for_last(line)) {
        put_glyphs(rows->output, fitting(shown->text, room_for_last(line)));
        output_put_string(rows->output, "\u2026");
    } else {
        put_glyphs(rows->output, shown->text);
    }
    line->used += line->pending + shown->width;
    line->pending = right ? 0 : missing;
}

static void put_headings(struct rows *rows)
{
    struct line line = {.rows = rows};
    if (rows->options.color) {
        output_put_string(rows->output, "\033[1m");
    }
    for (size_t column = 0; column < rows->column_count; column++) {
        char memory[HEADING_SIZE];
        struct text heading = TEXT_IN(memory);
        write_heading(rows, column, &heading);
        const struct shown shown = show_plain(&heading);
        put_cell(&line, column, &shown);
    }
    output_put_string(rows->output, rows->options.color ? "\033[0m\n" : "\n");
}

static void put_row(struct rows *rows, const struct cell *cells)
{
    struct line line = {.rows = rows};
    for (size_t column = 0; column < rows->column_count; column++) {
        char memory[NUMBER_SIZE];
        struct text text = TEXT_IN(memory);
        const struct shown shown = show_cell(rows, column, &cells[column], &text);
        put_cell(&line, column, &shown);
    }
    output_put_char(rows->output, '\n');
}

/* The first rows --------------------------------------------------------------------------- */

static void widen(struct rows *rows, size_t column, size_t width)
{
    if (rows->widths[column] < width) {
        rows->widths[column] = width;
    }
}

static void widen_to(struct rows *rows, const struct cell *cells)
{
    for (size_t column = 0; column < rows->column_count; column++) {
        char memory[NUMBER_SIZE];
        struct text text = TEXT_IN(memory);
        widen(rows, column, show_cell(rows, column, &cells[column], &text).width);
    }
}

static bool hold(struct rows *rows, const struct cell *cells)
{
    struct arena *arena = rows->memory;
    struct cell *copy = arena_take(arena, rows->column_count * sizeof *copy);
    for (size_t column = 0; copy != NULL && column < rows->column_count; column++) {
        const enum column_type type = rows->columns[column].type;
        copy[column] = cells[column];
        copy[column].text = bytes_of(NULL, 0);
        if (cells[column].present && (type == COLUMN_TEXT || type == COLUMN_JSON)) {
            copy[column].text = arena_copy(arena, cells[column].text);
        }
    }
    if (arena->full) {
        return false;
    }
    rows->held[rows->held_count++] = copy;
    return true;
}

static void settle(struct rows *rows)
{
    put_headings(rows);
    for (size_t i = 0; i < rows->held_count; i++) {
        put_row(rows, rows->held[i]);
    }
    rows->settled = true;
}

static struct status table_begin(struct rows *rows)
{
    for (size_t column = 0; column < rows->column_count; column++) {
        char memory[HEADING_SIZE];
        struct text heading = TEXT_IN(memory);
        write_heading(rows, column, &heading);
        widen(rows, column, heading.size);
    }
    return OK;
}

static struct status table_row(struct rows *rows, const struct cell *cells)
{
    if (!rows->settled) {
        widen_to(rows, cells);
        if (hold(rows, cells) && rows->held_count < ROWS_SIZED) {
            return OK;
        }
        const bool held = !rows->memory->full;
        settle(rows);
        if (held) {
            return output_status(rows->output);
        }
    }
    put_row(rows, cells);
    return output_status(rows->output);
}

static struct status table_flush(struct rows *rows)
{
    if (!rows->settled) {
        settle(rows);
    }
    return OK;
}

const struct rows_sink rows_table = {.begin = table_begin, .row = table_row, .flush = table_flush};
