/*
 * Pictures are well-formed whatever is written into them, and the same every time.
 */
#include "reports/svg.h"
#include "tests/reports/capture.h"
#include "tests/reports/well_formed.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct capture capture;

static void start(struct svg *svg, struct bytes title)
{
    capture_begin(&capture, &(struct rows_options){.format = ROWS_JSON});
    svg_begin(svg, &capture.output,
              &(struct svg_head){
                  .width = 100, .height = 50, .id = "test", .title = title, .desc = title});
}

static const char *finish(struct svg *svg)
{
    svg_end(svg);
    capture_end(&capture);
    return capture.text;
}

static void draw_everything(struct svg *svg, struct bytes text)
{
    const struct svg_point points[] = {{0, 0}, {10, -5}, {20, 30}};
    for (enum svg_ink ink = SVG_NONE; ink < SVG_INK_COUNT; ink++) {
        const struct svg_paint paint = {.fill = ink,
                                        .stroke = ink,
                                        .width = 2,
                                        .round = 3,
                                        .dashed = true,
                                        .arrow = ink == SVG_FAINT};
        svg_rect(svg, &(struct svg_box){1, 2, 3, -4}, &paint, text);
        svg_circle(svg, points[1], 4, &paint, text);
        svg_line(svg, points[0], points[1], &paint);
        for (enum svg_course course = SVG_STRAIGHT; course <= SVG_CURVED; course++) {
            svg_path(svg, course, points, ink % 4, &paint);
        }
    }
    svg_link(svg, text, text);
    svg_group(svg, text);
    svg_text(svg, &(struct svg_words){.at = points[1], .text = text, .bold = true, .mono = true});
    svg_close(svg);
    svg_close(svg);
    svg_text(svg, &(struct svg_words){.at = points[1], .text = text, .columns = 10, .size = 9});
}

static void whatever_is_written_a_picture_is_well_formed(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    for (unsigned i = 0; i < 300; i++) {
        uint8_t memory[400];
        struct svg svg;
        struct bytes text = bytes_of(memory, random_hostile(&state, memory, sizeof memory));
        start(&svg, text);
        draw_everything(&svg, text);
        assert_true(well_formed(finish(&svg)));
    }
}

static void no_foreign_text_becomes_an_element_or_an_attribute(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "<script>alert(1)</script>",
        "\" onload=\"alert(1)",
        "]]>",
        "--><svg/onload=x>",
        "&#60;script&#62;",
        "javascript:alert(1)",
        "' x='",
        "\033]8;;http://x\007",
        "\xe2\x80\xae"
        "txt.exe",
        "//evil.example/",
        "/\\evil",
        "https://evil.example",
        "\xef\xbf\xbe",
        "\xef\xb7\x90",
        "data:x,y",
        "#\"><x",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct svg svg;
        start(&svg, bytes_of_string(texts[i]));
        draw_everything(&svg, bytes_of_string(texts[i]));
        const char *text = finish(&svg);
        assert_true(well_formed(text));
        assert_null(strstr(text, "<script"));
        assert_null(strstr(text, "onload=\""));
        assert_null(strstr(text, "href=\"javascript"));
        assert_null(strstr(text, "href=\"//"));
        assert_null(strstr(text, "href=\"/\\"));
        assert_null(strstr(text, "href=\"http"));
        assert_null(strstr(text, "href=\"data"));
    }
}

static void a_link_leads_into_the_page_or_the_site(void **unused)
{
    (void)unused;
    struct svg svg;
    start(&svg, LITERAL("links"));
    svg_link(&svg, LITERAL("#e12"), LITERAL("event 12"));
    svg_close(&svg);
    svg_link(&svg, LITERAL("/events/12"), LITERAL(""));
    svg_close(&svg);
    const char *text = finish(&svg);
    assert_non_null(strstr(text, "<a href=\"#e12\"><title>event 12</title>"));
    assert_non_null(strstr(text, "<a href=\"/events/12\">"));
}

static void words_are_cut_to_their_columns(void **unused)
{
    (void)unused;
    struct svg svg;
    static char name[4096];
    memset(name, 'n', sizeof name);
    start(&svg, LITERAL("cut"));
    svg_text(&svg, &(struct svg_words){.text = bytes_of(name, sizeof name), .columns = 8});
    svg_text(&svg, &(struct svg_words){.text = LITERAL("12345678"), .columns = 8});
    const char *text = finish(&svg);
    assert_non_null(strstr(text, ">nnnnnnn\xe2\x80\xa6</text>"));
    assert_non_null(strstr(text, ">12345678</text>"));
}

static void what_is_left_open_is_closed(void **unused)
{
    (void)unused;
    struct svg svg;
    start(&svg, LITERAL("deep"));
    for (unsigned i = 0; i < 2 * SVG_DEPTH_MAX; i++) {
        svg_group(&svg, LITERAL(""));
    }
    assert_true(well_formed(finish(&svg)));
}

static void a_picture_of_nothing_is_this(void **unused)
{
    (void)unused;
    struct svg svg;
    start(&svg, LITERAL("A & B"));
    assert_string_equal(
        finish(&svg),
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
        "aria-labelledby=\"test-title test-desc\" width=\"100\" height=\"50\" "
        "viewBox=\"0 0 100 50\" "
        "font-family=\"'DejaVu Sans','Segoe UI',Helvetica,Arial,sans-serif\" font-size=\"12\">\n"
        "<title id=\"test-title\">A &amp; B</title>\n<desc id=\"test-desc\">A &amp; B</desc>\n"
        "<defs><marker id=\"test-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
        "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\" "
        "fill=\"#5a626c\"/></marker><pattern id=\"test-hatch\" width=\"5\" height=\"5\" "
        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
        "<rect width=\"5\" height=\"5\" fill=\"#ffffff\"/>"
        "<rect width=\"3\" height=\"5\" fill=\"#a3201d\"/></pattern></defs>\n"
        "<rect x=\"0\" y=\"0\" width=\"100\" height=\"50\" fill=\"#ffffff\"/>\n</svg>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_written_a_picture_is_well_formed),
        cmocka_unit_test(no_foreign_text_becomes_an_element_or_an_attribute),
        cmocka_unit_test(a_link_leads_into_the_page_or_the_site),
        cmocka_unit_test(words_are_cut_to_their_columns),
        cmocka_unit_test(what_is_left_open_is_closed),
        cmocka_unit_test(a_picture_of_nothing_is_this),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
