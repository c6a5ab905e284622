/*
 * F41, F45, F46: a clock that jumps is noticed, one that is corrected slowly is not, and whether it
 * is synchronised is told once, and once a day.
 */
#include "auditd/writer/clock_watch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000)
#define HOUR (3600 * SECOND)
#define LIMIT (SECOND / 2)
#define START UINT64_C(1772000000000000)

struct world {
    struct clock_watch watch;
    struct clock_reading now;
    struct clock_jump jump;
};

static struct world fresh(void)
{
    struct world world = {.now = {.utc_us = START, .boot_us = 100 * SECOND, .synchronised = true}};
    assert_false(clock_watch_look(&world.watch, &world.now, LIMIT, &world.jump));
    return world;
}

static bool pass(struct world *world, uint64_t boot_us, int64_t utc_us)
{
    world->now.boot_us += boot_us;
    world->now.utc_us = (uint64_t)((int64_t)world->now.utc_us + utc_us);
    return clock_watch_look(&world->watch, &world->now, LIMIT, &world->jump);
}

static void time_that_passes_is_no_jump(void **state)
{
    (void)state;
    struct world world = fresh();
    for (unsigned i = 0; i < 1000; i++) {
        assert_false(pass(&world, SECOND, (int64_t)SECOND));
    }
    /* A laptop that slept: both clocks went on. */
    assert_false(pass(&world, 8 * HOUR, (int64_t)(8 * HOUR)));
}

static void a_clock_that_is_slewed_has_not_jumped(void **state)
{
    (void)state;
    struct world world = fresh();
    for (unsigned i = 0; i < 10000; i++) {
        assert_false(pass(&world, SECOND, (int64_t)(SECOND - SECOND / 2000)));
    }
}

static void a_step_either_way_is_told_with_its_size(void **state)
{
    (void)state;
    struct world world = fresh();
    assert_true(pass(&world, SECOND, (int64_t)SECOND - (int64_t)HOUR));
    assert_true(world.jump.backwards);
    assert_int_equal(world.jump.by_us, HOUR);
    assert_int_equal(world.jump.boot_us, 101 * SECOND);
    assert_false(pass(&world, SECOND, (int64_t)SECOND));
    const uint64_t ten_years = UINT64_C(315360000) * SECOND;
    assert_true(pass(&world, SECOND, (int64_t)(SECOND + ten_years)));
    assert_false(world.jump.backwards);
    assert_int_equal(world.jump.by_us, ten_years);
    assert_true(pass(&world, SECOND, (int64_t)SECOND - (int64_t)ten_years));
    assert_true(world.jump.backwards);
}

static void a_clock_is_out_of_step_only_when_that_lasts(void **state)
{
    (void)state;
    struct world world = fresh();
    world.now.synchronised = false;
    (void)pass(&world, SECOND, (int64_t)SECOND);
    assert_int_equal(clock_watch_news(&world.watch), CLOCK_NO_NEWS);
    (void)pass(&world, CLOCK_GRACE_US, (int64_t)CLOCK_GRACE_US);
    assert_int_equal(clock_watch_news(&world.watch), CLOCK_UNSYNCHRONISED);
    assert_int_equal(clock_watch_news(&world.watch), CLOCK_NO_NEWS);
}

static void a_week_without_time_is_told_every_day(void **state)
{
    (void)state;
    struct world world = fresh();
    unsigned told = 0;
    world.now.synchronised = false;
    for (unsigned hour = 0; hour < 7 * 24; hour++) {
        (void)pass(&world, HOUR, (int64_t)HOUR);
        told += clock_watch_news(&world.watch) == CLOCK_UNSYNCHRONISED;
    }
    assert_int_equal(told, 7);
    world.now.synchronised = true;
    (void)pass(&world, SECOND, (int64_t)SECOND);
    (void)pass(&world, CLOCK_GRACE_US, (int64_t)CLOCK_GRACE_US);
    assert_int_equal(clock_watch_news(&world.watch), CLOCK_SYNCHRONISED);
    assert_int_equal(clock_watch_news(&world.watch), CLOCK_NO_NEWS);
}

static void a_clock_that_was_always_right_is_not_told(void **state)
{
    (void)state;
    struct world world = fresh();
    for (unsigned i = 0; i < 100; i++) {
        (void)pass(&world, HOUR, (int64_t)HOUR);
        assert_int_equal(clock_watch_news(&world.watch), CLOCK_NO_NEWS);
    }
}

static void the_clocks_of_this_machine_go_on(void **state)
{
    (void)state;
    const struct clock_reading first = clock_watch_read(), second = clock_watch_read();
    assert_true(second.boot_us >= first.boot_us);
    assert_true(first.utc_us > START / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_that_passes_is_no_jump),
        cmocka_unit_test(a_clock_that_is_slewed_has_not_jumped),
        cmocka_unit_test(a_step_either_way_is_told_with_its_size),
        cmocka_unit_test(a_clock_is_out_of_step_only_when_that_lasts),
        cmocka_unit_test(a_week_without_time_is_told_every_day),
        cmocka_unit_test(a_clock_that_was_always_right_is_not_told),
        cmocka_unit_test(the_clocks_of_this_machine_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
