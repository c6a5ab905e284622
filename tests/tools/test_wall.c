/*
 * The clock goes forward, and a zone is one that the system has.
 */
#include "tools/wall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

static void the_clock_is_that_of_the_system(void **unused)
{
    (void)unused;
    uint64_t first = wall_now_utc_us(), second = wall_now_utc_us();
    assert_true(second >= first);
    assert_true(second - (uint64_t)time(NULL) * TIME_SECOND_US < 2 * TIME_SECOND_US);
}

static void a_zone_is_one_that_the_system_has(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        int32_t offset_s; /* in January 2026 */
    } zones[] = {{"UTC", 0}, {"America/New_York", -18000}, {"Asia/Kathmandu", 20700}};
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct zone zone;
        assert_false(failed(wall_zone(zones[i].name, &zone)));
        assert_string_equal(zone.name, zones[i].name);
        assert_int_equal(zone.offset_s(UINT64_C(1768000000) * TIME_SECOND_US), zones[i].offset_s);
    }
}

static void local_is_what_the_variable_says(void **unused)
{
    (void)unused;
    struct zone zone;
    setenv("TZ", "America/New_York", 1);
    assert_false(failed(wall_zone("local", &zone)));
    assert_string_equal(zone.name, "local");
    assert_int_equal(zone.offset_s(UINT64_C(1768000000) * TIME_SECOND_US), -18000);
}

static void libc_does_not_get_to_see_a_zone_that_is_none(void **unused)
{
    (void)unused;
    static const char *const names[] = {
        "",         "Europe",       "Europe/Nowhere", "/etc/passwd", "../../../etc/passwd",
        "zone.tab", "Europe/../UTC"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct zone zone = {.name = "untouched"};
        assert_int_equal(wall_zone(names[i], &zone).code, STATUS_NOT_FOUND);
        assert_string_equal(zone.name, "untouched");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_is_that_of_the_system),
        cmocka_unit_test(a_zone_is_one_that_the_system_has),
        cmocka_unit_test(local_is_what_the_variable_says),
        cmocka_unit_test(libc_does_not_get_to_see_a_zone_that_is_none),
    };
    return cmocka_run_group_tests_name("tools/wall", tests, NULL, NULL);
}
