#include "tests/tools/served.h"

#include "core/note.h"
#include "schema/wire/channel.h"
#include "schema/wire/message.h"
#include "store/login_names.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    FRAME_MAX = MESSAGE_MAX + FRAME_HEAD,
    ARENA_SIZE = 1 << 20, /* bytes */
};

struct server {
    enum served_fault fault;
    struct engine *engine;
    struct notes *notes;
    struct channel *channel;
    struct text out;
    struct arena arena;
    char name[64]; /* of whoever runs this */
};

static void keep_receipt(void *context, const struct receipt *receipt)
{
    *(struct receipt *)context = *receipt;
}

/* Answers --------------------------------------------------------------------------------- */

static void answer_submission(struct server *server, struct bytes payload)
{
    struct receipt receipt = {.status = OK};
    struct wire_reader reader = wire_read(payload);
    uint8_t level = wire_get_u8(&reader);
    struct bytes submission = wire_get_bytes(&reader, SUBMISSION_MAX);
    must(wire_end(&reader));
    assert_int_equal(level, WIRE_DURABLE);
    must(engine_submit(server->engine, submission, keep_receipt, &receipt));
    must(engine_settle(server->engine));
    wire_put_receipt(&server->out, receipt.status, receipt.already, receipt.first, receipt.count);
}

static void put_verdict(struct text *out, const struct verdict *verdict)
{
    char memory[WIRE_ID_MAX];
    struct text bulk = TEXT_IN(memory);
    if (verdict->bulk.kind != ID_NONE) {
        id_write(&bulk, verdict->bulk);
    }
    struct wire_verdict wire = {
        .refused = bytes_of_string(verdict->refused == RULE_NONE ? "" : rule_id(verdict->refused)),
        .first = verdict->first,
        .count = verdict->count,
        .bulk = text_bytes(&bulk),
        .done = verdict->done,
        .items_refused = verdict->items_refused};
    wire_put_verdict(out, &wire, verdict->status);
}

static void answer_commands(struct server *server, struct bytes payload)
{
    struct request requests[MESSAGE_RECORDS_MAX];
    struct verdict verdicts[MESSAGE_RECORDS_MAX];
    struct wire_reader reader = wire_read(payload);
    struct bytes source = wire_get_bytes(&reader, LEAF_SOURCE_MAX);
    uint16_t count = wire_get_u16(&reader);
    assert_true(count > 0 && count <= MESSAGE_RECORDS_MAX);
    for (uint16_t i = 0; i < count; i++) {
        requests[i] =
            (struct request){.record = wire_get_bytes(&reader, COMMAND_MAX), .source = source};
    }
    must(wire_end(&reader));
    must(engine_commands(server->engine, requests, count, verdicts));
    must(engine_settle(server->engine));
    wire_put_status(&server->out, OK);
    wire_put_u16(&server->out, count);
    for (uint16_t i = 0; i < count; i++) {
        put_verdict(&server->out, &verdicts[i]);
    }
}

static void answer_note(struct server *server, struct bytes payload)
{
    struct note note;
    const struct note_speaker speaker = {.role = NOTE_OPERATOR,
                                         .name = bytes_of_string(server->name)};
    arena_reset(&server->arena);
    struct status status = note_read(payload, &server->arena, &note);
    status = failed(status) ? status : notes_say(server->notes, &speaker, &note);
    must(engine_failure(server->engine));
    must(engine_settle(server->engine));
    if (server->fault == SERVED_REFUSING) {
        status = FAIL_BECAUSE(KEY, 0, "not for the likes of you");
    }
    wire_put_receipt(&server->out, status, false, 0, 1);
}

static void answer_well(struct server *server, const struct frame *frame)
{
    static const uint8_t answers[] = {[MESSAGE_SUBMIT] = MESSAGE_RECEIPT,
                                      [MESSAGE_COMMANDS] = MESSAGE_VERDICTS,
                                      [MESSAGE_NOTE] = MESSAGE_RECEIPT,
                                      [MESSAGE_STATUS] = MESSAGE_STATUS_IS};
    assert_true(frame->kind < sizeof answers && answers[frame->kind] != 0);
    size_t start = frame_begin(&server->out, answers[frame->kind], frame->id);
    if (frame->kind == MESSAGE_SUBMIT) {
        answer_submission(server, frame->payload);
    } else if (frame->kind == MESSAGE_COMMANDS) {
        answer_commands(server, frame->payload);
    } else if (frame->kind == MESSAGE_NOTE) {
        answer_note(server, frame->payload);
    } else {
        wire_put_string(&server->out, "{\"mode\":\"normal\"}");
    }
    frame_end(&server->out, start);
}

