#include "reports/timeline/timeline_svg.h"

#include <inttypes.h>

enum {
    CELLS = 100,
    CELL_WIDTH = 8,
    LABEL_WIDTH = 200,
    MARGIN = 16,
    TOP = 62,
    LANE_HEIGHT = 24,
    BOTTOM = 58,
    WIDTH = 2 * MARGIN + LABEL_WIDTH + CELLS * CELL_WIDTH + 40,
    CLOCK_WIDTH = 56,
    DATE_WIDTH = 70,
    LABEL_SIZE = DIMENSION_VALUE_MAX + 256,
    FEW = 4,
};

struct picture {
    struct svg *svg;
    const struct timeline *timeline;
    const struct timeline_layout *layout;
};

struct status timeline_svg_lay(struct timeline *timeline, struct timeline_layout *out)
{
    return timeline_lay(timeline, CELLS, out);
}

static int32_t cell_x(uint32_t cell)
{
    return MARGIN + LABEL_WIDTH + (int32_t)cell * CELL_WIDTH;
}

static int32_t lane_y(size_t lane)
{
    return TOP + (int32_t)lane * LANE_HEIGHT + LANE_HEIGHT / 2;
}

static void draw_stretches(const struct picture *picture)
{
    const struct timeline_layout *layout = picture->layout;
    int32_t height = (int32_t)picture->timeline->lane_count * LANE_HEIGHT;
    for (size_t i = 0; i < layout->stretch_count; i++) {
        const struct timeline_stretch *stretch = &layout->stretches[i];
        svg_rect(picture->svg,
                 &(struct svg_box){cell_x(stretch->cell), TOP, (int32_t)stretch->cells * CELL_WIDTH,
                                   height},
                 &(struct svg_paint){.fill = SVG_SHADE}, LITERAL(""));
        if (i > 0) {
            int32_t x = cell_x(stretch->cell) - CELL_WIDTH / 2;
            svg_line(picture->svg, (struct svg_point){x, TOP - 4},
                     (struct svg_point){x, TOP + height + 4},
                     &(struct svg_paint){.stroke = SVG_FAINT, .dashed = true});
        }
    }
}

/* Times of stretches under each other, as far as there is room before the next one. */
static void draw_times(const struct picture *picture, size_t from, size_t size, int32_t y,
                       int32_t room)
{
    const struct timeline_layout *layout = picture->layout;
    int32_t free_from = 0;
    for (size_t i = 0; i < layout->stretch_count; i++) {
        char memory[64];
        struct text time = TEXT_IN(memory);
        int32_t x = cell_x(layout->stretches[i].cell);
        if (x < free_from || x + room > WIDTH) {
            continue;
        }
        zone_write(&picture->timeline->options.zone, layout->stretches[i].from_us,
                   (struct zone_style){.separator = ' '}, &time);
        svg_text(picture->svg, &(struct svg_words){.at = {x, y},
                                                   .text = bytes_of(time.data + from, size),
                                                   .ink = SVG_FAINT,
                                                   .size = 11});
        free_from = x + room;
    }
}

static void put_mark_title(const struct timeline_cell *cell, struct text *out)
{
    text_add(out, "%" PRIu64 " event%s", cell->events, cell->events == 1 ? "" : "s");
    if (cell->denied > 0) {
        text_add(out, ", %" PRIu64 " denied", cell->denied);
    }
    if (cell->failed > 0) {
        text_add(out, ", %" PRIu64 " failed", cell->failed);
    }
    text_add(out, ": %" PRIu64, cell->first_n);
    if (cell->last_n != cell->first_n) {
        text_add(out, " to %" PRIu64, cell->last_n);
    }
}

static void draw_shape(const struct picture *picture, const struct timeline_cell *cell,
                       struct svg_point at)
{
    int32_t size = cell->events == 1 ? 3 : cell->events <= FEW ? 4 : 5;
    if (cell->denied > 0) {
        const struct svg_paint paint = {.stroke = SVG_DENIED, .width = 2};
        svg_line(picture->svg, (struct svg_point){at.x - size, at.y - size},
                 (struct svg_point){at.x + size, at.y + size}, &paint);
        svg_line(picture->svg, (struct svg_point){at.x - size, at.y + size},
                 (struct svg_point){at.x + size, at.y - size}, &paint);
    } else if (cell->failed > 0) {
        const struct svg_point corners[] = {
            {at.x - size, at.y + size}, {at.x + size, at.y + size}, {at.x, at.y - size}};
        svg_path(picture->svg, SVG_CLOSED, corners, 3, &(struct svg_paint){.fill = SVG_FAILED});
    } else {
        svg_circle(picture->svg, at, size, &(struct svg_paint){.fill = SVG_OK}, LITERAL(""));
    }
}

static void draw_mark(const struct picture *picture, size_t lane, uint32_t index)
{
    const struct timeline_cell *cell =
        &picture->layout->grid[lane * picture->layout->cells + index];
    char title_memory[128], link_memory[32];
    struct text title = TEXT_IN(title_memory), link = TEXT_IN(link_memory);
    if (cell->events == 0) {
        return;
    }
    put_mark_title(cell, &title);
    text_add(&link, "#n%" PRIu64, cell->first_n);
    svg_link(picture->svg, text_bytes(&link), text_bytes(&title));
    draw_shape(picture, cell, (struct svg_point){cell_x(index) + CELL_WIDTH / 2, lane_y(lane)});
    svg_close(picture->svg);
}

