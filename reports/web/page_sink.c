#include "reports/web/page_sink.h"

#include "reports/render.h"
#include "reports/web/bands.h"
#include "reports/web/words.h"

#include <inttypes.h>

enum {
    HEADING_SIZE = 48,
};

static struct page_sink *own(struct report_sink *sink)
{
    return (struct page_sink *)(void *)sink;
}

void page_sink_init(struct page_sink *sink, struct visit *visit)
{
    memset(sink, 0, sizeof *sink);
    sink->visit = visit;
}

static void end_facts(struct report_sink *sink)
{
    if (sink->in_facts) {
        page_facts_end(own(sink)->visit);
        sink->in_facts = false;
    }
}

/* Values ------------------------------------------------------------------------------------- */

static void put_tone(struct visit *visit, struct cell value)
{
    static const enum page_tone tones[] = {PAGE_PLAIN, PAGE_GOOD, PAGE_BAD, PAGE_WARNING,
                                           PAGE_MUTED};
    char memory[256];
    struct text text = TEXT_IN(memory);
    text_put_bytes(&text, value.text);
    page_tone(visit, tones[value.number < 5 ? value.number : 0], text_string(&text));
}

static void put_value(struct visit *visit, struct cell value, enum report_column_type type)
{
    struct id id;
    switch (type) {
    case REPORT_INTEGER:
        page_number(visit, value.number);
        return;
    case REPORT_TIME:
        page_time(visit, value.number);
        return;
    case REPORT_VERDICT:
        put_tone(visit, value);
        return;
    case REPORT_CODE:
        if (!failed(id_read(value.text, &id))) {
            link_object(visit, id);
        } else {
            page_code(visit, value.text);
        }
        return;
    case REPORT_EVENTS:
        words_put_events(visit, value.text);
        return;
    case REPORT_TEXT:
        words_put(visit, value.text);
        return;
    }
}

static void say(struct report_sink *sink, const char *name, struct cell value,
                enum report_column_type type)
{
    struct visit *visit = own(sink)->visit;
    if (!value.present) {
        return;
    }
    if (!sink->in_facts) {
        page_facts_begin(visit);
        sink->in_facts = true;
    }
    bool is_long = value.text.size > (type == REPORT_VERDICT ? 20 : 40);
    output_put_string(visit->output, is_long ? "<div class=\"full\"><dt>" : "<div><dt>");
    words_put_name(visit, name);
    output_put_string(visit->output, "</dt><dd>");
    put_value(visit, value, type);
    output_put_string(visit->output, "</dd></div>\n");
}

/* The format --------------------------------------------------------------------------------- */

static struct status begin(struct report_sink *sink)
{
    render_header(sink, say);
    end_facts(sink);
    return output_status(sink->output);
}

static void put_heading(struct report_sink *sink, const char *title)
{
    end_facts(sink);
    html_element(sink->output, "h2", NULL, bytes_of_string(title));
    output_put_char(sink->output, '\n');
    own(sink)->in_section = true;
}

static void put_paragraph(struct report_sink *sink, struct bytes text)
{
    end_facts(sink);
    output_put_string(sink->output, "<p>");
    words_put(own(sink)->visit, text);
    output_put_string(sink->output, "</p>\n");
}

static void put_fact(struct report_sink *sink, const char *name, struct cell value,
                     enum report_column_type type)
{
    say(sink, name, value, type);
}

static void begin_table(struct report_sink *sink, const struct report_table *table)
{
    end_facts(sink);
    if (table->title != NULL) {
        html_element(sink->output, own(sink)->in_section ? "h3" : "h2", NULL,
                     bytes_of_string(table->title));
        output_put_char(sink->output, '\n');
        own(sink)->in_section = true;
    }
}

static void write_heading(const struct report_column *column, char out[static HEADING_SIZE])
{
    struct text text = {.data = out, .capacity = HEADING_SIZE};
    const char *name = column->heading == NULL ? column->name : column->heading;
    text_put_string(&text, column->type == REPORT_INTEGER ? "#" : "");
    for (const char *c = name; *c != '\0'; c++) {
        char shown = *c == '_' ? ' ' : *c;
        bool small = c == name && shown >= 'a' && shown <= 'z';
        text_put_char(&text, small ? (char)(shown - 'a' + 'A') : shown);
    }
    (void)text_string(&text);
}