/* Of an answer to a question whose id is known. */
static void answer_wrongly(struct server *server, const struct frame *frame)
{
    bool gone = server->fault == SERVED_RETRY || server->fault == SERVED_DONE;
    uint8_t kind = gone                            ? MESSAGE_RETRY
                   : server->fault == SERVED_FAULT ? MESSAGE_FAULT
                   : server->fault == SERVED_OTHER ? MESSAGE_HEAD_IS
                                                   : MESSAGE_RECEIPT;
    if (server->fault == SERVED_DONE) {
        answer_well(server, frame);
        text_clear(&server->out);
    }
    server->fault = gone ? SERVED_WELL : server->fault;
    size_t start = frame_begin(&server->out, kind, frame->id);
    if (server->fault == SERVED_FAULT) {
        wire_put_string(&server->out, "this is not \x1b[31m understood");
    }
    if (server->fault == SERVED_SHORT) {
        wire_put_u16(&server->out, 7);
    }
    frame_end(&server->out, start);
    if (server->fault == SERVED_GARBAGE) {
        text_clear(&server->out);
        text_put_literal(&server->out, "\xff\xff\xff\xff and so on, for a while");
    }
}

static void greet(struct server *server, const struct frame *frame)
{
    struct wire_reader reader = wire_read(frame->payload);
    assert_int_equal(frame->kind, MESSAGE_HELLO);
    assert_int_equal(wire_get_u32(&reader), WIRE_VERSION);
    size_t start = frame_begin(&server->out, MESSAGE_WELCOME, frame->id);
    wire_put_u32(&server->out, server->fault == SERVED_OLD ? WIRE_VERSION + 1 : WIRE_VERSION);
    wire_put_string(&server->out, server->fault == SERVED_ANOTHER_LOG
                                      ? "elsewhere.example/log"
                                      : log_origin(engine_log(server->engine)));
    wire_put_u64(&server->out, log_head_of(engine_log(server->engine))->size);
    frame_end(&server->out, start);
}

/* False: the client is to be left. */
static bool answer(struct server *server, const struct frame *frame, bool greeted)
{
    text_clear(&server->out);
    if (!greeted) {
        greet(server, frame);
    } else if (server->fault == SERVED_WELL || server->fault == SERVED_REFUSING) {
        answer_well(server, frame);
    } else if (server->fault == SERVED_GONE) {
        return false;
    } else if (server->fault != SERVED_SILENT) {
        answer_wrongly(server, frame);
    }
    bool mute = server->fault == SERVED_MUTE || (greeted && server->fault == SERVED_SILENT);
    if (!mute) {
        must(channel_send(server->channel, text_bytes(&server->out), -1));
    }
    return true;
}

/* The loop -------------------------------------------------------------------------------- */

static void wait_for(struct channel *channel)
{
    struct pollfd waited = {.fd = channel_fd(channel), .events = channel_wants(channel)};
    (void)poll(&waited, 1, -1);
}

static void serve(struct server *server)
{
    bool greeted = false, whole = false;
    struct frame frame;
    struct status status = OK;
    while (!failed(status)) {
        wait_for(server->channel);
        status = channel_flush(server->channel);
        status = failed(status) ? status : channel_receive(server->channel);
        must(channel_next(server->channel, &frame, &whole));
        while (whole) {
            if (!answer(server, &frame, greeted)) {
                return;
            }
            greeted = true;
            must(channel_next(server->channel, &frame, &whole));
        }
    }
}

static void run(struct server *server, int listener)
{
    static const struct channel_limits limits = {.frame = FRAME_MAX, .waiting = FRAME_MAX};
    for (;;) {
        struct pollfd waited = {.fd = listener, .events = POLLIN};
        (void)poll(&waited, 1, -1);
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            continue;
        }
        must(channel_open(fd, limits, &server->channel));
        serve(server);
        channel_close(&server->channel);
    }
}

static void open_server(struct server *server, struct scratch *scratch)
{
    struct text name = TEXT_IN(server->name);
    struct login_names *names = NULL;
    must(login_names_open("/etc/passwd", &names));
    login_names_put(names, getuid(), &name);
    (void)text_string(&name);
    login_names_close(&names);
    server->engine = scratch_open(scratch, false);
    must(notes_open(server->engine, &server->notes));
    server->out = (struct text){.data = malloc(FRAME_MAX), .capacity = FRAME_MAX};
    server->arena = (struct arena){.memory = malloc(ARENA_SIZE), .capacity = ARENA_SIZE};
    assert_non_null(server->out.data);
    assert_non_null(server->arena.memory);
}

/* The child is listening before it is told of; it has the store before it answers. */
void served_begin(struct served *served, struct scratch *scratch, enum served_fault fault)
{
    int listener = -1;
    snprintf(served->path, sizeof served->path, "%s/served.sock", scratch->directory);
    must(channel_listen(served->path, 0600, &listener));
    served->child = fork();
    assert_true(served->child >= 0);
    if (served->child == 0) {
        struct server *server = calloc(1, sizeof *server);
        server->fault = fault;
        open_server(server, scratch);
        run(server, listener);
        _exit(0);
    }
    close(listener);
}

void served_end(struct served *served)
{
    if (served->child > 0) {
        (void)kill(served->child, SIGKILL);
        (void)waitpid(served->child, NULL, 0);
    }
    unlink(served->path);
    served->child = 0;
}
