/*
 * Queries that give up, or are given up: what they found until then is so, and they can go on.
 */
#include "tests/reports/capture.h"
#include "tests/reports/naive_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct answer {
    uint64_t *rows;
    uint64_t count, capacity;
    struct query_outcome outcome;
};

static struct status take(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct answer *answer = context;
    (void)bytes;
    assert_true(answer->count < answer->capacity);
    answer->rows[answer->count++] = leaf->n;
    return OK;
}

static struct answer room_for(uint64_t count)
{
    struct answer answer = {.rows = calloc(count, sizeof(uint64_t)), .capacity = count};
    assert_non_null(answer.rows);
    return answer;
}

static void ask(const struct query *query, struct history *history, struct index_snapshot *index,
                struct answer *answer)
{
    answer->count = 0;
    must(query_run(query, history->log, index, take, answer, &answer->outcome));
}

/* Asked again and again from where it gave up, it finds what it finds at once. */
static void same_in_pieces(struct query *query, struct history *history,
                           struct index_snapshot *index)
{
    struct answer whole = room_for(history->count), piece = room_for(history->count);
    uint64_t found = 0;
    query->limit = 0;
    ask(query, history, index, &whole);
    query->look_most = 20 + random_below(&history->random, 400);
    do {
        ask(query, history, index, &piece);
        assert_true(piece.outcome.compared <= query->look_most);
        assert_true(found + piece.count <= whole.count);
        assert_memory_equal(piece.rows, whole.rows + found, piece.count * sizeof *piece.rows);
        found += piece.count;
        if (query->newest_first) {
            query->end = piece.outcome.reached;
        } else {
            query->first = piece.outcome.reached;
        }
    } while (piece.outcome.tired);
    assert_int_equal(found, whole.count);
    free(whole.rows);
    free(piece.rows);
}

static void what_gives_up_can_go_on(void **unused)
{
    struct history history;
    struct index_snapshot *index = NULL;
    (void)unused;
    history_begin(&history, 77);
    history_write(&history, INDEX_RUN_EVENTS + 100);
    history_reopen(&history);
    history_look(&history);
    must(index_snapshot_open(engine_index(history.engine), &index));
    for (unsigned i = 0; i < 12; i++) {
        struct query query;
        random_query(&history, &query);
        random_narrowing(&history, &query);
        same_in_pieces(&query, &history, index);
    }
    index_snapshot_close(&index);
    history_end(&history);
}

static bool count_to_two(void *context)
{
    unsigned *asked = context;
    return ++*asked > 2;
}

static void whoever_does_not_wait_is_not_answered(void **unused)
{
    struct history history;
    struct answer answer = room_for(3 * QUERY_BREATH);
    unsigned asked = 0;
    (void)unused;
    history_begin(&history, 78);
    history_write(&history, 2 * QUERY_BREATH + 100);
    history_look(&history);
    const struct query query = {.stopped = count_to_two, .stopped_context = &asked};
    struct status status = query_run(&query, history.log, NULL, take, &answer, &answer.outcome);
    assert_int_equal(status.code, STATUS_INTERRUPTED);
    assert_int_equal(asked, 3);
    free(answer.rows);
    history_end(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_gives_up_can_go_on),
        cmocka_unit_test(whoever_does_not_wait_is_not_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
