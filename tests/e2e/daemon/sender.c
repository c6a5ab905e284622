/*
 * sender SOCKET KEY COUNT BATCH LEVEL WINDOW: an emitter that submits COUNT events through the
 * daemon, BATCH a signature, up to WINDOW submissions on their way, and says `acked N`, the
 * number of the last event, as soon as the daemon has acknowledged it. LEVEL is queued or
 * durable.
 *
 * When the connection ends or the daemon says RETRY it connects again, asks how far the log has its
 * events, and sends the rest again, as they were signed: so it never says anything twice under
 * another signature. It gives up when nothing was acknowledged for PATIENCE_US.
 */
#include "core/emission.h"
#include "schema/wire/channel.h"
#include "schema/wire/message.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_US UINT64_C(60000000)

enum {
    WINDOW_MAX = 64,
};

/* A submission that is not acknowledged yet. */
struct parcel {
    char *bytes;
    size_t size;
    uint64_t last; /* emitter_n of its last event */
    bool sent;
};

struct sender {
    const char *socket;
    uint64_t count, batch, window;
    enum wire_level level;
    char origin[ORIGIN_MAX + 1];
    struct speaker speaker;
    struct emission *emission;
    struct channel *channel;
    uint64_t target;      /* emitter_n of the last event */
    uint64_t progress_us; /* when something was acknowledged last */
    struct parcel parcels[WINDOW_MAX];
    uint64_t first, end; /* of the parcels, by number; the number is the request's id */
    char *frame;
    uint64_t started_us, slowest_us;
};

static struct parcel *parcel_at(struct sender *sender, uint64_t number)
{
    return &sender->parcels[number % WINDOW_MAX];
}

/* Connecting ------------------------------------------------------------------------------ */

static struct status call(struct sender *sender, uint8_t kind, const struct text *payload,
                          struct frame *answer)
{
    char memory[1024];
    struct text out = TEXT_IN(memory);
    size_t start = frame_begin(&out, kind, UINT32_MAX);
    text_put_bytes(&out, text_bytes(payload));
    frame_end(&out, start);
    return channel_call(sender->channel, text_bytes(&out), UINT32_MAX, wire_now_us() + 15000000,
                        answer);
}

static struct status greet(struct sender *sender)
{
    char memory[256];
    struct text payload = TEXT_IN(memory);
    struct frame answer;
    wire_put_u32(&payload, WIRE_VERSION);
    wire_put_string(&payload, "sender");
    TRY(call(sender, MESSAGE_HELLO, &payload, &answer));
    struct wire_reader reader = wire_read(answer.payload);
    (void)wire_get_u32(&reader);
    struct bytes origin = wire_get_bytes(&reader, ORIGIN_MAX);
    (void)wire_get_u64(&reader);
    TRY(answer.kind == MESSAGE_WELCOME ? wire_end(&reader) : FAIL(MALFORMED, answer.kind));
    memcpy(sender->origin, origin.data, origin.size);
    sender->origin[origin.size] = '\0';
    return OK;
}

static struct status ask_head(struct sender *sender, struct emitter_head *out)
{
    char memory[256];
    struct text payload = TEXT_IN(memory);
    struct frame answer;
    struct wire_head head;
    wire_put_string(&payload, sender->speaker.name);
    TRY(call(sender, MESSAGE_HEAD, &payload, &answer));
    TRY(answer.kind == MESSAGE_HEAD_IS ? wire_head_decode(answer.payload, &head)
                                       : FAIL(MALFORMED, answer.kind));
    *out = (struct emitter_head){.chain = head.chain, .emitter_n = head.emitter_n};
    return OK;
}

static struct status connect_once(struct sender *sender, struct emitter_head *head)
{
    int fd = -1;
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = 2 * MESSAGE_MAX};
    channel_close(&sender->channel);
    TRY(channel_connect(sender->socket, &fd));
    struct status status = channel_open(fd, limits, &sender->channel);
    if (failed(status)) {
        (void)close(fd);
        return status;
    }
    TRY(greet(sender));
    return ask_head(sender, head);
}

