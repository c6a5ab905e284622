/* In pictures, charts and lineages. */
#include "reports/chart.h"
#include "reports/lineage/dot.h"
#include "reports/lineage/graph_json.h"
#include "reports/lineage/picture.h"
#include "reports/lineage/prov.h"
#include "reports/lineage/tree.h"
#include "reports/svg.h"
#include "tests/hostile/ways.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Pictures -------------------------------------------------------------------------------- */

bool show_svg(struct hall *hall, size_t index, struct bytes text)
{
    struct svg svg;
    (void)index;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    svg_begin(&svg, &hall->capture.output,
              &(struct svg_head){.width = 9, .height = 9, .id = "a", .title = text, .desc = text});
    svg_group(&svg, text);
    svg_rect(&svg, &(struct svg_box){1, 1, 2, 2}, &(struct svg_paint){.fill = SVG_OK}, text);
    svg_text(&svg, &(struct svg_words){.at = {1, 1}, .text = text});
    svg_text(&svg, &(struct svg_words){.at = {1, 1}, .text = text, .columns = 5});
    svg_close(&svg);
    svg_end(&svg);
    capture_end(&hall->capture);
    return true;
}

/* A target leads nowhere else, whatever it says. */
bool show_svg_link(struct hall *hall, size_t index, struct bytes text)
{
    struct svg svg;
    (void)index;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    svg_begin(&svg, &hall->capture.output,
              &(struct svg_head){.width = 9, .height = 9, .id = "a", .title = LITERAL("x")});
    svg_link(&svg, text, text);
    svg_rect(&svg, &(struct svg_box){1, 1, 2, 2}, &(struct svg_paint){.fill = SVG_OK}, text);
    svg_close(&svg);
    svg_end(&svg);
    capture_end(&hall->capture);
    return true;
}

void judge_svg_link(struct hall *hall, struct bytes text)
{
    (void)text;
    assert_true(hostile_is_plain(shown(hall), true));
    assert_null(strstr(hall->capture.text, "href=\"javascript:"));
    assert_null(strstr(hall->capture.text, "href=\"data:"));
    assert_null(strstr(hall->capture.text, "href=\"//"));
}

bool show_bars(struct hall *hall, size_t index, struct bytes text)
{
    const struct chart_head head = {
        .id = "a", .title = text, .subtitle = text, .unit = text, .part_of = text};
    const struct chart_bar bars[] = {{.label = text, .value = 5, .part = 2}, {.label = text}};
    (void)index;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    chart_bars(&hall->capture.output, &head, bars, 2);
    capture_end(&hall->capture);
    return true;
}

bool show_columns(struct hall *hall, size_t index, struct bytes text)
{
    const struct chart_head head = {
        .id = "a", .title = text, .subtitle = text, .unit = text, .part_of = text};
    const struct chart_column columns_of[] = {{.from_utc_us = 1, .value = 4, .part = 1}};
    (void)index;
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    chart_columns(&hall->capture.output, &head,
                  &(struct chart_columns){.columns = columns_of,
                                          .count = 1,
                                          .end_utc_us = UINT64_C(60000000),
                                          .zone = zone_utc()});
    capture_end(&hall->capture);
    return true;
}

/* Lineages -------------------------------------------------------------------------------- */

/* From a thing to a place of that name; the thing is the subject of that name, if there is one. */
static struct lineage *make_lineage(const struct hall *hall, size_t index, struct bytes text)
{
    struct lineage *lineage = calloc(1, sizeof *lineage);
    uint32_t from = 0, to = 0;
    assert_non_null(lineage);
    struct id root = hall->record[index] == 0 ? (struct id){ID_FILE, 55} : hall->subject[index];
    lineage->question =
        (struct lineage_question){.root = root, .go = {true, true}, .depth = 4, .until = 90};
    assert_true(lineage_node_of(lineage, &(struct flow_thing){.id = root}, &from));
    assert_true(lineage_node_of(lineage, &(struct flow_thing){.place = text}, &to));
    struct lineage_edge *edge =
        lineage_edge_of(lineage, from, to, sketch_flow(EVENT_VAULT_FILE_DOWNLOADED), false);
    edge->count = 1;
    edge->in[LINEAGE_DOWN] = true;
    for (uint32_t i = 0; i < 2; i++) {
        lineage->nodes[i].reach[LINEAGE_DOWN] =
            (struct lineage_reach){.reached = true, .expanded = i == 0, .depth = i};
    }
    return lineage;
}

typedef void draw(const struct lineage *lineage, const struct view *view, struct output *output);

static bool show_lineage(struct hall *hall, size_t index, struct bytes text, draw *draw_it)
{
    static uint8_t memory[1 << 16];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    if (text.size == 0 || text.size > LINEAGE_PLACE_SIZE) {
        return false;
    }
    struct lineage *lineage = make_lineage(hall, index, text);
    struct view view = engine_view(hall->engine, UINT64_MAX, &arena, &trouble);
    capture_begin(&hall->capture, &(struct rows_options){.format = ROWS_JSON});
    draw_it(lineage, &view, &hall->capture.output);
    capture_end(&hall->capture);
    free(lineage);
    return true;
}

bool show_dot(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, lineage_dot);
}

bool show_graph_json(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, lineage_graph_json);
}

bool show_prov(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, lineage_prov);
}

static void draw_tree(const struct lineage *lineage, const struct view *view, struct output *output)
{
    lineage_tree(lineage, view, LINEAGE_DOWN, &(struct tree_style){.titled = true}, output);
}

bool show_tree(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, draw_tree);
}

static void draw_picture(const struct lineage *lineage, const struct view *view,
                         struct output *output)
{
    must(lineage_picture(lineage, view, NULL, output));
}

bool show_picture(struct hall *hall, size_t index, struct bytes text)
{
    return show_lineage(hall, index, text, draw_picture);
}
