#include "reports/rows.h"

#include "store/hash.h"

#include <assert.h>

void rows_init(struct rows *rows, const struct rows_options *options, struct output *output,
               struct arena *memory)
{
    static const struct rows_sink *const sinks[] = {
        [ROWS_TABLE] = &rows_table,
        [ROWS_CSV] = &rows_csv,
        [ROWS_JSON] = &rows_json,
        [ROWS_LINE] = &rows_line,
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

/* u8 present, u64 number or size, text: no two rows give the same bytes. */
static void hash_cells(struct rows *rows, const struct cell *cells)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct cell *cell = &cells[i];
        bool is_number =
            rows->columns[i].type == COLUMN_INTEGER || rows->columns[i].type == COLUMN_TIME;
        uint8_t head[9] = {cell->present ? 1 : 0};
        if (cell->present) {
            bytes_write_u64(head + 1, is_number ? cell->number : cell->text.size);
        }
        hash_add(rows->hasher, BYTES(head));
        if (cell->present && !is_number) {
            hash_add(rows->hasher, cell->text);
        }
    }
}

struct status rows_add(struct rows *rows, const struct cell *cells)
{
    assert(rows->columns != NULL);
    rows->row_count++;
    if (rows->hasher != NULL) {
        hash_cells(rows, cells);
    }
    return rows->sink->row(rows, cells);
}

struct status rows_go_on(const struct rows *rows)
{
    return rows->stopped != NULL && rows->stopped(rows->stopped_context) ? FAIL(INTERRUPTED, 0)
                                                                         : OK;
}

struct status rows_flush(struct rows *rows)
{
    TRY(rows->sink->flush(rows));
    return output_flush(rows->output);
}
