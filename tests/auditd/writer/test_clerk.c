/*
 * What the writer makes of what the other processes send: every request is answered once and with
 * its own id, nobody speaks as somebody else, and what is wrong is refused with its reason and
 * leaves nothing behind. F61 to F66 as they arrive through the daemon; F02.
 */
#include "auditd/writer/clerk.h"
#include "tests/core/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ANSWERS_MAX = 600,
    FRAME_ROOM = 200000,
};

struct answer {
    uint32_t route, id;
    uint8_t kind;
    size_t size;
    char payload[512];
};

struct world {
    struct scratch scratch;
    struct engine *engine;
    struct clerk *clerk;
    struct speaker door, gate;
    struct talk talk;
    struct answer answers[ANSWERS_MAX];
    size_t count;
    char memory[FRAME_ROOM];
};

static void keep(void *context, uint32_t route, struct bytes bytes)
{
    struct world *world = context;
    struct frame frame;
    bool whole = false;
    must(frame_take(&bytes, MESSAGE_MAX, &frame, &whole));
    assert_true(whole && bytes.size == 0 && world->count < ANSWERS_MAX);
    struct answer *answer = &world->answers[world->count++];
    assert_true(frame.payload.size <= sizeof answer->payload);
    *answer = (struct answer){
        .route = route, .id = frame.id, .kind = frame.kind, .size = frame.payload.size};
    if (frame.payload.size > 0) {
        memcpy(answer->payload, frame.payload.data, frame.payload.size);
    }
}

/* Route 3 is the ingest's, and 4 the reader's; others have nothing to say. */
static bool speaker_of(void *context, uint32_t route, enum note_role *out)
{
    (void)context;
    *out = route == 3 ? NOTE_INGEST : NOTE_READER;
    return route == 3 || route == 4;
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    scratch_begin(&world->scratch);
    scratch_store(&world->scratch, KEY_ED25519);
    world->engine = scratch_open(&world->scratch, true);
    scratch_emitter(&world->scratch, world->engine, "door", &world->door);
    scratch_emitter(&world->scratch, world->engine, "gate", &world->gate);
    must(clerk_open(
        &(struct clerk_options){
            .engine = world->engine, .send = keep, .speaker = speaker_of, .context = world},
        &world->clerk));
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    must(clerk_flush(world->clerk));
    clerk_close(&world->clerk);
    scratch_close(&world->engine);
    secret_key_close(&world->door.key);
    secret_key_close(&world->gate.key);
    scratch_end(&world->scratch);
    free(world);
    return 0;
}

/* Asking ---------------------------------------------------------------------------------- */

/* A request of a client, as the ingest forwards it. */
static void forward(struct world *world, uint32_t id, uint8_t kind, struct bytes payload)
{
    struct text out = TEXT_IN(world->memory);
    const struct wire_peer peer = {.connection = 1, .uid = 1000, .name = LITERAL("ann")};
    wire_put_peer(&out, &peer);
    wire_put_u8(&out, kind);
    wire_put_bytes(&out, payload);
    assert_false(out.full);
    must(clerk_take(
        world->clerk, 3,
        &(struct frame){.kind = MESSAGE_FORWARDED, .id = id, .payload = text_bytes(&out)}));
}

static void submit(struct world *world, uint32_t id, struct bytes submission)
{
    char *memory = malloc(submission.size + 16);
    struct text payload = {.data = memory, .capacity = submission.size + 16};
    wire_put_u8(&payload, WIRE_DURABLE);
    wire_put_bytes(&payload, submission);
    forward(world, id, MESSAGE_SUBMIT, text_bytes(&payload));
    free(memory);
}

static const struct answer *answer_to(struct world *world, uint32_t id)
{
    const struct answer *found = NULL;
    must(clerk_flush(world->clerk));
    for (size_t i = 0; i < world->count; i++) {
        if (world->answers[i].id == id) {
            assert_null(found);
            found = &world->answers[i];
        }
    }
    assert_non_null(found);
    assert_int_equal(found->route, 3);
    return found;
}

static struct wire_receipt receipt_of(struct world *world, uint32_t id)
{
    struct wire_receipt receipt;
    const struct answer *answer = answer_to(world, id);
    assert_int_equal(answer->kind, MESSAGE_RECEIPT);
    must(wire_receipt_decode(bytes_of(answer->payload, answer->size), &receipt));
    return receipt;
}

