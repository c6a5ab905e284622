/*
 * Where things stand: a column for each step, no place taken twice, fewer crossings.
 */
#include "reports/lineage/layout.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void columns_are_steps_from_the_root(void **unused)
{
    (void)unused;
    struct layout layout;
    struct lineage *lineage = sketch_make();
    assert_true(layout_of(lineage, &layout));
    assert_int_equal(layout.columns, 4);
    assert_int_equal(layout.column[1], 0); /* who made it */
    assert_int_equal(layout.column[0], 1);
    assert_int_equal(layout.column[3], 2);
    assert_int_equal(layout.column[5], 3);
    assert_int_equal(layout.rows, 3);
    free(lineage);
}

/* A graph of so many things at random steps. */
static void scatter(struct lineage *lineage, uint64_t *random, size_t things)
{
    const struct flow *flow = sketch_flow(EVENT_VAULT_CHUNK_READ);
    lineage->node_count = lineage->edge_count = 0;
    for (size_t i = 0; i < things; i++) {
        uint32_t node;
        (void)lineage_node_of(lineage, &(struct flow_thing){.id = {ID_FILE, i}}, &node);
        lineage->nodes[node].reach[LINEAGE_DOWN] = (struct lineage_reach){
            .reached = true, .depth = i == 0 ? 0 : 1 + (uint32_t)random_below(random, 5)};
    }
    for (size_t i = 0; i < 2 * things; i++) {
        (void)lineage_edge_of(lineage, (uint32_t)random_below(random, things),
                              (uint32_t)random_below(random, things), flow, false);
    }
}

static void no_two_things_stand_in_the_same_place(void **unused)
{
    (void)unused;
    uint64_t random = 5;
    struct layout layout;
    struct lineage *lineage = calloc(1, sizeof *lineage);
    for (size_t things = 1; things <= LAYOUT_NODES_MAX; things += 33) {
        scatter(lineage, &random, things);
        assert_true(layout_of(lineage, &layout));
        for (size_t i = 0; i < things; i++) {
            assert_true(layout.column[i] < layout.columns && layout.row[i] < layout.rows);
            for (size_t k = 0; k < i; k++) {
                assert_true(layout.column[i] != layout.column[k] || layout.row[i] != layout.row[k]);
            }
        }
    }
    free(lineage);
}

static void neighbours_stand_side_by_side_where_they_can(void **unused)
{
    (void)unused;
    struct layout layout;
    struct lineage *lineage = calloc(1, sizeof *lineage);
    const struct flow *flow = sketch_flow(EVENT_VAULT_CHUNK_READ);
    for (uint64_t i = 0; i < 9; i++) {
        uint32_t node;
        (void)lineage_node_of(lineage, &(struct flow_thing){.id = {ID_FILE, i}}, &node);
        lineage->nodes[node].reach[LINEAGE_DOWN] =
            (struct lineage_reach){.reached = true, .depth = i == 0 ? 0 : 1 + (i > 4)};
    }
    for (uint32_t i = 1; i <= 4; i++) {
        (void)lineage_edge_of(lineage, 0, i, flow, false);
        (void)lineage_edge_of(lineage, i, 9 - i, flow, false); /* the other way round */
    }
    assert_true(layout_of(lineage, &layout));
    for (uint32_t i = 1; i <= 4; i++) {
        assert_int_equal(layout.row[i], layout.row[9 - i]);
    }
    free(lineage);
}

static void more_than_a_picture_shows_is_refused(void **unused)
{
    (void)unused;
    uint64_t random = 5;
    struct layout layout;
    struct lineage *lineage = calloc(1, sizeof *lineage);
    scatter(lineage, &random, LAYOUT_NODES_MAX + 1);
    assert_false(layout_of(lineage, &layout));
    free(lineage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_steps_from_the_root),
        cmocka_unit_test(no_two_things_stand_in_the_same_place),
        cmocka_unit_test(neighbours_stand_side_by_side_where_they_can),
        cmocka_unit_test(more_than_a_picture_shows_is_refused),
    };
    return cmocka_run_group_tests_name("reports/lineage/layout", tests, NULL, NULL);
}
