/*
 * Access over random histories: against a naive model, as of every moment, whatever the roles.
 */
#include "tests/core/access/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum {
    HISTORIES = 6,
    STEPS = 250,
    QUESTIONS = 12, /* after each step */
};

/* What was asked when an event was the head, and what the answer was. */
struct asked {
    uint64_t n, now_us;
    enum access_verb verb;
    struct reader reader;
    struct id object;
    struct access answer;
    enum access_sight sight;
};

struct history {
    struct model model;
    struct asked *asked;
    size_t count, allowed;
};

static struct model_question draw_question(struct model *model)
{
    struct model_question question = {
        .verb = (enum access_verb)world_random(&model->seed, ACCESS_VERB_COUNT),
        .user = (uint8_t)world_random(&model->seed, MODEL_USERS),
        .session = MODEL_NONE,
        .file = (uint8_t)world_random(&model->seed, MODEL_FILES)};
    uint8_t session = (uint8_t)world_random(&model->seed, 2 * MODEL_SESSIONS);
    if (session < MODEL_SESSIONS && model->sessions[session].id.kind != ID_NONE) {
        question.session = session;
        if (world_random(&model->seed, 8) != 0) {
            question.user = model->sessions[session].user;
        }
    }
    return question;
}

static void answer_of(struct world *world, const struct view *view, struct asked *asked)
{
    access_of(asked->verb, view, &asked->reader, asked->object, &asked->answer);
    asked->sight = access_sees(view, &asked->reader, asked->object);
    world_check(world);
}

static void ask_once(struct history *history)
{
    struct model *model = &history->model;
    struct model_question question = draw_question(model);
    struct view view = world_view(model->world);
    struct asked *asked = &history->asked[history->count++];
    *asked = (struct asked){
        .n = view.as_of_n,
        .now_us = view.now_utc_us,
        .verb = question.verb,
        .reader = {.user = model->users[question.user],
                   .session = question.session == MODEL_NONE
                                  ? NOBODY
                                  : model->sessions[question.session].id},
        .object = model->files[question.file],
    };
    answer_of(model->world, &view, asked);
    bool expected = model_allows(model, &question);
    if (asked->answer.allowed != expected) {
        fail_msg("at %u: user %u, session %u, %s of file %u: %s, but the model says %s",
                 (unsigned)asked->n, question.user, question.session,
                 access_verb_name(question.verb), question.file, rule_id(asked->answer.rule),
                 expected ? "yes" : "no");
    }
    history->allowed += expected ? 1 : 0;
}

static void make_history(struct history *history, struct world *world, uint64_t seed)
{
    *history = (struct history){.asked = calloc((size_t)STEPS * QUESTIONS, sizeof(struct asked))};
    assert_non_null(history->asked);
    model_begin(&history->model, world, seed);
    for (unsigned step = 0; step < STEPS; step++) {
        model_step(&history->model);
        for (unsigned i = 0; i < QUESTIONS; i++) {
            ask_once(history);
        }
    }
}

static void end_history(struct history *history)
{
    free(history->asked);
}

static void assert_same(const struct asked *a, const struct asked *b)
{
    assert_int_equal(a->answer.allowed, b->answer.allowed);
    assert_int_equal(a->answer.class, b->answer.class);
    assert_int_equal(a->answer.rule, b->answer.rule);
    assert_int_equal(a->sight, b->sight);
    assert_int_equal(a->answer.fact_count, b->answer.fact_count);
    for (size_t i = 0; i < a->answer.fact_count; i++) {
        const struct access_fact *x = &a->answer.facts[i], *y = &b->answer.facts[i];
        assert_true(x->kind == y->kind && x->holds == y->holds && id_equal(x->about, y->about) &&
                    x->made_by == y->made_by && x->until_utc_us == y->until_utc_us);
    }
}

/* Properties ----------------------------------------------------------------------------------- */

static void the_answers_are_those_of_a_naive_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        void *world = NULL;
        struct history history;
        world_begin(&world);
        make_history(&history, world, seed);
        /* a test of one answer only would say little */
        assert_true(history.allowed > history.count / 50);
        assert_true(history.allowed < history.count / 2);
        end_history(&history);
        world_end(&world);
    }
}

