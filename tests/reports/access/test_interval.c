/*
 * Intervals of access against brute force: over random histories, the answer at every event and at
 * every moment at which something could have run out.
 */
#include "reports/access/interval.h"
#include "tests/core/access/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    HISTORIES = 3,
    STEPS = 700,
    QUESTIONS = 22, /* of each history */
    EVENTS_MAX = 8192,
    INTERVALS_MAX = 2048,
};

#define HOUR_US UINT64_C(3600000000)

struct lab {
    struct model model;
    struct world *world;
    uint64_t times[EVENTS_MAX]; /* when each event was recorded */
    uint64_t size;
    struct interval *intervals;
    size_t count;
    uint64_t looked; /* times asked for */
    struct basis basis;
};

static void note_times(struct lab *lab, uint64_t utc_us)
{
    for (; lab->size < lab->world->n; lab->size++) {
        assert_true(lab->size < EVENTS_MAX);
        lab->times[lab->size] = utc_us;
    }
}

static struct lab *lab_begin(struct world *world, uint64_t seed)
{
    struct lab *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    lab->intervals = calloc(INTERVALS_MAX, sizeof *lab->intervals);
    assert_non_null(lab->intervals);
    lab->world = world;
    model_begin(&lab->model, world, seed);
    note_times(lab, world->now_us);
    for (unsigned step = 0; step < STEPS; step++) {
        uint64_t before_us = world->now_us;
        model_step(&lab->model);
        note_times(lab, before_us);
    }
    return lab;
}

static void lab_end(struct lab *lab)
{
    free(lab->intervals);
    free(lab);
}

static struct status time_of(void *context, uint64_t n, uint64_t *utc_us)
{
    struct lab *lab = context;
    assert_true(n < lab->size);
    *utc_us = lab->times[n];
    lab->looked++;
    return OK;
}

static struct status keep(void *context, const struct interval *interval)
{
    struct lab *lab = context;
    assert_true(lab->count < INTERVALS_MAX);
    lab->intervals[lab->count++] = *interval;
    return OK;
}

static uint32_t draw(struct lab *lab, uint32_t bound)
{
    return world_random(&lab->model.seed, bound);
}

/* A stretch in the history, often all of it. */
static struct interval_question draw_question(struct lab *lab)
{
    struct model *model = &lab->model;
    struct interval_question question = {
        .view = world_view(lab->world),
        .reader = {.user = model->users[draw(lab, MODEL_USERS)]},
        .object = model->files[draw(lab, MODEL_FILES)],
        .verb = draw(lab, 2) == 0 ? ACCESS_READ : (enum access_verb)draw(lab, ACCESS_VERB_COUNT),
        .to = {.n = lab->size, .utc_us = lab->times[lab->size - 1] + 30 * HOUR_US},
        .time_of = time_of,
        .context = lab};
    question.from.n = draw(lab, 2) == 0 ? 0 : draw(lab, (uint32_t)lab->size);
    if (draw(lab, 3) == 0) {
        question.to.n = question.from.n + 1 + draw(lab, (uint32_t)(lab->size - question.from.n));
        question.to.utc_us =
            question.to.n < lab->size ? lab->times[question.to.n] : lab->times[lab->size - 1] + 1;
    }
    question.from.utc_us = lab->times[question.from.n];
    uint8_t session = (uint8_t)draw(lab, 3 * MODEL_SESSIONS);
    if (session < MODEL_SESSIONS && model->sessions[session].id.kind != ID_NONE) {
        question.reader.session = model->sessions[session].id;
        question.reader.user = model->users[model->sessions[session].user];
    }
    return question;
}

/* Brute force -------------------------------------------------------------------------------- */

/* Whether the moment is before the end of the interval. */
static bool is_before_end(const struct interval *interval, const struct interval_moment *moment)
{
    switch (interval->end) {
    case INTERVAL_EVENT:
        return moment->n < interval->to.n;
    case INTERVAL_EXPIRY:
        return moment->utc_us < interval->to.utc_us;
    case INTERVAL_STILL:
        break;
    }
    return true;
}

static bool has_event(const struct interval *interval, uint64_t n)
{
    for (size_t i = 0; i < interval->event_count; i++) {
        if (interval->events[i] == n) {
            return true;
        }
    }
    return false;
}

static void expect_answer(const struct interval *interval, const struct access *access)
{
    const struct access *found = &interval->access;
    assert_int_equal(found->allowed, access->allowed);
    assert_int_equal(found->class, access->class);
    assert_int_equal(found->rule, access->rule);
    assert_int_equal(found->fact_count, access->fact_count);
    for (size_t i = 0; i < access->fact_count; i++) {
        const struct access_fact *a = &found->facts[i], *b = &access->facts[i];
        assert_true(a->kind == b->kind && a->holds == b->holds && id_equal(a->about, b->about));
        assert_true(b->made_by == UINT64_MAX || has_event(interval, b->made_by));
    }
}

struct oracle {
    struct lab *lab;
    const struct interval_question *question;
    size_t at;
    uint64_t moments;
};

