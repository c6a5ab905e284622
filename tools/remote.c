#include "tools/remote.h"

#include "core/note.h"
#include "schema/wire/channel.h"
#include "schema/wire/message.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FRAME_MAX = MESSAGE_MAX + FRAME_HEAD,
    GO_ON = 1,         /* `at` of an UNCERTAIN after which the conversation goes on */
    SUBMIT_TRIES = 50, /* while a writer is restarted */
    SUBMIT_PAUSE_MS = 200,
    WHY_MEMORY = 2048, /* bytes of all the daemon's reasons together */
};

struct remote {
    struct channel *channel;
    struct remote_options options;
    struct engine_port port;
    struct text frame; /* being written; FRAME_MAX bytes */
    uint32_t last_id;
    uint32_t notes;        /* on their way */
    struct status refused; /* the first of them that was */
    struct status unsaid;
    struct status broken; /* the end of it all */
    char origin[ORIGIN_MAX + 1];
    struct text whys;
    char why_memory[WHY_MEMORY];
};

/* Finding --------------------------------------------------------------------------------- */

static struct status read_pointer(const char *store, struct store_path *out)
{
    struct store_path file;
    size_t size = 0;
    TRY(store_path(store, "daemon", &file));
    TRY(store_read_file(file.text, out->text, sizeof out->text - 1, &size));
    while (size > 0 && out->text[size - 1] == '\n') {
        size--;
    }
    out->text[size] = '\0';
    return size > 0 ? OK : FAIL(NOT_FOUND, 0);
}

struct status remote_find(const char *store, const char *given, struct store_path *out)
{
    struct stat found;
    if (given != NULL) {
        struct text text = TEXT_IN(out->text);
        text_put_string(&text, given);
        (void)text_string(&text);
        return text.full ? FAIL(LIMIT, sizeof out->text) : OK;
    }
    struct status status = read_pointer(store, out);
    if (status.code != STATUS_NOT_FOUND) {
        return status;
    }
    TRY(store_path(store, "run/cairn.sock", out));
    return stat(out->text, &found) == 0 ? OK : FAIL(NOT_FOUND, 0);
}

/* Waiting --------------------------------------------------------------------------------- */

/* What a lost connection means to whoever has asked for something. */
static struct status meaning(struct status status)
{
    if (status.code != STATUS_IO) {
        return status;
    }
    if (status.at == ETIMEDOUT) {
        return FAIL_BECAUSE(UNREACHABLE, 0, "not in time, and whether this was done is not known");
    }
    return FAIL(UNCERTAIN, 0);
}

/* That a writer is gone or slow is no end: the socket is still there, and so is a writer soon. */
static bool is_final(struct status status)
{
    return failed(status) && !(status.code == STATUS_UNCERTAIN && status.at == GO_ON);
}

static struct status end(struct remote *remote, struct status status)
{
    if (is_final(status) && !failed(remote->broken)) {
        remote->broken = meaning(status);
    }
    return is_final(status) ? remote->broken : status;
}

static struct status wait_until(struct remote *remote, uint64_t deadline_us)
{
    uint64_t now_us = wire_now_us();
    if (now_us >= deadline_us) {
        return FAIL(IO, ETIMEDOUT);
    }
    struct pollfd waited[2] = {
        {.fd = channel_fd(remote->channel), .events = channel_wants(remote->channel)},
        {.fd = remote->options.signals, .events = POLLIN},
    };
    int count = poll(waited, 2, (int)((deadline_us - now_us + 999) / 1000));
    if (count < 0 && errno != EINTR) {
        return FAIL(IO, (uint64_t)errno);
    }
    return count > 0 && waited[1].revents != 0 ? FAIL(INTERRUPTED, 0) : OK;
}

static uint64_t deadline_of(const struct remote *remote)
{
    const struct remote_options *options = &remote->options;
    bool greeted = remote->origin[0] != '\0';
    return wire_now_us() + UINT64_C(1000) * (greeted ? options->answer_ms : options->greeting_ms);
}

/* The next frame, whatever it answers. */
static struct status next_frame(struct remote *remote, uint64_t deadline_us, struct frame *out)
{
    bool whole = false;
    struct status received = OK;
    for (;;) {
        TRY(channel_next(remote->channel, out, &whole));
        if (whole) {
            return OK;
        }
        TRY(received);
        TRY(wait_until(remote, deadline_us));
        TRY(channel_flush(remote->channel));
        received = channel_receive(remote->channel);
    }
}

