/* HTML: for people and paper. Facts that follow one another stand in one list. */
#include "reports/html.h"
#include "reports/render.h"
#include "reports/report_question.h"
#include "reports/svg.h"
#include "schema/time.h"

#include <inttypes.h>

enum {
    LANE_HEIGHT = 22, /* pixels */
    LABEL_WIDTH = 90,
    CHART_WIDTH = 980,
    AXIS_HEIGHT = 30,
};

static const char *class_of_tone(uint64_t tone)
{
    static const char *const classes[] = {"tone", "tone good", "tone bad", "tone warning",
                                          "tone muted"};
    return classes[tone < 5 ? tone : 0];
}

static void end_facts(struct report_sink *sink)
{
    if (sink->in_facts) {
        output_put_string(sink->output, "</dl>\n");
        sink->in_facts = false;
    }
}

/* What stands in a cell or beside a fact's name. */
static void put_value(struct report_sink *sink, struct cell value, enum report_column_type type)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    struct zone utc = zone_utc();
    switch (type) {
    case REPORT_INTEGER:
        output_put_u64(sink->output, value.number);
        return;
    case REPORT_TIME:
        zone_write(&utc, value.number, (struct zone_style){' ', 3}, &text);
        html_put(sink->output, text_bytes(&text));
        return;
    case REPORT_VERDICT:
        html_element(sink->output, "span", class_of_tone(value.number), value.text);
        return;
    case REPORT_CODE:
        html_element(sink->output, "code", NULL, value.text);
        return;
    case REPORT_TEXT:
    case REPORT_EVENTS:
        html_put(sink->output, value.text);
        return;
    }
}

static void say(struct report_sink *sink, const char *name, struct cell value,
                enum report_column_type type)
{
    if (!value.present) {
        return;
    }
    if (!sink->in_facts) {
        output_put_string(sink->output, "<dl>\n");
        sink->in_facts = true;
    }
    html_element(sink->output, "dt", NULL, bytes_of_string(name));
    output_put_string(sink->output, "<dd>");
    put_value(sink, value, type);
    output_put_string(sink->output, "</dd>\n");
}

static struct status html_format_begin(struct report_sink *sink)
{
    const struct report_info *info = sink->header.input->question.info;
    char memory[REPORT_LINE_SIZE];
    struct text question = TEXT_IN(memory);
    render_question(sink, &question);
    html_begin(sink->output, bytes_of_string(info->title), text_bytes(&question));
    output_put_string(sink->output, "<header class=\"report\">\n");
    html_element(sink->output, "h1", NULL, bytes_of_string(info->title));
    html_element(sink->output, "p", "about", bytes_of_string(info->about));
    output_put_string(sink->output, "\n</header>\n");
    render_header(sink, say);
    end_facts(sink);
    return output_status(sink->output);
}

static void html_heading(struct report_sink *sink, const char *title)
{
    end_facts(sink);
    html_element(sink->output, "h2", NULL, bytes_of_string(title));
    output_put_char(sink->output, '\n');
}

static void html_paragraph(struct report_sink *sink, struct bytes text)
{
    end_facts(sink);
    html_element(sink->output, "p", NULL, text);
    output_put_char(sink->output, '\n');
}

static void html_fact(struct report_sink *sink, const char *name, struct cell value,
                      enum report_column_type type)
{
    say(sink, name, value, type);
}

/* Tables ---------------------------------------------------------------------------------- */

static const char *class_of_type(enum report_column_type type)
{
    static const char *const classes[] = {
        [REPORT_TEXT] = NULL,   [REPORT_INTEGER] = "number",  [REPORT_TIME] = "time",
        [REPORT_CODE] = "code", [REPORT_VERDICT] = "verdict", [REPORT_EVENTS] = "events",
    };
    return classes[type];
}

static void put_heading_cell(struct report_sink *sink, const struct report_column *column)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    for (const char *c = column->name; column->heading == NULL && *c != '\0'; c++) {
        text_put_char(&text, (char)(*c == '_' ? ' ' : *c));
    }
    output_put_string(sink->output,
                      column->type == REPORT_INTEGER ? "<th class=\"number\">" : "<th>");
    html_put(sink->output,
             column->heading == NULL ? text_bytes(&text) : bytes_of_string(column->heading));
    output_put_string(sink->output, "</th>");
}

static void html_table(struct report_sink *sink, const struct report_table *table)
{
    end_facts(sink);
    if (table->title != NULL) {
        html_element(sink->output, "h3", NULL, bytes_of_string(table->title));
        output_put_char(sink->output, '\n');
    }
}

static void begin_rows(struct report_sink *sink)
{
    output_put_string(sink->output, "<div class=\"wide\"><table>\n<thead><tr>");
    for (size_t i = 0; i < sink->table->column_count; i++) {
        put_heading_cell(sink, &sink->table->columns[i]);
    }
    output_put_string(sink->output, "</tr></thead>\n<tbody>\n");
}

static struct status html_row(struct report_sink *sink, const struct cell *cells)
{
    if (sink->rows == 0) {
        begin_rows(sink);
    }
    output_put_string(sink->output, "<tr>");
    for (size_t i = 0; i < sink->table->column_count; i++) {
        enum report_column_type type = sink->table->columns[i].type;
        const char *class = cells[i].present ? class_of_type(type) : "none";
        output_put_string(sink->output, "<td");
        if (class != NULL) {
            output_add(sink->output, " class=\"%s\"", class);
        }
        output_put_char(sink->output, '>');
        if (cells[i].present && type == REPORT_CODE) {
            html_put(sink->output, cells[i].text);
        } else if (cells[i].present) {
            put_value(sink, cells[i], type);
        } else {
            output_put_string(sink->output, "\xe2\x80\x93");
        }
        output_put_string(sink->output, "</td>");
    }
    output_put_string(sink->output, "</tr>\n");
    return output_status(sink->output);
}

