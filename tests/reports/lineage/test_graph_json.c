/*
 * A lineage as one JSON document, which says what was asked, and everything found.
 */
#include "reports/lineage/graph_json.h"
#include "schema/json.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_document_has_every_node_and_every_edge(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct json_error error;
    struct json *json = NULL;
    struct lineage *lineage = sketch_make();
    sketch_show(&capture);
    lineage_graph_json(lineage, NULL, &capture.output);
    const char *text = sketch_shown(&capture);
    assert_false(failed(json_parse(bytes_of_string(text), &json, &error)));
    assert_true(bytes_equal(json_string_member(json, "root"), LITERAL("file:55")));
    const struct json *nodes = json_member(json, "nodes"), *edges = json_member(json, "edges");
    assert_int_equal(json_count(nodes), lineage->node_count);
    assert_int_equal(json_count(edges), lineage->edge_count);
    assert_true(bytes_equal(json_string_member(json_element(nodes, 4), "place"),
                            bytes_of_string(SKETCH_HOSTILE)));
    const struct json *wrote = json_element(edges, 1);
    assert_true(bytes_equal(json_string_member(wrote, "kind"), LITERAL("vault.chunk.written")));
    assert_int_equal(json_as_integer(json_member(wrote, "events"), 0), 3);
    const struct json *down = json_member(json_element(nodes, 5), "down");
    assert_true(bytes_equal(json_string_member(down, "stop"), LITERAL("not followed further")));
    assert_int_equal(json_count(json_member(json_element(nodes, 0), "tags")), 2);
    json_free(&json);
    free(lineage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_document_has_every_node_and_every_edge),
    };
    return cmocka_run_group_tests_name("reports/lineage/graph_json", tests, NULL, NULL);
}
