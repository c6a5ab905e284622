/*
 * Answers made of a log of many runs: whatever is asked, all that can match is there.
 */
#include "tests/store/answered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    QUESTIONS = 150,
};

static bool has_one_of(const struct term *terms, size_t count, const struct narrowing *narrowing,
                       size_t set)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t k = narrowing_begin(narrowing, set); k < narrowing->ends[set]; k++) {
            if (memcmp(&terms[i], &narrowing->terms[k], sizeof *terms) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool matches(struct recorded *recorded, struct log_snapshot *log, uint64_t n,
                    const struct narrowing *narrowing)
{
    struct term terms[INDEX_EVENT_TERMS_MAX];
    struct bytes bytes;
    struct leaf leaf;
    must(log_read_leaf(log, n, &bytes));
    must(leaf_decode(bytes, &leaf));
    size_t count = terms_of_leaf(recorded->hasher, &leaf, terms);
    for (size_t set = 0; set < narrowing->count; set++) {
        if (!has_one_of(terms, count, narrowing, set)) {
            return false;
        }
    }
    return true;
}

static bool was_visited(const struct visited *visited, uint64_t n)
{
    for (size_t i = 0; i < visited->count; i++) {
        if (visited->positions[i] == n) {
            return true;
        }
    }
    return false;
}

static void all_that_match_are_visited(struct recorded *recorded, const struct question *question,
                                       const struct visited *visited)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    must(log_snapshot_open(recorded->log, &log));
    for (uint64_t n = question->first; n < question->end; n++) {
        if (matches(recorded, log, n, &question->narrowing) && !was_visited(visited, n)) {
            fail_msg("event %llu was left out", (unsigned long long)n);
        }
    }
    for (size_t i = 0; i < visited->count; i++) {
        assert_true(visited->positions[i] >= question->first &&
                    visited->positions[i] < question->end);
    }
}

static void whatever_is_asked_all_of_it_is_there(void **state)
{
    struct recorded *recorded = *state;
    struct visited *visited = malloc(sizeof *visited);
    unsigned narrowed = 0;
    assert_non_null(visited);
    for (unsigned i = 0; i < QUESTIONS; i++) {
        struct question question;
        struct answer_ground ground;
        answered_draw(recorded, &question);
        struct growing file = answered_make(recorded, &question);
        struct answer *answer = answered_read(&file);
        must(answered_check(recorded, answer, visited, &ground));
        all_that_match_are_visited(recorded, &question, visited);
        assert_int_equal(ground.checkpoint.size, log_head_of(recorded->log)->size);
        narrowed += ground.runs > 1;
        answer_close(&answer);
        growing_free(&file);
    }
    assert_true(narrowed > QUESTIONS / 4);
    free(visited);
}

static void what_no_logged_run_covers_counts_as_tail(void **unused)
{
    (void)unused;
    struct recorded recorded;
    struct answer_ground ground;
    struct visited *visited = malloc(sizeof *visited);
    assert_non_null(visited);
    recorded_begin(&recorded, 9, &answered_runs);
    recorded.log_after = 50; /* for the last runs nothing is logged yet */
    recorded_write(&recorded, 400);
    struct growing file = answered_small(&recorded);
    struct answer *answer = answered_read(&file);
    must(answered_check(&recorded, answer, visited, &ground));
    assert_true(ground.scanned >= 16);
    assert_int_equal(ground.covered + ground.scanned, ground.checkpoint.size);
    answer_close(&answer);
    growing_free(&file);
    free(visited);
    recorded_end(&recorded);
}

static void without_an_index_all_of_the_range_is_there(void **state)
{
    struct recorded *recorded = *state;
    struct log_snapshot *log = NULL;
    struct visited *visited = malloc(sizeof *visited);
    struct growing file = {0};
    struct answer_ground ground;
    const struct narrowing none = {0};
    const struct answer_plan plan = {
        .question = LITERAL("everything"), .first = 100, .end = 200, .narrowing = &none};
    assert_non_null(visited);
    must(log_snapshot_open(recorded->log, &log));
    must(answer_make(log, NULL, &plan, &(struct answer_sink){&file, growing_put}));
    log_snapshot_close(&log);
    struct answer *answer = answered_read(&file);
    must(answered_check(recorded, answer, visited, &ground));
    assert_int_equal(visited->count, 100);
    assert_int_equal(ground.scanned, 100);
    answer_close(&answer);
    growing_free(&file);
    free(visited);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_asked_all_of_it_is_there),
        cmocka_unit_test(what_no_logged_run_covers_counts_as_tail),
        cmocka_unit_test(without_an_index_all_of_the_range_is_there),
    };
    return cmocka_run_group_tests_name("store/answer_log", tests, make_recorded, remove_recorded);
}