static void expect(struct world *world, uint32_t id, const char *code)
{
    struct wire_receipt receipt = receipt_of(world, id);
    if (!bytes_equal(receipt.status.code, bytes_of_string(code))) {
        fail_msg("%u: %.*s (%.*s), not %s", (unsigned)id, (int)receipt.status.code.size,
                 (const char *)receipt.status.code.data, (int)receipt.status.why.size,
                 (const char *)receipt.status.why.data, code);
    }
}

static struct bytes talk(struct world *world, struct speaker *speaker, uint32_t count)
{
    talk_begin(&world->talk, speaker, log_origin(engine_log(world->engine)), count);
    return talk_write(&world->talk);
}

static uint64_t size_of(const struct world *world)
{
    return log_head_of(engine_log(world->engine))->size;
}

/* Submissions ----------------------------------------------------------------------------- */

static void what_is_right_is_durable_and_answered(void **state)
{
    struct world *world = *state;
    uint64_t size = size_of(world);
    submit(world, 7, talk(world, &world->door, 3));
    struct wire_receipt receipt = receipt_of(world, 7);
    assert_true(bytes_equal(receipt.status.code, LITERAL("OK")));
    assert_int_equal(receipt.count, 3);
    assert_true(receipt.first >= size);
    assert_int_equal(receipt.first + 3, size_of(world));
    talk_end(&world->talk);
}

static void what_is_sent_again_is_there_once(void **state)
{
    struct world *world = *state;
    struct bytes first = talk(world, &world->door, 2);
    submit(world, 1, first);
    expect(world, 1, "OK");
    uint64_t size = size_of(world);
    submit(world, 2, first);
    struct wire_receipt receipt = receipt_of(world, 2);
    assert_true(bytes_equal(receipt.status.code, LITERAL("OK")) && receipt.already);
    assert_int_equal(size_of(world), size);
    talk_end(&world->talk);
}

static void a_wrong_signature_is_refused(void **state)
{
    struct world *world = *state;
    uint64_t size = size_of(world);
    talk_begin(&world->talk, &world->door, log_origin(engine_log(world->engine)), 1);
    world->talk.wrong_signature = true;
    submit(world, 1, talk_write(&world->talk));
    expect(world, 1, "BAD_SIGNATURE");
    assert_int_equal(size_of(world), size);
    talk_end(&world->talk);
}

static void nobody_speaks_as_another_emitter(void **state)
{
    struct world *world = *state;
    talk_begin(&world->talk, &world->door, log_origin(engine_log(world->engine)), 1);
    world->talk.emitter = "gate";
    submit(world, 1, talk_write(&world->talk));
    expect(world, 1, "MALFORMED");
    talk_end(&world->talk);
}

static void a_kind_that_is_not_the_emitters_is_refused(void **state)
{
    struct world *world = *state;
    talk_begin(&world->talk, &world->door, log_origin(engine_log(world->engine)), 1);
    world->talk.events[0].leaf.kind = EVENT_AUDIT_STOPPED;
    memcpy(world->talk.events[0].body, "{\"process\":1,\"task\":\"x\"}", 25);
    submit(world, 1, talk_write(&world->talk));
    expect(world, 1, "KEY");
    talk_end(&world->talk);
}

static void a_number_that_is_missing_is_told(void **state)
{
    struct world *world = *state;
    world->door.head.emitter_n = 4;
    submit(world, 1, talk(world, &world->door, 1));
    expect(world, 1, "GAP");
    world->door.head.emitter_n = 0;
    talk_end(&world->talk);
}

static void another_event_under_a_number_that_is_taken_is_refused(void **state)
{
    struct world *world = *state;
    submit(world, 1, talk(world, &world->door, 1));
    expect(world, 1, "OK");
    talk_end(&world->talk);
    talk_begin(&world->talk, &world->door, log_origin(engine_log(world->engine)), 1);
    world->talk.events[0].leaf.outcome = OUTCOME_FAILED;
    submit(world, 2, talk_write(&world->talk));
    expect(world, 2, "DIVERGED");
    talk_end(&world->talk);
}

static void the_writers_own_emitters_do_not_come_from_outside(void **state)
{
    struct world *world = *state;
    struct speaker audit = {.name = "audit", .key = world->door.key};
    submit(world, 1, talk(world, &audit, 1));
    expect(world, 1, "KEY");
    talk_end(&world->talk);
}

static void after_one_that_is_refused_the_next_one_is_taken(void **state)
{
    struct world *world = *state;
    talk_begin(&world->talk, &world->door, log_origin(engine_log(world->engine)), 1);
    world->talk.events[0].leaf.on[0].n = 999999;
    world->talk.events[0].leaf.on[0].kind = ID_LOG;
    submit(world, 1, talk_write(&world->talk));
    talk_end(&world->talk);
    submit(world, 2, talk(world, &world->door, 1));
    (void)receipt_of(world, 1);
    talk_end(&world->talk);
    submit(world, 3, talk(world, &world->door, 1));
    expect(world, 3, "OK");
    talk_end(&world->talk);
}

