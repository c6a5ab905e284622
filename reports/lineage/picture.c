#include "reports/lineage/picture.h"

#include "reports/glyph.h"
#include "reports/lineage/layout.h"
#include "reports/svg.h"

#include <inttypes.h>

enum {
    MARGIN = 24,
    HEAD = 40, /* above the boxes: the title */
    BOX_WIDTH = 190,
    BOX_HEIGHT = 40,
    GAP_X = 170, /* between columns: room for words */
    GAP_Y = 34,
    NAME_COLUMNS = 25,
    WORDS_COLUMNS = 26,
    WORDS_SIZE = 10, /* pixels */
    DETOUR = 18,     /* beside the boxes, of a line within a column */
    BACK_GAP = 14,
    LANE = 20, /* below them, for each line that goes back */
};

struct picture {
    const struct lineage *lineage;
    const struct view *view;
    const struct picture_links *links;
    struct layout layout;
    size_t lanes; /* taken by lines that go back */
    struct svg svg;
};

static struct svg_box box_of(const struct picture *picture, size_t i)
{
    return (struct svg_box){
        .x = MARGIN + (int32_t)picture->layout.column[i] * (BOX_WIDTH + GAP_X),
        .y = MARGIN + HEAD + (int32_t)picture->layout.row[i] * (BOX_HEIGHT + GAP_Y),
        .width = BOX_WIDTH,
        .height = BOX_HEIGHT,
    };
}

/* Boxes -------------------------------------------------------------------------------------- */

static const char *kind_of(const struct lineage_node *node)
{
    return node->id.kind == ID_NONE ? "outside" : id_infos[node->id.kind].name;
}

static struct svg_paint paint_of(const struct lineage_node *node, bool is_root)
{
    struct svg_paint paint = {.fill = SVG_PAPER, .stroke = SVG_LINE, .width = is_root ? 3 : 1};
    const struct lineage_reach *up = &node->reach[LINEAGE_UP], *down = &node->reach[LINEAGE_DOWN];
    bool sure = (up->reached && !up->could) || (down->reached && !down->could);
    paint.dashed = !sure;
    paint.round = node->id.kind == ID_USER ? BOX_HEIGHT / 2 : 3;
    paint.fill = node->id.kind == ID_NONE ? SVG_SHADE : SVG_PAPER;
    return paint;
}

static void put_second_line(struct picture *picture, const struct lineage_node *node,
                            const struct svg_box *box)
{
    char memory[LINEAGE_NAME_SIZE];
    struct text line = TEXT_IN(memory);
    text_put_string(&line, kind_of(node));
    if (node->tag_count > 0) {
        text_put_char(&line, ' ');
        lineage_put_tags(picture->view, node, &line);
    }
    for (size_t i = 0; i < LINEAGE_DIRECTIONS; i++) {
        const char *stop = lineage_stop_words(node->reach[i].stop);
        if (node->reach[i].reached && stop[0] != '\0' && node->reach[i].stop != STOP_OUTSIDE) {
            text_add(&line, ", %s", stop);
            break;
        }
    }
    svg_text(&picture->svg, &(struct svg_words){.at = {box->x + box->width / 2, box->y + 33},
                                                .text = text_bytes(&line),
                                                .anchor = SVG_MIDDLE,
                                                .ink = SVG_FAINT,
                                                .size = WORDS_SIZE,
                                                .columns = NAME_COLUMNS + 5});
}

static void begin_box(struct picture *picture, const struct lineage_node *node, struct bytes name)
{
    char memory[96];
    struct text target = TEXT_IN(memory);
    if (picture->links == NULL || node->id.kind == ID_NONE) {
        svg_group(&picture->svg, name);
        return;
    }
    text_add(&target, "/lineage/%s/%" PRIu64, id_kind_name(node->id.kind), node->id.n);
    if (picture->links->pinned) {
        text_add(&target, "?at=%" PRIu64, picture->links->at);
    }
    svg_link(&picture->svg, text_bytes(&target), name);
}

