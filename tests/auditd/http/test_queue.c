/*
 * Who is next: in their order, but whoever is being answered lets others go first.
 */
#include "auditd/http/queue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    STRANGER = 255, /* a viewer who shows nothing */
};

static struct queue *fresh(size_t most)
{
    static struct queue queue;
    queue = (struct queue){.most = most};
    return &queue;
}

static bool add(struct queue *queue, unsigned place, uint8_t viewer, uint64_t since_us)
{
    const struct waiting waiting = {
        .place = place, .stranger = viewer == STRANGER, .viewer = {{viewer}}, .since_us = since_us};
    return queue_add(queue, &waiting);
}

static void they_come_in_their_order(void **unused)
{
    (void)unused;
    struct queue *queue = fresh(QUEUE_MAX + 5);
    struct waiting next;
    for (unsigned i = 0; i < QUEUE_MAX; i++) {
        assert_true(add(queue, i, (uint8_t)(i % STRANGER), i));
    }
    assert_false(add(queue, QUEUE_MAX, 0, 0));
    for (unsigned i = 0; i < QUEUE_MAX; i++) {
        assert_true(queue_next(queue, NULL, 0, &next));
        assert_int_equal(next.place, i);
    }
    assert_false(queue_next(queue, NULL, 0, &next));
}

static void more_than_it_was_made_for_do_not_fit(void **unused)
{
    (void)unused;
    struct queue *queue = fresh(2);
    assert_true(add(queue, 1, 1, 1));
    assert_true(add(queue, 2, 1, 1));
    assert_false(add(queue, 3, 1, 1));
}

static void one_viewer_with_many_questions_lets_others_go_first(void **unused)
{
    (void)unused;
    struct queue *queue = fresh(10);
    const struct digest busy[] = {{{7}}};
    struct waiting next;
    assert_true(add(queue, 1, 7, 1) && add(queue, 2, 7, 2) && add(queue, 3, 8, 3));
    assert_true(queue_next(queue, busy, 1, &next));
    assert_int_equal(next.place, 3);
    /* Where there are no others, he is not kept waiting. */
    assert_true(queue_next(queue, busy, 1, &next));
    assert_int_equal(next.place, 1);
}

static void strangers_come_last(void **unused)
{
    (void)unused;
    struct queue *queue = fresh(10);
    const struct digest busy[] = {{{7}}};
    struct waiting next;
    static const unsigned order[] = {4, 3, 1, 2};
    assert_true(add(queue, 1, STRANGER, 1) && add(queue, 2, STRANGER, 2));
    assert_true(add(queue, 3, 7, 3) && add(queue, 4, 8, 4));
    for (size_t i = 0; i < 4; i++) {
        assert_true(queue_next(queue, busy, 1, &next));
        assert_int_equal(next.place, order[i]);
    }
}

static void the_last_stranger_yields(void **unused)
{
    (void)unused;
    struct queue *queue = fresh(3);
    struct waiting next;
    assert_true(add(queue, 1, STRANGER, 1) && add(queue, 2, STRANGER, 2) && add(queue, 3, 7, 3));
    assert_false(add(queue, 4, 8, 4));
    assert_true(queue_yield(queue, &next) && next.place == 2);
    assert_true(add(queue, 4, 8, 4));
    assert_true(queue_yield(queue, &next) && next.place == 1);
    assert_false(queue_yield(queue, &next));
    assert_int_equal(queue->count, 2);
}

static void who_has_left_is_not_next(void **unused)
{
    (void)unused;
    struct queue *queue = fresh(10);
    struct waiting next;
    assert_true(add(queue, 1, 1, 1) && add(queue, 2, 2, 2) && add(queue, 3, 3, 3));
    assert_true(queue_leave(queue, 2));
    assert_false(queue_leave(queue, 2));
    assert_true(queue_next(queue, NULL, 0, &next) && next.place == 1);
    assert_true(queue_next(queue, NULL, 0, &next) && next.place == 3);
}

static void who_has_waited_too_long_is_told(void **unused)
{
    (void)unused;
    struct queue *queue = fresh(10);
    struct waiting next;
    assert_true(add(queue, 1, 1, 10) && add(queue, 2, 2, 20) && add(queue, 3, 3, 30));
    assert_false(queue_overdue(queue, 10, &next));
    assert_true(queue_overdue(queue, 25, &next) && next.place == 1);
    assert_true(queue_overdue(queue, 25, &next) && next.place == 2);
    assert_false(queue_overdue(queue, 25, &next));
    assert_int_equal(queue->count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_come_in_their_order),
        cmocka_unit_test(more_than_it_was_made_for_do_not_fit),
        cmocka_unit_test(one_viewer_with_many_questions_lets_others_go_first),
        cmocka_unit_test(strangers_come_last),
        cmocka_unit_test(the_last_stranger_yields),
        cmocka_unit_test(who_has_left_is_not_next),
        cmocka_unit_test(who_has_waited_too_long_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