static void many_that_come_together_are_each_answered(void **state)
{
    struct world *world = *state;
    enum {
        MANY = 500
    };
    for (uint32_t i = 0; i < MANY; i++) {
        submit(world, 100 + i, talk(world, &world->door, 1));
        world->door.head = world->talk.head;
        talk_end(&world->talk);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        expect(world, 100 + i, "OK");
    }
}

/* Room ------------------------------------------------------------------------------------ */

static void in_an_emergency_only_what_is_critical_is_taken(void **state)
{
    struct world *world = *state;
    clerk_set_room(world->clerk, &(struct clerk_room){.mode = DAEMON_MODE_EMERGENCY, .used = 93});
    submit(world, 1, talk(world, &world->door, 1));
    expect(world, 1, "FULL");
    talk_end(&world->talk);
    talk_begin(&world->talk, &world->door, log_origin(engine_log(world->engine)), 2);
    world->talk.events[1].leaf.outcome = OUTCOME_DENIED;
    submit(world, 2, talk_write(&world->talk));
    expect(world, 2, "OK");
    talk_end(&world->talk);
    clerk_set_room(world->clerk, &(struct clerk_room){.mode = DAEMON_MODE_CLOSED, .used = 98});
    talk_begin(&world->talk, &world->gate, log_origin(engine_log(world->engine)), 1);
    world->talk.events[0].leaf.outcome = OUTCOME_DENIED;
    submit(world, 3, talk_write(&world->talk));
    expect(world, 3, "FULL");
    clerk_set_room(world->clerk, &(struct clerk_room){.mode = DAEMON_MODE_WARNING, .used = 80});
    submit(world, 4, talk_write(&world->talk));
    expect(world, 4, "OK");
    talk_end(&world->talk);
}

/* Other requests -------------------------------------------------------------------------- */

static void a_head_is_told_with_all_that_is_on_its_way(void **state)
{
    struct world *world = *state;
    char memory[64];
    struct text payload = TEXT_IN(memory);
    struct wire_head head;
    wire_put_string(&payload, "door");
    submit(world, 1, talk(world, &world->door, 3));
    forward(world, 2, MESSAGE_HEAD, text_bytes(&payload));
    const struct answer *answer = answer_to(world, 2);
    assert_int_equal(answer->kind, MESSAGE_HEAD_IS);
    must(wire_head_decode(bytes_of(answer->payload, answer->size), &head));
    assert_int_equal(head.emitter_n, 3);
    assert_true(digest_equal(&head.chain, &world->talk.head.chain));
    talk_end(&world->talk);
}

static void one_that_has_never_spoken_has_no_head(void **state)
{
    struct world *world = *state;
    char memory[64];
    struct text payload = TEXT_IN(memory);
    struct wire_head head;
    wire_put_string(&payload, "nobody");
    forward(world, 2, MESSAGE_HEAD, text_bytes(&payload));
    const struct answer *answer = answer_to(world, 2);
    must(wire_head_decode(bytes_of(answer->payload, answer->size), &head));
    assert_int_equal(head.emitter_n, 0);
}

static void garbage_is_answered_and_changes_nothing(void **state)
{
    struct world *world = *state;
    uint64_t size = size_of(world), random = 88172645463325252ULL;
    uint8_t bytes[64];
    for (uint32_t i = 0; i < 400; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        for (size_t k = 0; k < sizeof bytes; k++) {
            bytes[k] = (uint8_t)(random >> (k % 56));
        }
        const struct frame frame = {.kind = (uint8_t)(random % 48),
                                    .id = 1000 + i,
                                    .payload = bytes_of(bytes, random % sizeof bytes)};
        if (i % 2 == 0) {
            must(clerk_take(world->clerk, 3, &frame));
        } else {
            forward(world, frame.id, frame.kind, frame.payload);
        }
    }
    for (uint32_t i = 0; i < 400; i++) {
        (void)answer_to(world, 1000 + i);
    }
    assert_int_equal(size_of(world), size);
}

static void put_dropped(struct text *out, const char *emitter, uint64_t count)
{
    wire_put_string(out, emitter);
    wire_put_u64(out, count);
    wire_put_u64(out, 1772000000000000);
    wire_put_u64(out, 1772000001000000);
    wire_put_string(out, "over its quota");
}

