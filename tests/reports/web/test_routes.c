/*
 * Paths: each has one page or none, and what stands for a number is one.
 */
#include "reports/web/routes.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct route *find(const char *path)
{
    struct bytes args[VISIT_ARGS_MAX];
    uint64_t numbers[VISIT_ARGS_MAX];
    return route_find(bytes_of_string(path), args, numbers);
}

static void the_overview_is_at_the_root(void **unused)
{
    (void)unused;
    assert_ptr_equal(find("/"), route_at(0));
    assert_null(find(""));
    assert_null(find("//"));
    assert_null(find("/nowhere"));
}

static void a_word_has_no_slash_and_no_escape(void **unused)
{
    (void)unused;
    assert_non_null(find("/assets/style-0123.css"));
    assert_null(find("/assets/"));
    assert_null(find("/assets/../web.c/x"));
    assert_null(find("/assets/a%2e"));
    assert_null(find("/assets/A"));
}

static void a_narrowed_viewer_has_no_global_pages(void **unused)
{
    const struct web_viewer scoped = {.scoped = true}, all = {.scoped = false};
    (void)unused;
    for (size_t i = 0; route_at(i) != NULL; i++) {
        const struct route *route = route_at(i);
        bool global = route->place == ROUTE_GLOBAL || route->place == ROUTE_GLOBAL_NAV;
        assert_true(route_is_open(route, &all));
        assert_int_equal(route_is_open(route, &scoped), !global);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_overview_is_at_the_root),
        cmocka_unit_test(a_word_has_no_slash_and_no_escape),
        cmocka_unit_test(a_narrowed_viewer_has_no_global_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