static bool is_patient(const struct sender *sender)
{
    return wire_now_us() - sender->progress_us < PATIENCE_US;
}

static void note_acknowledged(struct sender *sender)
{
    uint64_t now_us = wire_now_us();
    const struct parcel *parcel = parcel_at(sender, sender->first);
    char line[32];
    int size = snprintf(line, sizeof line, "acked %" PRIu64 "\n", parcel->last);
    (void)!write(STDOUT_FILENO, line, (size_t)size);
    sender->progress_us = now_us;
    sender->first++;
}

/* What the log has is acknowledged, whoever lost the answer; the rest is sent again. */
static struct status connect_again(struct sender *sender)
{
    struct emitter_head head;
    while (failed(connect_once(sender, &head))) {
        const struct timespec pause = {.tv_nsec = 20000000};
        if (!is_patient(sender)) {
            return FAIL_BECAUSE(IO, ETIMEDOUT, "the daemon does not come back");
        }
        nanosleep(&pause, NULL);
    }
    while (sender->first < sender->end &&
           parcel_at(sender, sender->first)->last <= head.emitter_n) {
        note_acknowledged(sender);
    }
    for (uint64_t number = sender->first; number < sender->end; number++) {
        parcel_at(sender, number)->sent = false;
    }
    if (sender->target == 0) {
        sender->speaker.head = head;
        sender->target = head.emitter_n + sender->count;
    }
    return OK;
}

/* Sending --------------------------------------------------------------------------------- */

static struct status make_parcel(struct sender *sender)
{
    struct bytes submission;
    struct parcel *parcel = parcel_at(sender, sender->end);
    uint64_t left = sender->target - sender->speaker.head.emitter_n;
    emission_begin(sender->emission, &sender->speaker, bytes_of_string(sender->origin));
    for (uint64_t i = 0; i < sender->batch && i < left; i++) {
        union event_body body = {.audit_observed = {.what = LITERAL("reading"),
                                                    .has_detail = true,
                                                    .detail = LITERAL("as it is every time")}};
        TRY(emission_add(sender->emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                           .on = {{.kind = ID_LOG}},
                                                           .on_count = 1,
                                                           .body = &body}));
    }
    TRY(emission_end(sender->emission, &submission, &sender->speaker.head));
    free(parcel->bytes);
    *parcel = (struct parcel){.bytes = malloc(submission.size),
                              .size = submission.size,
                              .last = sender->speaker.head.emitter_n};
    if (parcel->bytes == NULL) {
        return FAIL(NO_MEMORY, submission.size);
    }
    memcpy(parcel->bytes, submission.data, submission.size);
    sender->end++;
    return OK;
}

static struct status send_parcel(struct sender *sender, uint64_t number)
{
    struct parcel *parcel = parcel_at(sender, number);
    struct text out = {.data = sender->frame, .capacity = MESSAGE_MAX};
    size_t start = frame_begin(&out, MESSAGE_SUBMIT, (uint32_t)number);
    wire_put_u8(&out, sender->level);
    wire_put_bytes(&out, bytes_of(parcel->bytes, parcel->size));
    frame_end(&out, start);
    TRY(channel_send(sender->channel, text_bytes(&out), -1));
    parcel->sent = true;
    return OK;
}

static struct status send_all(struct sender *sender)
{
    while (sender->end - sender->first < sender->window &&
           sender->speaker.head.emitter_n < sender->target) {
        TRY(make_parcel(sender));
    }
    for (uint64_t number = sender->first; number < sender->end; number++) {
        if (!parcel_at(sender, number)->sent) {
            TRY(send_parcel(sender, number));
        }
    }
    return OK;
}

/* Answers --------------------------------------------------------------------------------- */

