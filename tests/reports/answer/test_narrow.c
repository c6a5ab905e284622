/*
 * Terms of questions: whatever answers one has a term of each of its sets, and what can be narrowed
 * is.
 */
#include "reports/answer/narrow.h"
#include "tests/reports/answer/proven.h"
#include "tests/reports/naive_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    QUESTIONS = 50,
};

struct meeting {
    struct hasher *hasher;
    const struct narrowing *narrowing;
    uint64_t rows;
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

static struct status has_all_sets(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct meeting *meeting = context;
    struct term terms[INDEX_EVENT_TERMS_MAX];
    (void)bytes;
    size_t count = terms_of_leaf(meeting->hasher, leaf, terms);
    for (size_t set = 0; set < meeting->narrowing->count; set++) {
        assert_true(has_one_of(terms, count, meeting->narrowing, set));
    }
    meeting->rows++;
    return OK;
}

/* How many sets the question has. */
static size_t narrowed(struct history *history, const struct query *query)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    struct narrowing narrowing;
    struct query_outcome outcome;
    must(hasher_open(&hasher));
    narrow(query, hasher, &narrowing);
    struct meeting meeting = {.hasher = hasher, .narrowing = &narrowing};
    must(query_run(query, history->log, NULL, has_all_sets, &meeting, &outcome));
    return narrowing.count;
}

static void whatever_answers_a_question_has_a_term_of_each_set(void **state)
{
    struct history *history = *state;
    size_t sets = 0;
    for (unsigned i = 0; i < QUESTIONS; i++) {
        struct query query;
        random_query(history, &query);
        sets += narrowed(history, &query);
    }
    assert_true(sets > QUESTIONS / 2);
}

static const struct {
    const char *expression;
    size_t sets;
} expressions[] = {
    {"source = rare", 1},
    {"source in (rare, 10.3.0.7) and outcome = failed", 2},
    {"source = rare and (outcome = failed and kind = audit.observed)", 3},
    {"source = rare or outcome = failed", 1},
    {"source = rare or outcome = failed and kind = audit.observed", 1},
    {"source = rare or n > 5", 0},
    {"not (outcome = ok or outcome = denied)", 2},
    {"not (outcome = ok and source = rare)", 0},
    {"not source = rare", 0},
    {"outcome != ok", 1},
    {"not kind = audit.*", 0}, /* too many others */
    {"source = 10.3.0.*", 0},
    {"source in 10.3.0.0/24 and actor = proxy", 1},
    {"rule exists and actor = proxy", 1},
    {"text = door", 0},
    {"body.what = door and emitter = audit", 1},
};

static void expressions_are_narrowed_by_what_must_be_met(void **state)
{
    struct history *history = *state;
    for (size_t i = 0; i < sizeof expressions / sizeof expressions[0]; i++) {
        struct filter *filter = proven_filter(expressions[i].expression);
        struct query query = {.where = filter};
        size_t sets = narrowed(history, &query);
        if (sets != expressions[i].sets) {
            fail_msg("`%s` has %zu sets", expressions[i].expression, sets);
        }
        filter_close(filter);
        free(filter);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_answers_a_question_has_a_term_of_each_set),
        cmocka_unit_test(expressions_are_narrowed_by_what_must_be_met),
    };
    return cmocka_run_group_tests_name("reports/answer/narrow", tests, make_history,
                                       remove_history);
}