static void html_table_end(struct report_sink *sink)
{
    if (sink->rows > 0) {
        output_put_string(sink->output, "</tbody></table></div>\n");
    } else {
        html_element(sink->output, "p", "empty", bytes_of_string(sink->table->empty));
        output_put_char(sink->output, '\n');
    }
}

/* Bands ----------------------------------------------------------------------------------- */

static int32_t x_of(const struct report_bands *bands, uint64_t utc_us)
{
    uint64_t span = bands->to_us - bands->from_us, width = CHART_WIDTH - LABEL_WIDTH - 10;
    uint64_t at = utc_us - bands->from_us;
    /* Both are shortened alike, so that the product fits. */
    while (span > UINT64_MAX / CHART_WIDTH) {
        span >>= 1;
        at >>= 1;
    }
    return LABEL_WIDTH + (int32_t)(at * width / (span == 0 ? 1 : span));
}

static void put_band(struct svg *svg, const struct report_bands *bands,
                     const struct report_band *band, int32_t y)
{
    static const enum svg_ink inks[] = {SVG_SHADE, SVG_OK, SVG_HATCH, SVG_FAILED, SVG_SHADE};
    char memory[128];
    struct text title = TEXT_IN(memory);
    int32_t from = x_of(bands, band->from_us), to = x_of(bands, band->to_us);
    text_put_string(&title, band->tone == TONE_GOOD ? "held " : "did not hold ");
    time_write(&title, band->from_us);
    text_put_literal(&title, " to ");
    time_write(&title, band->to_us);
    svg_rect(svg, &(struct svg_box){from, y, to > from ? to - from : 1, LANE_HEIGHT - 6},
             &(struct svg_paint){.fill = inks[band->tone], .stroke = SVG_LINE}, text_bytes(&title));
}

static void put_axis(struct svg *svg, const struct report_bands *bands, int32_t y)
{
    char memory[2][32];
    for (size_t i = 0; i < 2; i++) {
        struct text text = TEXT_IN(memory[i]);
        struct zone utc = zone_utc();
        zone_write(&utc, i == 0 ? bands->from_us : bands->to_us, (struct zone_style){' ', 0},
                   &text);
        svg_text(svg, &(struct svg_words){.at = {i == 0 ? LABEL_WIDTH : CHART_WIDTH - 10, y},
                                          .text = text_bytes(&text),
                                          .anchor = i == 0 ? SVG_START : SVG_END,
                                          .ink = SVG_FAINT});
    }
}

static void html_bands(struct report_sink *sink, const struct report_bands *bands)
{
    struct svg svg;
    int32_t height = (int32_t)bands->lane_count * LANE_HEIGHT + AXIS_HEIGHT + 10;
    char memory[32];
    struct text id = TEXT_IN(memory);
    end_facts(sink);
    text_add(&id, "bands-%" PRIu64, sink->parts++);
    output_put_string(sink->output, "<figure>\n");
    svg_begin(&svg, sink->output,
              &(struct svg_head){.width = CHART_WIDTH,
                                 .height = height,
                                 .id = text_string(&id),
                                 .title = bytes_of_string(bands->title),
                                 .desc = LITERAL("For each lane the stretches of time in which it "
                                                 "held (full) and did not (hatched).")});
    for (size_t i = 0; i < bands->lane_count; i++) {
        int32_t y = (int32_t)i * LANE_HEIGHT + 8;
        svg_text(&svg, &(struct svg_words){.at = {4, y + LANE_HEIGHT - 9},
                                           .text = bytes_of_string(bands->lanes[i].label),
                                           .mono = true});
        for (size_t j = 0; j < bands->lanes[i].count; j++) {
            put_band(&svg, bands, &bands->lanes[i].bands[j], y);
        }
    }
    put_axis(&svg, bands, height - 10);
    svg_end(&svg);
    output_put_string(sink->output, "</figure>\n");
}

/* The end --------------------------------------------------------------------------------- */

static struct status html_format_end(struct report_sink *sink)
{
    struct digest digest;
    char memory[REPORT_LINE_SIZE], hex[DIGEST_HEX_SIZE];
    struct text line = TEXT_IN(memory);
    const char *advice;
    end_facts(sink);
    output_add(sink->output, "<footer>\n<p>%" PRIu64 " rows. To verify this report:</p>\n<pre>",
               sink->main_rows);
    for (size_t i = 0; (advice = render_advice(sink, i, &line)) != NULL; i++) {
        html_put_string(sink->output, advice);
        output_put_char(sink->output, '\n');
    }
    output_put_string(sink->output, "</pre>\n");
    TRY(render_digest(sink, &digest));
    hex_write(hex, bytes_of(digest.sha256, DIGEST_SIZE));
    output_put_string(sink->output, "<p>SHA-256 of the lines above this one: <code>");
    output_put(sink->output, hex, sizeof hex);
    output_put_string(sink->output, "</code></p>\n</footer>\n");
    html_end(sink->output);
    return output_flush(sink->output);
}

const struct report_format render_html = {
    .name = "html",
    .begin = html_format_begin,
    .heading = html_heading,
    .paragraph = html_paragraph,
    .fact = html_fact,
    .table = html_table,
    .row = html_row,
    .table_end = html_table_end,
    .bands = html_bands,
    .end = html_format_end,
};