static void put_box(struct picture *picture, size_t i)
{
    char memory[LINEAGE_NAME_SIZE];
    struct text name = TEXT_IN(memory);
    const struct lineage_node *node = &picture->lineage->nodes[i];
    const struct svg_box box = box_of(picture, i);
    const struct svg_paint paint = paint_of(node, i == 0);
    lineage_put_name(picture->view, node, &name);
    begin_box(picture, node, text_bytes(&name));
    svg_rect(&picture->svg, &box, &paint, (struct bytes){0});
    svg_text(&picture->svg, &(struct svg_words){.at = {box.x + box.width / 2, box.y + 18},
                                                .text = text_bytes(&name),
                                                .anchor = SVG_MIDDLE,
                                                .columns = NAME_COLUMNS,
                                                .bold = i == 0});
    put_second_line(picture, node, &box);
    svg_close(&picture->svg);
}

/* Lines -------------------------------------------------------------------------------------- */

static bool is_pair(const struct lineage_edge *a, const struct lineage_edge *b)
{
    return a->from == b->from && a->to == b->to;
}

/* One line for all edges from one thing to another: the first of them draws it. */
static bool draws(const struct lineage *lineage, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (is_pair(&lineage->edges[k], &lineage->edges[i])) {
            return false;
        }
    }
    return true;
}

/* What the line says, and what its title says; whether all of it are rights. */
static bool describe(const struct lineage *lineage, size_t first, struct text *words,
                     struct text *title)
{
    bool right = true;
    for (size_t i = first; i < lineage->edge_count; i++) {
        const struct lineage_edge *edge = &lineage->edges[i];
        if (!is_pair(edge, &lineage->edges[first])) {
            continue;
        }
        text_put_string(words, i > first ? ", " : "");
        text_put_string(words, lineage_words(edge, LINEAGE_DOWN));
        text_put_string(title, i > first ? "; " : "");
        text_put_string(title, lineage_words(edge, LINEAGE_DOWN));
        text_put_literal(title, ": ");
        lineage_put_events(edge, title);
        right = right && lineage_is_right(edge);
    }
    return right;
}

/* Where the words of a line stand, and how. */
struct words_place {
    struct svg_point at;
    enum svg_anchor anchor;
};

static size_t lines_at(const struct lineage *lineage, uint32_t node, bool from)
{
    size_t count = 0;
    for (size_t i = 0; i < lineage->edge_count; i++) {
        count += (from ? lineage->edges[i].from : lineage->edges[i].to) == node;
    }
    return count;
}

/* To the right; the words stand at the end where fewer lines meet. */
static struct words_place put_forward(struct picture *picture, const struct lineage_edge *edge,
                                      const struct svg_paint *paint)
{
    const struct svg_box from = box_of(picture, edge->from), to = box_of(picture, edge->to);
    const struct svg_point points[] = {{from.x + BOX_WIDTH, from.y + BOX_HEIGHT / 2},
                                       {to.x, to.y + BOX_HEIGHT / 2}};
    bool at_end =
        lines_at(picture->lineage, edge->from, true) >= lines_at(picture->lineage, edge->to, false);
    svg_path(&picture->svg, SVG_CURVED, points, 2, paint);
    if (at_end) {
        return (struct words_place){{points[1].x - WORDS_SIZE, points[1].y - 5}, SVG_END};
    }
    return (struct words_place){{points[0].x + WORDS_SIZE, points[0].y - 5}, SVG_START};
}

/* Up or down in one column: around on its right. */
static struct words_place put_beside(struct picture *picture, const struct lineage_edge *edge,
                                     const struct svg_paint *paint)
{
    const struct svg_box from = box_of(picture, edge->from), to = box_of(picture, edge->to);
    int32_t right = from.x + BOX_WIDTH, from_y = from.y + BOX_HEIGHT - 8, to_y = to.y + 8;
    const struct svg_point points[] = {
        {right, from_y}, {right + DETOUR, from_y}, {right + DETOUR, to_y}, {right, to_y}};
    svg_path(&picture->svg, SVG_STRAIGHT, points, 4, paint);
    return (struct words_place){{right + DETOUR + 4, (from_y + to_y) / 2 + 4}, SVG_START};
}

/* Back to the left: between the columns down, below everything in a lane of its own, and up on the
 * left of where it leads, so that it passes behind no box. */
