/*
 * Candidates leave out nothing that meets the conditions, whichever way they are walked; and where
 * the index knows and one condition asks, they are exactly what meets it.
 */
#include "reports/candidates.h"
#include "tests/reports/capture.h"
#include "tests/reports/naive_query.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    QUERIES = 60,
    STEPS = 40,
};

/* One step from `from`: nothing between it and the candidate meets the conditions. */
static void nothing_is_left_out(const struct query *query, const struct history *history,
                                struct candidates *candidates, uint64_t from, bool down)
{
    uint64_t n = 0;
    struct status status = down ? candidates_at_or_before(candidates, from, &n)
                                : candidates_at_or_after(candidates, from, &n);
    bool found = status.code != STATUS_NOT_FOUND;
    if (found) {
        must(status);
        assert_true(n < history->count && (down ? n <= from : n >= from));
    }
    uint64_t first = down ? (found ? n + 1 : 0) : from;
    uint64_t end = down ? from + 1 : (found ? n : history->count);
    for (uint64_t k = first; k < end; k++) {
        assert_false(naive_meets(query, &history->events[k]));
    }
    if (found && query->value_count == 1 && candidates_narrowed(candidates, n)) {
        assert_true(naive_meets(query, &history->events[n]));
    }
}

static void walk(struct history *history, bool indexed)
{
    struct index_snapshot *index = NULL;
    history_look(history);
    if (indexed) {
        must(index_snapshot_open(engine_index(history->engine), &index));
    }
    for (unsigned i = 0; i < QUERIES; i++) {
        struct query query;
        struct candidates candidates;
        random_query(history, &query);
        must(candidates_open(&query, index, history->count, &candidates));
        for (unsigned k = 0; k < STEPS; k++) {
            uint64_t from = random_below(&history->random, history->count);
            nothing_is_left_out(&query, history, &candidates, from, k % 2 == 0);
        }
        candidates_close(&candidates);
    }
    index_snapshot_close(&index);
}

static void nothing_that_meets_the_conditions_is_left_out(void **unused)
{
    (void)unused;
    struct history history;
    history_begin(&history, 11);
    history_write(&history, 9000);
    history_reopen(&history);
    walk(&history, true);
    walk(&history, false);
    history_end(&history);
}

static void without_an_index_every_position_is_a_candidate(void **unused)
{
    (void)unused;
    struct query query = {0};
    struct candidates candidates;
    uint64_t n;
    must(query_add(&query, QUERY_OUTCOME, LITERAL("ok")));
    must(candidates_open(&query, NULL, 5, &candidates));
    for (uint64_t from = 0; from < 5; from++) {
        must(candidates_at_or_after(&candidates, from, &n));
        assert_int_equal(n, from);
        must(candidates_at_or_before(&candidates, from, &n));
        assert_int_equal(n, from);
        assert_false(candidates_narrowed(&candidates, from));
    }
    assert_int_equal(candidates_at_or_after(&candidates, 5, &n).code, STATUS_NOT_FOUND);
    candidates_close(&candidates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_meets_the_conditions_is_left_out),
        cmocka_unit_test(without_an_index_every_position_is_a_candidate),
    };
    return cmocka_run_group_tests_name("reports/candidates", tests, NULL, NULL);
}
