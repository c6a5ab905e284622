#include "reports/svg.h"

#include "reports/glyph.h"

#include <inttypes.h>

static const char *const colors[SVG_INK_COUNT] = {
    [SVG_NONE] = "none",          [SVG_TEXT] = "#1b1f24",       [SVG_FAINT] = "#5a626c",
    [SVG_LINE] = "#c3c9d0",       [SVG_SHADE] = "#eef1f4",      [SVG_PAPER] = "#ffffff",
    [SVG_OK] = "#2d6a8e",         [SVG_DENIED] = "#a3201d",     [SVG_FAILED] = "#a86400",
    [SVG_HATCH] = "#a3201d",      [SVG_SERIES] = "#33658a",     [SVG_SERIES + 1] = "#7a8f3c",
    [SVG_SERIES + 2] = "#b5651d", [SVG_SERIES + 3] = "#7d5ba6", [SVG_SERIES + 4] = "#2f8f83",
    [SVG_SERIES + 5] = "#a04a6b", [SVG_HEAT] = "#dbe7ef",       [SVG_HEAT + 1] = "#b0cbdc",
    [SVG_HEAT + 2] = "#7ba7c3",   [SVG_HEAT + 3] = "#47809f",   [SVG_HEAT + 4] = "#1f5673",
};

/* Escaping -------------------------------------------------------------------------------- */

