#include "tests/core/emit/fake_log.h"

#include "store/hash.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* The log ----------------------------------------------------------------------------------- */

static void begin_prepare(struct fake_log *log)
{
    char memory[512];
    struct text key = TEXT_IN(memory);
    struct emitter_head head = fake_log_head(log);
    public_key_write(secret_key_public(log->key), &key);
    const struct emitter_row row = {
        .name = LITERAL("door"), .key = text_bytes(&key), .class = EMITTER_CLASS_OUTSIDE};
    prepare_close(&log->prepare);
    must(prepare_open(bytes_of_string(log->origin), &log->prepare));
    must(prepare_emitter(log->prepare, &row, &head));
}

void fake_log_begin(struct fake_log *log)
{
    *log = (struct fake_log){.origin = "example.org/fake"};
    must(key_library_start());
    must(secret_key_make(KEY_ED25519, "door", &log->key));
    log->prepared.events = calloc(SUBMISSION_EVENTS_MAX, sizeof *log->prepared.events);
    assert_non_null(log->prepared.events);
    begin_prepare(log);
}

void fake_log_end(struct fake_log *log)
{
    for (uint64_t i = 0; i < log->count; i++) {
        free(log->events[i].statement);
    }
    free(log->prepared.events);
    prepare_close(&log->prepare);
    secret_key_close(&log->key);
}

struct emitter_head fake_log_head(const struct fake_log *log)
{
    return log->count == 0 ? (struct emitter_head){0} : log->events[log->count - 1].head;
}

void fake_log_forget(struct fake_log *log, uint64_t count)
{
    while (log->count > count) {
        free(log->events[--log->count].statement);
    }
    begin_prepare(log);
}

static void read_event(const struct prepared_event *event, struct fake_event *out)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    union event_body body;
    struct bytes json = bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE);
    must(event_body_decode(event->leaf.kind, json, &arena, &body));
    if (event->leaf.kind == EVENT_EMITTER_SPOOL_LOST) {
        out->count = body.emitter_spool_lost.count;
        (void)snprintf(out->why, sizeof out->why, "%.*s", (int)body.emitter_spool_lost.why.size,
                       (const char *)body.emitter_spool_lost.why.data);
    } else {
        assert_true(text_read_u64(body.audit_observed.detail, &out->number));
    }
}

/* Statements are compared as they stand in the submission. */
static struct status compare(struct fake_log *log, struct bytes submission)
{
    struct submission decoded;
    must(submission_decode(submission, &decoded));
    struct bytes events = decoded.events;
    for (uint32_t i = 0; i < decoded.count; i++) {
        struct submission_event event = submission_next(&events);
        const struct fake_event *there = &log->events[decoded.first_n - 1 + i];
        if (!bytes_equal(event.statement, bytes_of(there->statement, there->statement_size))) {
            return FAIL(DIVERGED, decoded.first_n + i);
        }
    }
    return OK;
}

static void keep(struct fake_log *log, struct bytes submission)
{
    struct submission decoded;
    must(submission_decode(submission, &decoded));
    struct bytes events = decoded.events;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    must(hasher_open(&hasher));
    struct emitter_head head = fake_log_head(log);
    if (head.emitter_n == 0) {
        head.chain = hash_emitter_start(hasher, bytes_of_string(log->origin), LITERAL("door"));
    }
    for (uint32_t i = 0; i < decoded.count; i++) {
        struct submission_event event = submission_next(&events);
        assert_true(log->count < FAKE_EVENTS_MAX);
        struct fake_event *kept = &log->events[log->count++];
        *kept = (struct fake_event){.statement_size = event.statement.size};
        read_event(&log->prepared.events[i], kept);
        kept->statement = malloc(event.statement.size);
        memcpy(kept->statement, event.statement.data, event.statement.size);
        head.chain = hash_emitter_link(hasher, &head.chain, event.statement);
        head.emitter_n++;
        kept->head = head;
    }
    assert_int_equal(head.emitter_n, log->count);
}