/* Sentences of the daemon's are kept for as long as the remote, as far as there is room. */
static const char *keep(struct remote *remote, struct bytes words)
{
    const char *kept = remote->whys.data + remote->whys.size;
    size_t before = remote->whys.size;
    if (words.size == 0) {
        return NULL;
    }
    text_put_printable(&remote->whys, words);
    text_put_char(&remote->whys, '\0');
    if (remote->whys.full) {
        remote->whys.size = before;
        remote->whys.full = false;
        return NULL;
    }
    return kept;
}

static struct status status_of(struct remote *remote, const struct wire_status *status)
{
    char memory[WIRE_SENTENCE_MAX * 4 + 1];
    struct text words = TEXT_IN(memory);
    struct status found = wire_status_is(status, &words);
    found.why = found.why == NULL ? NULL : keep(remote, text_bytes(&words));
    return found;
}

/* An answer of the kind that was hoped for; or what came instead of it. */
static struct status expect(struct remote *remote, const struct frame *frame, uint8_t kind)
{
    if (frame->kind == kind) {
        return OK;
    }
    if (frame->kind == MESSAGE_RETRY) {
        return FAIL(UNCERTAIN, GO_ON);
    }
    if (frame->kind == MESSAGE_FAULT) {
        struct wire_reader reader = wire_read(frame->payload);
        return FAIL_BECAUSE(MALFORMED, 0, keep(remote, wire_get_bytes(&reader, WIRE_SENTENCE_MAX)));
    }
    return FAIL_BECAUSE(MALFORMED, 0, "the daemon answers something else");
}

/* Asking ---------------------------------------------------------------------------------- */

static size_t begin(struct remote *remote, uint8_t kind)
{
    text_clear(&remote->frame);
    return frame_begin(&remote->frame, kind, ++remote->last_id);
}

static struct status send(struct remote *remote, size_t start)
{
    frame_end(&remote->frame, start);
    return remote->frame.full ? FAIL(LIMIT, MESSAGE_MAX)
                              : channel_send(remote->channel, text_bytes(&remote->frame), -1);
}

/* Sends what has been written and waits for its answer. */
static struct status call(struct remote *remote, size_t start, uint8_t kind, struct frame *answer)
{
    uint64_t deadline_us = deadline_of(remote);
    TRY(remote->broken);
    TRY(end(remote, send(remote, start)));
    do {
        TRY(end(remote, next_frame(remote, deadline_us, answer)));
    } while (answer->id != remote->last_id);
    return end(remote, expect(remote, answer, kind));
}

/* Submissions ----------------------------------------------------------------------------- */

static struct status submit_once(struct remote *remote, struct bytes submission,
                                 struct receipt *receipt)
{
    struct frame answer;
    struct wire_receipt wire;
    size_t start = begin(remote, MESSAGE_SUBMIT);
    wire_put_u8(&remote->frame, WIRE_DURABLE);
    wire_put_bytes(&remote->frame, submission);
    TRY(call(remote, start, MESSAGE_RECEIPT, &answer));
    TRY(end(remote, wire_receipt_decode(answer.payload, &wire)));
    *receipt = (struct receipt){.status = status_of(remote, &wire.status),
                                .already = wire.already,
                                .first = wire.first,
                                .count = wire.count};
    return OK;
}

static struct status pause_for(const struct remote *remote, int ms)
{
    struct pollfd waited = {.fd = remote->options.signals, .events = POLLIN};
    return poll(&waited, 1, ms) > 0 ? FAIL(INTERRUPTED, 0) : OK;
}

/* A submission that is in the log already is known by its numbers: asking again harms nothing. */
static struct status port_submit(void *context, struct bytes submission, struct receipt *receipt)
{
    struct remote *remote = context;
    struct status status = submit_once(remote, submission, receipt);
    for (unsigned tries = 1;
         status.code == STATUS_UNCERTAIN && status.at == GO_ON && tries < SUBMIT_TRIES; tries++) {
        TRY(pause_for(remote, SUBMIT_PAUSE_MS));
        status = submit_once(remote, submission, receipt);
    }
    return status;
}

/* Notes ----------------------------------------------------------------------------------- */

/* What the daemon will not say for this user is no failure of whoever only asks a question. */
static void take_receipt(struct remote *remote, struct status status)
{
    if (!failed(status)) {
        return;
    }
    if (remote->options.lenient && status.code == STATUS_KEY) {
        remote->unsaid = failed(remote->unsaid) ? remote->unsaid : status;
    } else if (!failed(remote->refused)) {
        remote->refused = status;
    }
}

