/*
 * The writer takes submissions: with stages at once or one after the other, what is refused changes
 * nothing, and a clock that steps back is held and told.
 */
#include "core/engine.h"
#include "schema/time.h"
#include "tests/core/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define ORIGIN "test.example/log"

struct world {
    struct scratch scratch;
    struct engine *engine;
    struct speaker door;
    struct emission *emission;
    struct talk talk;
    struct receipt receipts[64];
    size_t receipt_count;
};

static int begin_with(void **state, bool threaded)
{
    struct world *world = calloc(1, sizeof *world);
    scratch_begin(&world->scratch);
    scratch_store(&world->scratch, KEY_ED25519);
    /* The store was made by the system's clock. */
    world->scratch.clock_us = (uint64_t)(time(NULL) + 3600) * TIME_SECOND_US;
    world->engine = scratch_open(&world->scratch, threaded);
    scratch_emitter(&world->scratch, world->engine, "door", &world->door);
    must(emission_open(&world->emission));
    *state = world;
    return 0;
}

static int begin(void **state)
{
    return begin_with(state, false);
}

static int begin_threaded(void **state)
{
    return begin_with(state, true);
}

static int end(void **state)
{
    struct world *world = *state;
    if (world->engine != NULL) {
        scratch_close(&world->engine);
    }
    emission_close(&world->emission);
    secret_key_close(&world->door.key);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

static void keep(void *context, const struct receipt *receipt)
{
    struct world *world = context;
    assert_true(world->receipt_count < sizeof world->receipts / sizeof world->receipts[0]);
    world->receipts[world->receipt_count++] = *receipt;
}

static uint64_t size_of(const struct world *world)
{
    return log_head_of(engine_log(world->engine))->size;
}

/* Submits the talk and waits; its receipt. */
static struct receipt submit_talk(struct world *world)
{
    struct bytes bytes = talk_write(&world->talk);
    world->receipt_count = 0;
    must(engine_submit(world->engine, bytes, keep, world));
    must(engine_flush(world->engine));
    assert_int_equal(world->receipt_count, 1);
    if (!failed(world->receipts[0].status) && !world->receipts[0].already) {
        world->door.head = world->talk.head;
    }
    talk_end(&world->talk);
    return world->receipts[0];
}

static void assert_taken(struct world *world, uint32_t count)
{
    uint64_t before = size_of(world);
    talk_begin(&world->talk, &world->door, ORIGIN, count);
    struct receipt receipt = submit_talk(world);
    must(receipt.status);
    assert_false(receipt.already);
    assert_int_equal(receipt.first, before);
    assert_int_equal(receipt.count, count);
    assert_int_equal(size_of(world), before + count);
}

/* Refused, nothing changed, and the emitter goes on as if nothing had been. */
static struct status assert_refused(struct world *world, enum status_code code)
{
    struct log_head before = *log_head_of(engine_log(world->engine));
    struct digest state = state_digest(engine_state(world->engine));
    struct receipt receipt = submit_talk(world);
    assert_int_equal(receipt.status.code, code);
    assert_int_equal(size_of(world), before.size);
    struct digest after = state_digest(engine_state(world->engine));
    assert_true(digest_equal(&log_head_of(engine_log(world->engine))->last, &before.last));
    assert_true(digest_equal(&state, &after));
    assert_taken(world, 2);
    return receipt.status;
}

/* Refusals ------------------------------------------------------------------------------------ */

static void a_gap_is_refused_at_the_number_expected(void **state)
{
    struct world *world = *state;
    assert_taken(world, 3);
    talk_begin(&world->talk, &world->door, ORIGIN, 1);
    world->talk.first_n += 5;
    assert_int_equal(assert_refused(world, STATUS_GAP).at, 4);
}

static void half_of_what_is_there_already_conflicts(void **state)
{
    struct world *world = *state;
    assert_taken(world, 3);
    talk_begin(&world->talk, &world->door, ORIGIN, 2);
    world->talk.first_n--;
    (void)assert_refused(world, STATUS_CONFLICT);
}

/* The last event of it, or one before. */
static void another_event_under_a_number_that_is_taken_is_refused(void **state)
{
    struct world *world = *state;
    for (uint32_t i = 0; i < 3; i++) {
        struct emitter_head before = world->door.head;
        assert_taken(world, 3);
        struct emitter_head after = world->door.head;
        world->door.head = before;
        talk_begin(&world->talk, &world->door, ORIGIN, 3);
        struct receipt same = submit_talk(world);
        must(same.status);
        assert_true(same.already);
        talk_begin(&world->talk, &world->door, ORIGIN, 3);
        world->talk.events[i].leaf.outcome = OUTCOME_FAILED;
        uint64_t size = size_of(world);
        struct receipt receipt = submit_talk(world);
        assert_int_equal(receipt.status.code, STATUS_DIVERGED);
        assert_int_equal(receipt.status.at, before.emitter_n + 1 + i);
        assert_false(receipt.already);
        assert_int_equal(size_of(world), size);
        world->door.head = after;
    }
    assert_taken(world, 2);
}

static void what_nobody_registered_is_refused(void **state)
{
    struct world *world = *state;
    talk_begin(&world->talk, &world->door, ORIGIN, 2);
    world->talk.emitter = "gate";
    (void)assert_refused(world, STATUS_KEY);
}

static void a_bad_signature_is_refused(void **state)
{
    struct world *world = *state;
    talk_begin(&world->talk, &world->door, ORIGIN, 2);
    world->talk.wrong_signature = true;
    (void)assert_refused(world, STATUS_BAD_SIGNATURE);
    talk_begin(&world->talk, &world->door, "another.example/log", 2);
    world->door.head.emitter_n = 0;
    world->talk.first_n = 3;
    struct receipt receipt = submit_talk(world);
    assert_int_equal(receipt.status.code, STATUS_BAD_SIGNATURE);
}

static void what_is_about_something_unknown_is_refused(void **state)
{
    struct world *world = *state;
    talk_begin(&world->talk, &world->door, ORIGIN, 2);
    world->talk.events[1].leaf.on[1] = (struct id){ID_SUBJECT, 2};
    world->talk.events[1].leaf.on_count = 2;
    (void)assert_refused(world, STATUS_NOT_FOUND);
    talk_begin(&world->talk, &world->door, ORIGIN, 2);
    world->talk.events[1].leaf.cause = size_of(world);
    (void)assert_refused(world, STATUS_NOT_FOUND);
    talk_begin(&world->talk, &world->door, ORIGIN, 2);
    world->talk.events[1].leaf.cause = size_of(world) - 1;
    must(submit_talk(world).status);
}

static void no_submission_at_all_is_refused(void **state)
{
    struct world *world = *state;
    char *large = calloc(1, SUBMISSION_MAX + 1);
    must(engine_submit(world->engine, (struct bytes){0}, keep, world));
    must(engine_submit(world->engine, LITERAL("not a submission"), keep, world));
    must(engine_flush(world->engine));
    assert_int_equal(world->receipt_count, 2);
    assert_int_equal(world->receipts[0].status.code, STATUS_MALFORMED);
    assert_int_equal(world->receipts[1].status.code, STATUS_MALFORMED);
    assert_int_equal(
        engine_submit(world->engine, bytes_of(large, SUBMISSION_MAX + 1), keep, world).code,
        STATUS_LIMIT);
    free(large);
    assert_taken(world, 1);
}

static void an_emitter_that_was_retired_is_refused_from_then_on(void **state)
{
    struct world *world = *state;
    union command_fields fields = {
        .emitter_retire = {.name = LITERAL("door"), .reason = LITERAL("moved")}};
    assert_taken(world, 2);
    assert_int_equal(
        scratch_command(&world->scratch, world->engine, COMMAND_EMITTER_RETIRE, &fields).refused,
        RULE_NONE);
    uint64_t size = size_of(world);
    talk_begin(&world->talk, &world->door, ORIGIN, 1);
    assert_int_equal(submit_talk(world).status.code, STATUS_KEY);
    assert_int_equal(size_of(world), size);
    scratch_close(&world->engine);
    world->engine = scratch_open(&world->scratch, true);
    talk_begin(&world->talk, &world->door, ORIGIN, 1);
    assert_int_equal(submit_talk(world).status.code, STATUS_KEY);
}

/* A submission of one event; its session is unknown to the log if it is to be refused by what only
 * the writer knows. The speaker stays where it was. */
static struct bytes write_one(struct world *world, bool good, char memory[static TALK_SIZE])
{
    talk_begin(&world->talk, &world->door, ORIGIN, 1);
    if (!good) {
        world->talk.events[0].leaf.session = (struct id){ID_USER, 3000};
    }
    struct bytes bytes = talk_write(&world->talk);
    talk_end(&world->talk);
    return bytes_of(memcpy(memory, bytes.data, bytes.size), bytes.size);
}

/* Such a refusal may come after the emitter's later submissions have been prepared: taken, they
 * would leave a gap in the log. They can all be sent again. */
static void what_follows_a_refused_submission_is_refused_too(void **state)
{
    struct world *world = *state;
    char memories[3][TALK_SIZE];
    assert_taken(world, 1);
    uint64_t size = size_of(world);
    struct emitter_head before = world->door.head;
    struct bytes bad = write_one(world, false, memories[0]);
    struct bytes mended = write_one(world, true, memories[1]);
    world->door.head = world->talk.head;
    struct bytes next = write_one(world, true, memories[2]);
    world->receipt_count = 0;
    must(engine_submit(world->engine, bad, keep, world));
    must(engine_submit(world->engine, next, keep, world));
    must(engine_submit(world->engine, mended, keep, world));
    must(engine_flush(world->engine));
    assert_int_equal(world->receipt_count, 3);
    assert_int_equal(world->receipts[0].status.code, STATUS_NOT_FOUND);
    assert_true(failed(world->receipts[1].status));
    /* The mended one was refused by the same gap, or came after it had been told: then it is in. */
    uint64_t taken = failed(world->receipts[2].status) ? 0 : 1;
    assert_false(world->receipts[2].already);
    assert_int_equal(size_of(world), size + taken);
    world->door.head = taken == 1 ? world->door.head : before;
    assert_taken(world, 2);
}

/* Nobody is acknowledged before the disk has it: the second of two may not be told first. */
static void what_is_sent_twice_at_once_is_acknowledged_in_order(void **state)
{
    struct world *world = *state;
    char memory[TALK_SIZE];
    struct bytes bytes = write_one(world, true, memory);
    must(engine_submit(world->engine, bytes, keep, world));
    must(engine_submit(world->engine, bytes, keep, world));
    must(engine_flush(world->engine));
    assert_int_equal(world->receipt_count, 2);
    must(world->receipts[0].status);
    must(world->receipts[1].status);
    assert_false(world->receipts[0].already);
    assert_true(world->receipts[1].already);
}

/* The first of two is not in the log yet when the second, which has its number, is prepared. */
static void two_events_for_one_number_at_once_are_not_both_acknowledged(void **state)
{
    struct world *world = *state;
    char memories[2][TALK_SIZE];
    struct bytes one = write_one(world, true, memories[0]);
    talk_begin(&world->talk, &world->door, ORIGIN, 1);
    world->talk.events[0].leaf.source = LITERAL("10.3.0.7");
    struct bytes other = talk_write(&world->talk);
    talk_end(&world->talk);
    must(engine_submit(world->engine, one, keep, world));
    must(engine_submit(world->engine, other, keep, world));
    must(engine_flush(world->engine));
    assert_int_equal(world->receipt_count, 2);
    must(world->receipts[0].status);
    assert_int_equal(world->receipts[1].status.code, STATUS_DIVERGED);
    assert_false(world->receipts[1].already);
}

/* Order --------------------------------------------------------------------------------------- */

static void receipts_come_in_order_and_say_where_the_events_are(void **state)
{
    struct world *world = *state;
    uint64_t first = size_of(world);
    for (uint32_t i = 0; i < 40; i++) {
        talk_begin(&world->talk, &world->door, ORIGIN, 1 + i % TALK_EVENTS);
        must(engine_submit(world->engine, talk_write(&world->talk), keep, world));
        world->door.head = world->talk.head;
        talk_end(&world->talk);
    }
    must(engine_flush(world->engine));
    assert_int_equal(world->receipt_count, 40);
    for (uint32_t i = 0; i < 40; i++) {
        must(world->receipts[i].status);
        assert_int_equal(world->receipts[i].first, first);
        assert_int_equal(world->receipts[i].count, 1 + i % TALK_EVENTS);
        first += world->receipts[i].count;
    }
    assert_int_equal(first, size_of(world));
}

/* Clock --------------------------------------------------------------------------------------- */

struct told {
    uint64_t stepped; /* clock.stepped events */
    uint64_t clock_us, held_us;
};

/* Recorded times never go back; what was told of the clock. */
static struct told read_times(struct world *world)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct told told = {0};
    uint64_t last_us = 0;
    must(log_snapshot_open(engine_log(world->engine), &snapshot));
    for (uint64_t n = 0; n < log_snapshot_size(snapshot); n++) {
        struct bytes bytes, body;
        struct leaf leaf;
        union event_body decoded;
        uint8_t memory[1024];
        struct arena arena = ARENA_IN(memory);
        must(log_read_leaf(snapshot, n, &bytes));
        must(leaf_decode(bytes, &leaf));
        assert_true(leaf.t_utc_us >= last_us);
        last_us = leaf.t_utc_us;
        if (leaf.kind == EVENT_CLOCK_STEPPED) {
            must(log_read_body(snapshot, &leaf, &body));
            body = bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE);
            must(event_body_decode(leaf.kind, body, &arena, &decoded));
            told.stepped++;
            told.clock_us = decoded.clock_stepped.clock;
            told.held_us = decoded.clock_stepped.held;
        }
    }
    return told;
}

