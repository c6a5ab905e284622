#include "reports/chart.h"

#include <inttypes.h>

enum {
    MARGIN = 16,
    TITLE_HEIGHT = 58,
    LEGEND_WIDTH = 10,
    BAR_HEIGHT = 16,
    BAR_PITCH = 22,
    LABEL_WIDTH = 260,
    NUMBER_WIDTH = 80,
    PLOT_HEIGHT = 180,
    AXIS_HEIGHT = 44,
    AXIS_WIDTH = 64,
    TICKS = 5,
    TIME_LABEL_WIDTH = 140,
    DATE_LABEL_WIDTH = 84,
    DATE_SIZE = 10, /* 2026-03-09 */
    SPARK_WIDTH = 120,
    SPARK_HEIGHT = 24,
    DESC_SIZE = 1024,
};

uint64_t chart_step(uint64_t most, uint64_t parts)
{
    static const uint64_t leading[] = {1, 2, 5};
    for (uint64_t power = 1;; power *= 10) {
        for (size_t i = 0; i < 3; i++) {
            uint64_t step = leading[i] * power;
            if (step >= (most + parts - 1) / parts || power > UINT64_MAX / 100) {
                return step;
            }
        }
    }
}

void chart_put_number(struct text *out, uint64_t number)
{
    char memory[24];
    struct text digits = TEXT_IN(memory);
    text_put_u64(&digits, number);
    for (size_t i = 0; i < digits.size; i++) {
        if (i > 0 && (digits.size - i) % 3 == 0) {
            text_put_literal(out, "\xe2\x80\x89");
        }
        text_put_char(out, digits.data[i]);
    }
}

/* As many pixels of `width` as `value` is of `most`; at least one if there is anything. */
static int32_t scaled(uint64_t value, uint64_t most, int32_t width)
{
    if (value == 0 || most == 0) {
        return 0;
    }
    /* Halved until the product fits: that costs nothing that could be seen. */
    while (value > UINT64_MAX / 4096) {
        value /= 2;
        most /= 2;
    }
    uint64_t pixels = value * (uint64_t)width / (most == 0 ? 1 : most);
    return pixels == 0 ? 1 : (int32_t)pixels;
}

static void put_title(struct svg *svg, const struct chart_head *head)
{
    const struct svg_box sign = {CHART_WIDTH - MARGIN - LEGEND_WIDTH, 33, LEGEND_WIDTH, 10};
    svg_text(svg,
             &(struct svg_words){
                 .at = {MARGIN, 24}, .text = head->title, .size = 15, .bold = true, .columns = 80});
    svg_text(svg, &(struct svg_words){.at = {MARGIN, 42},
                                      .text = head->subtitle,
                                      .size = 11,
                                      .ink = SVG_FAINT,
                                      .columns = 105});
    if (head->part_of.size > 0) {
        svg_rect(svg, &sign, &(struct svg_paint){.fill = SVG_HATCH}, LITERAL(""));
        svg_text(svg, &(struct svg_words){.at = {sign.x - 6, 42},
                                          .text = head->part_of,
                                          .anchor = SVG_END,
                                          .size = 11,
                                          .ink = SVG_FAINT,
                                          .columns = 30});
    }
}

static void put_unit(struct text *out, const struct chart_head *head, uint64_t value)
{
    text_put_u64(out, value);
    text_put_char(out, ' ');
    text_put_bytes(out, head->unit);
}

/* Bars -------------------------------------------------------------------------------------- */

static uint64_t most_of(const struct chart_bar *bars, size_t count)
{
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most = bars[i].value > most ? bars[i].value : most;
    }
    return most;
}

static void describe_bars(struct text *out, const struct chart_head *head,
                          const struct chart_bar *bars, size_t count)
{
    text_add(out, "%zu bars", count);
    if (count > 0) {
        text_put_literal(out, ", the first ");
        put_unit(out, head, bars[0].value);
        text_put_literal(out, ", the last ");
        put_unit(out, head, bars[count - 1].value);
    }
    text_put_char(out, '.');
}