static struct status await_note(struct remote *remote)
{
    struct frame answer;
    struct wire_receipt wire;
    TRY(next_frame(remote, deadline_of(remote), &answer));
    remote->notes--;
    if (answer.kind == MESSAGE_RETRY) {
        take_receipt(remote, FAIL(UNCERTAIN, 0));
        return OK;
    }
    TRY(expect(remote, &answer, MESSAGE_RECEIPT));
    TRY(wire_receipt_decode(answer.payload, &wire));
    take_receipt(remote, status_of(remote, &wire.status));
    return OK;
}

/* Until no more than so many are on their way. */
static struct status await_notes(struct remote *remote, uint32_t left)
{
    TRY(remote->broken);
    while (remote->notes > left) {
        TRY(end(remote, await_note(remote)));
    }
    return OK;
}

static struct status port_say(void *context, enum engine_voice voice, const struct draft *draft)
{
    struct remote *remote = context;
    (void)voice; /* follows from the kind */
    TRY(await_notes(remote, REMOTE_NOTES_MAX - 1));
    size_t start = begin(remote, MESSAGE_NOTE);
    TRY(note_write(draft, &remote->frame));
    TRY(end(remote, send(remote, start)));
    remote->notes++;
    return OK;
}

static struct status port_flush(void *context)
{
    struct remote *remote = context;
    TRY(await_notes(remote, 0));
    struct status refused = remote->refused;
    remote->refused = OK;
    return refused;
}

/* Commands -------------------------------------------------------------------------------- */

static struct status read_verdict(struct remote *remote, struct wire_reader *reader,
                                  struct verdict *out)
{
    struct wire_verdict wire;
    wire_get_verdict(reader, &wire);
    *out = (struct verdict){.status = status_of(remote, &wire.status),
                            .refused = RULE_NONE,
                            .first = wire.first,
                            .count = wire.count,
                            .done = wire.done,
                            .items_refused = wire.items_refused};
    if (wire.refused.size > 0 && !rule_read(wire.refused, &out->refused)) {
        return FAIL_BECAUSE(VERSION, 0, "the daemon refuses by a rule that is not known here");
    }
    return wire.bulk.size > 0 ? id_read(wire.bulk, &out->bulk) : OK;
}

static struct status read_verdicts(struct remote *remote, struct bytes payload, size_t count,
                                   struct verdict *verdicts)
{
    struct wire_reader reader = wire_read(payload);
    struct wire_status whole = wire_get_status(&reader);
    size_t found = wire_get_u16(&reader);
    TRY(status_of(remote, &whole));
    if (found != count) {
        return FAIL_BECAUSE(MALFORMED, found, "the daemon answers another number of commands");
    }
    for (size_t i = 0; i < count; i++) {
        TRY(read_verdict(remote, &reader, &verdicts[i]));
    }
    return wire_end(&reader);
}

static bool same_source(const struct request *a, const struct request *b)
{
    return bytes_equal(a->source, b->source);
}

/* How many of them go together. */
static size_t group_of(const struct request *requests, size_t count)
{
    size_t size = 1;
    while (size < count && size < MESSAGE_RECORDS_MAX &&
           same_source(&requests[size], &requests[0])) {
        size++;
    }
    return size;
}

static struct status command_group(struct remote *remote, const struct request *requests,
                                   size_t count, struct verdict *verdicts)
{
    struct frame answer;
    size_t start = begin(remote, MESSAGE_COMMANDS);
    wire_put_bytes(&remote->frame, requests[0].source);
    wire_put_u16(&remote->frame, (uint16_t)count);
    for (size_t i = 0; i < count; i++) {
        wire_put_bytes(&remote->frame, requests[i].record);
    }
    TRY(call(remote, start, MESSAGE_VERDICTS, &answer));
    return read_verdicts(remote, answer.payload, count, verdicts);
}

/* The same as the engine says of a record that is longer than any may be. */
static bool is_too_long(const struct request *request, struct verdict *verdict)
{
    *verdict = (struct verdict){.status = FAIL(LIMIT, COMMAND_MAX), .refused = RULE_NONE};
    return request->record.size > COMMAND_MAX;
}

static struct status port_commands(void *context, const struct request *requests, size_t count,
                                   struct verdict *verdicts)
{
    struct remote *remote = context;
    for (size_t at = 0; at < count;) {
        size_t group = 1;
        if (!is_too_long(&requests[at], &verdicts[at])) {
            group = group_of(requests + at, count - at);
            for (size_t i = 1; i < group; i++) {
                group = requests[at + i].record.size > COMMAND_MAX ? i : group;
            }
            TRY(command_group(remote, requests + at, group, verdicts + at));
        }
        at += group;
    }
    return OK;
}

