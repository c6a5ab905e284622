#include "reports/timeline/timeline_text.h"

#include "reports/glyph.h"

#include <inttypes.h>

enum {
    LABEL_MOST = 28, /* columns */
    LABEL_SIZE = DIMENSION_VALUE_MAX + 256,
    AFTER_LABEL = 1,
    BORDERS = 3, /* a blank and two bars */
    FEW = 4,     /* events of a cell with a dot of the middle size, at most */
    CLOCK_COLUMNS = 8,
    DATE_COLUMNS = 10,
};

struct drawing {
    struct timeline *timeline;
    struct timeline_layout layout;
    enum spark_letters letters;
    timeline_line *line;
    void *context;
    uint32_t label_columns, count_columns;
};

/* A label cut to its columns, and blanks. */
static void put_label(struct text *out, struct bytes label, uint32_t columns)
{
    struct glyph glyph;
    size_t width = 0, all = glyph_text_width(label);
    while (glyph_next(&label, &glyph)) {
        size_t its = glyph_width(&glyph);
        if (width + its + (all > columns) > columns) {
            break;
        }
        glyph_put(&glyph, out);
        width += its;
    }
    if (all > columns && width < columns) {
        text_put_char(out, '~');
        width++;
    }
    for (; width < columns; width++) {
        text_put_char(out, ' ');
    }
}

static const char *dot_of(const struct timeline_cell *cell, enum spark_letters letters)
{
    static const char *const dots[][3] = {{"\xc2\xb7", "\xe2\x80\xa2", "\xe2\x97\x8f"},
                                          {".", "o", "O"}};
    if (cell->events == 0) {
        return " ";
    }
    if (cell->denied > 0 || cell->failed > 0) {
        return cell->denied > 0 ? "x" : "!";
    }
    size_t size = cell->events == 1 ? 0 : cell->events <= FEW ? 1 : 2;
    return dots[letters == SPARK_ASCII][size];
}

static bool is_fold(const struct timeline_layout *layout, uint32_t cell)
{
    for (size_t i = 1; i < layout->stretch_count; i++) {
        if (layout->stretches[i].cell == cell + 1) {
            return true;
        }
    }
    return false;
}

static const char *fold_sign(enum spark_letters letters)
{
    return letters == SPARK_ASCII ? ":" : "\xe2\x94\x8a";
}

static struct status draw_lane(const struct drawing *drawing, size_t index)
{
    char memory[TIMELINE_LINE_SIZE], label_memory[LABEL_SIZE];
    struct text line = TEXT_IN(memory), label = TEXT_IN(label_memory);
    const struct timeline_layout *layout = &drawing->layout;
    const struct timeline_lane *lane = &drawing->timeline->lanes[index];
    timeline_put_label(drawing->timeline, lane, &label);
    put_label(&line, text_bytes(&label), drawing->label_columns);
    text_add(&line, " %*" PRIu64 " |", (int)drawing->count_columns, lane->events);
    for (uint32_t i = 0; i < layout->cells; i++) {
        const struct timeline_cell *cell = &layout->grid[index * layout->cells + i];
        text_put_string(&line, is_fold(layout, i) ? fold_sign(drawing->letters)
                                                  : dot_of(cell, drawing->letters));
    }
    text_put_char(&line, '|');
    return drawing->line(drawing->context, text_bytes(&line));
}

/* When all of it ends, at the right, if there is room for its date, too. */
static void put_end_time(const struct drawing *drawing, uint32_t columns, size_t from, uint32_t at,
                         struct text *line)
{
    const struct timeline_layout *layout = &drawing->layout;
    char memory[64];
    struct text time = TEXT_IN(memory);
    if (layout->stretch_count == 0 || at + 2 * DATE_COLUMNS - columns > layout->cells) {
        return;
    }
    for (; at < layout->cells - columns; at++) {
        text_put_char(line, ' ');
    }
    zone_write(&drawing->timeline->options.zone, layout->stretches[layout->stretch_count - 1].to_us,
               (struct zone_style){.separator = ' '}, &time);
    text_put(line, time.data + from, columns);
}