static void a_clock_that_steps_back_is_held_and_told_once(void **state)
{
    struct world *world = *state;
    uint64_t before_us = world->scratch.clock_us;
    assert_taken(world, 1);
    world->scratch.clock_us -= UINT64_C(3600000000);
    talk_begin(&world->talk, &world->door, ORIGIN, 1);
    must(submit_talk(world).status);
    for (unsigned i = 0; i < 5; i++) {
        assert_taken(world, 1);
    }
    struct told told = read_times(world);
    assert_int_equal(told.stepped, 1);
    assert_int_equal(told.clock_us, world->scratch.clock_us);
    assert_int_equal(told.held_us, before_us);
    world->scratch.clock_us = before_us + 1;
    assert_taken(world, 1);
    world->scratch.clock_us = before_us - UINT64_C(7200000000);
    talk_begin(&world->talk, &world->door, ORIGIN, 1);
    must(submit_talk(world).status);
    assert_int_equal(read_times(world).stepped, 2);
}

static void a_clock_that_trembles_is_held_and_not_told(void **state)
{
    struct world *world = *state;
    for (unsigned i = 0; i < 6; i++) {
        world->scratch.clock_us += i % 2 == 0 ? 900000 : -UINT64_C(900000);
        assert_taken(world, 1);
    }
    assert_int_equal(read_times(world).stepped, 0);
}

