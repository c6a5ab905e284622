#include "auditd/http/front.h"

#include "auditd/http/answers.h"
#include "auditd/http/front_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    EVENTS = 64,   /* looked at in one turn */
    ACCEPTED = 64, /* connections taken in one turn, of one listener */
    TURNS = 8,     /* of reading for one client before the others have theirs */
};

#define LISTENER UINT32_MAX /* the generation that no place has */

const struct front_limits front_limits_usual = {
    .connections = 200,
    .per_address = 16,
    .per_network = 32,
    .handshake_ms = 5000,
    .idle_ms = 5000,
    .head_ms = 10000,
    .grace_s = 30,
    .linger_ms = 2000,
    .young_ms = 500,
};

/* Listening to a client --------------------------------------------------------------------- */

static void hear(struct front *front, struct place *place)
{
    uint64_t idle = front->now_us + (uint64_t)front->limits.idle_ms * 1000;
    uint64_t whole = place->opened_us + (uint64_t)front->limits.head_ms * 1000;
    place->deadline_us = idle < whole ? idle : whole;
}

/* Whether there may be more to read at once. */
static bool take_head(struct front *front, struct place *place)
{
    switch (head_look(&place->head, bytes_of(place->said, place->heard))) {
    case HEAD_MORE:
        hear(front, place);
        return true;
    case HEAD_WHOLE:
        place_ask(front, place);
        return false;
    case HEAD_REFUSED:
        front->counts.refused[place->head.fault]++;
        place_refuse(front, place, head_fault_status(place->head.fault),
                     head_fault_sentence(place->head.fault));
        return false;
    }
    return false;
}

static void listen_to(struct front *front, struct place *place)
{
    for (unsigned i = 0; i < TURNS; i++) {
        size_t size = 0;
        enum tls_turn turn = line_read(&place->line, place->said + place->heard,
                                       sizeof place->said - place->heard, &size);
        if (turn == TLS_WANTS_READ || turn == TLS_WANTS_WRITE) {
            place_watch(front, place, turn == TLS_WANTS_READ ? EPOLLIN : EPOLLOUT);
            return;
        }
        if (turn != TLS_DONE) {
            front->counts.broken++;
            place_free(front, place);
            return;
        }
        place->heard += size;
        if (!take_head(front, place)) {
            return;
        }
    }
    place_watch(front, place, EPOLLIN);
}

static void refuse_handshake(struct front *front, struct place *place)
{
    const char *why = tls_why(place->line.session);
    front->counts.tls_refused++;
    if (front->options.hooks.turned_away != NULL) {
        front->options.hooks.turned_away(front->options.hooks.context, &place->address, why);
    }
    place_free(front, place);
}

static void shake(struct front *front, struct place *place)
{
    switch (tls_handshake(place->line.session)) {
    case TLS_DONE:
        place->state = PLACE_LISTENING;
        hear(front, place);
        listen_to(front, place);
        return;
    case TLS_WANTS_READ:
        place_watch(front, place, EPOLLIN);
        return;
    case TLS_WANTS_WRITE:
        place_watch(front, place, EPOLLOUT);
        return;
    case TLS_ENDED:
    case TLS_FAILED:
        refuse_handshake(front, place);
        return;
    }
}

static void step(struct front *front, struct place *place)
{
    switch (place->state) {
    case PLACE_FREE:
        return;
    case PLACE_SHAKING:
        shake(front, place);
        return;
    case PLACE_LISTENING:
        listen_to(front, place);
        return;
    case PLACE_ANSWERING:
        place_answer(front, place);
        return;
    case PLACE_LINGERING:
        place_linger(front, place);
        return;
    }
}

/* Taking connections ------------------------------------------------------------------------ */

/* In plain text a client can be told why; nothing waits for it. */
static void turn_away(const struct front *front, int fd)
{
    if (front->options.tls == NULL) {
        char memory[ANSWER_PAGE_SIZE + ANSWER_TEXT_SIZE];
        struct text answer = TEXT_IN(memory);
        answer_whole(&(struct answer_error){.status = 503}, &answer);
        (void)send(fd, answer.data, answer.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void)shutdown(fd, SHUT_WR);
    }
    (void)close(fd);
}

static void seat(struct front *front, int fd)
{
    struct address address;
    front->counts.connections++;
    if (!address_of_peer(fd, &address)) {
        (void)close(fd);
        return;
    }
    struct place *place = place_take(front, &address);
    if (place == NULL) {
        turn_away(front, fd);
        return;
    }
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    place->line.fd = fd;
    place->state = PLACE_LISTENING;
    hear(front, place);
    if (front->options.tls != NULL) {
        place->state = PLACE_SHAKING;
        place->deadline_us = front->now_us + (uint64_t)front->limits.handshake_ms * 1000;
        if (failed(tls_accept(*front->options.tls, fd, &place->line.session))) {
            place_free(front, place);
            return;
        }
    }
    step(front, place);
}

/* Out of descriptors, a connection that cannot be taken would be told of again and again. */
static void shed(struct front *front, int listener)
{
    if (front->spare >= 0) {
        (void)close(front->spare);
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            front->counts.full++;
            (void)close(fd);
        }
    }
    front->spare = eventfd(0, EFD_CLOEXEC);
}

