#include "auditd/http/answers.h"
#include "auditd/http/front_internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ROUNDS = 8, /* buffers relayed for one client before the others have their turn */
};

_Static_assert(ANSWER_PAGE_SIZE + ANSWER_TEXT_SIZE <= RELAY_SIZE, "a page of an error fits");

static void expect_progress(struct front *front, struct place *place)
{
    place->deadline_us = front->now_us + (uint64_t)front->limits.idle_ms * 1000;
}

static void begin_answer(struct front *front, struct place *place)
{
    place->state = PLACE_ANSWERING;
    place->answered_us = 0;
    place->deadline_us = UINT64_MAX;
    place_answer(front, place);
}

void place_refuse(struct front *front, struct place *place, unsigned status, const char *sentence)
{
    struct text answer = {.data = place->relay, .capacity = sizeof place->relay};
    const struct answer_error error = {
        .status = status,
        .sentence = sentence,
        .only_head = place->head.only_head,
        .secure = place->line.session != NULL,
    };
    answer_whole(&error, &answer);
    place->start = 0;
    place->end = answer.size;
    place->from = -1;
    begin_answer(front, place);
}

struct bytes front_canonical(bool only_head)
{
    return only_head ? LITERAL("HEAD / HTTP/1.1\r\nHost: cairn\r\n\r\n")
                     : LITERAL("GET / HTTP/1.1\r\nHost: cairn\r\n\r\n");
}

void place_ask(struct front *front, struct place *place)
{
    int ends[2];
    struct bytes head = front_canonical(place->head.only_head);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
        place_refuse(front, place, 503, NULL);
        return;
    }
    if (send(ends[0], head.data, head.size, MSG_NOSIGNAL) != (ssize_t)head.size) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        place_refuse(front, place, 503, NULL);
        return;
    }
    front->counts.asked++;
    place->from = ends[0];
    place->handed_on = true;
    place->state = PLACE_ANSWERING;
    struct tls_peer peer = {0};
    if (place->line.session != NULL) {
        tls_identify(place->line.session, &peer);
    }
    const struct front_asker asker = {
        .place = place_number(front, place),
        .head = &place->head,
        .address = &place->address,
        .peer = &peer,
        .secure = place->line.session != NULL,
    };
    uint32_t generation = place->generation;
    front->options.hooks.asked(front->options.hooks.context, &asker, ends[1]);
    if (place->generation == generation) {
        begin_answer(front, place);
    }
}

/* Relaying ---------------------------------------------------------------------------------- */

enum flow {
    FLOW_ON,    /* something moved */
    FLOW_WAITS, /* nothing can be done now */
    FLOW_OVER,  /* the answer is with the client */
    FLOW_EMPTY, /* whoever was to answer has gone */
    FLOW_BROKEN,
};

static enum flow fill(struct front *front, struct place *place)
{
    ssize_t size = recv(place->from, place->relay, sizeof place->relay, MSG_DONTWAIT);
    if (size > 0) {
        place->start = 0;
        place->end = (size_t)size;
        if (place->answered_us == 0) {
            place->answered_us = front->now_us;
        }
        expect_progress(front, place);
        return FLOW_ON;
    }
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        /* Whoever makes the answer has a deadline of its own. */
        place->deadline_us = UINT64_MAX;
        return FLOW_WAITS;
    }
    place_watch_from(front, place, false);
    (void)close(place->from);
    place->from = -1;
    return place->sent == 0 ? FLOW_EMPTY : FLOW_OVER;
}

static enum flow drain(struct front *front, struct place *place, uint32_t *wants)
{
    size_t written = 0;
    switch (line_write(&place->line, place->relay + place->start, place->end - place->start,
                       &written)) {
    case TLS_DONE:
        place->start += written;
        place->sent += written;
        front->counts.bytes += written;
        expect_progress(front, place);
        return FLOW_ON;
    case TLS_WANTS_READ:
        *wants = EPOLLIN;
        return FLOW_WAITS;
    case TLS_WANTS_WRITE:
        *wants = EPOLLOUT;
        return FLOW_WAITS;
    case TLS_ENDED:
    case TLS_FAILED:
        break;
    }
    return FLOW_BROKEN;
}

static enum flow move(struct front *front, struct place *place, uint32_t *wants)
{
    *wants = 0;
    if (place->start < place->end) {
        return drain(front, place, wants);
    }
    return place->from >= 0 ? fill(front, place) : FLOW_OVER;
}

static void finish(struct front *front, struct place *place)
{
    front->counts.answered++;
    line_finish(&place->line);
    place->state = PLACE_LINGERING;
    place->heard = 0;
    place->deadline_us = front->now_us + (uint64_t)front->limits.linger_ms * 1000;
    place_linger(front, place);
}

static void wait_for_more(struct front *front, struct place *place, uint32_t wants)
{
    if (place->from >= 0) {
        place_watch_from(front, place, place->start == place->end);
    }
    if (wants == 0) {
        /* At an edge: that a client has ended its side, and waits for the answer, is told once. */
        wants = place->start < place->end ? EPOLLOUT : (uint32_t)EPOLLRDHUP | (uint32_t)EPOLLET;
    }
    place_watch(front, place, wants);
}

void place_answer(struct front *front, struct place *place)
{
    enum flow flow = FLOW_ON;
    uint32_t wants = 0;
    for (unsigned i = 0; i < ROUNDS * 2 && flow == FLOW_ON; i++) {
        flow = move(front, place, &wants);
    }
    switch (flow) {
    case FLOW_ON:
    case FLOW_WAITS:
        wait_for_more(front, place, wants);
        return;
    case FLOW_OVER:
        finish(front, place);
        return;
    case FLOW_EMPTY:
        place_refuse(front, place, 503, NULL);
        return;
    case FLOW_BROKEN:
        front->counts.broken++;
        place_free(front, place);
        return;
    }
}

bool place_is_slow(const struct front *front, const struct place *place)
{
    if (place->state != PLACE_ANSWERING || place->answered_us == 0 || place->start == place->end) {
        return false;
    }
    uint64_t took_s = (front->now_us - place->answered_us) / 1000000;
    return took_s > front->limits.grace_s + place->sent / FRONT_LEAST_BYTES_PER_S;
}

/* Afterwards -------------------------------------------------------------------------------- */

/* Closing with something unread would reset the connection, and take the answer back with it. */
void place_linger(struct front *front, struct place *place)
{
    size_t size = 0;
    enum tls_turn turn = TLS_DONE;
    for (unsigned i = 0; i < ROUNDS && turn == TLS_DONE && place->heard < DRAIN_MAX; i++) {
        turn = line_read(&place->line, place->said, sizeof place->said, &size);
        place->heard += turn == TLS_DONE ? size : 0;
    }
    bool over = turn == TLS_ENDED || turn == TLS_FAILED || place->heard >= DRAIN_MAX;
    if (over) {
        place_free(front, place);
        return;
    }
    place_watch(front, place, turn == TLS_WANTS_WRITE ? EPOLLOUT : EPOLLIN);
}
