#include "core/emit/cairn-emit.h"
#include "core/emit/delivery.h"
#include "core/emit/dial.h"
#include "core/emit/event_draft.h"
#include "core/emit/tls_link.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SPOOL_BYTES = 64 << 20,
    SPOOL_EVENTS = 1000000,
    BATCH_EVENTS = 500,
    BATCH_MS = 5,
    ERROR_SIZE = 1024, /* bytes of a sentence */
    FINISH_MS = 200,   /* for what is queued to become durable, at the end of a flush */
};

struct cairn_emit {
    struct secret_key *key;
    struct outbox *outbox;
    struct delivery *delivery; /* NULL: nothing is sent from here */
    char emitter[NAME_MAX_SIZE + 1];
    char socket[DIAL_PATH_MAX]; /* of this machine, or else the address of another */
    struct tls_client *client;
    struct tls_link *link;
    bool drops;
    uint32_t wait_ms, batch_events, batch_ms;
    enum wire_level level;
    uint64_t oldest_us; /* when the first event since the last pump was taken */
    uint32_t unpumped;  /* events taken since */
    uint64_t refused;   /* events given up before the last flush */
    struct event_draft read;
    struct arena arena;
    struct text error;
    char error_memory[ERROR_SIZE];
};

/* Errors ---------------------------------------------------------------------------------- */

static enum cairn_emit_code code_of(struct status status)
{
    switch ((int)status.code) {
    case STATUS_OK:
        return CAIRN_EMIT_OK;
    case STATUS_NO_MEMORY:
        return CAIRN_EMIT_MEMORY;
    case STATUS_MALFORMED:
    case STATUS_LIMIT:
        return CAIRN_EMIT_INVALID;
    case STATUS_KEY:
        return CAIRN_EMIT_KEY;
    case STATUS_IN_USE:
        return CAIRN_EMIT_IN_USE;
    case STATUS_CORRUPT:
        return CAIRN_EMIT_DAMAGED;
    case STATUS_CONFLICT:
        return CAIRN_EMIT_WRONG_LOG;
    default:
        return CAIRN_EMIT_IO;
    }
}

static enum cairn_emit_code say(struct cairn_emit *emit, enum cairn_emit_code code,
                                const char *sentence)
{
    text_clear(&emit->error);
    text_put_string(&emit->error, sentence);
    (void)text_string(&emit->error);
    return code;
}

/* A failure as a code, and as a sentence about `what`. */
static enum cairn_emit_code fail(struct cairn_emit *emit, enum cairn_emit_code code,
                                 struct status status, const char *what)
{
    if (code == CAIRN_EMIT_OK) {
        return code;
    }
    text_clear(&emit->error);
    if (what != NULL) {
        text_put_printable(&emit->error, bytes_of_string(what));
        text_put_literal(&emit->error, ": ");
    }
    if (code == CAIRN_EMIT_INVALID && status.why != NULL) {
        text_put_string(&emit->error, status.why);
    } else {
        status_describe(status, &emit->error);
    }
    (void)text_string(&emit->error);
    return code;
}

const char *cairn_emit_error(const struct cairn_emit *emit)
{
    return emit == NULL           ? "there is not enough memory"
           : emit->error.size > 0 ? emit->error.data
                                  : "nothing has gone wrong";
}

/* Opening --------------------------------------------------------------------------------- */

static struct status dial(void *context, struct channel **out)
{
    const struct cairn_emit *emit = context;
    return dial_socket(emit->socket, out);
}

static struct status dial_far(void *context, struct channel **out)
{
    struct cairn_emit *emit = context;
    const struct channel_limits limits = {.frame = MESSAGE_MAX, .waiting = 2 * (size_t)MESSAGE_MAX};
    int near = -1;
    tls_link_close(&emit->link);
    TRY(tls_link_open(emit->client, emit->socket, &emit->link, &near));
    struct status status = channel_open(near, limits, out);
    if (failed(status)) {
        (void)close(near);
    }
    return status;
}

static struct status turn_link(void *context)
{
    struct cairn_emit *emit = context;
    return tls_link_turn(emit->link);
}

static int link_descriptor(void *context, short *events)
{
    const struct cairn_emit *emit = context;
    return tls_link_descriptor(emit->link, events);
}

static const struct delivery_link far_link = {.turn = turn_link, .descriptor = link_descriptor};

