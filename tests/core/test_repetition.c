/*
 * What an emitter sends again is recognised however long ago it was and whatever came between; one
 * byte that differs is told by the number of its event.
 */
#include "core/repetition.h"
#include "tests/core/talk.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ORIGIN "test.example/log"

enum {
    EMITTERS = 3,
    SUBMISSIONS = 1100, /* more than a run of the index, and more than its tail */
};

struct world {
    struct scratch scratch;
    struct engine *engine;
    struct speaker speakers[EMITTERS];
    struct bytes sent[SUBMISSIONS]; /* in order */
    struct random random;
    struct log_snapshot *log;
    struct index_snapshot *index;
};

static void send_one(struct world *world, struct speaker *speaker, struct bytes *kept)
{
    struct talk talk;
    talk_begin(&talk, speaker, ORIGIN, 1 + (uint32_t)random_below(&world->random, TALK_EVENTS));
    for (uint32_t i = 0; i < talk.count; i++) {
        talk.events[i].leaf.outcome = (enum outcome)random_below(&world->random, OUTCOME_COUNT);
    }
    struct bytes bytes = talk_write(&talk);
    void *copy = malloc(bytes.size);
    assert_non_null(copy);
    *kept = bytes_of(memcpy(copy, bytes.data, bytes.size), bytes.size);
    speaker->head = talk.head;
    must(engine_submit(world->engine, *kept, NULL, NULL));
    talk_end(&talk);
}

/* The first emitter says most, the last little. */
static struct speaker *speaker_of(struct world *world)
{
    uint64_t die = random_below(&world->random, 100);
    return &world->speakers[die < 80 ? 0 : die < 98 ? 1 : 2];
}

static int begin(void **state)
{
    static const char *const names[EMITTERS] = {"door", "doorbell", "gate"};
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->random.state = 31;
    scratch_begin(&world->scratch);
    scratch_store(&world->scratch, KEY_ED25519);
    world->engine = scratch_open(&world->scratch, true);
    for (size_t i = 0; i < EMITTERS; i++) {
        scratch_emitter(&world->scratch, world->engine, names[i], &world->speakers[i]);
    }
    for (size_t i = 0; i < SUBMISSIONS; i++) {
        send_one(world, speaker_of(world), &world->sent[i]);
    }
    scratch_close(&world->engine);
    world->engine = scratch_open(&world->scratch, false);
    must(log_snapshot_open(engine_log(world->engine), &world->log));
    must(index_snapshot_open(engine_index(world->engine), &world->index));
    assert_true(index_snapshot_size(world->index) > 0);
    assert_true(index_snapshot_size(world->index) < log_snapshot_size(world->log));
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    index_snapshot_close(&world->index);
    log_snapshot_close(&world->log);
    scratch_close(&world->engine);
    for (size_t i = 0; i < SUBMISSIONS; i++) {
        free((void *)(uintptr_t)world->sent[i].data);
    }
    for (size_t i = 0; i < EMITTERS; i++) {
        secret_key_close(&world->speakers[i].key);
    }
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

static void what_was_sent_is_recognised_with_and_without_an_index(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < SUBMISSIONS; i++) {
        must(repetition_check(world->log, world->index, world->sent[i]));
    }
    for (size_t i = 0; i < SUBMISSIONS; i += 50) {
        must(repetition_check(world->log, NULL, world->sent[i]));
    }
}

/* The same events, in other submissions. */
static void how_they_were_grouped_does_not_matter(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < SUBMISSIONS; i += 10) {
        struct submission submission;
        must(submission_decode(world->sent[i], &submission));
        for (uint32_t k = 0; k < submission.count; k++) {
            char memory[TALK_SIZE];
            struct text text = TEXT_IN(memory);
            struct submission_event event = submission_next(&submission.events);
            submission_begin(&text, submission.emitter, submission.first_n + k);
            submission_put(&text, &event);
            submission_end(&text, 1, submission.signature);
            must(repetition_check(world->log, world->index, text_bytes(&text)));
        }
    }
}

enum change {
    CHANGE_STATEMENT,
    CHANGE_SALT,
    CHANGE_BODY,
    CHANGE_COMMAND,
    CHANGES,
};

