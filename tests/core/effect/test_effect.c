/*
 * What the world was asked for ends once, and is due until then.
 */
#include "core/effect/effect.h"
#include "tests/core/world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct id drive = {ID_DRIVE, 7}, vm = {ID_VM, 9};

static struct leaf leaf_of(struct world *world, enum event_kind kind)
{
    return (struct leaf){.actor = LITERAL("effect"),
                         .kind = kind,
                         .on = {THE_LOG},
                         .on_count = 1,
                         .n = world->n++,
                         .t_utc_us = ++world->now_us};
}

static struct evolution evolution_at(struct world *world, const struct leaf *leaf)
{
    arena_reset(&world->fold_arena);
    return (struct evolution){
        .state = world->state, .n = leaf->n, .arena = &world->fold_arena, .status = OK};
}

static uint64_t ask(struct world *world, enum effect_kind kind, struct id about)
{
    const struct leaf leaf = leaf_of(world, EVENT_DRIVE_CREATED);
    struct evolution evolution = evolution_at(world, &leaf);
    effect_ask(&evolution, &leaf, kind, drive, about);
    must(evolution.status);
    return leaf.n;
}

static void say(struct world *world, enum event_kind kind, union event_body body)
{
    char memory[2048];
    struct text text = TEXT_IN(memory);
    const struct leaf leaf = leaf_of(world, kind);
    event_body_encode(kind, &body, &text);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
}

static void begin(struct world *world, uint64_t request, uint64_t attempt)
{
    say(world, EVENT_EFFECT_BEGUN,
        (union event_body){.effect_begun = {.request = request,
                                            .effect = EFFECT_KIND_DRIVE_ATTACH,
                                            .attempt = attempt}});
}

static void end(struct world *world, uint64_t request, enum effect_kind kind, bool done)
{
    if (done) {
        say(world, EVENT_EFFECT_DONE,
            (union event_body){.effect_done = {.request = request, .effect = kind, .attempt = 1}});
        return;
    }
    say(world, EVENT_EFFECT_FAILED,
        (union event_body){
            .effect_failed = {
                .request = request, .effect = kind, .attempt = 1, .why = LITERAL("no such pool")}});
}

static void what_was_asked_is_due_until_it_has_ended_and_ends_once(void **state)
{
    struct world *world = *state;
    struct effect_row row;
    struct effect_due_row due;
    const uint64_t request = ask(world, EFFECT_KIND_DRIVE_ATTACH, vm);
    struct view view = world_view(world);
    assert_true(effect_is_due(&view, request, &due) && id_equal(due.object, drive));
    assert_true(due.has_about && id_equal(due.about, vm) && due.attempts == 0);
    begin(world, request, 2);
    view = world_view(world);
    assert_true(effect_is_due(&view, request, &due) && due.attempts == 2);
    assert_true(effect_of(&view, request, &row) && row.state == EFFECT_STATE_BEGUN);
    end(world, request, EFFECT_KIND_DRIVE_ATTACH, false);
    view = world_view(world);
    assert_false(effect_is_due(&view, request, &due));
    assert_true(effect_of(&view, request, &row) && row.state == EFFECT_STATE_FAILED);
    assert_true(bytes_equal(row.why, LITERAL("no such pool")) && row.ended == world->now_us);
    end(world, request, EFFECT_KIND_DRIVE_ATTACH, true);
    begin(world, request, 3);
    view = world_view(world);
    assert_true(effect_of(&view, request, &row) && row.state == EFFECT_STATE_FAILED);
    assert_int_equal(row.attempts, 2);
}

static void an_answer_to_what_nobody_asked_changes_nothing(void **state)
{
    struct world *world = *state;
    struct effect_row row;
    const uint64_t request = ask(world, EFFECT_KIND_VOLUME_CREATE, NOBODY);
    begin(world, request + 1000, 1);
    end(world, request + 1000, EFFECT_KIND_VOLUME_CREATE, true);
    end(world, request, EFFECT_KIND_VOLUME_DELETE, true);
    struct view view = world_view(world);
    assert_false(effect_of(&view, request + 1000, &row));
    assert_true(effect_of(&view, request, &row) && row.state == EFFECT_STATE_DUE);
    assert_false(row.has_about || row.has_ended);
}

static void what_is_due_are_the_requests_without_an_end(void **state)
{
    enum {
        REQUESTS = 40,
        STEPS = 400
    };
    struct world *world = *state;
    uint64_t requests[REQUESTS];
    bool open[REQUESTS];
    unsigned random = 1;
    for (size_t i = 0; i < REQUESTS; i++) {
        requests[i] = ask(world, EFFECT_KIND_DRIVE_ATTACH, vm);
        open[i] = true;
    }
    for (unsigned step = 0; step < STEPS; step++) {
        random = random * 1103515245u + 12345u;
        const size_t i = (random >> 16) % REQUESTS;
        switch (random >> 8 & 3) {
        case 0:
            end(world, requests[i], EFFECT_KIND_DRIVE_ATTACH, (random >> 10 & 1) != 0);
            open[i] = false;
            break;
        default:
            begin(world, requests[i], step + 1);
        }
        if (step % 50 == 0) {
            struct effect_due_row row = {0};
            const struct view view = world_view(world);
            struct view_walk walk = view_walk_of(&view, ROW_EFFECT_DUE, &row, 0);
            size_t seen = 0, expected = 0;
            for (size_t k = 0; k < REQUESTS; k++) {
                expected += open[k];
                assert_int_equal(effect_is_due(&view, requests[k], &row), open[k]);
            }
            while (view_walk_next(&walk, &row)) {
                seen++;
            }
            assert_int_equal(seen, expected);
        }
    }
}

static void what_is_forgotten_has_failed(void **state)
{
    struct world *world = *state;
    struct effect_row row;
    const uint64_t request = ask(world, EFFECT_KIND_DRIVE_ATTACH, vm);
    const struct leaf leaf = leaf_of(world, EVENT_VM_STOPPED);
    struct evolution evolution = evolution_at(world, &leaf);
    effect_forget(&evolution, &leaf, request, LITERAL("the machine has stopped"));
    must(evolution.status);
    struct view view = world_view(world);
    assert_true(effect_of(&view, request, &row) && row.state == EFFECT_STATE_FAILED);
    assert_true(row.ended == leaf.t_utc_us && row.has_why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_asked_is_due_until_it_has_ended_and_ends_once,
                                        world_begin, world_end),
        cmocka_unit_test_setup_teardown(an_answer_to_what_nobody_asked_changes_nothing, world_begin,
                                        world_end),
        cmocka_unit_test_setup_teardown(what_is_due_are_the_requests_without_an_end, world_begin,
                                        world_end),
        cmocka_unit_test_setup_teardown(what_is_forgotten_has_failed, world_begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