static void begin_rows(struct report_sink *sink)
{
    const char *headings[REPORT_COLUMNS_MAX];
    char memory[REPORT_COLUMNS_MAX][HEADING_SIZE];
    const struct report_table *table = sink->table;
    for (size_t i = 0; i < table->column_count; i++) {
        write_heading(&table->columns[i], memory[i]);
        headings[i] = memory[i];
    }
    page_table_begin(
        own(sink)->visit,
        &(struct page_table){.caption = table->title == NULL ? table->name : table->title,
                             .headings = headings,
                             .count = table->column_count,
                             .hidden_caption = true});
    own(sink)->in_table = true;
}

static const char *cell_begin(enum report_column_type type, struct cell cell)
{
    enum {
        TIGHT_MAX = 36,
        WORDS_MIN = 48
    };
    if (type == REPORT_INTEGER) {
        return "<td class=\"number\">";
    }
    if (!cell.present || type == REPORT_TIME || type == REPORT_VERDICT) {
        return "<td class=\"tight\">";
    }
    return cell.text.size < TIGHT_MAX   ? "<td class=\"tight\">"
           : cell.text.size > WORDS_MIN ? "<td class=\"words\">"
                                        : "<td>";
}

static struct status put_row(struct report_sink *sink, const struct cell *cells)
{
    if (sink->rows == PAGE_SINK_ROWS) {
        own(sink)->cut = true;
        return FAIL(INTERRUPTED, 0);
    }
    if (sink->rows == 0) {
        begin_rows(sink);
    }
    output_put_string(sink->output, "<tr>");
    for (size_t i = 0; i < sink->table->column_count; i++) {
        enum report_column_type type = sink->table->columns[i].type;
        output_put_string(sink->output, cell_begin(type, cells[i]));
        if (cells[i].present) {
            put_value(own(sink)->visit, cells[i], type);
        } else {
            output_put_string(sink->output, "\xe2\x80\x93");
        }
        output_put_string(sink->output, "</td>");
    }
    output_put_string(sink->output, "</tr>\n");
    return output_status(sink->output);
}

static void end_table(struct report_sink *sink)
{
    if (own(sink)->in_table) {
        page_table_end(own(sink)->visit);
        own(sink)->in_table = false;
    } else {
        page_empty(own(sink)->visit, sink->table->empty);
    }
}

static void put_bands(struct report_sink *sink, const struct report_bands *given)
{
    struct visit *visit = own(sink)->visit;
    struct bands *bands = bands_new(visit->arena);
    char memory[32];
    struct text id = TEXT_IN(memory);
    end_facts(sink);
    if (bands == NULL) {
        return;
    }
    bands->from_us = given->from_us;
    for (size_t i = 0; i < given->lane_count; i++) {
        const struct report_lane *lane = &given->lanes[i];
        bands_lane(bands, bytes_of_string(lane->label), (struct id){ID_NONE, 0});
        for (size_t k = 0; k < lane->count; k++) {
            bool good = lane->bands[k].tone == TONE_GOOD;
            bands_add(bands,
                      &(struct band){.from_us = lane->bands[k].from_us,
                                     .until_us = lane->bands[k].to_us,
                                     .look = good ? BAND_HELD : BAND_NOT,
                                     .title = bytes_of_string(good ? "held" : "did not hold")});
        }
    }
    text_add(&id, "bands-%" PRIu64, own(sink)->bands++);
    bands_put(visit, bands, text_string(&id), given->title);
}

static struct status end(struct report_sink *sink)
{
    end_facts(sink);
    return output_status(sink->output);
}

void page_sink_close(struct page_sink *sink)
{
    end_facts(&sink->sink);
    if (sink->in_table) {
        page_table_end(sink->visit);
        sink->in_table = false;
    }
    if (sink->cut) {
        page_notice(sink->visit, PAGE_WARNING,
                    "The page ends here: there are more rows than it shows. The downloads have all "
                    "of them.");
    }
}

const struct report_format page_sink_format = {
    .name = "page",
    .begin = begin,
    .heading = put_heading,
    .paragraph = put_paragraph,
    .fact = put_fact,
    .table = begin_table,
    .row = put_row,
    .table_end = end_table,
    .bands = put_bands,
    .end = end,
};
