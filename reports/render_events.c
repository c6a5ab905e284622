/* Events: the positions that the rows of a report rest on, a line for each range. */
#include "reports/event_ranges.h"
#include "reports/render.h"

#include <inttypes.h>

static struct status events_begin(struct report_sink *sink)
{
    return output_status(sink->output);
}

static void events_heading(struct report_sink *sink, const char *title)
{
    (void)sink;
    (void)title;
}

static void events_paragraph(struct report_sink *sink, struct bytes text)
{
    (void)sink;
    (void)text;
}

static void events_fact(struct report_sink *sink, const char *name, struct cell value,
                        enum report_column_type type)
{
    (void)sink;
    (void)name;
    (void)value;
    (void)type;
}

static void events_table(struct report_sink *sink, const struct report_table *table)
{
    (void)sink;
    (void)table;
}

static void put_cell(struct report_sink *sink, struct bytes text)
{
    struct event_range range;
    while (event_ranges_next(&text, &range)) {
        output_add(sink->output, "%" PRIu64 " %" PRIu64 "\n", range.from, range.to);
    }
}

static struct status events_row(struct report_sink *sink, const struct cell *cells)
{
    for (size_t i = 0; i < sink->table->column_count; i++) {
        if (sink->table->columns[i].type == REPORT_EVENTS && cells[i].present) {
            put_cell(sink, cells[i].text);
        }
    }
    return output_status(sink->output);
}

static void events_table_end(struct report_sink *sink)
{
    (void)sink;
}

static void events_bands(struct report_sink *sink, const struct report_bands *bands)
{
    (void)sink;
    (void)bands;
}

static struct status events_end(struct report_sink *sink)
{
    return output_flush(sink->output);
}

const struct report_format render_events = {
    .name = "events",
    .begin = events_begin,
    .heading = events_heading,
    .paragraph = events_paragraph,
    .fact = events_fact,
    .table = events_table,
    .row = events_row,
    .table_end = events_table_end,
    .bands = events_bands,
    .end = events_end,
};
