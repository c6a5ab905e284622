/*
 * Counters of subjects in a table that is much too small, against one that holds them all.
 */
#include "store/subject_counts.h"
#include "tests/schema/random_record.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    SUBJECTS = 300,
    EVENTS = 6000,
};

struct counted {
    struct id subject;
    uint64_t on_n;
    bool wrong; /* by a table that holds all subjects */
};

/* A history in which now and then a counter is not one more than before. */
static void make_history(struct counted *history, struct random *random, bool with_gaps)
{
    uint64_t last[SUBJECTS] = {0};
    for (size_t i = 0; i < EVENTS; i++) {
        size_t which = (size_t)random_below(random, 1 + random_below(random, SUBJECTS));
        enum id_kind kind = (enum id_kind)(1 + which % (ID_KIND_COUNT - 1));
        bool gap = with_gaps && random_below(random, 200) == 0;
        uint64_t on_n = gap ? random_below(random, 9) : last[which] + 1;
        history[i] = (struct counted){.subject = {kind, which / 2}, .on_n = on_n};
        last[which] = on_n;
    }
}

static void judge_by_a_plain_map(struct counted *history)
{
    for (size_t i = 0; i < EVENTS; i++) {
        uint64_t last = 0;
        for (size_t k = i; k-- > 0;) {
            if (id_equal(history[k].subject, history[i].subject)) {
                last = history[k].on_n;
                break;
            }
        }
        history[i].wrong = history[i].on_n != last + 1;
    }
}

/* Each wrong event is told by some pass, and no other ever is. */
static void assert_judged_alike(const struct counted *history, size_t capacity, uint32_t *passes)
{
    CLEANUP(subject_counts_close) struct subject_counts *counts = NULL;
    bool told[EVENTS] = {false};
    *passes = 0;
    must(subject_counts_open(capacity, &counts));
    for (;;) {
        for (size_t i = 0; i < EVENTS; i++) {
            bool follows = subject_counts_add(counts, history[i].subject, history[i].on_n);
            assert_true(follows || history[i].wrong);
            told[i] = told[i] || !follows;
        }
        ++*passes;
        if (subject_counts_passes_left(counts) == 0) {
            break;
        }
        subject_counts_next_pass(counts);
    }
    for (size_t i = 0; i < EVENTS; i++) {
        assert_int_equal(told[i], history[i].wrong);
    }
}

static void a_small_table_finds_what_a_plain_map_finds(void **unused)
{
    (void)unused;
    struct random random = {.state = 79};
    struct counted *history = calloc(EVENTS, sizeof *history);
    for (unsigned round = 0; round < 8; round++) {
        make_history(history, &random, round % 2 == 0);
        judge_by_a_plain_map(history);
        for (size_t capacity = 4; capacity <= 1024; capacity *= 4) {
            uint32_t passes;
            assert_judged_alike(history, capacity, &passes);
            assert_true(capacity >= 1024 ? passes == 1 : passes > 1);
        }
    }
    free(history);
}

static void a_first_event_is_number_1(void **unused)
{
    (void)unused;
    CLEANUP(subject_counts_close) struct subject_counts *counts = NULL;
    must(subject_counts_open(16, &counts));
    assert_false(subject_counts_add(counts, (struct id){ID_USER, 4}, 2));
    assert_true(subject_counts_add(counts, (struct id){ID_USER, 4}, 3));
    assert_true(subject_counts_add(counts, (struct id){ID_EMITTER, 4}, 1));
    assert_false(subject_counts_add(counts, (struct id){ID_EMITTER, 4}, 1));
    assert_false(subject_counts_add(counts, (struct id){ID_LOG, 0}, 0));
    assert_int_equal(subject_counts_passes_left(counts), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_table_finds_what_a_plain_map_finds),
        cmocka_unit_test(a_first_event_is_number_1),
    };
    return cmocka_run_group_tests_name("store/subject_counts", tests, NULL, NULL);
}