/* Threads ------------------------------------------------------------------------------------- */

/* The same submissions into two copies of one store. */
static void run_copy(struct world *world, const char *store, bool threaded, struct bytes *all,
                     size_t count)
{
    struct scratch scratch = world->scratch;
    struct text path = TEXT_IN(scratch.store);
    text_add(&path, "%s/%s", scratch.directory, store);
    (void)text_string(&path);
    struct engine *engine = scratch_open(&scratch, threaded);
    for (size_t i = 0; i < count; i++) {
        must(engine_submit(engine, all[i], NULL, NULL));
    }
    scratch_close(&engine);
}

struct looks {
    uint64_t size, versions, indexed;
    struct digest state;
    struct digest root; /* of the index's first run */
};

static struct looks look_at(struct world *world, const char *store)
{
    struct scratch scratch = world->scratch;
    struct text path = TEXT_IN(scratch.store);
    text_add(&path, "%s/%s", scratch.directory, store);
    (void)text_string(&path);
    struct engine *engine = NULL;
    must(engine_open(&(struct engine_options){.directory = scratch.store, .read_only = true},
                     &engine));
    struct index_snapshot *snapshot = NULL;
    struct index_run run;
    must(index_snapshot_open(engine_index(engine), &snapshot));
    must(index_run_root(snapshot, 0, 0, &run));
    struct looks outcome = {
        .size = log_head_of(engine_log(engine))->size,
        .versions = state_versions(engine_state(engine)),
        .indexed = index_size(engine_index(engine)),
        .state = state_digest(engine_state(engine)),
        .root = run.root,
    };
    index_snapshot_close(&snapshot);
    engine_close(&engine);
    return outcome;
}

