/*
 * F31: the steps of a disk that fills up, and of one that gets room again.
 */
#include "auditd/writer/ladder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct ladder_limits limits = {
    .warning = 75, .emergency = 92, .closed = 97, .reserve = 0};

static struct ladder_room used(uint64_t percent)
{
    return (struct ladder_room){.free = (100 - percent) * 1000, .total = 100000};
}

static enum daemon_mode after(enum daemon_mode was, uint64_t percent)
{
    const struct ladder_room room = used(percent);
    return ladder_next(&limits, &room, was);
}

static void each_step_up_is_taken_where_it_stands(void **state)
{
    (void)state;
    enum daemon_mode mode = DAEMON_MODE_NORMAL;
    for (uint64_t percent = 0; percent <= 100; percent++) {
        mode = after(mode, percent);
        enum daemon_mode wanted = percent >= 97   ? DAEMON_MODE_CLOSED
                                  : percent >= 92 ? DAEMON_MODE_EMERGENCY
                                  : percent >= 75 ? DAEMON_MODE_WARNING
                                                  : DAEMON_MODE_NORMAL;
        assert_int_equal(mode, wanted);
    }
}

static void a_disk_that_fills_at_once_closes_at_once(void **state)
{
    (void)state;
    assert_int_equal(after(DAEMON_MODE_NORMAL, 99), DAEMON_MODE_CLOSED);
    assert_int_equal(after(DAEMON_MODE_CLOSED, 10), DAEMON_MODE_NORMAL);
}

static void a_step_down_needs_more_room_than_the_step_up_took(void **state)
{
    (void)state;
    assert_int_equal(after(DAEMON_MODE_CLOSED, 96), DAEMON_MODE_CLOSED);
    assert_int_equal(after(DAEMON_MODE_CLOSED, 95), DAEMON_MODE_CLOSED);
    assert_int_equal(after(DAEMON_MODE_CLOSED, 94), DAEMON_MODE_EMERGENCY);
    assert_int_equal(after(DAEMON_MODE_EMERGENCY, 91), DAEMON_MODE_EMERGENCY);
    assert_int_equal(after(DAEMON_MODE_EMERGENCY, 89), DAEMON_MODE_WARNING);
    assert_int_equal(after(DAEMON_MODE_WARNING, 74), DAEMON_MODE_WARNING);
    assert_int_equal(after(DAEMON_MODE_WARNING, 72), DAEMON_MODE_NORMAL);
}

static void at_the_edge_it_does_not_go_to_and_fro(void **state)
{
    (void)state;
    for (uint64_t edge = 70; edge < 100; edge++) {
        enum daemon_mode mode = DAEMON_MODE_NORMAL;
        unsigned changes = 0;
        for (unsigned i = 0; i < 20; i++) {
            enum daemon_mode now = after(mode, edge + i % 2);
            changes += now != mode;
            mode = now;
        }
        assert_true(changes <= 2);
    }
}

static void letting_the_reserve_go_changes_nothing(void **state)
{
    (void)state;
    const struct ladder_limits with = {
        .warning = 75, .emergency = 92, .closed = 97, .reserve = 4000};
    for (uint64_t free = 0; free <= 90000; free += 250) {
        const struct ladder_room kept = {.free = free, .total = 100000, .reserved = 4000};
        const struct ladder_room gone = {.free = free + 4000, .total = 100000};
        for (unsigned was = 0; was <= DAEMON_MODE_CLOSED; was++) {
            assert_int_equal(ladder_next(&with, &kept, (enum daemon_mode)was),
                             ladder_next(&with, &gone, (enum daemon_mode)was));
        }
    }
}

static void a_large_disk_is_no_emergency_while_it_has_room_for_weeks(void **state)
{
    (void)state;
    const struct ladder_limits large = {.warning = 75, .emergency = 92, .closed = 97, .roomy = 16};
    const struct ladder_room roomy = {.free = 17, .total = 1000};
    const struct ladder_room tight = {.free = 16, .total = 1000};
    assert_int_equal(ladder_next(&large, &roomy, DAEMON_MODE_NORMAL), DAEMON_MODE_WARNING);
    assert_int_equal(ladder_next(&large, &tight, DAEMON_MODE_NORMAL), DAEMON_MODE_CLOSED);
}

static void a_disk_without_any_room_is_full(void **state)
{
    (void)state;
    const struct ladder_room none = {.free = 0, .total = 0};
    assert_int_equal(ladder_used(&limits, &none), 100);
    const struct ladder_room huge = {.free = UINT64_MAX / 4, .total = UINT64_MAX / 2};
    assert_int_equal(ladder_used(&limits, &huge), 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_up_is_taken_where_it_stands),
        cmocka_unit_test(a_disk_that_fills_at_once_closes_at_once),
        cmocka_unit_test(a_step_down_needs_more_room_than_the_step_up_took),
        cmocka_unit_test(at_the_edge_it_does_not_go_to_and_fro),
        cmocka_unit_test(letting_the_reserve_go_changes_nothing),
        cmocka_unit_test(a_large_disk_is_no_emergency_while_it_has_room_for_weeks),
        cmocka_unit_test(a_disk_without_any_room_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