/* Changes one byte of the event, in place; or gives it a command. */
static struct submission_event changed(struct world *world, const struct submission_event *event,
                                       enum change change)
{
    struct submission_event other = *event;
    struct bytes part = change == CHANGE_STATEMENT ? event->statement : event->body;
    size_t first = change == CHANGE_BODY ? SALT_SIZE : 0;
    size_t end = change == CHANGE_SALT ? SALT_SIZE : part.size;
    if (change == CHANGE_COMMAND) {
        other.command = LITERAL("a command");
        return other;
    }
    uint8_t *byte = (uint8_t *)(uintptr_t)part.data + first;
    byte[random_below(&world->random, end - first)] ^= 1;
    return other;
}

/* The submission with its k-th event changed. */
static void write_changed(struct world *world, struct bytes sent, uint32_t k, struct text *out)
{
    char memory[TALK_SIZE];
    struct submission submission;
    memcpy(memory, sent.data, sent.size);
    must(submission_decode(bytes_of(memory, sent.size), &submission));
    submission_begin(out, submission.emitter, submission.first_n);
    for (uint32_t i = 0; i < submission.count; i++) {
        struct submission_event event = submission_next(&submission.events);
        if (i == k) {
            event = changed(world, &event, (enum change)random_below(&world->random, CHANGES));
        }
        submission_put(out, &event);
    }
    submission_end(out, submission.count, submission.signature);
    assert_false(out->full);
}

static void whatever_differs_is_told_by_its_number(void **state)
{
    struct world *world = *state;
    for (unsigned i = 0; i < 2000; i++) {
        char memory[TALK_SIZE];
        struct text text = TEXT_IN(memory);
        struct submission submission;
        struct bytes sent = world->sent[random_below(&world->random, SUBMISSIONS)];
        must(submission_decode(sent, &submission));
        uint32_t k = (uint32_t)random_below(&world->random, submission.count);
        write_changed(world, sent, k, &text);
        struct status status = repetition_check(world->log, world->index, text_bytes(&text));
        assert_int_equal(status.code, STATUS_DIVERGED);
        assert_int_equal(status.at, submission.first_n + k);
    }
}

/* An event that creates its subject says `subject:new`, and the log its position. */
static void what_creates_its_subject_is_recognised(void **state)
{
    struct world *world = *state;
    for (uint64_t n = 0; n < 20; n++) {
        char statement_memory[2 * LEAF_MAX], memory[TALK_SIZE];
        struct text statement = TEXT_IN(statement_memory), text = TEXT_IN(memory);
        struct bytes bytes, body, command;
        struct leaf leaf;
        must(log_read_leaf(world->log, n, &bytes));
        must(leaf_decode(bytes, &leaf));
        must(log_read_body(world->log, &leaf, &body));
        must(log_read_command(world->log, &leaf, &command));
        leaf_encode_statement(&leaf, &statement);
        submission_begin(&text, leaf.emitter, leaf.emitter_n);
        submission_put(&text, &(struct submission_event){.statement = text_bytes(&statement),
                                                         .body = body,
                                                         .command = command});
        submission_end(&text, 1, LITERAL("any"));
        must(repetition_check(world->log, world->index, text_bytes(&text)));
    }
}

static void what_is_nowhere_is_told(void **state)
{
    struct world *world = *state;
    struct speaker stranger = world->speakers[0];
    struct talk talk;
    memcpy(stranger.name, "stranger", sizeof "stranger");
    talk_begin(&talk, &stranger, ORIGIN, 1);
    struct status status = repetition_check(world->log, world->index, talk_write(&talk));
    assert_int_equal(status.code, STATUS_FOLD);
    talk_end(&talk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_is_recognised_with_and_without_an_index),
        cmocka_unit_test(how_they_were_grouped_does_not_matter),
        cmocka_unit_test(whatever_differs_is_told_by_its_number),
        cmocka_unit_test(what_creates_its_subject_is_recognised),
        cmocka_unit_test(what_is_nowhere_is_told),
    };
    return cmocka_run_group_tests_name("core/repetition", tests, begin, end);
}