/* The answer as of each event is the one that was given when that event was the head. */
static void the_answer_as_of_then_is_the_answer_of_then(void **state)
{
    struct world *world = *state;
    struct history history;
    make_history(&history, world, 77);
    for (size_t i = 0; i < history.count; i++) {
        struct asked again = history.asked[i];
        struct view view = world_view_as_of(world, again.n);
        view.now_utc_us = again.now_us;
        answer_of(world, &view, &again);
        assert_same(&again, &history.asked[i]);
    }
    end_history(&history);
}

/* IDN-21: nothing of any answer changes when everybody is a super-administrator. */
static void roles_change_no_answer(void **state)
{
    struct world *world = *state;
    struct history history;
    make_history(&history, world, 99);
    struct model *model = &history.model;
    for (unsigned step = 0; step < 40; step++) {
        struct asked before[QUESTIONS];
        for (unsigned i = 0; i < QUESTIONS; i++) {
            history.count = 0;
            ask_once(&history);
            before[i] = history.asked[0];
        }
        for (uint8_t u = 0; u < MODEL_USERS; u++) {
            struct user_row row = {.user = model->users[u]};
            struct view view = world_view(world);
            assert_true(view_find(&view, ROW_USER, &row));
            row.role = step % 2 == 0 ? USER_ROLE_SUPER_ADMIN : (enum user_role)(step % 5);
            world_put(world, ROW_USER, &row);
        }
        for (unsigned i = 0; i < QUESTIONS; i++) {
            struct asked after = before[i];
            struct view view = world_view(world);
            view.now_utc_us = after.now_us;
            answer_of(world, &view, &after);
            for (size_t k = 0; k < after.answer.fact_count; k++) {
                if (after.answer.facts[k].kind == FACT_USER_ACTIVE) {
                    after.answer.facts[k].made_by = before[i].answer.facts[k].made_by;
                }
            }
            assert_same(&after, &before[i]);
        }
        model_step(model);
    }
    end_history(&history);
}

/* A microsecond before it is allowed; then it is not, unless there is another way. */
static void access_lasts_until_the_first_of_its_facts_ends(void **state)
{
    struct world *world = *state;
    struct history history;
    size_t ends = 0;
    make_history(&history, world, 55);
    for (size_t i = 0; i < history.count; i++) {
        struct asked then = history.asked[i];
        uint64_t end = UINT64_MAX;
        for (size_t k = 0; k < then.answer.fact_count && then.answer.allowed; k++) {
            uint64_t until = then.answer.facts[k].until_utc_us;
            end = until != 0 && until < end ? until : end;
        }
        if (end == UINT64_MAX) {
            continue;
        }
        struct view view = world_view_as_of(world, then.n);
        view.now_utc_us = end - 1;
        access_of(then.verb, &view, &then.reader, then.object, &then.answer);
        assert_true(then.answer.allowed);
        view.now_utc_us = end;
        access_of(then.verb, &view, &then.reader, then.object, &then.answer);
        ends += then.answer.allowed ? 0 : 1;
    }
    assert_true(ends > 20);
    end_history(&history);
}

/* A handful of lookups: well under 100 us; the bar leaves room for a busy machine. */
static void an_answer_takes_little_time(void **state)
{
    struct world *world = *state;
    struct history history;
    struct timespec from, to;
    size_t rounds = 0;
    make_history(&history, world, 33);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (size_t i = 0; i < history.count; i++, rounds++) {
        struct access access;
        struct view view = world_view_as_of(world, history.asked[i].n);
        view.now_utc_us = history.asked[i].now_us;
        may_read(&view, &history.asked[i].reader, history.asked[i].object, &access);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    uint64_t spent_ns = (uint64_t)(to.tv_sec - from.tv_sec) * UINT64_C(1000000000) +
                        (uint64_t)to.tv_nsec - (uint64_t)from.tv_nsec;
    print_message("may_read: %u ns\n", (unsigned)(spent_ns / rounds));
    assert_true(spent_ns / rounds < 400000);
    end_history(&history);
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_answers_are_those_of_a_naive_model),
        IN_WORLD(the_answer_as_of_then_is_the_answer_of_then),
        IN_WORLD(roles_change_no_answer),
        IN_WORLD(access_lasts_until_the_first_of_its_facts_ends),
        IN_WORLD(an_answer_takes_little_time),
    };
    return cmocka_run_group_tests_name("core/access/history", tests, NULL, NULL);
}
