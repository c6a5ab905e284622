#include "tests/auditd/ingest/quay.h"

#include "schema/submission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

void must(struct status status)
{
    if (failed(status)) {
        fail_msg("status %d at %lu: %s", (int)status.code, (unsigned long)status.at,
                 status.why == NULL ? "" : status.why);
    }
}

/* The writer's part ------------------------------------------------------------------------- */

void answer(struct world *world, uint32_t id, uint8_t kind, const struct text *payload)
{
    char memory[1024];
    struct text out = TEXT_IN(memory);
    size_t start = frame_begin(&out, kind, id);
    text_put_bytes(&out, text_bytes(payload));
    frame_end(&out, start);
    must(channel_send(world->theirs, text_bytes(&out), -1));
}

void writer_answers(struct world *world, uint32_t id, struct status status)
{
    char memory[512];
    struct text payload = TEXT_IN(memory);
    wire_put_receipt(&payload, status, false, 100, 1);
    answer(world, id, MESSAGE_RECEIPT, &payload);
}

void take_asked(struct world *world, const struct frame *frame)
{
    struct asked *asked = &world->asked[world->asked_count++];
    assert_true(world->asked_count < ASKED_MAX);
    *asked = (struct asked){.id = frame->id, .kind = frame->kind, .size = frame->payload.size};
    if (frame->kind == MESSAGE_FORWARDED) {
        struct wire_reader reader = wire_read(frame->payload);
        wire_get_peer(&reader, &asked->peer);
        asked->kind = wire_get_u8(&reader);
        (void)wire_get_bytes(&reader, MESSAGE_MAX);
        must(wire_end(&reader));
    }
    if (frame->kind == MESSAGE_HELLO) {
        char memory[128];
        struct text payload = TEXT_IN(memory);
        wire_put_u32(&payload, WIRE_VERSION);
        wire_put_string(&payload, "ingest.example/log");
        wire_put_u64(&payload, 42);
        answer(world, frame->id, MESSAGE_WELCOME, &payload);
        world->asked_count--;
    }
}

void be_writer(struct world *world)
{
    struct frame frame;
    bool whole = world->theirs != NULL;
    if (whole) {
        must(channel_flush(world->theirs));
        must(channel_receive(world->theirs));
    }
    while (whole) {
        must(channel_next(world->theirs, &frame, &whole));
        if (whole) {
            take_asked(world, &frame);
        }
    }
}

void spin(struct world *world)
{
    for (unsigned i = 0; i < TURNS; i++) {
        must(ingest_turn(world->ingest, -1, 0));
        be_writer(world);
    }
}

void writer_comes(struct world *world)
{
    int pair[2];
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = 2 * MESSAGE_MAX};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    must(channel_open(pair[0], limits, &world->ours));
    must(channel_open(pair[1], limits, &world->theirs));
    must(ingest_writer(world->ingest, world->ours));
    world->asked_count = 0;
    spin(world);
}

void writer_goes(struct world *world)
{
    channel_close(&world->theirs);
    spin(world);
    assert_false(ingest_has_writer(world->ingest));
    channel_close(&world->ours);
}

/* The world --------------------------------------------------------------------------------- */

int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    memcpy(world->directory, "/tmp/cairn-ingest-XXXXXX", 25);
    assert_non_null(mkdtemp(world->directory));
    snprintf(world->path, sizeof world->path, "%s/s", world->directory);
    settings_init(&world->settings);
    journal_init(&world->journal, "test");
    must(channel_listen(world->path, 0600, &world->listener));
    must(ingest_open(&(struct ingest_options){.settings = &world->settings,
                                              .journal = &world->journal,
                                              .listener = world->listener,
                                              .answer_us = 300000},
                     &world->ingest));
    world->memory = malloc(FRAME_ROOM);
    *state = world;
    return 0;
}

int end(void **state)
{
    struct world *world = *state;
    ingest_close(&world->ingest);
    channel_close(&world->ours);
    channel_close(&world->theirs);
    close(world->listener);
    unlink(world->path);
    rmdir(world->directory);
    free(world->memory);
    free(world);
    return 0;
}

/* Clients ----------------------------------------------------------------------------------- */

struct channel *connect_client(const struct world *world)
{
    int fd = -1;
    struct channel *client = NULL;
    must(channel_connect(world->path, &fd));
    must(channel_open(
        fd, (struct channel_limits){.frame = MESSAGE_MAX, .waiting = 16 * (size_t)FRAME_ROOM},
        &client));
    return client;
}

void say(struct channel *client, uint8_t kind, uint32_t id, struct bytes payload)
{
    char *memory = malloc(payload.size + 16);
    struct text out = {.data = memory, .capacity = payload.size + 16};
    size_t start = frame_begin(&out, kind, id);
    text_put_bytes(&out, payload);
    frame_end(&out, start);
    (void)failed(channel_send(client, text_bytes(&out), -1));
    free(memory);
}

void say_hello(struct channel *client, uint32_t version)
{
    char memory[64];
    struct text payload = TEXT_IN(memory);
    wire_put_u32(&payload, version);
    wire_put_string(&payload, "test");
    say(client, MESSAGE_HELLO, 1, text_bytes(&payload));
}

/* The next frame that has come; false if there is none. */
bool heard(struct world *world, struct channel *client, struct frame *out)
{
    bool whole = false;
    must(channel_next(client, out, &whole));
    if (!whole) {
        spin(world);
        (void)failed(channel_receive(client));
        must(channel_next(client, out, &whole));
    }
    return whole;
}

bool is_closed(struct world *world, struct channel *client)
{
    spin(world);
    return failed(channel_receive(client));
}

struct channel *greeted(struct world *world)
{
    struct frame frame;
    struct channel *client = connect_client(world);
    say_hello(client, WIRE_VERSION);
    assert_true(heard(world, client, &frame));
    assert_int_equal(frame.kind, MESSAGE_WELCOME);
    return client;
}

/* A submission in its form; who signed it is the writer's to find out. */
struct bytes submission(struct world *world, const char *emitter, uint32_t count)
{
    struct text out = {.data = world->memory, .capacity = FRAME_ROOM};
    wire_put_u8(&out, WIRE_DURABLE);
    size_t size_at = out.size;
    wire_put_u32(&out, 0);
    size_t from = out.size;
    struct text inner = {.data = out.data + from, .capacity = out.capacity - from};
    submission_begin(&inner, bytes_of_string(emitter), 1);
    for (uint32_t i = 0; i < count; i++) {
        submission_put(&inner, &(struct submission_event){.statement = LITERAL("{}"),
                                                          .body = LITERAL("0123456789abcdef{}")});
    }
    submission_end(&inner, count, LITERAL("signature"));
    assert_false(inner.full);
    bytes_write_u32((uint8_t *)out.data + size_at, (uint32_t)inner.size);
    return bytes_of(out.data, from + inner.size);
}

void submit(struct world *world, struct channel *client, uint32_t id, uint8_t level)
{
    struct bytes payload = submission(world, "door", 1);
    world->memory[0] = (char)level;
    say(client, MESSAGE_SUBMIT, id, payload);
}

void expect_receipt(struct world *world, struct channel *client, uint32_t id, const char *code)
{
    struct frame frame;
    struct wire_receipt receipt;
    assert_true(heard(world, client, &frame));
    assert_int_equal(frame.kind, MESSAGE_RECEIPT);
    assert_int_equal(frame.id, id);
    must(wire_receipt_decode(frame.payload, &receipt));
    assert_int_equal(receipt.status.code.size, strlen(code));
    assert_memory_equal(receipt.status.code.data, code, strlen(code));
}