static void stages_at_once_and_one_after_the_other_make_the_same(void **state)
{
    enum {
        SUBMISSIONS = 30
    };
    struct world *world = *state;
    struct bytes all[SUBMISSIONS];
    char copy[320];
    for (size_t i = 0; i < SUBMISSIONS; i++) {
        struct bytes bytes;
        emission_begin(world->emission, &world->door, LITERAL(ORIGIN));
        for (size_t k = 0; k < 300; k++) {
            union event_body body = {.audit_observed = {.what = LITERAL("door")}};
            must(emission_add(world->emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                               .on = {THE_LOG},
                                                               .on_count = 1,
                                                               .body = &body}));
        }
        must(emission_end(world->emission, &bytes, &world->door.head));
        uint8_t *kept = malloc(bytes.size);
        memcpy(kept, bytes.data, bytes.size);
        all[i] = bytes_of(kept, bytes.size);
    }
    scratch_close(&world->engine);
    struct text path = TEXT_IN(copy);
    text_add(&path, "%s/copy", world->scratch.directory);
    copy_tree(world->scratch.store, text_string(&path));
    run_copy(world, "store", false, all, SUBMISSIONS);
    run_copy(world, "copy", true, all, SUBMISSIONS);
    struct looks one = look_at(world, "store"), other = look_at(world, "copy");
    assert_int_equal(one.size, other.size);
    assert_int_equal(one.versions, other.versions);
    assert_int_equal(one.indexed, other.indexed);
    assert_true(digest_equal(&one.state, &other.state));
    assert_true(digest_equal(&one.root, &other.root));
    for (size_t i = 0; i < SUBMISSIONS; i++) {
        free((void *)(uintptr_t)all[i].data);
    }
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)
#define BOTH_WAYS(test)                                      \
    WITH_STORE(test),                                        \
    {                                                        \
#test " (threaded)", test, begin_threaded, end, NULL \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH_WAYS(a_gap_is_refused_at_the_number_expected),
        BOTH_WAYS(half_of_what_is_there_already_conflicts),
        BOTH_WAYS(another_event_under_a_number_that_is_taken_is_refused),
        BOTH_WAYS(what_nobody_registered_is_refused),
        BOTH_WAYS(a_bad_signature_is_refused),
        BOTH_WAYS(what_is_about_something_unknown_is_refused),
        BOTH_WAYS(no_submission_at_all_is_refused),
        BOTH_WAYS(an_emitter_that_was_retired_is_refused_from_then_on),
        BOTH_WAYS(what_follows_a_refused_submission_is_refused_too),
        BOTH_WAYS(what_is_sent_twice_at_once_is_acknowledged_in_order),
        BOTH_WAYS(two_events_for_one_number_at_once_are_not_both_acknowledged),
        BOTH_WAYS(receipts_come_in_order_and_say_where_the_events_are),
        BOTH_WAYS(a_clock_that_steps_back_is_held_and_told_once),
        BOTH_WAYS(a_clock_that_trembles_is_held_and_not_told),
        WITH_STORE(stages_at_once_and_one_after_the_other_make_the_same),
    };
    return cmocka_run_group_tests_name("core/engine: submissions", tests, NULL, NULL);
}