static struct words_place put_back(struct picture *picture, const struct lineage_edge *edge,
                                   const struct svg_paint *paint)
{
    const struct svg_box from = box_of(picture, edge->from), to = box_of(picture, edge->to);
    const int32_t right = from.x + BOX_WIDTH, from_x = right + BACK_GAP, to_x = to.x - BACK_GAP;
    const int32_t from_y = from.y + BOX_HEIGHT - 8, to_y = to.y + BOX_HEIGHT / 2;
    int32_t low = MARGIN + HEAD + (int32_t)picture->layout.rows * (BOX_HEIGHT + GAP_Y) - GAP_Y / 2 +
                  (int32_t)picture->lanes++ * LANE;
    const struct svg_point points[] = {{right, from_y}, {from_x, from_y}, {from_x, low},
                                       {to_x, low},     {to_x, to_y},     {to.x, to_y}};
    svg_path(&picture->svg, SVG_STRAIGHT, points, 6, paint);
    return (struct words_place){{(from_x + to_x) / 2, low - 4}, SVG_MIDDLE};
}

static bool goes_back(const struct picture *picture, const struct lineage_edge *edge)
{
    return picture->layout.column[edge->to] < picture->layout.column[edge->from];
}

static struct words_place put_path(struct picture *picture, const struct lineage_edge *edge,
                                   const struct svg_paint *paint)
{
    if (goes_back(picture, edge)) {
        return put_back(picture, edge, paint);
    }
    return picture->layout.column[edge->to] > picture->layout.column[edge->from]
               ? put_forward(picture, edge, paint)
               : put_beside(picture, edge, paint);
}

static void put_line(struct picture *picture, size_t i)
{
    char words_memory[LINEAGE_NAME_SIZE], title_memory[1024];
    struct text words = TEXT_IN(words_memory), title = TEXT_IN(title_memory);
    const struct lineage_edge *edge = &picture->lineage->edges[i];
    struct svg_paint paint = {.fill = SVG_NONE, .stroke = SVG_FAINT, .arrow = true};
    paint.dashed = describe(picture->lineage, i, &words, &title);
    svg_group(&picture->svg, text_bytes(&title));
    struct words_place place = put_path(picture, edge, &paint);
    svg_text(&picture->svg, &(struct svg_words){.at = place.at,
                                                .text = text_bytes(&words),
                                                .anchor = place.anchor,
                                                .ink = SVG_FAINT,
                                                .size = WORDS_SIZE,
                                                .columns = WORDS_COLUMNS});
    svg_close(&picture->svg);
}

static size_t count_lanes(const struct picture *picture)
{
    size_t count = 0;
    for (size_t i = 0; i < picture->lineage->edge_count; i++) {
        count += draws(picture->lineage, i) && goes_back(picture, &picture->lineage->edges[i]);
    }
    return count;
}

/* All ---------------------------------------------------------------------------------------- */

static void put_head(struct picture *picture, const struct text *title)
{
    svg_text(&picture->svg,
             &(struct svg_words){
                 .at = {MARGIN, MARGIN + 10}, .text = text_bytes(title), .bold = true, .size = 14});
}

struct status lineage_picture(const struct lineage *lineage, const struct view *view,
                              const struct picture_links *links, struct output *output)
{
    struct picture picture = {.lineage = lineage, .view = view, .links = links};
    char memory[LINEAGE_NAME_SIZE + 32], about_memory[160];
    struct text title = TEXT_IN(memory), about = TEXT_IN(about_memory);
    if (!layout_of(lineage, &picture.layout)) {
        return FAIL_BECAUSE(LIMIT, LAYOUT_NODES_MAX, "a picture shows at most 200 things");
    }
    text_put_literal(&title, "Lineage of ");
    lineage_put_name(view, &lineage->nodes[0], &title);
    text_add(
        &about, "%zu things and %zu kinds of flow between them, events %" PRIu64 " to %" PRIu64,
        lineage->node_count, lineage->edge_count, lineage->question.since, lineage->question.until);
    const struct svg_head head = {
        .width = 2 * MARGIN + (int32_t)picture.layout.columns * (BOX_WIDTH + GAP_X) - GAP_X,
        .height = 2 * MARGIN + HEAD + (int32_t)picture.layout.rows * (BOX_HEIGHT + GAP_Y) +
                  (int32_t)count_lanes(&picture) * LANE,
        .id = "lineage",
        .title = text_bytes(&title),
        .desc = text_bytes(&about),
        .links = links != NULL,
    };
    svg_begin(&picture.svg, output, &head);
    put_head(&picture, &title);
    for (size_t i = 0; i < lineage->edge_count; i++) {
        if (draws(lineage, i)) {
            put_line(&picture, i);
        }
    }
    for (size_t i = 0; i < lineage->node_count; i++) {
        put_box(&picture, i);
    }
    svg_end(&picture.svg);
    return OK;
}