static const char *entity_of(uint32_t point)
{
    switch (point) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* XML has no way to write the last two of these at all. */
static bool is_no_character(uint32_t point)
{
    return (point & 0xfffe) == 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
}

static void put_glyph(struct output *output, const struct glyph *glyph)
{
    char memory[16];
    struct text shown = TEXT_IN(memory);
    const char *entity = entity_of(glyph->point);
    if (entity != NULL) {
        output_put_string(output, entity);
    } else if (is_no_character(glyph->point)) {
        output_add(output, "\\u{%" PRIx32 "}", glyph->point);
    } else {
        glyph_put(glyph, &shown);
        output_put_bytes(output, text_bytes(&shown));
    }
}

void svg_put_escaped(struct output *output, struct bytes text)
{
    struct glyph glyph;
    while (glyph_next(&text, &glyph)) {
        put_glyph(output, &glyph);
    }
}

static void put_cut(struct output *output, struct bytes text, uint32_t columns)
{
    size_t width = 0;
    struct glyph glyph;
    if (columns == 0 || glyph_text_width(text) <= columns) {
        svg_put_escaped(output, text);
        return;
    }
    while (glyph_next(&text, &glyph) && width + glyph_width(&glyph) < columns) {
        width += glyph_width(&glyph);
        put_glyph(output, &glyph);
    }
    output_put_string(output, "\xe2\x80\xa6");
}

static void put_title(struct output *output, struct bytes title)
{
    if (title.size > 0) {
        output_put_string(output, "<title>");
        svg_put_escaped(output, title);
        output_put_string(output, "</title>");
    }
}

/* Begin and end --------------------------------------------------------------------------- */

static void put_definitions(struct svg *svg)
{
    output_add(svg->output,
               "<defs>"
               "<marker id=\"%s-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
               "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">"
               "<path d=\"M0 0L8 4L0 8Z\" fill=\"%s\"/></marker>"
               "<pattern id=\"%s-hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" "
               "patternTransform=\"rotate(45)\">"
               "<rect width=\"5\" height=\"5\" fill=\"#ffffff\"/>"
               "<rect width=\"3\" height=\"5\" fill=\"%s\"/></pattern>"
               "</defs>\n",
               svg->id, colors[SVG_FAINT], svg->id, colors[SVG_DENIED]);
}

void svg_begin(struct svg *svg, struct output *output, const struct svg_head *head)
{
    *svg = (struct svg){.output = output, .id = head->id};
    output_add(output,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"%s\" "
               "aria-labelledby=\"%s-title %s-desc\" width=\"%" PRId32 "\" height=\"%" PRId32
               "\" viewBox=\"0 0 %" PRId32 " %" PRId32 "\" "
               "font-family=\"'DejaVu Sans','Segoe UI',Helvetica,Arial,sans-serif\" "
               "font-size=\"%d\">\n<title id=\"%s-title\">",
               head->links ? "group" : "img", svg->id, svg->id, head->width, head->height,
               head->width, head->height, (int)SVG_FONT_SIZE, svg->id);
    svg_put_escaped(output, head->title);
    output_add(output, "</title>\n<desc id=\"%s-desc\">", svg->id);
    svg_put_escaped(output, head->desc);
    output_put_string(output, "</desc>\n");
    put_definitions(svg);
    svg_rect(svg, &(struct svg_box){0, 0, head->width, head->height},
             &(struct svg_paint){.fill = SVG_PAPER}, LITERAL(""));
}

void svg_end(struct svg *svg)
{
    while (svg->depth > 0) {
        svg_close(svg);
    }
    output_put_string(svg->output, "</svg>\n");
}

/* Shapes ---------------------------------------------------------------------------------- */

static void put_paint(struct svg *svg, const struct svg_paint *paint)
{
    if (paint->fill == SVG_HATCH) {
        output_add(svg->output, " fill=\"url(#%s-hatch)\"", svg->id);
    } else {
        output_add(svg->output, " fill=\"%s\"", colors[paint->fill]);
    }
    if (paint->stroke != SVG_NONE) {
        output_add(svg->output, " stroke=\"%s\"", colors[paint->stroke]);
        if (paint->width > 1) {
            output_add(svg->output, " stroke-width=\"%" PRIu32 "\"", paint->width);
        }
        output_put_string(svg->output, paint->dashed ? " stroke-dasharray=\"4 3\"" : "");
    }
    if (paint->arrow) {
        output_add(svg->output, " marker-end=\"url(#%s-arrow)\"", svg->id);
    }
}

/* Ends an element that may have a title within. */
static void put_end(struct svg *svg, const char *name, struct bytes title)
{
    if (title.size == 0) {
        output_put_string(svg->output, "/>\n");
        return;
    }
    output_put_char(svg->output, '>');
    put_title(svg->output, title);
    output_add(svg->output, "</%s>\n", name);
}

void svg_rect(struct svg *svg, const struct svg_box *box, const struct svg_paint *paint,
              struct bytes title)
{
    output_add(svg->output,
               "<rect x=\"%" PRId32 "\" y=\"%" PRId32 "\" width=\"%" PRId32 "\" height=\"%" PRId32
               "\"",
               box->x, box->y, box->width < 0 ? 0 : box->width, box->height < 0 ? 0 : box->height);
    if (paint->round > 0) {
        output_add(svg->output, " rx=\"%" PRIu32 "\"", paint->round);
    }
    put_paint(svg, paint);
    put_end(svg, "rect", title);
}

void svg_circle(struct svg *svg, struct svg_point center, int32_t radius,
                const struct svg_paint *paint, struct bytes title)
{
    output_add(svg->output, "<circle cx=\"%" PRId32 "\" cy=\"%" PRId32 "\" r=\"%" PRId32 "\"",
               center.x, center.y, radius);
    put_paint(svg, paint);
    put_end(svg, "circle", title);
}

void svg_line(struct svg *svg, struct svg_point from, struct svg_point to,
              const struct svg_paint *paint)
{
    output_add(svg->output,
               "<line x1=\"%" PRId32 "\" y1=\"%" PRId32 "\" x2=\"%" PRId32 "\" y2=\"%" PRId32 "\"",
               from.x, from.y, to.x, to.y);
    put_paint(svg, paint);
    put_end(svg, "line", LITERAL(""));
}

static void put_step(struct svg *svg, enum svg_course course, struct svg_point from,
                     struct svg_point to)
{
    if (course == SVG_CURVED) {
        int32_t middle = from.x + (to.x - from.x) / 2;
        output_add(svg->output,
                   "C%" PRId32 " %" PRId32 " %" PRId32 " %" PRId32 " %" PRId32 " %" PRId32, middle,
                   from.y, middle, to.y, to.x, to.y);
    } else {
        output_add(svg->output, "L%" PRId32 " %" PRId32, to.x, to.y);
    }
}

void svg_path(struct svg *svg, enum svg_course course, const struct svg_point *points, size_t count,
              const struct svg_paint *paint)
{
    if (count == 0) {
        return;
    }
    output_add(svg->output, "<path d=\"M%" PRId32 " %" PRId32, points[0].x, points[0].y);
    for (size_t i = 1; i < count; i++) {
        put_step(svg, course, points[i - 1], points[i]);
    }
    output_put_string(svg->output, course == SVG_CLOSED ? "Z\"" : "\"");
    put_paint(svg, paint);
    put_end(svg, "path", LITERAL(""));
}

void svg_text(struct svg *svg, const struct svg_words *words)
{
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    output_add(svg->output, "<text x=\"%" PRId32 "\" y=\"%" PRId32 "\"%s fill=\"%s\"", words->at.x,
               words->at.y, anchors[words->anchor],
               colors[words->ink == SVG_NONE ? SVG_TEXT : words->ink]);
    if (words->size > 0 && words->size != SVG_FONT_SIZE) {
        output_add(svg->output, " font-size=\"%" PRIu32 "\"", words->size);
    }
    output_put_string(svg->output, words->bold ? " font-weight=\"bold\"" : "");
    output_put_string(svg->output,
                      words->mono ? " font-family=\"'DejaVu Sans Mono',monospace\"" : "");
    output_put_char(svg->output, '>');
    put_cut(svg->output, words->text, words->columns);
    output_put_string(svg->output, "</text>\n");
}

/* Groups and links ------------------------------------------------------------------------ */

/* `//host` would lead to another site. */
static bool stays_here(struct bytes target)
{
    if (target.size == 0 || (target.data[0] != '#' && target.data[0] != '/')) {
        return false;
    }
    return target.size == 1 || (target.data[1] != '/' && target.data[1] != '\\');
}

static bool open_one(struct svg *svg, bool link, bool left_out)
{
    if (svg->depth < SVG_DEPTH_MAX) {
        svg->linked[svg->depth] = link;
        svg->empty[svg->depth] = left_out;
    }
    return svg->depth++ < SVG_DEPTH_MAX && !left_out;
}

void svg_group(struct svg *svg, struct bytes title)
{
    if (open_one(svg, false, false)) {
        output_put_string(svg->output, "<g>");
        put_title(svg->output, title);
        output_put_char(svg->output, '\n');
    }
}

void svg_link(struct svg *svg, struct bytes target, struct bytes title)
{
    if (open_one(svg, true, !stays_here(target))) {
        output_put_string(svg->output, "<a href=\"");
        svg_put_escaped(svg->output, target);
        output_put_string(svg->output, "\">");
        put_title(svg->output, title);
        output_put_char(svg->output, '\n');
    }
}

void svg_close(struct svg *svg)
{
    svg->depth--;
    if (svg->depth < SVG_DEPTH_MAX && !svg->empty[svg->depth]) {
        output_put_string(svg->output, svg->linked[svg->depth] ? "</a>\n" : "</g>\n");
    }
}