static void draw_bar(struct svg *svg, const struct chart_head *head, const struct chart_bar *bar,
                     int32_t y, uint64_t most)
{
    char number_memory[64], title_memory[256];
    struct text number = TEXT_IN(number_memory), title = TEXT_IN(title_memory);
    const int32_t x = MARGIN + LABEL_WIDTH, room = CHART_WIDTH - x - NUMBER_WIDTH - MARGIN;
    int32_t width = scaled(bar->value, most, room), part = scaled(bar->part, most, room);
    put_unit(&title, head, bar->value);
    if (head->part_of.size > 0) {
        text_add(&title, ", %" PRIu64 " ", bar->part);
        text_put_bytes(&title, head->part_of);
    }
    chart_put_number(&number, bar->value);
    svg_link(svg, bar->link, LITERAL(""));
    svg_text(svg, &(struct svg_words){.at = {x - 8, y + 12},
                                      .text = bar->label,
                                      .anchor = SVG_END,
                                      .columns = LABEL_WIDTH / SVG_COLUMN_WIDTH - 1});
    svg_rect(svg, &(struct svg_box){x, y, width, BAR_HEIGHT}, &(struct svg_paint){.fill = SVG_OK},
             text_bytes(&title));
    svg_rect(svg, &(struct svg_box){x, y, part, BAR_HEIGHT},
             &(struct svg_paint){.fill = part > 0 ? SVG_HATCH : SVG_NONE}, LITERAL(""));
    svg_text(svg, &(struct svg_words){.at = {x + width + 6, y + 12},
                                      .text = text_bytes(&number),
                                      .ink = SVG_FAINT});
    svg_close(svg);
}

void chart_bars(struct output *output, const struct chart_head *head, const struct chart_bar *bars,
                size_t count)
{
    char desc_memory[DESC_SIZE], more_memory[64];
    struct text desc = TEXT_IN(desc_memory), more = TEXT_IN(more_memory);
    struct svg svg;
    size_t shown = count < CHART_BARS_MAX ? count : CHART_BARS_MAX;
    describe_bars(&desc, head, bars, count);
    int32_t height = TITLE_HEIGHT + (int32_t)(shown + (shown < count)) * BAR_PITCH + MARGIN;
    svg_begin(&svg, output,
              &(struct svg_head){.width = CHART_WIDTH,
                                 .height = height,
                                 .id = head->id,
                                 .title = head->title,
                                 .desc = text_bytes(&desc)});
    put_title(&svg, head);
    for (size_t i = 0; i < shown; i++) {
        draw_bar(&svg, head, &bars[i], TITLE_HEIGHT + (int32_t)i * BAR_PITCH, most_of(bars, shown));
    }
    if (shown < count) {
        text_add(&more, "and %zu more", count - shown);
        svg_text(&svg, &(struct svg_words){.at = {MARGIN + LABEL_WIDTH, height - MARGIN - 6},
                                           .text = text_bytes(&more),
                                           .ink = SVG_FAINT});
    }
    svg_end(&svg);
}

/* Columns ----------------------------------------------------------------------------------- */

struct plot {
    struct svg *svg;
    const struct chart_columns *columns;
    size_t shown;
    bool of_days;
    uint64_t top; /* value at the upper end */
    int32_t x, y, width, height;
};

static int32_t column_x(const struct plot *plot, size_t index)
{
    return plot->x + (int32_t)((uint64_t)plot->width * index / plot->shown);
}

static void draw_scale(const struct plot *plot, uint64_t step)
{
    for (uint64_t value = 0; value <= plot->top; value += step) {
        char memory[64];
        struct text number = TEXT_IN(memory);
        int32_t y =
            plot->y + plot->height - (value == 0 ? 0 : scaled(value, plot->top, plot->height));
        chart_put_number(&number, value);
        svg_line(plot->svg, (struct svg_point){plot->x, y},
                 (struct svg_point){plot->x + plot->width, y},
                 &(struct svg_paint){.stroke = SVG_LINE});
        svg_text(plot->svg, &(struct svg_words){.at = {plot->x - 8, y + 4},
                                                .text = text_bytes(&number),
                                                .anchor = SVG_END,
                                                .ink = SVG_FAINT,
                                                .size = 11});
    }
}

/* Stretches that all begin at midnight are days. */
static bool is_of_days(const struct chart_columns *columns)
{
    const uint64_t day_us = 86400 * TIME_SECOND_US;
    for (size_t i = 0; i < columns->count; i++) {
        if (zone_wall(&columns->zone, columns->columns[i].from_utc_us) % day_us != 0) {
            return false;
        }
    }
    return columns->count > 0;
}

