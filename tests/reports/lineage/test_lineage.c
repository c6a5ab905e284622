/*
 * The graph: things and edges are there once, and there is an end to them.
 */
#include "reports/lineage/lineage.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_thing_is_there_once(void **unused)
{
    (void)unused;
    uint32_t a, b, c;
    struct lineage *lineage = calloc(1, sizeof *lineage);
    const struct flow_thing file = {.id = {ID_FILE, 1}}, usb = {.place = LITERAL("usb")};
    assert_true(lineage_node_of(lineage, &file, &a));
    assert_true(lineage_node_of(lineage, &usb, &b));
    assert_true(lineage_node_of(lineage, &file, &c));
    assert_int_equal(a, c);
    assert_int_not_equal(a, b);
    const struct flow *flow = sketch_flow(EVENT_VAULT_FILE_DOWNLOADED);
    struct lineage_edge *edge = lineage_edge_of(lineage, a, b, flow, false);
    assert_ptr_equal(lineage_edge_of(lineage, a, b, flow, false), edge);
    assert_ptr_not_equal(lineage_edge_of(lineage, a, b, flow, true), edge);
    free(lineage);
}

static void a_place_with_a_long_name_is_known_by_its_beginning(void **unused)
{
    (void)unused;
    char name[200];
    uint32_t a, b;
    memset(name, 'x', sizeof name);
    struct lineage *lineage = calloc(1, sizeof *lineage);
    assert_true(lineage_node_of(lineage, &(struct flow_thing){.place = bytes_of(name, 100)}, &a));
    assert_true(lineage_node_of(lineage, &(struct flow_thing){.place = bytes_of(name, 200)}, &b));
    assert_int_equal(a, b);
    assert_int_equal(lineage->nodes[a].place_size, LINEAGE_PLACE_SIZE);
    free(lineage);
}

static void more_than_there_is_room_for_is_told(void **unused)
{
    (void)unused;
    uint32_t node;
    struct lineage *lineage = calloc(1, sizeof *lineage);
    for (uint64_t i = 0; i < LINEAGE_NODES_MAX; i++) {
        assert_true(lineage_node_of(lineage, &(struct flow_thing){.id = {ID_FILE, i}}, &node));
    }
    assert_false(lineage->cut);
    assert_false(lineage_node_of(lineage, &(struct flow_thing){.id = {ID_USER, 1}}, &node));
    assert_true(lineage->cut);
    lineage->cut = false;
    const struct flow *flow = sketch_flow(EVENT_VAULT_CHUNK_READ);
    for (uint32_t i = 0; i < LINEAGE_EDGES_MAX; i++) {
        assert_non_null(lineage_edge_of(lineage, i % 512, i / 512, flow, false));
    }
    assert_null(lineage_edge_of(lineage, 1, 511, flow, false));
    assert_true(lineage->cut);
    free(lineage);
}

static void an_edge_has_words_for_each_of_its_ends(void **unused)
{
    (void)unused;
    const struct lineage_edge read = {
        .from = 3, .to = 4, .flow = sketch_flow(EVENT_VAULT_CHUNK_READ)};
    const struct lineage_edge held = {.flow = sketch_flow(EVENT_VAULT_DIR_ENTRY_MOVED),
                                      .holds = true};
    assert_string_equal(lineage_words(&read, LINEAGE_DOWN), "read by");
    assert_string_equal(lineage_words(&read, LINEAGE_UP), "had read");
    assert_string_equal(lineage_words(&held, LINEAGE_DOWN), "holds");
    assert_int_equal(lineage_other(&read, LINEAGE_DOWN), 4);
    assert_int_equal(lineage_other(&read, LINEAGE_UP), 3);
    assert_false(lineage_is_right(&read));
    assert_string_equal(lineage_stop_words(STOP_NOWHERE), "");
    assert_string_equal(lineage_stop_words(STOP_OUTSIDE), "outside");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thing_is_there_once),
        cmocka_unit_test(a_place_with_a_long_name_is_known_by_its_beginning),
        cmocka_unit_test(more_than_there_is_room_for_is_told),
        cmocka_unit_test(an_edge_has_words_for_each_of_its_ends),
    };
    return cmocka_run_group_tests_name("reports/lineage/lineage", tests, NULL, NULL);
}
