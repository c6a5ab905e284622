/*
 * Queues and stages: everything comes out, once, in order; a full queue waits, a closed one drains.
 */
#include "store/pipeline.h"
#include "tests/support/scratch.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    THINGS = 20000
};

struct thing {
    uint64_t number;
    uint32_t visits;
};

static void things_leave_a_queue_in_their_order(void **unused)
{
    (void)unused;
    CLEANUP(queue_free) struct queue *queue = NULL;
    struct thing things[3] = {{.number = 0}};
    must(queue_open(3, &queue));
    assert_null(queue_take_now(queue));
    for (unsigned round = 0; round < 5; round++) {
        for (size_t i = 0; i < 3; i++) {
            queue_put(queue, &things[i]);
        }
        assert_ptr_equal(queue_take_now(queue), &things[0]);
        assert_ptr_equal(queue_take(queue), &things[1]);
        queue_put(queue, &things[0]);
        assert_ptr_equal(queue_take(queue), &things[2]);
        assert_ptr_equal(queue_take(queue), &things[0]);
        assert_null(queue_take_now(queue));
    }
}

static void a_closed_queue_hands_out_what_it_has_and_then_nothing(void **unused)
{
    (void)unused;
    CLEANUP(queue_free) struct queue *queue = NULL;
    struct thing things[2] = {{.number = 0}};
    must(queue_open(2, &queue));
    queue_put(queue, &things[0]);
    queue_put(queue, &things[1]);
    queue_close(queue);
    assert_ptr_equal(queue_take(queue), &things[0]);
    assert_ptr_equal(queue_take_now(queue), &things[1]);
    assert_null(queue_take(queue));
    assert_null(queue_take(queue));
    assert_null(queue_take_now(queue));
}

/* Stages -------------------------------------------------------------------------------------- */

/* What a stage sees; its own thread alone writes it. */
struct seen {
    uint64_t next; /* number of the thing that must come next */
    uint64_t wrong;
    bool signals_blocked;
};

static void visit(void *context, void *argument)
{
    struct seen *seen = context;
    struct thing *thing = argument;
    sigset_t blocked;
    seen->wrong += thing->number != seen->next++;
    thing->visits++;
    seen->signals_blocked =
        pthread_sigmask(SIG_BLOCK, NULL, &blocked) == 0 && sigismember(&blocked, SIGTERM) == 1;
}

struct line {
    struct queue *first, *second, *last;
    struct stage *stages[2];
    struct seen seen[2];
};

static void begin_line(struct line *line, size_t capacity, struct queue *last)
{
    *line = (struct line){.last = last};
    must(queue_open(capacity, &line->first));
    must(queue_open(capacity, &line->second));
    must(stage_start(line->first, line->second, visit, &line->seen[0], &line->stages[0]));
    must(stage_start(line->second, last, visit, &line->seen[1], &line->stages[1]));
}

static void end_line(struct line *line)
{
    queue_close(line->first);
    stage_join(&line->stages[0]);
    queue_close(line->second);
    stage_join(&line->stages[1]);
    assert_null(line->stages[0]);
    queue_free(&line->first);
    queue_free(&line->second);
}

/* More things than any queue holds, so that putting has to wait for taking. */
static void everything_passes_every_stage_once_and_in_order(size_t capacity)
{
    struct thing *things = calloc(THINGS, sizeof *things);
    struct queue *last = NULL;
    struct line line;
    must(queue_open(THINGS, &last));
    begin_line(&line, capacity, last);
    for (uint64_t i = 0; i < THINGS; i++) {
        things[i].number = i;
        queue_put(line.first, &things[i]);
    }
    end_line(&line);
    for (uint64_t i = 0; i < THINGS; i++) {
        assert_ptr_equal(queue_take_now(last), &things[i]);
        assert_int_equal(things[i].visits, 2);
    }
    assert_null(queue_take_now(last));
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(line.seen[i].next, THINGS);
        assert_int_equal(line.seen[i].wrong, 0);
        assert_true(line.seen[i].signals_blocked);
    }
    queue_free(&last);
    free(things);
}

static void with_room_for_one(void **unused)
{
    (void)unused;
    everything_passes_every_stage_once_and_in_order(1);
}

static void with_room_for_some(void **unused)
{
    (void)unused;
    everything_passes_every_stage_once_and_in_order(7);
}

static void the_last_stage_needs_no_queue(void **unused)
{
    (void)unused;
    struct thing things[50] = {{.number = 0}};
    struct line line;
    begin_line(&line, 4, NULL);
    for (uint64_t i = 0; i < 50; i++) {
        things[i].number = i;
        queue_put(line.first, &things[i]);
    }
    end_line(&line);
    for (size_t i = 0; i < 50; i++) {
        assert_int_equal(things[i].visits, 2);
    }
}

static void a_stage_without_work_ends(void **unused)
{
    (void)unused;
    struct line line;
    begin_line(&line, 2, NULL);
    end_line(&line);
    assert_int_equal(line.seen[0].next, 0);
    struct stage *none = NULL;
    struct queue *no_queue = NULL;
    stage_join(&none);
    queue_free(&no_queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_leave_a_queue_in_their_order),
        cmocka_unit_test(a_closed_queue_hands_out_what_it_has_and_then_nothing),
        cmocka_unit_test(with_room_for_one),
        cmocka_unit_test(with_room_for_some),
        cmocka_unit_test(the_last_stage_needs_no_queue),
        cmocka_unit_test(a_stage_without_work_ends),
    };
    return cmocka_run_group_tests_name("store/pipeline", tests, NULL, NULL);
}