static void put_time(const struct plot *plot, uint64_t utc_us, struct text *out)
{
    char memory[64];
    struct text time = TEXT_IN(memory);
    zone_write(&plot->columns->zone, utc_us, (struct zone_style){.separator = ' '}, &time);
    text_put(out, time.data, plot->of_days ? DATE_SIZE : time.size);
}

static void draw_column(const struct plot *plot, const struct chart_head *head, size_t index)
{
    const struct chart_column *column = &plot->columns->columns[index];
    char memory[256];
    struct text title = TEXT_IN(memory);
    int32_t x = column_x(plot, index), width = column_x(plot, index + 1) - x;
    int32_t height = scaled(column->value, plot->top, plot->height);
    int32_t part = scaled(column->part, plot->top, plot->height), base = plot->y + plot->height;
    if (column->value == 0) {
        return;
    }
    put_time(plot, column->from_utc_us, &title);
    text_put_literal(&title, ": ");
    put_unit(&title, head, column->value);
    if (head->part_of.size > 0) {
        text_add(&title, ", %" PRIu64 " ", column->part);
        text_put_bytes(&title, head->part_of);
    }
    width = width > 2 ? width - 1 : width;
    svg_rect(plot->svg, &(struct svg_box){x, base - height, width < 1 ? 1 : width, height},
             &(struct svg_paint){.fill = SVG_OK}, text_bytes(&title));
    if (part > 0) {
        svg_rect(plot->svg, &(struct svg_box){x, base - part, width < 1 ? 1 : width, part},
                 &(struct svg_paint){.fill = SVG_HATCH}, LITERAL(""));
    }
}

static void draw_times(const struct plot *plot)
{
    int32_t room = plot->of_days ? DATE_LABEL_WIDTH : TIME_LABEL_WIDTH;
    size_t labels = (size_t)(plot->width / room);
    size_t every = plot->shown <= labels ? 1 : (plot->shown + labels - 1) / labels;
    for (size_t i = 0; i < plot->shown; i += every) {
        char memory[64];
        struct text time = TEXT_IN(memory);
        int32_t x = column_x(plot, i);
        if (x + room > CHART_WIDTH) {
            return;
        }
        put_time(plot, plot->columns->columns[i].from_utc_us, &time);
        svg_line(plot->svg, (struct svg_point){x, plot->y + plot->height},
                 (struct svg_point){x, plot->y + plot->height + 5},
                 &(struct svg_paint){.stroke = SVG_FAINT});
        svg_text(plot->svg, &(struct svg_words){.at = {x, plot->y + plot->height + 18},
                                                .text = text_bytes(&time),
                                                .ink = SVG_FAINT,
                                                .size = 11});
    }
}

static void describe_columns(const struct plot *plot, const struct chart_head *head,
                             struct text *out)
{
    uint64_t most = 0, at_us = 0;
    for (size_t i = 0; i < plot->shown; i++) {
        if (plot->columns->columns[i].value > most) {
            most = plot->columns->columns[i].value;
            at_us = plot->columns->columns[i].from_utc_us;
        }
    }
    text_add(out, "%zu columns; the highest, ", plot->columns->count);
    put_unit(out, head, most);
    text_put_literal(out, ", at ");
    put_time(plot, at_us, out);
    text_put_char(out, '.');
}