/* IO: to be tried again. */
static struct status take_answer(struct sender *sender, const struct frame *frame)
{
    struct wire_receipt receipt;
    if (frame->kind == MESSAGE_RETRY) {
        return FAIL(IO, EAGAIN);
    }
    TRY(frame->kind == MESSAGE_RECEIPT ? wire_receipt_decode(frame->payload, &receipt)
                                       : FAIL(MALFORMED, frame->kind));
    if (!bytes_equal(receipt.status.code, LITERAL("OK"))) {
        (void)fprintf(stderr, "sender: %.*s %.*s\n", (int)receipt.status.code.size,
                      (const char *)receipt.status.code.data, (int)receipt.status.why.size,
                      (const char *)receipt.status.why.data);
        return FAIL(IO, EAGAIN);
    }
    if (frame->id != (uint32_t)sender->first) {
        return FAIL_BECAUSE(CONFLICT, frame->id, "acknowledged out of order");
    }
    note_acknowledged(sender);
    return OK;
}

static struct status take_answers(struct sender *sender)
{
    struct frame frame;
    bool whole = true;
    struct pollfd polled = {.fd = channel_fd(sender->channel),
                            .events = channel_wants(sender->channel)};
    (void)poll(&polled, 1, 1000);
    TRY(channel_flush(sender->channel));
    struct status received = channel_receive(sender->channel);
    while (whole) {
        TRY(channel_next(sender->channel, &frame, &whole));
        TRY(whole ? take_answer(sender, &frame) : OK);
    }
    return received;
}

static struct status turn(struct sender *sender)
{
    struct status status = send_all(sender);
    return failed(status) ? status : take_answers(sender);
}

static struct status run(struct sender *sender)
{
    sender->progress_us = wire_now_us();
    TRY(connect_again(sender));
    while (sender->first < sender->end || sender->speaker.head.emitter_n < sender->target) {
        struct status status = turn(sender);
        if (failed(status) && status.code != STATUS_IO) {
            return status;
        }
        if (failed(status)) {
            TRY(connect_again(sender));
        }
        TRY(is_patient(sender) ? OK : FAIL_BECAUSE(IO, ETIMEDOUT, "nothing is acknowledged"));
    }
    return OK;
}

static struct status begin(struct sender *sender, char **arguments)
{
    sender->socket = arguments[1];
    sender->count = strtoull(arguments[3], NULL, 10);
    sender->batch = strtoull(arguments[4], NULL, 10);
    sender->level = strcmp(arguments[5], "queued") == 0 ? WIRE_QUEUED : WIRE_DURABLE;
    sender->window = strtoull(arguments[6], NULL, 10);
    sender->window = sender->window > WINDOW_MAX ? WINDOW_MAX : sender->window;
    sender->frame = malloc(MESSAGE_MAX);
    TRY(key_library_start());
    TRY(secret_key_load(arguments[2], &sender->speaker.key));
    const char *name = secret_key_public(sender->speaker.key)->name;
    memcpy(sender->speaker.name, name, strnlen(name, sizeof sender->speaker.name - 1));
    return emission_open(&sender->emission);
}

int main(int count, char **arguments)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    struct sender sender = {.first = 0};
    if (count != 7) {
        (void)fprintf(stderr, "usage: sender SOCKET KEY COUNT BATCH LEVEL WINDOW\n");
        return 2;
    }
    struct status status = begin(&sender, arguments);
    status = failed(status) ? status : run(&sender);
    if (failed(status)) {
        status_describe(status, &text);
        (void)fprintf(stderr, "sender: %s\n", text_string(&text));
    }
    channel_close(&sender.channel);
    emission_close(&sender.emission);
    secret_key_close(&sender.speaker.key);
    for (size_t i = 0; i < WINDOW_MAX; i++) {
        free(sender.parcels[i].bytes);
    }
    free(sender.frame);
    return failed(status) ? 1 : 0;
}
