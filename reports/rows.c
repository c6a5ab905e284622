#include "reports/rows.h"

#include <assert.h>

void rows_init(struct rows *rows, const struct rows_options *options, struct output *output,
               struct arena *memory)
{
    static const struct rows_sink *const sinks[] = {
        [ROWS_TABLE] = &rows_table,
        [ROWS_CSV] = &rows_csv,
        [ROWS_JSON] = &rows_json,
    };
    *rows = (struct rows){
        .sink = sinks[options->format], .options = *options, .output = output, .memory = memory};
}

struct status rows_begin(struct rows *rows, const struct column *columns, size_t column_count)
{
    assert(column_count >= 1 && column_count <= ROWS_COLUMNS_MAX);
    rows->columns = columns;
    rows->column_count = column_count;
    return rows->sink->begin(rows);
}

struct status rows_add(struct rows *rows, const struct cell *cells)
{
    assert(rows->columns != NULL);
    rows->row_count++;
    return rows->sink->row(rows, cells);
}

struct status rows_flush(struct rows *rows)
{
    TRY(rows->sink->flush(rows));
    return output_flush(rows->output);
}
