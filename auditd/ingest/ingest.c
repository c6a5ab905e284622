#include "auditd/ingest/ingest_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    ANSWER_MAX = 256 << 10, /* bytes of an answer */
    EVENTS_MAX = 128,       /* descriptors looked at in one turn */
    FRAMES_MAX = 256,       /* frames taken in one turn */
    CHECK_US = 100000,      /* between looks at deadlines */
};

void ingest_add(struct ingest *ingest, enum counter counter, uint64_t value)
{
    if (ingest->options.counters != NULL) {
        counters_add(ingest->options.counters, counter, value);
    }
}

/* Watching -------------------------------------------------------------------------------- */

static struct status watch(int epoll, int descriptor, enum watched what, bool watched)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)what << 32};
    int how = watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
    return epoll_ctl(epoll, how, descriptor, &event) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

/* Whoever is not watched is not read: it waits where it is, and its senders wait, too. */
static struct status watch_clients(struct ingest *ingest, bool reading)
{
    if (reading == ingest->reading) {
        return OK;
    }
    TRY(watch(ingest->epoll, ingest->clients_epoll, WATCHED_CLIENTS, reading));
    ingest->reading = reading;
    for (size_t i = 0; reading && i < ingest->client_top; i++) {
        struct client *client = &ingest->clients[i];
        client->half_us = client->half_us != 0 ? wire_now_us() : 0;
    }
    return OK;
}

static struct status watch_listener(struct ingest *ingest, bool listening)
{
    if (listening == ingest->listening) {
        return OK;
    }
    TRY(watch(ingest->epoll, ingest->options.listener, WATCHED_LISTENER, listening));
    ingest->listening = listening;
    return OK;
}

static struct status watch_control(struct ingest *ingest, int control)
{
    if (control == ingest->control) {
        return OK;
    }
    if (ingest->control >= 0) {
        TRY(watch(ingest->epoll, ingest->control, WATCHED_CONTROL, false));
    }
    ingest->control = control;
    return control < 0 ? OK : watch(ingest->epoll, control, WATCHED_CONTROL, true);
}

static void watch_writer(struct ingest *ingest)
{
    uint32_t wants = (uint32_t)channel_wants(ingest->writer);
    struct epoll_event event = {.events = wants, .data.u64 = (uint64_t)WATCHED_WRITER << 32};
    if (wants != ingest->writer_interest &&
        epoll_ctl(ingest->epoll, EPOLL_CTL_MOD, channel_fd(ingest->writer), &event) == 0) {
        ingest->writer_interest = wants;
    }
}

/* Life ------------------------------------------------------------------------------------ */

static struct kept_limits limits_of(const struct settings *settings)
{
    return (struct kept_limits){.events = settings->limits_queue_events,
                                .bytes = settings->limits_queue_bytes};
}

void ingest_settings(struct ingest *ingest, const struct settings *settings)
{
    uint64_t now_us = wire_now_us();
    ingest->settings = settings;
    rights_set(&ingest->rights, settings);
    for (size_t i = 0; i < settings->emitter_count; i++) {
        ingest->emitters[i] = bucket_of(settings->emitters[i].rate, settings->limits_burst, now_us);
    }
    for (size_t i = 0; i < QUOTA_USERS_MAX; i++) {
        bucket_change(&ingest->users[i].bucket, settings->limits_rate, settings->limits_burst);
    }
    if (ingest->kept != NULL) {
        kept_limit(ingest->kept, limits_of(settings));
    }
}