static enum cairn_emit_code check_options(struct cairn_emit *emit,
                                          const struct cairn_emit_options *options)
{
    if (options->version != CAIRN_EMIT_VERSION) {
        return say(emit, CAIRN_EMIT_INVALID, "the options are of another version of cairn-emit.h");
    }
    if (options->key == NULL) {
        return say(emit, CAIRN_EMIT_INVALID, "the options name no key");
    }
    if ((options->socket != NULL) + (options->store != NULL) + (options->host != NULL) > 1) {
        return say(emit, CAIRN_EMIT_INVALID, "the options name more than one daemon");
    }
    if (options->batch_events > SUBMISSION_EVENTS_MAX) {
        return say(emit, CAIRN_EMIT_INVALID, "a batch has at most 1,000 events");
    }
    if ((unsigned)options->level > CAIRN_EMIT_QUEUED ||
        (unsigned)options->sync > CAIRN_EMIT_SYNC_NEVER ||
        (unsigned)options->when_full > CAIRN_EMIT_DROP_NEW) {
        return say(emit, CAIRN_EMIT_INVALID, "an option has a value that is unknown");
    }
    return CAIRN_EMIT_OK;
}

static void keep_options(struct cairn_emit *emit, const struct cairn_emit_options *options)
{
    emit->drops = options->when_full == CAIRN_EMIT_DROP_NEW;
    emit->wait_ms = options->wait_ms;
    emit->batch_events = options->batch_events == 0 ? BATCH_EVENTS : options->batch_events;
    emit->batch_ms = options->batch_ms == 0 ? BATCH_MS : options->batch_ms;
    emit->level = options->level == CAIRN_EMIT_QUEUED ? WIRE_QUEUED : WIRE_DURABLE;
}

static enum cairn_emit_code load_key(struct cairn_emit *emit, const char *path)
{
    struct status status = key_library_start();
    status = failed(status) ? status : secret_key_load(path, &emit->key);
    if (failed(status)) {
        enum cairn_emit_code code =
            status.code == STATUS_NO_MEMORY ? CAIRN_EMIT_MEMORY : CAIRN_EMIT_KEY;
        return fail(emit, code, status, path);
    }
    struct bytes name = bytes_of_string(secret_key_public(emit->key)->name);
    if (!leaf_is_emitter_name(name)) {
        return fail(emit, CAIRN_EMIT_KEY, FAIL_BECAUSE(KEY, 0, "it is no emitter's key"), path);
    }
    memcpy(emit->emitter, name.data, name.size);
    return CAIRN_EMIT_OK;
}

static enum cairn_emit_code open_outbox(struct cairn_emit *emit,
                                        const struct cairn_emit_options *options)
{
    const struct outbox_options outbox = {
        .directory = options->spool,
        .bytes_max = options->spool_bytes_max == 0 ? SPOOL_BYTES : options->spool_bytes_max,
        .events_max = options->spool_events_max == 0 ? SPOOL_EVENTS : options->spool_events_max,
        .sync = options->sync == CAIRN_EMIT_SYNC_EACH    ? OUTBOX_SYNC_EACH
                : options->sync == CAIRN_EMIT_SYNC_NEVER ? OUTBOX_SYNC_NEVER
                                                         : OUTBOX_SYNC_BATCH};
    struct status status = outbox_open(&outbox, emit->key, &emit->outbox);
    return fail(emit, code_of(status), status, options->spool);
}

static struct status find_socket(struct cairn_emit *emit, const struct cairn_emit_options *options)
{
    struct text path = TEXT_IN(emit->socket);
    if (options->socket != NULL) {
        text_put_string(&path, options->socket);
    } else if (options->host != NULL) {
        text_put_string(&path, options->host);
    } else if (options->store != NULL) {
        TRY(dial_find(options->store, &path));
    }
    (void)text_string(&path);
    return path.full ? FAIL_BECAUSE(LIMIT, DIAL_PATH_MAX, "the path of the socket is too long")
                     : OK;
}

static enum cairn_emit_code open_delivery(struct cairn_emit *emit,
                                          const struct cairn_emit_options *options)
{
    struct status status = find_socket(emit, options);
    if (!failed(status) && options->host != NULL) {
        const struct tls_client_files files = {.certificate = options->certificate,
                                               .key = options->certificate_key,
                                               .authorities = options->authorities};
        status = tls_client_open(&files, &emit->client);
    }
    if (!failed(status) && emit->socket[0] != '\0') {
        const struct delivery_options delivery = {.outbox = emit->outbox,
                                                  .emitter = emit->emitter,
                                                  .dial = emit->client != NULL ? dial_far : dial,
                                                  .link = emit->client != NULL ? &far_link : NULL,
                                                  .dial_context = emit,
                                                  .level = emit->level,
                                                  .batch_events = emit->batch_events};
        status = delivery_open(&delivery, &emit->delivery);
    }
    return fail(emit, code_of(status), status, NULL);
}