static void draw_lane(const struct picture *picture, size_t index)
{
    const struct timeline_lane *lane = &picture->timeline->lanes[index];
    char memory[LABEL_SIZE], count_memory[32];
    struct text label = TEXT_IN(memory), count = TEXT_IN(count_memory);
    int32_t y = lane_y(index), end = cell_x(picture->layout->cells);
    timeline_put_label(picture->timeline, lane, &label);
    text_put_u64(&count, lane->events);
    svg_group(picture->svg, text_bytes(&label));
    svg_text(picture->svg, &(struct svg_words){.at = {MARGIN + LABEL_WIDTH - 10, y + 4},
                                               .text = text_bytes(&label),
                                               .anchor = SVG_END,
                                               .columns = (LABEL_WIDTH - 10) / SVG_COLUMN_WIDTH});
    svg_line(picture->svg, (struct svg_point){cell_x(0), y}, (struct svg_point){end, y},
             &(struct svg_paint){.stroke = SVG_LINE});
    svg_text(picture->svg,
             &(struct svg_words){
                 .at = {end + 6, y + 4}, .text = text_bytes(&count), .ink = SVG_FAINT, .size = 11});
    for (uint32_t i = 0; i < picture->layout->cells; i++) {
        draw_mark(picture, index, i);
    }
    svg_close(picture->svg);
}

static void draw_legend(const struct picture *picture, int32_t y)
{
    const struct timeline_cell few = {.events = 2}, denied = {.events = 2, .denied = 1},
                               failed = {.events = 2, .failed = 1};
    const struct {
        const struct timeline_cell *cell;
        const char *words;
    } signs[] = {{&few, "done"}, {&denied, "one or more denied"}, {&failed, "one or more failed"}};
    int32_t x = cell_x(0);
    for (size_t i = 0; i < 3; i++) {
        draw_shape(picture, signs[i].cell, (struct svg_point){x + 4, y - 4});
        svg_text(picture->svg, &(struct svg_words){.at = {x + 14, y},
                                                   .text = bytes_of_string(signs[i].words),
                                                   .ink = SVG_FAINT,
                                                   .size = 11});
        x += i == 0 ? 70 : 150;
    }
    if (picture->layout->folded_us > 0) {
        svg_line(picture->svg, (struct svg_point){x + 4, y - 12}, (struct svg_point){x + 4, y + 2},
                 &(struct svg_paint){.stroke = SVG_FAINT, .dashed = true});
        svg_text(picture->svg, &(struct svg_words){.at = {x + 14, y},
                                                   .text = LITERAL("idle time, left out"),
                                                   .ink = SVG_FAINT,
                                                   .size = 11});
    }
}

static void describe(const struct timeline *timeline, const struct timeline_layout *layout,
                     struct text *out)
{
    text_add(out, "%zu events on %zu lanes, in %zu stretches of time", timeline->mark_count,
             timeline->lane_count, layout->stretch_count);
    if (timeline->mark_count > 0) {
        text_put_literal(out, ", from ");
        time_write(out, timeline->marks[0].time_us);
        text_put_literal(out, " to ");
        time_write(out, timeline->marks[timeline->mark_count - 1].time_us);
    }
    text_put_char(out, '.');
}

void timeline_svg(const struct timeline *timeline, const struct timeline_layout *layout,
                  struct bytes of, struct output *output)
{
    char desc_memory[256], title_memory[128];
    struct text desc = TEXT_IN(desc_memory), title = TEXT_IN(title_memory);
    struct svg svg;
    const struct picture picture = {.svg = &svg, .timeline = timeline, .layout = layout};
    int32_t foot = TOP + (int32_t)timeline->lane_count * LANE_HEIGHT;
    describe(timeline, layout, &desc);
    text_add(&title, "Timeline by %s", timeline->options.lanes.name);
    svg_begin(&svg, output,
              &(struct svg_head){.width = WIDTH,
                                 .height = foot + BOTTOM,
                                 .id = "timeline",
                                 .title = text_bytes(&title),
                                 .desc = text_bytes(&desc),
                                 .links = true});
    svg_text(&svg, &(struct svg_words){
                       .at = {MARGIN, 24}, .text = text_bytes(&title), .size = 15, .bold = true});
    svg_text(&svg,
             &(struct svg_words){
                 .at = {MARGIN, 42}, .text = of, .size = 11, .ink = SVG_FAINT, .columns = 130});
    draw_stretches(&picture);
    for (size_t i = 0; i < timeline->lane_count; i++) {
        draw_lane(&picture, i);
    }
    draw_times(&picture, 11, 8, foot + 16, CLOCK_WIDTH);
    draw_times(&picture, 0, 10, foot + 30, DATE_WIDTH);
    draw_legend(&picture, foot + 50);
    svg_end(&svg);
}
