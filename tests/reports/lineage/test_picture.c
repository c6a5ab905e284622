/*
 * A lineage as a picture: one element, well formed, and the same every time.
 */
#include "reports/lineage/layout.h"
#include "reports/lineage/picture.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *draw(const struct lineage *lineage, struct capture *capture)
{
    sketch_show(capture);
    assert_false(failed(lineage_picture(lineage, NULL, NULL, &capture->output)));
    return sketch_shown(capture);
}

static size_t count(const char *text, const char *what)
{
    size_t found = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++) {
        found++;
    }
    return found;
}

static void each_thing_has_a_box_and_each_pair_a_line(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    const char *text = draw(lineage, &capture);
    assert_int_equal(count(text, "<svg"), 1);
    assert_int_equal(count(text, "</svg>"), 1);
    assert_int_equal(count(text, "<g"), count(text, "</g>"));
    assert_non_null(strstr(text, "made: event 55; wrote: 3 events, 56 to 58"));
    assert_non_null(strstr(text, "shared with: event 61"));
    assert_non_null(strstr(text, "stroke-dasharray"));
    assert_non_null(strstr(text, ">file:80<"));
    free(lineage);
}

static void a_hostile_name_is_text_and_nothing_else(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    const char *text = draw(lineage, &capture);
    assert_null(strstr(text, "<b>"));
    assert_null(strchr(text, '\x1b'));
    assert_non_null(strstr(text, "&lt;b&gt;"));
    free(lineage);
}

static void the_same_lineage_gives_the_same_picture(void **unused)
{
    (void)unused;
    static struct capture first, second;
    struct lineage *lineage = sketch_make();
    assert_string_equal(draw(lineage, &first), draw(lineage, &second));
    free(lineage);
}

static void more_than_it_shows_is_refused_before_anything_is_written(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    lineage->node_count = LAYOUT_NODES_MAX + 1;
    sketch_show(&capture);
    struct status status = lineage_picture(lineage, NULL, NULL, &capture.output);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_string_equal(sketch_shown(&capture), "");
    free(lineage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_has_a_box_and_each_pair_a_line),
        cmocka_unit_test(a_hostile_name_is_text_and_nothing_else),
        cmocka_unit_test(the_same_lineage_gives_the_same_picture),
        cmocka_unit_test(more_than_it_shows_is_refused_before_anything_is_written),
    };
    return cmocka_run_group_tests_name("reports/lineage/picture", tests, NULL, NULL);
}