static void compare_moment(struct oracle *oracle, struct interval_moment moment)
{
    const struct interval_question *question = oracle->question;
    const struct interval *intervals = oracle->lab->intervals;
    struct access access;
    struct view view = world_view_as_of(oracle->lab->world, moment.n);
    view.now_utc_us = moment.utc_us;
    access_of(question->verb, &view, &question->reader, question->object, &access);
    while (!is_before_end(&intervals[oracle->at], &moment)) {
        oracle->at++;
        assert_true(oracle->at < oracle->lab->count);
    }
    expect_answer(&intervals[oracle->at], &access);
    oracle->moments++;
}

/* Everything in the model begins and ends at whole hours. */
static void compare_all(struct oracle *oracle)
{
    const struct interval_question *question = oracle->question;
    for (uint64_t n = question->from.n; n < question->to.n; n++) {
        bool is_last = n + 1 == question->to.n;
        uint64_t from_us = oracle->lab->times[n];
        uint64_t to_us = is_last ? question->to.utc_us : oracle->lab->times[n + 1];
        compare_moment(oracle, (struct interval_moment){n, from_us});
        for (uint64_t at = from_us; at + HOUR_US <= to_us; at += HOUR_US) {
            compare_moment(oracle, (struct interval_moment){n, at + 1});
            compare_moment(oracle, (struct interval_moment){n, at + HOUR_US - 1});
            if (at + HOUR_US < to_us) {
                compare_moment(oracle, (struct interval_moment){n, at + HOUR_US});
            }
        }
    }
}

static void expect_meeting(const struct lab *lab, const struct interval_question *question)
{
    const struct interval *intervals = lab->intervals;
    assert_int_equal(intervals[0].from.n, question->from.n);
    assert_int_equal(intervals[lab->count - 1].to.utc_us, question->to.utc_us);
    for (size_t i = 0; i < lab->count; i++) {
        bool is_last = i + 1 == lab->count;
        assert_int_equal(intervals[i].end == INTERVAL_STILL, is_last);
        assert_true(intervals[i].end != INTERVAL_EXPIRY ||
                    intervals[i].to.utc_us < question->to.utc_us);
        if (!is_last) {
            assert_int_equal(intervals[i].to.n, intervals[i + 1].from.n);
            assert_int_equal(intervals[i].to.utc_us, intervals[i + 1].from.utc_us);
            assert_int_equal(intervals[i].next.rule, intervals[i + 1].access.rule);
        }
    }
}

static void intervals_are_what_brute_force_finds_at_every_moment(void **unused)
{
    uint64_t moments = 0, intervals = 0, expiries = 0, allowed = 0;
    (void)unused;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        void *world = NULL;
        world_begin(&world);
        struct lab *lab = lab_begin(world, 1000 + seed);
        for (unsigned i = 0; i < QUESTIONS; i++) {
            struct interval_question question = draw_question(lab);
            struct oracle oracle = {.lab = lab, .question = &question};
            lab->count = 0;
            must(interval_each(&question, &lab->basis, keep, lab));
            expect_meeting(lab, &question);
            compare_all(&oracle);
            assert_int_equal(oracle.at, lab->count - 1);
            moments += oracle.moments;
            intervals += lab->count;
            for (size_t k = 0; k < lab->count; k++) {
                expiries += lab->intervals[k].end == INTERVAL_EXPIRY ? 1 : 0;
                allowed += lab->intervals[k].access.allowed ? 1 : 0;
            }
        }
        lab_end(lab);
        world_end(&world);
    }
    print_message("%u moments, %u intervals, %u by expiry, %u allowed\n", (unsigned)moments,
                  (unsigned)intervals, (unsigned)expiries, (unsigned)allowed);
    assert_true(intervals > 40 * HISTORIES);
    assert_true(expiries > HISTORIES);
    assert_true(allowed > 10 * HISTORIES);
}

/* Cost ----------------------------------------------------------------------------------------- */

static void what_does_not_concern_the_answer_is_not_looked_at(void **state)
{
    struct world *world = *state;
    struct lab *lab = lab_begin(world, 5);
    struct interval_question question = draw_question(lab);
    question.to = (struct interval_moment){lab->size, world->now_us};
    question.from = (struct interval_moment){lab->size - 1, lab->times[lab->size - 1]};
    for (unsigned i = 0; i < 2000; i++) {
        struct id other = {ID_USER, world->n};
        world_put(world, ROW_TEAM_MEMBER,
                  &(struct team_member_row){.team = {ID_TEAM, 1}, .user = other});
    }
    note_times(lab, world->now_us);
    question.to.n = lab->size;
    lab->looked = 0;
    must(interval_each(&question, &lab->basis, keep, lab));
    assert_int_equal(lab->count, 1);
    assert_int_equal(lab->looked, 0);
    lab_end(lab);
}

static struct status refuse(void *context, const struct interval *interval)
{
    (void)context;
    (void)interval;
    return FAIL(INTERRUPTED, 0);
}

static void a_visit_that_fails_ends_the_walk(void **state)
{
    struct lab *lab = lab_begin(*state, 6);
    struct interval_question question = draw_question(lab);
    assert_int_equal(interval_each(&question, &lab->basis, refuse, lab).code, STATUS_INTERRUPTED);
    lab_end(lab);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_what_brute_force_finds_at_every_moment),
        IN_WORLD(what_does_not_concern_the_answer_is_not_looked_at),
        IN_WORLD(a_visit_that_fails_ends_the_walk),
    };
    return cmocka_run_group_tests_name("reports/access/interval", tests, NULL, NULL);
}