enum cairn_emit_code cairn_emit_open(const struct cairn_emit_options *options,
                                     struct cairn_emit **out)
{
    struct cairn_emit *emit = calloc(1, sizeof *emit);
    *out = emit;
    if (emit == NULL) {
        return CAIRN_EMIT_MEMORY;
    }
    emit->error = TEXT_IN(emit->error_memory);
    emit->arena.capacity = 3 * (size_t)BODY_MAX;
    emit->arena.memory = malloc(emit->arena.capacity);
    if (emit->arena.memory == NULL) {
        return say(emit, CAIRN_EMIT_MEMORY, "there is not enough memory");
    }
    enum cairn_emit_code code = check_options(emit, options);
    if (code == CAIRN_EMIT_OK) {
        keep_options(emit, options);
        code = load_key(emit, options->key);
    }
    code = code == CAIRN_EMIT_OK ? open_outbox(emit, options) : code;
    return code == CAIRN_EMIT_OK ? open_delivery(emit, options) : code;
}

void cairn_emit_close(struct cairn_emit **emit)
{
    if (emit != NULL && *emit != NULL) {
        delivery_close(&(*emit)->delivery);
        tls_link_close(&(*emit)->link);
        tls_client_close(&(*emit)->client);
        outbox_close(&(*emit)->outbox);
        secret_key_close(&(*emit)->key);
        free((*emit)->arena.memory);
        free(*emit);
        *emit = NULL;
    }
}

/* Sending --------------------------------------------------------------------------------- */

static struct status pump(struct cairn_emit *emit)
{
    emit->unpumped = 0;
    emit->oldest_us = 0;
    TRY(outbox_say_losses(emit->outbox));
    return emit->delivery == NULL ? OK : delivery_pump(emit->delivery);
}

static bool is_due(const struct cairn_emit *emit)
{
    return emit->unpumped >= emit->batch_events ||
           (emit->oldest_us > 0 &&
            wire_now_us() >= emit->oldest_us + UINT64_C(1000) * emit->batch_ms);
}

/* What the trouble of the delivery is to the caller. */
static enum cairn_emit_code code_of_trouble(struct status trouble)
{
    switch ((int)trouble.code) {
    case STATUS_KEY:
    case STATUS_BAD_SIGNATURE:
        return CAIRN_EMIT_REFUSED;
    case STATUS_MALFORMED: /* an address, or an answer, that is none */
    case STATUS_UNREACHABLE:
    case STATUS_IO:
        return CAIRN_EMIT_UNREACHABLE;
    default:
        return CAIRN_EMIT_TIMEOUT;
    }
}

/* Events ---------------------------------------------------------------------------------- */

/* Adds the draft, and waits for room as long as that is allowed. */
static struct status add(struct cairn_emit *emit)
{
    struct status status = outbox_add(emit->outbox, &emit->read.draft);
    if (!outbox_is_full(status)) {
        return status;
    }
    uint64_t deadline = wire_now_us() + UINT64_C(1000) * emit->wait_ms;
    TRY(pump(emit));
    while (outbox_is_full(status = outbox_add(emit->outbox, &emit->read.draft)) &&
           emit->delivery != NULL && wire_now_us() < deadline) {
        TRY(delivery_wait(emit->delivery, deadline));
        TRY(pump(emit));
    }
    return status;
}

static enum cairn_emit_code no_room(struct cairn_emit *emit, struct status status)
{
    if (!emit->drops) {
        return fail(emit, CAIRN_EMIT_FULL, status, NULL);
    }
    struct status dropped = outbox_drop(emit->outbox);
    return failed(dropped) ? fail(emit, code_of(dropped), dropped, NULL)
                           : fail(emit, CAIRN_EMIT_DROPPED, status, NULL);
}

enum cairn_emit_code cairn_emit_event(struct cairn_emit *emit, const struct cairn_event *event)
{
    if (emit->outbox == NULL) {
        return say(emit, CAIRN_EMIT_INVALID, "the emitter could not be opened");
    }
    struct status status = event_draft_read(event, &emit->arena, &emit->read);
    status = failed(status) ? status : add(emit);
    if (outbox_is_full(status)) {
        return no_room(emit, status);
    }
    if (failed(status)) {
        enum cairn_emit_code code =
            status.code == STATUS_KEY ? CAIRN_EMIT_INVALID : code_of(status);
        return fail(emit, code, status, NULL);
    }
    emit->unpumped++;
    emit->oldest_us = emit->oldest_us == 0 ? wire_now_us() : emit->oldest_us;
    status = is_due(emit) ? pump(emit) : OK;
    /* The event is in the spool; that it could not be sent is told by flush. */
    return failed(status) && status.code != STATUS_CONFLICT
               ? fail(emit, code_of(status), status, NULL)
               : CAIRN_EMIT_OK;
}

