/*
 * What the daemon logs, and which of it is for whoever started it.
 */
#include "tools/web/serving.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void what_is_no_news_is_not_shown(void **unused)
{
    (void)unused;
    assert_false(serving_is_worth("time=x level=info role=writer event=process_started"));
    assert_false(serving_is_worth("level=notice role=supervisor event=ready store=/s"));
    assert_true(serving_is_worth("time=x level=warning role=writer event=disk"));
    assert_true(serving_is_worth("time=x level=error role=writer event=x why=\"level=infos\""));
    assert_true(serving_is_worth("Segmentation fault"));
    assert_true(serving_is_worth("mylevel=info"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_news_is_not_shown),
    };
    return cmocka_run_group_tests_name("tools/web/serving", tests, NULL, NULL);
}