void chart_columns(struct output *output, const struct chart_head *head,
                   const struct chart_columns *columns)
{
    char desc_memory[DESC_SIZE], memory[96];
    struct text desc = TEXT_IN(desc_memory), end = TEXT_IN(memory);
    struct svg svg;
    uint64_t most = 1;
    struct plot plot = {.svg = &svg,
                        .columns = columns,
                        .of_days = is_of_days(columns),
                        .shown =
                            columns->count < CHART_COLUMNS_MAX ? columns->count : CHART_COLUMNS_MAX,
                        .x = MARGIN + AXIS_WIDTH,
                        .y = TITLE_HEIGHT,
                        .width = CHART_WIDTH - AXIS_WIDTH - 2 * MARGIN,
                        .height = PLOT_HEIGHT};
    for (size_t i = 0; i < plot.shown; i++) {
        most = columns->columns[i].value > most ? columns->columns[i].value : most;
    }
    uint64_t step = chart_step(most, TICKS);
    plot.top = (most + step - 1) / step * step;
    describe_columns(&plot, head, &desc);
    svg_begin(&svg, output,
              &(struct svg_head){.width = CHART_WIDTH,
                                 .height = TITLE_HEIGHT + PLOT_HEIGHT + AXIS_HEIGHT,
                                 .id = head->id,
                                 .title = head->title,
                                 .desc = text_bytes(&desc)});
    put_title(&svg, head);
    draw_scale(&plot, step);
    for (size_t i = 0; i < plot.shown; i++) {
        draw_column(&plot, head, i);
    }
    draw_times(&plot);
    if (columns->cut || plot.shown < columns->count) {
        text_put_literal(&end, "there is more after ");
        put_time(&plot, columns->end_utc_us, &end);
        svg_text(&svg, &(struct svg_words){.at = {CHART_WIDTH - MARGIN, 24},
                                           .text = text_bytes(&end),
                                           .anchor = SVG_END,
                                           .ink = SVG_FAINT});
    }
    svg_end(&svg);
}

/* A field ----------------------------------------------------------------------------------- */

enum {
    HEAT_LABEL_WIDTH = 150,
    HEAT_ROW_HEIGHT = 22,
    HEAT_LEVELS = 5,
    HEAT_DIGIT_WIDTH = 6, /* of numbers in cells */
};

/* 1234 is `1k` where four digits have no room. */
static void put_short(struct text *out, uint64_t number, int32_t width)
{
    static const char *const units[] = {"", "k", "M", "G", "T", "P", "E"};
    size_t unit = 0;
    char memory[32];
    struct text whole = TEXT_IN(memory);
    text_put_u64(&whole, number);
    while (unit < 6 && (int32_t)(whole.size + (unit > 0)) * HEAT_DIGIT_WIDTH > width) {
        number /= 1000;
        unit++;
        text_clear(&whole);
        text_put_u64(&whole, number);
    }
    text_put_bytes(out, text_bytes(&whole));
    text_put_string(out, units[unit]);
}

static void draw_heat_cell(struct svg *svg, const struct chart_head *head,
                           const struct svg_box *box, struct bytes title_of, uint64_t value,
                           uint64_t most)
{
    char number_memory[32], title_memory[512];
    struct text number = TEXT_IN(number_memory), title = TEXT_IN(title_memory);
    int32_t level = scaled(value, most, HEAT_LEVELS);
    text_put_bytes(&title, title_of);
    put_unit(&title, head, value);
    svg_rect(
        svg, box,
        &(struct svg_paint){.fill = value == 0 ? SVG_PAPER : (enum svg_ink)(SVG_HEAT + level - 1),
                            .stroke = SVG_LINE},
        text_bytes(&title));
    if (value > 0) {
        put_short(&number, value, box->width - 4);
        svg_text(svg,
                 &(struct svg_words){.at = {box->x + box->width / 2, box->y + 15},
                                     .text = text_bytes(&number),
                                     .anchor = SVG_MIDDLE,
                                     .size = 10,
                                     .ink = level > HEAT_LEVELS / 2 + 1 ? SVG_PAPER : SVG_TEXT});
    }
}

/* `ann, 14: ` as far as there is room for it. */
static void put_cell_title(struct text *out, const struct chart_heat *heat, size_t row,
                           size_t column)
{
    if (heat->rows[row].size + heat->columns[column].size + 8 < out->capacity) {
        text_put_bytes(out, heat->rows[row]);
        text_put_literal(out, ", ");
        text_put_bytes(out, heat->columns[column]);
        text_put_literal(out, ": ");
    }
}

struct field {
    struct svg *svg;
    const struct chart_head *head;
    const struct chart_heat *heat;
    size_t rows, columns;
    uint64_t most;
};

static int32_t field_x(const struct field *field, size_t column)
{
    const int32_t room = CHART_WIDTH - 2 * MARGIN - HEAT_LABEL_WIDTH;
    int32_t width = room / (int32_t)(field->columns == 0 ? 1 : field->columns);
    width = width > 60 ? 60 : width;
    return MARGIN + HEAT_LABEL_WIDTH + (int32_t)column * width;
}