/* What it does not like: events whose number ends in 666. */
static struct status look_for_poison(const struct fake_log *log)
{
    for (uint32_t i = 0; i < log->prepared.count; i++) {
        struct fake_event event = {0};
        read_event(&log->prepared.events[i], &event);
        if (event.number % 1000 == 666) {
            return FAIL(NOT_FOUND, event.number);
        }
    }
    return OK;
}

void fake_log_submit(struct fake_log *log, struct bytes submission, struct receipt *receipt)
{
    *receipt = (struct receipt){.first = log->count};
    log->prepared.submission = submission;
    receipt->status = prepare_submission(log->prepare, &log->prepared);
    if (failed(receipt->status)) {
        return;
    }
    receipt->already = log->prepared.already;
    receipt->count = log->prepared.count;
    if (log->prepared.already) {
        receipt->status = compare(log, submission);
        return;
    }
    receipt->status = look_for_poison(log);
    if (failed(receipt->status)) {
        begin_prepare(log);
    } else {
        keep(log, submission);
    }
}

void fake_log_meddle(struct fake_log *log)
{
    struct receipt receipt;
    struct bytes submission;
    struct emitter_head after;
    CLEANUP(emission_close) struct emission *emission = NULL;
    const struct speaker speaker = {.name = "door", .key = log->key, .head = fake_log_head(log)};
    const union event_body body = {.audit_observed = {.what = LITERAL("meddling"),
                                                      .has_detail = true,
                                                      .detail = LITERAL("1000000")}};
    const struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    must(emission_open(&emission));
    emission_begin(emission, &speaker, bytes_of_string(log->origin));
    must(emission_add(emission, &draft));
    must(emission_end(emission, &submission, &after));
    fake_log_submit(log, submission, &receipt);
    must(receipt.status);
}

/* The daemon -------------------------------------------------------------------------------- */

void fake_daemon_begin(struct fake_daemon *daemon, struct fake_log *log, uint64_t seed)
{
    *daemon = (struct fake_daemon){.log = log, .random = {seed}};
}

static void hang_up(struct fake_daemon *daemon)
{
    channel_close(&daemon->channel);
}

void fake_daemon_crash(struct fake_daemon *daemon)
{
    hang_up(daemon);
    while (daemon->queue_count > 0) {
        free(daemon->queue[--daemon->queue_count]);
    }
}

void fake_daemon_end(struct fake_daemon *daemon)
{
    fake_daemon_crash(daemon);
    free(daemon->queue);
    free(daemon->queue_sizes);
}

struct status fake_daemon_dial(void *context, struct channel **out)
{
    struct fake_daemon *daemon = context;
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = MESSAGE_MAX};
    int ends[2];
    if (daemon->moods.away) {
        return FAIL(UNREACHABLE, 0);
    }
    hang_up(daemon);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    must(channel_open(ends[0], limits, out));
    must(channel_open(ends[1], limits, &daemon->channel));
    return OK;
}

static bool now_and_then(struct fake_daemon *daemon, unsigned one_in)
{
    return one_in > 0 && random_below(&daemon->random, one_in) == 0;
}

struct answer {
    char memory[4096];
    struct text text;
    size_t start;
};

static void begin_answer(struct answer *answer, enum message_kind kind, uint32_t id)
{
    answer->text = TEXT_IN(answer->memory);
    answer->start = frame_begin(&answer->text, (uint8_t)kind, id);
}

static void send_answer(struct fake_daemon *daemon, struct answer *answer)
{
    frame_end(&answer->text, answer->start);
    struct status status = channel_send(daemon->channel, text_bytes(&answer->text), -1);
    if (failed(status)) {
        hang_up(daemon);
    }
}

static void settle_queue(struct fake_daemon *daemon)
{
    struct receipt receipt;
    for (size_t i = 0; i < daemon->queue_count; i++) {
        fake_log_submit(daemon->log, bytes_of(daemon->queue[i], daemon->queue_sizes[i]), &receipt);
        free(daemon->queue[i]);
    }
    daemon->queue_count = 0;
}