/* When stretches begin, as far as there is room before the next one. */
static struct status draw_times(const struct drawing *drawing, uint32_t columns, size_t from)
{
    char memory[TIMELINE_LINE_SIZE];
    struct text line = TEXT_IN(memory);
    const struct timeline_layout *layout = &drawing->layout;
    uint32_t at = 0;
    for (uint32_t i = 0; i < drawing->label_columns + drawing->count_columns + BORDERS; i++) {
        text_put_char(
            &line, i + 1 < drawing->label_columns + drawing->count_columns + BORDERS ? ' ' : '|');
    }
    for (size_t i = 0; i < layout->stretch_count; i++) {
        char time_memory[64];
        struct text time = TEXT_IN(time_memory);
        if (layout->stretches[i].cell < at || layout->cells - layout->stretches[i].cell < columns) {
            continue;
        }
        for (; at < layout->stretches[i].cell; at++) {
            text_put_char(&line, ' ');
        }
        zone_write(&drawing->timeline->options.zone, layout->stretches[i].from_us,
                   (struct zone_style){.separator = ' '}, &time);
        text_put(&line, time.data + from, columns);
        at += columns;
        if (at < layout->cells) {
            text_put_char(&line, ' ');
            at++;
        }
    }
    put_end_time(drawing, columns, from, at, &line);
    while (line.size > 0 && line.data[line.size - 1] == ' ') {
        line.size--;
    }
    return drawing->line(drawing->context, text_bytes(&line));
}

static void put_duration(struct text *out, uint64_t us)
{
    uint64_t seconds = us / TIME_SECOND_US;
    if (seconds >= 2 * 86400) {
        text_add(out, "%" PRIu64 " days", seconds / 86400);
    } else if (seconds >= 2 * 3600) {
        text_add(out, "%" PRIu64 " h", seconds / 3600);
    } else if (seconds >= 120) {
        text_add(out, "%" PRIu64 " min", seconds / 60);
    } else {
        text_add(out, "%" PRIu64 " s", seconds);
    }
}

/* Words on lines that are no wider than the drawing. */
static struct status draw_legend(const struct drawing *drawing, uint32_t width)
{
    char memory[TIMELINE_LINE_SIZE], fold_memory[128];
    struct text line = TEXT_IN(memory), fold = TEXT_IN(fold_memory);
    bool ascii = drawing->letters == SPARK_ASCII;
    const char *words[] = {ascii ? ". 1 event" : "\xc2\xb7 1 event",
                           ascii ? "o 2 to 4" : "\xe2\x80\xa2 2 to 4",
                           ascii ? "O more" : "\xe2\x97\x8f more",
                           "x denied",
                           "! failed",
                           ""};
    if (drawing->layout.folded_us > 0) {
        text_add(&fold, "%s a pause of ", fold_sign(drawing->letters));
        put_duration(&fold, drawing->layout.folded_us);
        text_put_string(&fold, drawing->layout.stretch_count > 2 ? " or more" : "");
        words[5] = text_string(&fold);
    }
    for (size_t i = 0; i < 6; i++) {
        size_t its = glyph_text_width(bytes_of_string(words[i]));
        size_t used = glyph_text_width(text_bytes(&line));
        if (used > 0 && used + 3 + its > width) {
            TRY(drawing->line(drawing->context, text_bytes(&line)));
            text_clear(&line);
            used = 0;
        }
        text_put_string(&line, used > 0 && its > 0 ? "   " : "");
        text_put_string(&line, words[i]);
    }
    return drawing->line(drawing->context, text_bytes(&line));
}

static void measure(struct drawing *drawing)
{
    uint64_t most = 0;
    for (size_t i = 0; i < drawing->timeline->lane_count; i++) {
        char memory[LABEL_SIZE];
        struct text label = TEXT_IN(memory);
        const struct timeline_lane *lane = &drawing->timeline->lanes[i];
        timeline_put_label(drawing->timeline, lane, &label);
        size_t width = glyph_text_width(text_bytes(&label));
        width = width < LABEL_MOST ? width : LABEL_MOST;
        drawing->label_columns =
            width > drawing->label_columns ? (uint32_t)width : drawing->label_columns;
        most = lane->events > most ? lane->events : most;
    }
    for (drawing->count_columns = 1; most >= 10; most /= 10) {
        drawing->count_columns++;
    }
}

struct status timeline_text(struct timeline *timeline, uint32_t width, enum spark_letters letters,
                            timeline_line *line, void *context)
{
    struct drawing drawing = {
        .timeline = timeline, .letters = letters, .line = line, .context = context};
    width = width < TIMELINE_TEXT_MIN ? TIMELINE_TEXT_MIN : width;
    width = width > TIMELINE_TEXT_MAX ? TIMELINE_TEXT_MAX : width;
    measure(&drawing);
    drawing.label_columns = drawing.label_columns > width / 3 ? width / 3 : drawing.label_columns;
    TRY(timeline_lay(timeline, width - drawing.label_columns - drawing.count_columns - BORDERS - 1,
                     &drawing.layout));
    for (size_t i = 0; i < timeline->lane_count; i++) {
        TRY(draw_lane(&drawing, i));
    }
    TRY(draw_times(&drawing, CLOCK_COLUMNS, DATE_COLUMNS + 1));
    TRY(draw_times(&drawing, DATE_COLUMNS, 0));
    return draw_legend(&drawing, width);
}
