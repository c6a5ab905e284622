/* Text: for a terminal and a pager. Nothing in it can steer a terminal. */
#include "reports/glyph.h"
#include "reports/render.h"
#include "reports/report_question.h"
#include "schema/time.h"

#include <inttypes.h>

enum {
    TEXT_COLUMNS = 96, /* of a paragraph */
    NAME_COLUMNS = 21, /* of a fact's name */
    LANE_COLUMNS = 60, /* of a band chart */
};

static void put_shown(struct report_sink *sink, struct bytes text)
{
    struct glyph glyph;
    while (glyph_next(&text, &glyph)) {
        char memory[16];
        struct text shown = TEXT_IN(memory);
        glyph_put(&glyph, &shown);
        output_put_bytes(sink->output, text_bytes(&shown));
    }
}

/* Breaks lines at blanks; those after the first are indented. */
static void put_wrapped(struct report_sink *sink, struct bytes text, size_t indent)
{
    size_t column = indent;
    bool first = true;
    while (text.size > 0) {
        const uint8_t *blank = memchr(text.data, ' ', text.size);
        size_t size = blank == NULL ? text.size : (size_t)(blank - text.data);
        struct bytes word = bytes_of(text.data, size);
        size_t width = glyph_text_width(word);
        if (!first && column + 1 + width > TEXT_COLUMNS) {
            output_put_char(sink->output, '\n');
            output_pad(sink->output, indent);
            column = indent;
        } else if (!first) {
            output_put_char(sink->output, ' ');
            column++;
        }
        put_shown(sink, word);
        column += width;
        first = false;
        size += blank == NULL ? 0 : 1;
        text = bytes_of(text.data + size, text.size - size);
    }
    output_put_char(sink->output, '\n');
}

static void say(struct report_sink *sink, const char *name, struct cell value,
                enum report_column_type type)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    size_t size = strlen(name);
    if (!value.present) {
        return;
    }
    output_put_string(sink->output, name);
    output_pad(sink->output, size < NAME_COLUMNS ? NAME_COLUMNS - size : 1);
    if (type == REPORT_INTEGER) {
        text_put_u64(&text, value.number);
        value.text = text_bytes(&text);
    } else if (type == REPORT_TIME) {
        time_write(&text, value.number);
        value.text = text_bytes(&text);
    }
    put_wrapped(sink, value.text, NAME_COLUMNS);
}

static void put_underlined(struct report_sink *sink, const char *title, char under)
{
    output_add(sink->output, "%s\n", title);
    for (size_t i = 0; i < strlen(title); i++) {
        output_put_char(sink->output, under);
    }
    output_put_char(sink->output, '\n');
}

static struct status text_begin(struct report_sink *sink)
{
    put_underlined(sink, sink->header.input->question.info->title, '=');
    put_wrapped(sink, bytes_of_string(sink->header.input->question.info->about), 0);
    output_put_char(sink->output, '\n');
    render_header(sink, say);
    return output_status(sink->output);
}

/* A blank line before whatever is no fact after a fact. */
static void text_heading(struct report_sink *sink, const char *title)
{
    output_put_char(sink->output, '\n');
    put_underlined(sink, title, '-');
}

static void text_paragraph(struct report_sink *sink, struct bytes text)
{
    put_wrapped(sink, text, 0);
}

static void text_fact(struct report_sink *sink, const char *name, struct cell value,
                      enum report_column_type type)
{
    say(sink, name, value, type);
}

static void text_table(struct report_sink *sink, const struct report_table *table)
{
    output_put_char(sink->output, '\n');
    if (table->title != NULL) {
        output_add(sink->output, "%s\n", table->title);
    }
    struct status status = render_lines(sink, ROWS_TABLE);
    (void)status; /* that of the output, which remembers it */
}

static struct status text_row(struct report_sink *sink, const struct cell *cells)
{
    return rows_add(&sink->lines, cells);
}

static void text_table_end(struct report_sink *sink)
{
    if (sink->rows == 0) {
        output_add(sink->output, "%s\n", sink->table->empty);
    } else {
        struct status status = rows_flush(&sink->lines);
        (void)status; /* that of the output, which remembers it */
    }
}

/* What most of a column's stretch of time is; bad wins, since that is what is looked for. */
static char sign_at(const struct report_lane *lane, uint64_t from_us, uint64_t to_us)
{
    static const char signs[] = {'-', '#', '.', '!', ' '};
    char sign = ' ';
    for (size_t i = 0; i < lane->count; i++) {
        const struct report_band *band = &lane->bands[i];
        if (band->from_us < to_us && band->to_us > from_us) {
            sign = sign == '.' ? sign : signs[band->tone];
        }
    }
    return sign;
}

static void text_bands(struct report_sink *sink, const struct report_bands *bands)
{
    uint64_t span = bands->to_us - bands->from_us;
    output_add(sink->output, "\n%s (# held, . did not)\n", bands->title);
    for (size_t i = 0; i < bands->lane_count; i++) {
        output_add(sink->output, "%-12s|", bands->lanes[i].label);
        for (uint64_t column = 0; column < LANE_COLUMNS; column++) {
            output_put_char(sink->output,
                            sign_at(&bands->lanes[i], bands->from_us + span / LANE_COLUMNS * column,
                                    column + 1 == LANE_COLUMNS
                                        ? bands->to_us
                                        : bands->from_us + span / LANE_COLUMNS * (column + 1)));
        }
        output_put_string(sink->output, "|\n");
    }
}

static struct status text_end(struct report_sink *sink)
{
    struct digest digest;
    char memory[REPORT_LINE_SIZE], hex[DIGEST_HEX_SIZE];
    struct text line = TEXT_IN(memory);
    const char *advice;
    output_add(sink->output, "\n%" PRIu64 " rows\n\nTo verify this report:\n", sink->main_rows);
    for (size_t i = 0; (advice = render_advice(sink, i, &line)) != NULL; i++) {
        output_add(sink->output, "  %s\n", advice);
    }
    text_clear(&line);
    render_question(sink, &line);
    output_put_string(sink->output, "cairn-report: ");
    output_put_bytes(sink->output, text_bytes(&line));
    output_put_char(sink->output, '\n');
    TRY(render_digest(sink, &digest));
    hex_write(hex, bytes_of(digest.sha256, DIGEST_SIZE));
    output_put_string(sink->output, "sha256 of the lines above: ");
    output_put(sink->output, hex, sizeof hex);
    output_put_char(sink->output, '\n');
    return output_flush(sink->output);
}

const struct report_format render_text = {
    .name = "text",
    .begin = text_begin,
    .heading = text_heading,
    .paragraph = text_paragraph,
    .fact = text_fact,
    .table = text_table,
    .row = text_row,
    .table_end = text_table_end,
    .bands = text_bands,
    .end = text_end,
};
