/*
 * A lineage as a tree: each thing open once, nearest to the root.
 */
#include "reports/lineage/tree.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *draw(const struct lineage *lineage, enum lineage_direction direction,
                        const struct tree_style *style, struct capture *capture)
{
    sketch_show(capture);
    lineage_tree(lineage, NULL, direction, style, &capture->output);
    return sketch_shown(capture);
}

static void down_it_shows_where_data_went(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    assert_string_equal(draw(lineage, LINEAGE_DOWN, &(struct tree_style){.ascii = true}, &capture),
                        "file:55 [project:26 from event 55; no tag from event 75]\n"
                        "|- shared with group:48  event 61  (nothing is known to have moved)\n"
                        "|- read by user:15  event 70\n"
                        "|  `- wrote file:80  event 81  (not followed further)\n"
                        "`- downloaded to outside: \"]};<b>&\\\\x1b[2J  event 72\n");
    free(lineage);
}

static void up_it_shows_where_data_came_from_on_one_line_for_each(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    assert_string_equal(draw(lineage, LINEAGE_UP, &(struct tree_style){.titled = true}, &capture),
                        "where it came from\n"
                        "file:55 [project:26 from event 55; no tag from event 75]\n"
                        "└─ made by, written by user:13  4 events, 55 to 58\n");
    free(lineage);
}

static void a_circle_has_an_end(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    struct lineage_edge *edge =
        lineage_edge_of(lineage, 3, 0, sketch_flow(EVENT_VAULT_CHUNK_WRITTEN), false);
    edge->first = edge->last = 85;
    edge->count = 1;
    edge->in[LINEAGE_DOWN] = true;
    const char *text = draw(lineage, LINEAGE_DOWN, &(struct tree_style){.ascii = true}, &capture);
    assert_non_null(strstr(text, "|  `- wrote file:55"));
    assert_non_null(strstr(text, "event 85  (shown elsewhere)\n"));
    free(lineage);
}

static void a_right_says_could_where_rights_were_asked_for(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    lineage->question.could = true;
    const char *text = draw(lineage, LINEAGE_DOWN, &(struct tree_style){.ascii = true}, &capture);
    assert_non_null(strstr(text, "|- could: shared with group:48"));
    assert_null(strstr(text, "could: read by"));
    free(lineage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(down_it_shows_where_data_went),
        cmocka_unit_test(up_it_shows_where_data_came_from_on_one_line_for_each),
        cmocka_unit_test(a_circle_has_an_end),
        cmocka_unit_test(a_right_says_could_where_rights_were_asked_for),
    };
    return cmocka_run_group_tests_name("reports/lineage/tree", tests, NULL, NULL);
}