static void put_into_queue(struct fake_daemon *daemon, struct bytes submission)
{
    size_t index = daemon->queue_count;
    char **queue = realloc(daemon->queue, (index + 1) * sizeof *queue);
    size_t *sizes = realloc(daemon->queue_sizes, (index + 1) * sizeof *sizes);
    char *copy = malloc(submission.size);
    if (queue == NULL || sizes == NULL || copy == NULL) {
        abort();
    }
    memcpy(copy, submission.data, submission.size);
    queue[index] = copy;
    sizes[index] = submission.size;
    daemon->queue = queue;
    daemon->queue_sizes = sizes;
    daemon->queue_count = index + 1;
}

static void answer_submission(struct fake_daemon *daemon, const struct frame *frame)
{
    struct answer answer;
    struct receipt receipt = {0};
    struct wire_reader reader = wire_read(frame->payload);
    uint8_t level = wire_get_u8(&reader);
    struct bytes submission = wire_get_bytes(&reader, SUBMISSION_MAX);
    must(wire_end(&reader));
    if (now_and_then(daemon, daemon->moods.cut_before)) {
        hang_up(daemon);
        return;
    }
    if (now_and_then(daemon, daemon->moods.retry)) {
        begin_answer(&answer, MESSAGE_RETRY, frame->id);
        send_answer(daemon, &answer);
        return;
    }
    if (now_and_then(daemon, daemon->moods.full)) {
        receipt.status = FAIL(FULL, 97);
    } else if (level == WIRE_QUEUED) {
        put_into_queue(daemon, submission);
    } else {
        settle_queue(daemon);
        fake_log_submit(daemon->log, submission, &receipt);
    }
    begin_answer(&answer, MESSAGE_RECEIPT, frame->id);
    wire_put_receipt(&answer.text, receipt.status, receipt.already, receipt.first, receipt.count);
    if (now_and_then(daemon, daemon->moods.cut_after)) {
        hang_up(daemon);
    } else if (now_and_then(daemon, daemon->moods.cut_inside)) {
        frame_end(&answer.text, answer.start);
        struct status sent =
            channel_send(daemon->channel, bytes_of(answer.text.data, answer.text.size / 2), -1);
        (void)sent;
        hang_up(daemon);
    } else {
        send_answer(daemon, &answer);
    }
}

static void answer_request(struct fake_daemon *daemon, const struct frame *frame)
{
    struct answer answer;
    if (frame->kind == MESSAGE_HELLO) {
        begin_answer(&answer, MESSAGE_WELCOME, frame->id);
        wire_put_u32(&answer.text, WIRE_VERSION);
        wire_put_string(&answer.text, daemon->log->origin);
        wire_put_u64(&answer.text, daemon->log->count);
        send_answer(daemon, &answer);
    } else if (frame->kind == MESSAGE_HEAD) {
        struct emitter_head head = fake_log_head(daemon->log);
        const struct wire_head there = {
            .emitter = LITERAL("door"), .chain = head.chain, .emitter_n = head.emitter_n};
        begin_answer(&answer, MESSAGE_HEAD_IS, frame->id);
        wire_put_head(&answer.text, &there);
        send_answer(daemon, &answer);
    } else {
        assert_int_equal(frame->kind, MESSAGE_SUBMIT);
        answer_submission(daemon, frame);
    }
}

void fake_daemon_turn(struct fake_daemon *daemon)
{
    bool whole = true;
    struct frame frame;
    if (!daemon->moods.lazy) {
        settle_queue(daemon);
    }
    if (daemon->channel == NULL) {
        return;
    }
    struct status received = channel_receive(daemon->channel);
    while (daemon->channel != NULL) {
        must(channel_next(daemon->channel, &frame, &whole));
        if (!whole) {
            break;
        }
        answer_request(daemon, &frame);
    }
    if (failed(received) && daemon->channel != NULL) {
        hang_up(daemon);
    }
}