static struct status allocate(struct ingest *ingest)
{
    ingest->clients = calloc(INGEST_CLIENTS_MAX, sizeof *ingest->clients);
    ingest->answer.capacity = ANSWER_MAX;
    ingest->answer.data = malloc(ANSWER_MAX);
    if (ingest->clients == NULL || ingest->answer.data == NULL) {
        return FAIL(NO_MEMORY, INGEST_CLIENTS_MAX * sizeof *ingest->clients);
    }
    ingest->epoll = epoll_create1(EPOLL_CLOEXEC);
    ingest->clients_epoll = epoll_create1(EPOLL_CLOEXEC);
    if (ingest->epoll < 0 || ingest->clients_epoll < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    return kept_open(limits_of(ingest->options.settings), &ingest->kept);
}

struct status ingest_open(const struct ingest_options *options, struct ingest **out)
{
    CLEANUP(ingest_close) struct ingest *ingest = calloc(1, sizeof *ingest);
    if (ingest == NULL) {
        return FAIL(NO_MEMORY, sizeof *ingest);
    }
    ingest->options = *options;
    ingest->options.answer_us = options->answer_us > 0 ? options->answer_us : INGEST_ANSWER_US;
    ingest->refusals = bucket_of(1, 10, wire_now_us());
    ingest->epoll = ingest->clients_epoll = ingest->control = -1;
    TRY(allocate(ingest));
    TRY(rights_open(&ingest->rights));
    ingest_settings(ingest, options->settings);
    TRY(watch_clients(ingest, true));
    TRY(watch_listener(ingest, true));
    *out = ingest;
    ingest = NULL;
    return OK;
}

void ingest_close(struct ingest **ingest)
{
    struct ingest *closed = *ingest;
    if (closed == NULL) {
        return;
    }
    for (size_t i = 0; closed->clients != NULL && i < closed->client_top; i++) {
        if (closed->clients[i].channel != NULL) {
            client_close(closed, &closed->clients[i]);
        }
    }
    kept_close(&closed->kept);
    rights_close(&closed->rights);
    free(closed->clients);
    free(closed->answer.data);
    if (closed->epoll >= 0) {
        (void)close(closed->epoll);
    }
    if (closed->clients_epoll >= 0) {
        (void)close(closed->clients_epoll);
    }
    free(closed);
    *ingest = NULL;
}

/* The writer ------------------------------------------------------------------------------ */

/* Whose log it is, and how much is in it. */
static struct status ask_origin(struct ingest *ingest)
{
    char memory[64];
    struct text payload = TEXT_IN(memory);
    struct kept_item *item;
    wire_put_u32(&payload, WIRE_VERSION);
    wire_put_string(&payload, "ingest");
    const struct frame frame = {.kind = MESSAGE_HELLO, .payload = text_bytes(&payload)};
    TRY(upstream_keep(ingest, NULL, &frame, &item));
    item->own = true;
    return OK;
}

struct status ingest_writer(struct ingest *ingest, struct channel *channel)
{
    upstream_lost(ingest);
    if (channel == NULL) {
        return OK;
    }
    TRY(watch(ingest->epoll, channel_fd(channel), WATCHED_WRITER, true));
    ingest->writer = channel;
    ingest->writer_interest = EPOLLIN;
    return ingest->origin[0] == '\0' ? ask_origin(ingest) : OK;
}

bool ingest_has_writer(const struct ingest *ingest)
{
    return ingest->writer != NULL;
}

bool ingest_drained(struct ingest *ingest)
{
    ingest->closing = true;
    return kept_amount(ingest->kept).requests == 0;
}

/* Turns ----------------------------------------------------------------------------------- */

static void note_event(struct ingest *ingest, const struct epoll_event *event)
{
    struct client *client = &ingest->clients[event->data.u64 & UINT32_MAX];
    if (client->channel == NULL) {
        return;
    }
    client->ready = client->ready || client->shaking;
    if ((event->events & EPOLLOUT) != 0 && !client->shaking &&
        failed(channel_flush(client->channel))) {
        client_close(ingest, client);
        return;
    }
    /* One that is parked and gone is closed when its answers cannot be sent. */
    client->ready = client->ready || (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    if ((event->events & (EPOLLHUP | EPOLLERR)) != 0 && client->parked) {
        client_close(ingest, client);
        return;
    }
    client_watch(ingest, client);
}

static struct status note_clients(struct ingest *ingest)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(ingest->clients_epoll, events, EVENTS_MAX, 0);
    if (count < 0 && errno != EINTR) {
        return FAIL(IO, (uint64_t)errno);
    }
    for (int i = 0; i < count; i++) {
        note_event(ingest, &events[i]);
    }
    return OK;
}

/* One frame of each client in turn, until nobody has any or enough is kept. */
static bool serve_round(struct ingest *ingest, unsigned *frames)
{
    bool more = false;
    const size_t top = ingest->client_top;
    for (size_t i = 0; i < top && *frames < FRAMES_MAX && kept_has_room(ingest->kept); i++) {
        struct client *client = &ingest->clients[(ingest->turn + i) % top];
        struct frame frame;
        bool whole = false;
        if (client->channel == NULL || !client->ready || client->parked) {
            continue;
        }
        client_next(ingest, client, &frame, &whole);
        if (whole) {
            request_take(ingest, client, &frame);
            ++*frames;
            more = true;
        }
        if (client->channel != NULL) {
            client_watch(ingest, client);
        }
    }
    ingest->turn = top > 0 ? (ingest->turn + 1) % top : 0;
    return more;
}

static void serve(struct ingest *ingest)
{
    unsigned frames = 0;
    while (!ingest->closing && frames < FRAMES_MAX && serve_round(ingest, &frames)) {
    }
}

static bool is_anyone_ready(const struct ingest *ingest)
{
    for (size_t i = 0; i < ingest->client_top; i++) {
        const struct client *client = &ingest->clients[i];
        if (client->channel != NULL && client->ready && !client->parked) {
            return !ingest->closing && kept_has_room(ingest->kept);
        }
    }
    return false;
}

static struct status note_events(struct ingest *ingest, int wait_ms)
{
    struct epoll_event events[8];
    int count = epoll_wait(ingest->epoll, events, 8, is_anyone_ready(ingest) ? 0 : wait_ms);
    if (count < 0 && errno != EINTR) {
        return FAIL(IO, (uint64_t)errno);
    }
    for (int i = 0; i < count; i++) {
        switch ((enum watched)(events[i].data.u64 >> 32)) {
        case WATCHED_LISTENER:
            clients_accept(ingest);
            break;
        case WATCHED_CLIENTS:
            TRY(note_clients(ingest));
            break;
        case WATCHED_WRITER:
            upstream_take(ingest);
            break;
        case WATCHED_CONTROL:
        case WATCHED_CLIENT:
            break;
        }
    }
    return OK;
}

static void check_now_and_then(struct ingest *ingest)
{
    uint64_t now_us = wire_now_us();
    if (now_us - ingest->checked_us < CHECK_US) {
        return;
    }
    ingest->checked_us = now_us;
    if (ingest->reading) {
        clients_check_deadlines(ingest, now_us);
    } else {
        clients_flush(ingest);
    }
    upstream_check(ingest, now_us);
    if (ingest->options.counters != NULL) {
        const struct kept_amount amount = kept_amount(ingest->kept);
        counters_set(ingest->options.counters, COUNTER_EVENTS_QUEUED, amount.events);
        counters_set(ingest->options.counters, COUNTER_BYTES_QUEUED, amount.bytes);
    }
}

struct status ingest_turn(struct ingest *ingest, int control, int wait_ms)
{
    TRY(watch_control(ingest, control));
    TRY(note_events(ingest, wait_ms));
    serve(ingest);
    upstream_send(ingest);
    if (ingest->writer != NULL) {
        watch_writer(ingest);
    }
    check_now_and_then(ingest);
    TRY(watch_clients(ingest, !ingest->closing && kept_has_room(ingest->kept)));
    return watch_listener(ingest, !ingest->closing && wire_now_us() >= ingest->listen_us);
}
