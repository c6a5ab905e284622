/* The cells of one row: absent where there is nothing, and where not all of it fits. */
#include "reports/custody/named.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void what_is_nothing_is_absent(void **unused)
{
    (void)unused;
    struct named named;
    const struct view view = {.state = NULL};
    const struct rows rows = {.options = {.format = ROWS_CSV}};
    named_begin(&named, &view, &rows);
    assert_false(named_id(&named, (struct id){ID_NONE, 0}).present);
    assert_false(named_events(&named, NULL, 0).present);
    assert_false(named_text((struct bytes){0}).present);
    assert_true(bytes_equal(named_id(&named, (struct id){ID_DRIVE, 7}).text, LITERAL("drive:7")));
    const uint64_t events[] = {12, 40};
    assert_true(bytes_equal(named_events(&named, events, 2).text, LITERAL("[12,40]")));
}

static void what_does_not_fit_is_absent(void **unused)
{
    (void)unused;
    struct named named;
    const struct view view = {.state = NULL};
    const struct rows rows = {.options = {.format = ROWS_JSON}};
    named_begin(&named, &view, &rows);
    for (size_t i = 0; i < NAMED_SIZE; i++) {
        text_put_char(&named.text, 'x');
    }
    size_t start = named.text.size;
    named_put(&named, (struct id){ID_VM, 7});
    assert_false(named_cell(&named, start).present);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_nothing_is_absent),
        cmocka_unit_test(what_does_not_fit_is_absent),
    };
    return cmocka_run_group_tests_name("reports/custody/named", tests, NULL, NULL);
}