static void draw_heat_row(const struct field *field, size_t row)
{
    int32_t y = TITLE_HEIGHT + HEAT_ROW_HEIGHT + (int32_t)row * HEAT_ROW_HEIGHT;
    svg_text(field->svg, &(struct svg_words){.at = {MARGIN + HEAT_LABEL_WIDTH - 8, y + 15},
                                             .text = field->heat->rows[row],
                                             .anchor = SVG_END,
                                             .columns = HEAT_LABEL_WIDTH / SVG_COLUMN_WIDTH - 1});
    for (size_t i = 0; i < field->columns; i++) {
        char memory[256];
        struct text title = TEXT_IN(memory);
        int32_t x = field_x(field, i);
        put_cell_title(&title, field->heat, row, i);
        draw_heat_cell(field->svg, field->head,
                       &(struct svg_box){x, y, field_x(field, i + 1) - x, HEAT_ROW_HEIGHT},
                       text_bytes(&title), field->heat->values[row * field->heat->column_count + i],
                       field->most);
    }
}

static void draw_heat_names(const struct field *field)
{
    for (size_t i = 0; i < field->columns; i++) {
        int32_t x = field_x(field, i), width = field_x(field, i + 1) - x;
        svg_text(field->svg, &(struct svg_words){.at = {x + width / 2, TITLE_HEIGHT + 15},
                                                 .text = field->heat->columns[i],
                                                 .anchor = SVG_MIDDLE,
                                                 .size = 10,
                                                 .ink = SVG_FAINT,
                                                 .columns = width < 14 ? 1 : (uint32_t)width / 6});
    }
}

void chart_heat(struct output *output, const struct chart_head *head, const struct chart_heat *heat)
{
    char memory[DESC_SIZE];
    struct text desc = TEXT_IN(memory);
    struct svg svg;
    struct field field = {
        .svg = &svg,
        .head = head,
        .heat = heat,
        .rows = heat->row_count < CHART_ROWS_MAX ? heat->row_count : CHART_ROWS_MAX,
        .columns = heat->column_count < CHART_CELLS_MAX ? heat->column_count : CHART_CELLS_MAX,
    };
    for (size_t i = 0; i < heat->row_count * heat->column_count; i++) {
        field.most = heat->values[i] > field.most ? heat->values[i] : field.most;
    }
    text_add(&desc, "%zu rows and %zu columns; at most ", heat->row_count, heat->column_count);
    put_unit(&desc, head, field.most);
    text_put_literal(&desc, " in one.");
    int32_t height = TITLE_HEIGHT + (int32_t)(field.rows + 1) * HEAT_ROW_HEIGHT + MARGIN;
    svg_begin(&svg, output,
              &(struct svg_head){.width = CHART_WIDTH,
                                 .height = height,
                                 .id = head->id,
                                 .title = head->title,
                                 .desc = text_bytes(&desc)});
    put_title(&svg, head);
    draw_heat_names(&field);
    for (size_t i = 0; i < field.rows; i++) {
        draw_heat_row(&field, i);
    }
    svg_end(&svg);
}

/* A line beside a number -------------------------------------------------------------------- */

void chart_spark(struct output *output, const struct chart_head *head, const uint64_t *values,
                 size_t count)
{
    struct svg svg;
    char memory[DESC_SIZE];
    struct text desc = TEXT_IN(memory);
    uint64_t most = 0;
    for (size_t i = 0; i < count; i++) {
        most = values[i] > most ? values[i] : most;
    }
    text_put_literal(&desc, "At most ");
    put_unit(&desc, head, most);
    text_put_char(&desc, '.');
    svg_begin(&svg, output,
              &(struct svg_head){.width = SPARK_WIDTH,
                                 .height = SPARK_HEIGHT,
                                 .id = head->id,
                                 .title = head->title,
                                 .desc = text_bytes(&desc)});
    for (size_t i = 0; i < count; i++) {
        int32_t x = (int32_t)((uint64_t)SPARK_WIDTH * i / count);
        int32_t next = (int32_t)((uint64_t)SPARK_WIDTH * (i + 1) / count);
        int32_t height = scaled(values[i], most, SPARK_HEIGHT - 2);
        if (height > 0) {
            svg_rect(&svg,
                     &(struct svg_box){x, SPARK_HEIGHT - height, next - x > 1 ? next - x - 1 : 1,
                                       height},
                     &(struct svg_paint){.fill = SVG_OK}, LITERAL(""));
        }
    }
    svg_end(&svg);
}
