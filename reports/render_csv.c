/* CSV: the main table alone, so that a spreadsheet and a program read it without more ado. */
#include "reports/render.h"

static struct status csv_begin(struct report_sink *sink)
{
    return output_status(sink->output);
}

static void csv_heading(struct report_sink *sink, const char *title)
{
    (void)sink;
    (void)title;
}

static void csv_paragraph(struct report_sink *sink, struct bytes text)
{
    (void)sink;
    (void)text;
}

static void csv_fact(struct report_sink *sink, const char *name, struct cell value,
                     enum report_column_type type)
{
    (void)sink;
    (void)name;
    (void)value;
    (void)type;
}

static void csv_table(struct report_sink *sink, const struct report_table *table)
{
    if (table->main) {
        struct status status = render_lines(sink, ROWS_CSV);
        (void)status; /* that of the output, which remembers it */
    }
}

static struct status csv_row(struct report_sink *sink, const struct cell *cells)
{
    return sink->table->main ? rows_add(&sink->lines, cells) : OK;
}

static void csv_table_end(struct report_sink *sink)
{
    (void)sink;
}

static void csv_bands(struct report_sink *sink, const struct report_bands *bands)
{
    (void)sink;
    (void)bands;
}

static struct status csv_end(struct report_sink *sink)
{
    return output_flush(sink->output);
}

const struct report_format render_csv = {
    .name = "csv",
    .begin = csv_begin,
    .heading = csv_heading,
    .paragraph = csv_paragraph,
    .fact = csv_fact,
    .table = csv_table,
    .row = csv_row,
    .table_end = csv_table_end,
    .bands = csv_bands,
    .end = csv_end,
};
