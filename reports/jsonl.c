#include "reports/json_out.h"
#include "reports/rows.h"
#include "schema/canonical.h"

static void put_name(struct output *output, bool first, const char *name, const char *ending)
{
    output_put_string(output, first ? "{\"" : ",\"");
    output_put_string(output, name);
    output_put_string(output, ending);
    output_put_string(output, "\":");
}

static void put_text(struct output *output, const char *name, struct bytes text)
{
    json_put_string(output, text);
    if (!text_is_utf8(text)) {
        put_name(output, false, name, "_b64");
        json_put_base64(output, text);
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
        json_put_string(output, text_bytes(&text));
        return;
    case COLUMN_JSON:
        if (!failed(canonical_check(cell->text))) {
            json_put_canonical(output, cell->text);
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