static void what_was_refused_is_an_event_of_the_emitter(void **state)
{
    struct world *world = *state;
    char memory[256];
    struct text payload = TEXT_IN(memory);
    uint64_t size = size_of(world);
    put_dropped(&payload, "door", 17);
    const struct frame frame = {.kind = MESSAGE_DROPPED, .id = 5, .payload = text_bytes(&payload)};
    must(clerk_take(world->clerk, 3, &frame));
    expect(world, 5, "OK");
    assert_true(size_of(world) > size);
    text_clear(&payload);
    put_dropped(&payload, "made-up", 17);
    const struct frame other = {.kind = MESSAGE_DROPPED, .id = 6, .payload = text_bytes(&payload)};
    must(clerk_take(world->clerk, 3, &other));
    expect(world, 6, "NOT_FOUND");
    forward(world, 7, MESSAGE_DROPPED, text_bytes(&payload));
    expect(world, 7, "MALFORMED");
}

static void a_note_is_said_by_whom_it_may_be(void **state)
{
    struct world *world = *state;
    char memory[4096];
    struct text payload = TEXT_IN(memory);
    const struct id log = {.kind = ID_LOG, .n = 0};
    union event_body body = {
        .auditor_turned_away = {.address = LITERAL("10.0.0.9"), .why = LITERAL("no such link")}};
    must(note_write(&(struct draft){.kind = EVENT_AUDITOR_TURNED_AWAY,
                                    .on = {log},
                                    .on_count = 1,
                                    .outcome = OUTCOME_DENIED,
                                    .body = &body},
                    &payload));
    uint64_t size = size_of(world);
    forward(world, 1, MESSAGE_NOTE, text_bytes(&payload));
    expect(world, 1, "KEY");
    const struct frame frame = {.kind = MESSAGE_NOTE, .id = 2, .payload = text_bytes(&payload)};
    must(clerk_take(world->clerk, 4, &frame));
    must(clerk_flush(world->clerk));
    assert_true(size_of(world) > size);
    assert_false(clerk_is_unsettled(world->clerk));
    must(clerk_take(world->clerk, 5,
                    &(struct frame){.kind = MESSAGE_NOTE, .id = 3, .payload = frame.payload}));
    assert_int_equal(world->answers[world->count - 1].id, 3);
}

static void commands_are_answered_together_and_settled(void **state)
{
    struct world *world = *state;
    char memory[512], verdict_memory[512];
    struct text payload = TEXT_IN(memory), why = TEXT_IN(verdict_memory);
    wire_put_string(&payload, "");
    wire_put_u16(&payload, 2);
    wire_put_bytes(&payload, LITERAL("{}"));
    wire_put_bytes(&payload, LITERAL("not even json"));
    submit(world, 1, talk(world, &world->door, 1));
    forward(world, 2, MESSAGE_COMMANDS, text_bytes(&payload));
    const struct answer *answer = answer_to(world, 2);
    assert_int_equal(answer->kind, MESSAGE_VERDICTS);
    struct wire_reader reader = wire_read(bytes_of(answer->payload, answer->size));
    struct wire_status status = wire_get_status(&reader);
    assert_int_equal(wire_status_is(&status, &why).code, STATUS_OK);
    assert_int_equal(wire_get_u16(&reader), 2);
    for (unsigned i = 0; i < 2; i++) {
        struct wire_verdict verdict;
        wire_get_verdict(&reader, &verdict);
        assert_int_equal(wire_status_is(&verdict.status, &why).code, STATUS_MALFORMED);
    }
    must(wire_end(&reader));
    assert_false(clerk_is_unsettled(world->clerk));
    expect(world, 1, "OK");
    talk_end(&world->talk);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_is_right_is_durable_and_answered),
        TEST(what_is_sent_again_is_there_once),
        TEST(a_wrong_signature_is_refused),
        TEST(nobody_speaks_as_another_emitter),
        TEST(a_kind_that_is_not_the_emitters_is_refused),
        TEST(a_number_that_is_missing_is_told),
        TEST(another_event_under_a_number_that_is_taken_is_refused),
        TEST(the_writers_own_emitters_do_not_come_from_outside),
        TEST(after_one_that_is_refused_the_next_one_is_taken),
        TEST(many_that_come_together_are_each_answered),
        TEST(in_an_emergency_only_what_is_critical_is_taken),
        TEST(a_head_is_told_with_all_that_is_on_its_way),
        TEST(one_that_has_never_spoken_has_no_head),
        TEST(garbage_is_answered_and_changes_nothing),
        TEST(what_was_refused_is_an_event_of_the_emitter),
        TEST(a_note_is_said_by_whom_it_may_be),
        TEST(commands_are_answered_together_and_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
