/*
 * What things and edges are called, where the store knows names and where not.
 */
#include "reports/lineage/lineage_name.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void without_a_view_ids_stand_for_themselves(void **unused)
{
    (void)unused;
    char memory[LINEAGE_NAME_SIZE];
    struct text text = TEXT_IN(memory);
    struct lineage *lineage = sketch_make();
    lineage_put_name(NULL, &lineage->nodes[0], &text);
    assert_string_equal(text_string(&text), "file:55");
    text_clear(&text);
    lineage_put_name(NULL, &lineage->nodes[4], &text);
    assert_string_equal(text_string(&text), "outside: " SKETCH_HOSTILE);
    free(lineage);
}

static void tags_are_told_with_the_events_that_put_them_on(void **unused)
{
    (void)unused;
    char memory[LINEAGE_NAME_SIZE];
    struct text text = TEXT_IN(memory);
    struct lineage *lineage = sketch_make();
    lineage_put_tags(NULL, &lineage->nodes[0], &text);
    assert_string_equal(text_string(&text), "[project:26 from event 55; no tag from event 75]");
    text_clear(&text);
    lineage_put_tags(NULL, &lineage->nodes[1], &text);
    assert_string_equal(text_string(&text), "");
    lineage->nodes[0].tag_count = LINEAGE_TAGS_MAX + 3;
    lineage_put_tags(NULL, &lineage->nodes[0], &text);
    assert_non_null(strstr(text_string(&text), "; 3 more]"));
    free(lineage);
}

static void events_are_told_one_by_one_or_from_first_to_last(void **unused)
{
    (void)unused;
    char memory[LINEAGE_NAME_SIZE];
    struct text text = TEXT_IN(memory);
    lineage_put_events(&(struct lineage_edge){.first = 7, .last = 7, .count = 1}, &text);
    assert_string_equal(text_string(&text), "event 7");
    text_clear(&text);
    lineage_put_events(&(struct lineage_edge){.first = 7, .last = 9, .count = 2}, &text);
    assert_string_equal(text_string(&text), "2 events, 7 to 9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_view_ids_stand_for_themselves),
        cmocka_unit_test(tags_are_told_with_the_events_that_put_them_on),
        cmocka_unit_test(events_are_told_one_by_one_or_from_first_to_last),
    };
    return cmocka_run_group_tests_name("reports/lineage/lineage_name", tests, NULL, NULL);
}
