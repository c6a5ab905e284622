#include "reports/web/interval_bands.h"

#include <inttypes.h>

static const struct cell *cell_of(const struct rows *rows, const struct cell *cells,
                                  const char *name)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        if (strcmp(rows->columns[i].name, name) == 0 && cells[i].present) {
            return &cells[i];
        }
    }
    return NULL;
}

static struct bytes text_of(const struct rows *rows, const struct cell *cells, const char *name)
{
    const struct cell *cell = cell_of(rows, cells, name);
    return cell == NULL ? (struct bytes){0} : cell->text;
}

static uint64_t number_of(const struct rows *rows, const struct cell *cells, const char *name)
{
    const struct cell *cell = cell_of(rows, cells, name);
    return cell == NULL ? 0 : cell->number;
}

static void put_label(const struct rows *rows, const struct cell *cells, struct text *out)
{
    struct bytes object = text_of(rows, cells, "object");
    text_put_bytes(out, text_of(rows, cells, "login"));
    text_put_literal(out, ": ");
    text_put_bytes(out, text_of(rows, cells, "verb"));
    if (object.size > 0) {
        text_put_char(out, ' ');
        text_put_bytes(out, object);
    }
}

static void open_lane(struct interval_bands *lanes, const struct cell *cells)
{
    char memory[INTERVAL_BANDS_LABEL];
    struct text label = TEXT_IN(memory);
    struct id user = {ID_NONE, 0};
    put_label(&lanes->rows, cells, &label);
    if (bytes_equal(text_bytes(&label), bytes_of(lanes->label, lanes->label_size))) {
        return;
    }
    memcpy(lanes->label, label.data, label.size);
    lanes->label_size = label.size;
    if (failed(id_read(text_of(&lanes->rows, cells, "user"), &user))) {
        user = (struct id){ID_NONE, 0};
    }
    bands_lane(lanes->bands, text_bytes(&label), user);
}

static void put_title(const struct rows *rows, const struct cell *cells, bool allowed,
                      struct text *out)
{
    const struct zone utc = zone_utc();
    const struct zone_style style = {.separator = ' '};
    text_put_string(out, allowed ? "allowed, from " : "not allowed, from ");
    zone_write(&utc, number_of(rows, cells, "from"), style, out);
    text_put_literal(out, " until ");
    zone_write(&utc, number_of(rows, cells, "to"), style, out);
    text_put_literal(out, "; ");
    text_put_bytes(out, text_of(rows, cells, "ended"));
}

static struct status begin(struct rows *rows)
{
    return output_status(rows->output);
}

static struct status add_row(struct rows *rows, const struct cell *cells)
{
    struct interval_bands *lanes = (struct interval_bands *)(void *)rows;
    char memory[1024];
    struct text title = TEXT_IN(memory);
    bool allowed = bytes_equal(text_of(rows, cells, "allowed"), LITERAL("yes"));
    open_lane(lanes, cells);
    put_title(rows, cells, allowed, &title);
    bands_add(lanes->bands, &(struct band){.from_us = number_of(rows, cells, "from"),
                                           .until_us = number_of(rows, cells, "to"),
                                           .look = allowed ? BAND_HELD : BAND_NOT,
                                           .open = bytes_equal(text_of(rows, cells, "ended"),
                                                               LITERAL("still so")),
                                           .has_event = true,
                                           .event = number_of(rows, cells, "from_n"),
                                           .title = text_bytes(&title)});
    return rows_go_on(rows);
}

static struct status flush(struct rows *rows)
{
    return output_status(rows->output);
}

static const struct rows_sink rows_bands = {.begin = begin, .row = add_row, .flush = flush};

static bool is_over(const void *context)
{
    return visit_is_over(context);
}

void interval_bands_init(struct interval_bands *out, struct bands *bands, struct visit *visit)
{
    *out = (struct interval_bands){.bands = bands};
    out->rows = (struct rows){.sink = &rows_bands,
                              .options = {.format = ROWS_TABLE, .zone = zone_utc()},
                              .output = visit->output,
                              .stopped = is_over,
                              .stopped_context = visit};
}
