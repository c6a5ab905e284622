/*
 * A lineage as rows: every edge with its events, in their order.
 */
#include "reports/lineage/lineage_rows.h"
#include "tests/reports/lineage/sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_edge_is_a_row_in_the_order_of_events(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct lineage *lineage = sketch_make();
    lineage->edges[0].first = 57; /* after the second */
    sketch_show(&capture);
    assert_false(failed(lineage_rows(lineage, NULL, &capture.rows)));
    const char *text = sketch_shown(&capture);
    const char *wrote = strstr(text, "\"user:13\",\"wrote\",\"file:55\",\"moved\"");
    const char *made = strstr(text, "\"user:13\",\"made\",\"file:55\",\"moved\"");
    const char *shared = strstr(text, "\"file:55\",\"shared with\",\"group:48\",\"given\"");
    assert_true(wrote != NULL && made != NULL && shared != NULL && wrote < made && made < shared);
    assert_non_null(strstr(wrote, ",56,58,3,\"user:13\""));
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    assert_int_equal(lines, 7);
    free(lineage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_is_a_row_in_the_order_of_events),
    };
    return cmocka_run_group_tests_name("reports/lineage/lineage_rows", tests, NULL, NULL);
}