static void take_connections(struct front *front, int listener)
{
    for (unsigned i = 0; i < ACCEPTED; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            seat(front, fd);
        } else if (errno == EMFILE || errno == ENFILE) {
            shed(front, listener);
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

/* The loop ---------------------------------------------------------------------------------- */

static void expire(struct front *front)
{
    for (unsigned i = 0; i < front->limits.connections && front->open > 0; i++) {
        struct place *place = &front->places[i];
        bool over = place->state != PLACE_FREE && front->now_us >= place->deadline_us;
        if (!over && !place_is_slow(front, place)) {
            continue;
        }
        if (place->state == PLACE_ANSWERING) {
            front->counts.slow++;
        } else if (place->state != PLACE_LINGERING) {
            front->counts.late++;
        }
        place_free(front, place);
    }
}

/* Of a connection that was reset, while nothing is read from it or written to it. */
static bool is_cut(const struct place *place, uint64_t mark, uint32_t events)
{
    return place->state == PLACE_ANSWERING && (mark & 1) == 0 &&
           (events & ((uint32_t)EPOLLERR | (uint32_t)EPOLLHUP)) != 0;
}

static void handle(struct front *front, uint64_t mark, uint32_t events)
{
    uint32_t generation = (uint32_t)(mark >> 32);
    uint32_t number = (uint32_t)mark >> 1;
    if (generation == LISTENER) {
        if (front->listening) {
            take_connections(front, front->options.listeners[number]);
        }
        return;
    }
    struct place *place = &front->places[number];
    if (place->generation != generation) {
        return;
    }
    if (is_cut(place, mark, events)) {
        front->counts.broken++;
        place_free(front, place);
        return;
    }
    step(front, place);
}

void front_work(struct front *front, uint64_t now_us)
{
    struct epoll_event events[EVENTS];
    front->now_us = now_us;
    int count = epoll_wait(front->epoll, events, EVENTS, 0);
    for (int i = 0; i < count; i++) {
        handle(front, events[i].data.u64, events[i].events);
    }
    expire(front);
}

int front_patience_ms(const struct front *front, uint64_t now_us, int most)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < front->limits.connections && front->open > 0; i++) {
        const struct place *place = &front->places[i];
        if (place->state != PLACE_FREE && place->deadline_us < next) {
            next = place->deadline_us;
        }
    }
    uint64_t left_ms = next <= now_us ? 0 : (next - now_us) / 1000 + 1;
    return left_ms < (uint64_t)most ? (int)left_ms : most;
}

void front_stop_listening(struct front *front)
{
    for (size_t i = 0; front->listening && i < front->options.listener_count; i++) {
        (void)epoll_ctl(front->epoll, EPOLL_CTL_DEL, front->options.listeners[i], NULL);
    }
    front->listening = false;
}

static struct status start_listening(struct front *front)
{
    for (size_t i = 0; i < front->options.listener_count; i++) {
        struct epoll_event event = {
            .events = EPOLLIN,
            .data.u64 = (uint64_t)LISTENER << 32 | (uint64_t)i << 1,
        };
        int fd = front->options.listeners[i];
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
            epoll_ctl(front->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
            return FAIL(IO, (uint64_t)errno);
        }
    }
    front->listening = true;
    return OK;
}

struct status front_open(const struct front_options *options, struct front **out)
{
    const struct front_limits *limits =
        options->limits == NULL ? &front_limits_usual : options->limits;
    if (limits->connections == 0 || limits->connections > FRONT_CONNECTIONS_MAX ||
        options->listener_count > FRONT_LISTENERS_MAX) {
        return FAIL(LIMIT, FRONT_CONNECTIONS_MAX);
    }
    CLEANUP(front_close) struct front *front = calloc(1, sizeof *front);
    if (front == NULL) {
        return FAIL(NO_MEMORY, sizeof *front);
    }
    front->options = *options;
    front->limits = *limits;
    front->spare = eventfd(0, EFD_CLOEXEC);
    front->epoll = epoll_create1(EPOLL_CLOEXEC);
    front->places = calloc(limits->connections, sizeof *front->places);
    if (front->places == NULL) {
        return FAIL(NO_MEMORY, limits->connections * sizeof *front->places);
    }
    if (front->epoll < 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    TRY(start_listening(front));
    *out = front;
    front = NULL;
    return OK;
}

void front_close(struct front **front)
{
    struct front *closing = *front;
    if (closing == NULL) {
        return;
    }
    for (unsigned i = 0; closing->places != NULL && i < closing->limits.connections; i++) {
        if (closing->places[i].state != PLACE_FREE) {
            place_free(closing, &closing->places[i]);
        }
    }
    free(closing->places);
    if (closing->epoll >= 0) {
        (void)close(closing->epoll);
    }
    if (closing->spare >= 0) {
        (void)close(closing->spare);
    }
    free(closing);
    *front = NULL;
}

int front_fd(const struct front *front)
{
    return front->epoll;
}

unsigned front_open_count(const struct front *front)
{
    return front->open;
}

const struct front_counts *front_counted(const struct front *front)
{
    return &front->counts;
}