/* The next writer ------------------------------------------------------------------------- */

static struct status port_await_writer(void *context)
{
    struct bytes json;
    struct remote *remote = context;
    struct status status = remote_status(remote, &json);
    for (unsigned tries = 1; failed(status) && !is_final(status) && tries < SUBMIT_TRIES; tries++) {
        TRY(pause_for(remote, SUBMIT_PAUSE_MS));
        status = remote_status(remote, &json);
    }
    return status;
}

/* Opening --------------------------------------------------------------------------------- */

static struct status greet(struct remote *remote)
{
    struct frame answer;
    size_t start = begin(remote, MESSAGE_HELLO);
    wire_put_u32(&remote->frame, WIRE_VERSION);
    wire_put_string(&remote->frame, "cairn");
    TRY(call(remote, start, MESSAGE_WELCOME, &answer));
    struct wire_reader reader = wire_read(answer.payload);
    uint32_t version = wire_get_u32(&reader);
    struct bytes origin = wire_get_bytes(&reader, ORIGIN_MAX);
    (void)wire_get_u64(&reader);
    TRY(wire_end(&reader));
    if (version != WIRE_VERSION) {
        return FAIL_BECAUSE(VERSION, version, "the daemon speaks another version of the messages");
    }
    if (origin.size > 0) {
        memcpy(remote->origin, origin.data, origin.size);
    }
    return OK;
}

static struct status connect_to(struct remote *remote)
{
    static const struct channel_limits limits = {.frame = FRAME_MAX,
                                                 .waiting = FRAME_MAX + NOTE_SIZE_MAX};
    int fd = -1;
    TRY(channel_connect(remote->options.path, &fd));
    struct status status = channel_open(fd, limits, &remote->channel);
    if (failed(status)) {
        close(fd);
    }
    return status;
}

static struct status open_parts(struct remote *remote)
{
    char *memory = malloc(FRAME_MAX);
    if (memory == NULL) {
        return FAIL(NO_MEMORY, FRAME_MAX);
    }
    remote->frame = (struct text){.data = memory, .capacity = FRAME_MAX};
    remote->whys = TEXT_IN(remote->why_memory);
    TRY(connect_to(remote));
    struct status status = greet(remote);
    /* Nothing has been asked yet: nothing is uncertain. */
    return status.code == STATUS_UNCERTAIN || status.code == STATUS_UNREACHABLE
               ? FAIL(UNREACHABLE, 0)
               : status;
}

struct status remote_open(const struct remote_options *options, struct remote **out)
{
    CLEANUP(remote_close) struct remote *remote = calloc(1, sizeof *remote);
    if (remote == NULL) {
        return FAIL(NO_MEMORY, sizeof *remote);
    }
    remote->options = *options;
    remote->options.answer_ms =
        options->answer_ms == 0 ? (uint32_t)REMOTE_ANSWER_MS : options->answer_ms;
    remote->options.greeting_ms =
        options->greeting_ms == 0 ? (uint32_t)REMOTE_GREETING_MS : options->greeting_ms;
    remote->port = (struct engine_port){.context = remote,
                                        .submit = port_submit,
                                        .say = port_say,
                                        .flush = port_flush,
                                        .commands = port_commands,
                                        .await_writer = port_await_writer};
    TRY(open_parts(remote));
    *out = remote;
    remote = NULL;
    return OK;
}

void remote_close(struct remote **remote)
{
    if (*remote != NULL) {
        channel_close(&(*remote)->channel);
        free((*remote)->frame.data);
        free(*remote);
        *remote = NULL;
    }
}

const char *remote_origin(const struct remote *remote)
{
    return remote->origin;
}

const struct engine_port *remote_port(struct remote *remote)
{
    return &remote->port;
}

struct status remote_unsaid(const struct remote *remote)
{
    return remote->unsaid;
}

struct status remote_status(struct remote *remote, struct bytes *json)
{
    struct frame answer;
    size_t start = begin(remote, MESSAGE_STATUS);
    TRY(call(remote, start, MESSAGE_STATUS_IS, &answer));
    struct wire_reader reader = wire_read(answer.payload);
    *json = wire_get_bytes(&reader, MESSAGE_MAX);
    return end(remote, wire_end(&reader));
}
