/*
 * A lineage for Graphviz: quoted, and dashed where it is a right only.
 */
#include "reports/lineage/dot.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void nodes_and_edges_are_statements_of_the_language(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    sketch_show(&capture);
    lineage_dot(lineage, NULL, &capture.output);
    const char *text = sketch_shown(&capture);
    assert_memory_equal(text, "digraph lineage {\n", 18);
    assert_non_null(strstr(text, "  n0 [shape=note, label=\"file:55\\n[project:26 from event 55; "
                                 "no tag from event 75]\", peripheries=2];\n"));
    assert_non_null(strstr(text,
                           "  n2 [shape=hexagon, label=\"group:48\\n(nothing is known to have "
                           "moved)\"];\n"));
    assert_non_null(strstr(text, "  n1 -> n0 [label=\"wrote\\n3 events, 56 to 58\"];\n"));
    assert_non_null(strstr(text, "  n0 -> n2 [label=\"shared with\\nevent 61\", style=dashed];\n"));
    assert_string_equal(text + strlen(text) - 2, "}\n");
    free(lineage);
}

/* Outside quotes there is nothing that was not ours; inside, no quote and no line ends. */
static void a_hostile_name_stays_within_its_quotes(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    sketch_show(&capture);
    lineage_dot(lineage, NULL, &capture.output);
    const char *text = sketch_shown(&capture);
    bool quoted = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (quoted && *at == '\\') {
            at++;
        } else if (*at == '"') {
            quoted = !quoted;
        } else {
            assert_true(!quoted || *at >= ' ');
            assert_true(quoted || strchr("<&]};", *at) == NULL || *at == ']' || *at == ';' ||
                        *at == '}');
        }
    }
    assert_false(quoted);
    assert_non_null(strstr(text, "outside: \\\"]};<b>&\\\\\\\\x1b[2J"));
    free(lineage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_and_edges_are_statements_of_the_language),
        cmocka_unit_test(a_hostile_name_stays_within_its_quotes),
    };
    return cmocka_run_group_tests_name("reports/lineage/dot", tests, NULL, NULL);
}