/* Flushing -------------------------------------------------------------------------------- */

/* What became of a flush. A refusal is told once, by the flush that has found it out. */
static enum cairn_emit_code conclude(struct cairn_emit *emit)
{
    struct status trouble = delivery_trouble(emit->delivery);
    uint64_t refused = delivery_counts(emit->delivery).refused;
    if (refused > emit->refused) {
        emit->refused = refused;
        text_clear(&emit->error);
        text_add(&emit->error, "the log refused an event: %s", delivery_refusal(emit->delivery));
        (void)text_string(&emit->error);
        return CAIRN_EMIT_REFUSED;
    }
    if (delivery_is_done(emit->delivery)) {
        return CAIRN_EMIT_OK;
    }
    return failed(trouble) ? fail(emit, code_of_trouble(trouble), trouble, NULL)
                           : say(emit, CAIRN_EMIT_TIMEOUT, "events wait for an answer");
}

static bool is_refused(const struct cairn_emit *emit)
{
    return code_of_trouble(delivery_trouble(emit->delivery)) == CAIRN_EMIT_REFUSED;
}

/* What is queued is most often durable a moment later: then nothing has to be sent again. */
static struct status settle(struct cairn_emit *emit, uint64_t deadline)
{
    uint64_t most = wire_now_us() + UINT64_C(1000) * FINISH_MS;
    deadline = deadline < most ? deadline : most;
    while (outbox_counts(emit->outbox).waiting > 0 && wire_now_us() < deadline &&
           delivery_counts(emit->delivery).connected) {
        delivery_ask(emit->delivery);
        TRY(delivery_pump(emit->delivery));
        TRY(delivery_wait(emit->delivery, deadline));
    }
    return OK;
}

static struct status deliver(struct cairn_emit *emit, uint64_t deadline)
{
    delivery_hurry(emit->delivery);
    TRY(pump(emit));
    while (!delivery_is_done(emit->delivery) && !is_refused(emit) && wire_now_us() < deadline) {
        TRY(delivery_wait(emit->delivery, deadline));
        TRY(pump(emit));
    }
    return emit->level == WIRE_QUEUED && delivery_is_done(emit->delivery) ? settle(emit, deadline)
                                                                          : OK;
}

enum cairn_emit_code cairn_emit_flush(struct cairn_emit *emit, unsigned deadline_ms)
{
    if (emit->outbox == NULL) {
        return say(emit, CAIRN_EMIT_INVALID, "the emitter could not be opened");
    }
    struct status status = outbox_make_durable(emit->outbox);
    if (failed(status)) {
        return fail(emit, code_of(status), status, NULL);
    }
    if (emit->delivery == NULL) {
        status = outbox_say_losses(emit->outbox);
        return failed(status) ? fail(emit, code_of(status), status, NULL)
               : outbox_counts(emit->outbox).waiting == 0
                   ? CAIRN_EMIT_OK
                   : say(emit, CAIRN_EMIT_UNREACHABLE, "the options name no daemon to send to");
    }
    status = deliver(emit, wire_now_us() + UINT64_C(1000) * deadline_ms);
    return failed(status) ? fail(emit, code_of(status), status, NULL) : conclude(emit);
}

int cairn_emit_poll(const struct cairn_emit *emit, int *descriptor, short *events)
{
    uint64_t until = UINT64_MAX, now = wire_now_us();
    *descriptor = -1;
    *events = 0;
    if (emit->delivery != NULL) {
        *descriptor = delivery_descriptor(emit->delivery, events, &until);
    }
    if (emit->oldest_us > 0) {
        uint64_t due = emit->oldest_us + UINT64_C(1000) * emit->batch_ms;
        until = due < until ? due : until;
    }
    uint64_t left_ms = until > now ? (until - now + 999) / 1000 : 0;
    return left_ms > 60000 ? 60000 : (int)left_ms;
}

void cairn_emit_counters(const struct cairn_emit *emit, struct cairn_emit_counters *out)
{
    *out = (struct cairn_emit_counters){0};
    if (emit->outbox == NULL) {
        return;
    }
    struct outbox_counts counts = outbox_counts(emit->outbox);
    out->waiting = counts.waiting;
    out->waiting_bytes = counts.spool.bytes;
    out->acknowledged = counts.acknowledged;
    out->lost = counts.lost;
    out->torn_bytes = counts.spool.torn_size;
    if (emit->delivery != NULL) {
        struct delivery_counts sent = delivery_counts(emit->delivery);
        out->sent = sent.sent;
        out->queued = sent.queued;
        out->retries = sent.retries;
        out->connected = sent.connected;
        out->has_position = sent.has_position;
        out->position = sent.position;
    }
}
