/*
 * What was refused is counted by emitter and reason, and nothing of the count gets lost: not when
 * it is told, not when more is refused meanwhile, not when there are more names than room.
 */
#include "auditd/ingest/dropped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct dropped *fresh(void)
{
    struct dropped *dropped = calloc(1, sizeof *dropped);
    assert_non_null(dropped);
    return dropped;
}

static uint64_t all_of(const struct dropped *dropped)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < DROPPED_MAX; i++) {
        sum += dropped->rows[i].events;
    }
    return sum;
}

static void the_most_is_told_first(void **state)
{
    (void)state;
    struct dropped *dropped = fresh();
    assert_null(dropped_most(dropped));
    dropped_count(dropped, LITERAL("door"), DROP_QUOTA, 3, 100);
    dropped_count(dropped, LITERAL("gate"), DROP_QUOTA, 2, 110);
    dropped_count(dropped, LITERAL("gate"), DROP_QUOTA, 2, 120);
    dropped_count(dropped, LITERAL("gate"), DROP_FULL, 1, 130);
    const struct dropped_row *most = dropped_most(dropped);
    assert_string_equal(most->emitter, "gate");
    assert_int_equal(most->events, 4);
    assert_int_equal(most->first_utc_us, 110);
    assert_int_equal(most->last_utc_us, 120);
    assert_int_equal(most->why, DROP_QUOTA);
    free(dropped);
}

static void what_is_refused_while_it_is_told_stays_counted(void **state)
{
    (void)state;
    struct dropped *dropped = fresh();
    dropped_count(dropped, LITERAL("door"), DROP_FULL, 7, 100);
    const struct dropped_row told = *dropped_most(dropped);
    dropped_count(dropped, LITERAL("door"), DROP_FULL, 5, 200);
    dropped_told(dropped, &told);
    assert_int_equal(dropped_most(dropped)->events, 5);
    const struct dropped_row rest = *dropped_most(dropped);
    dropped_told(dropped, &rest);
    assert_null(dropped_most(dropped));
    free(dropped);
}

static void with_more_names_than_room_the_sum_is_right(void **state)
{
    (void)state;
    struct dropped *dropped = fresh();
    uint64_t sum = 0;
    for (unsigned i = 0; i < 3 * DROPPED_MAX; i++) {
        char name[16];
        int size = snprintf(name, sizeof name, "e%u", i);
        dropped_count(dropped, bytes_of(name, (size_t)size), (enum drop)(i % DROP_COUNT), i, i);
        sum += i;
        assert_int_equal(all_of(dropped), sum);
    }
    assert_int_equal(dropped->total, sum);
    while (dropped_most(dropped) != NULL) {
        const struct dropped_row told = *dropped_most(dropped);
        dropped_told(dropped, &told);
        sum -= told.events;
        assert_int_equal(all_of(dropped), sum);
    }
    assert_int_equal(sum, 0);
    free(dropped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_is_told_first),
        cmocka_unit_test(what_is_refused_while_it_is_told_stays_counted),
        cmocka_unit_test(with_more_names_than_room_the_sum_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
