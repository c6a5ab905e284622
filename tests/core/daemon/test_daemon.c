/*
 * What the log says of the daemon: the newest of each sort is the one that counts.
 */
#include "core/daemon/daemon.h"
#include "tests/core/world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void say(struct world *world, enum event_kind kind, struct id on, union event_body body)
{
    char memory[2048];
    struct text text = TEXT_IN(memory);
    struct leaf leaf = {.actor = LITERAL("audit"),
                        .kind = kind,
                        .on = {on},
                        .on_count = 1,
                        .n = world->n++,
                        .t_utc_us = ++world->now_us};
    event_body_encode(kind, &body, &text);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
}

static void begins(struct world *world, struct bytes role, uint64_t process)
{
    say(world, EVENT_DAEMON_PROCESS_STARTED, THE_LOG,
        (union event_body){.daemon_process_started = {
                               .role = role, .process = process, .landlock = 4, .seccomp = true}});
}

static void ends(struct world *world, struct bytes role, uint64_t process)
{
    say(world, EVENT_DAEMON_PROCESS_ENDED, THE_LOG,
        (union event_body){.daemon_process_ended = {
                               .role = role, .process = process, .why = LITERAL("signal 9")}});
}

static void a_process_counts_until_its_own_end_or_its_successor(void **state)
{
    struct world *world = *state;
    struct daemon_process_row row;
    struct view view = world_view(world);
    assert_false(daemon_process_of(&view, LITERAL("writer"), &row));
    begins(world, LITERAL("writer"), 10);
    begins(world, LITERAL("reader.0"), 11);
    view = world_view(world);
    assert_true(daemon_process_of(&view, LITERAL("writer"), &row));
    assert_true(row.process == 10 && row.landlock == 4 && row.seccomp && !row.has_ended);
    ends(world, LITERAL("writer"), 10);
    view = world_view(world);
    assert_true(daemon_process_of(&view, LITERAL("writer"), &row));
    assert_true(row.has_ended && row.ended == world->now_us && row.has_why);
    begins(world, LITERAL("writer"), 12);
    ends(world, LITERAL("writer"), 10);
    view = world_view(world);
    assert_true(daemon_process_of(&view, LITERAL("writer"), &row));
    assert_true(row.process == 12 && !row.has_ended);
    assert_true(daemon_process_of(&view, LITERAL("reader.0"), &row) && !row.has_ended);
    ends(world, LITERAL("nobody"), 1);
    view = world_view(world);
    assert_false(daemon_process_of(&view, LITERAL("nobody"), &row));
}

static void the_newest_mode_counts(void **state)
{
    struct world *world = *state;
    struct daemon_mode_row row;
    struct view view = world_view(world);
    assert_false(daemon_mode_of(&view, &row));
    for (unsigned mode = 0; mode < DAEMON_MODE_COUNT; mode++) {
        say(world, EVENT_DAEMON_MODE_CHANGED, THE_LOG,
            (union event_body){
                .daemon_mode_changed = {.mode = (enum daemon_mode)mode, .free = mode, .total = 9}});
        view = world_view(world);
        assert_true(daemon_mode_of(&view, &row));
        assert_true(row.mode == (enum daemon_mode)mode && row.free == mode && row.total == 9);
        assert_int_equal(row.since, world->now_us);
    }
}

static void an_emitter_is_silent_until_it_is_heard(void **state)
{
    struct world *world = *state;
    struct id a = {ID_EMITTER, 3}, b = {ID_EMITTER, 4};
    struct silent_emitter_row row;
    say(world, EVENT_EMITTER_SILENT, a, (union event_body){.emitter_silent = {.since = 77}});
    struct view view = world_view(world);
    assert_true(daemon_is_silent(&view, a, &row) && row.since == 77);
    assert_false(daemon_is_silent(&view, b, &row));
    say(world, EVENT_EMITTER_HEARD, a, (union event_body){.emitter_heard = {.since = 77}});
    say(world, EVENT_EMITTER_HEARD, b, (union event_body){.emitter_heard = {.since = 5}});
    view = world_view(world);
    assert_false(daemon_is_silent(&view, a, &row) || daemon_is_silent(&view, b, &row));
}

static void the_clock_is_kept_as_was_said_last(void **state)
{
    struct world *world = *state;
    struct clock_keeping_row row;
    struct view view = world_view(world);
    assert_false(daemon_clock_keeping(&view, &row));
    say(world, EVENT_CLOCK_SYNCHRONISED, THE_LOG,
        (union event_body){.clock_synchronised = {.source = LITERAL("kernel")}});
    view = world_view(world);
    assert_true(daemon_clock_keeping(&view, &row) && row.synchronised);
    say(world, EVENT_CLOCK_UNSYNCHRONISED, THE_LOG,
        (union event_body){.clock_unsynchronised = {.source = LITERAL("kernel")}});
    view = world_view(world);
    assert_true(daemon_clock_keeping(&view, &row) && !row.synchronised);
    assert_true(bytes_equal(row.source, LITERAL("kernel")) && row.since == world->now_us);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(a_process_counts_until_its_own_end_or_its_successor),
        WITH_WORLD(the_newest_mode_counts),
        WITH_WORLD(an_emitter_is_silent_until_it_is_heard),
        WITH_WORLD(the_clock_is_kept_as_was_said_last),
    };
    return cmocka_run_group_tests_name("core/daemon", tests, NULL, NULL);
}
