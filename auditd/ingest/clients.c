/* Who is connected. */
#include "auditd/ingest/ingest_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Watching -------------------------------------------------------------------------------- */

static bool has_room_for_requests(const struct ingest *ingest, const struct client *client)
{
    return client->in_flight < ingest->settings->limits_requests;
}

void client_watch(struct ingest *ingest, struct client *client)
{
    bool parked = !has_room_for_requests(ingest, client);
    if (client->parked && !parked) {
        client->ready = true; /* what was read before may hold more frames */
        client->half_us = client->half_us != 0 ? wire_now_us() : 0;
    }
    client->parked = parked;
    bool writes =
        client->shaking ? client->shaking_writes : (channel_wants(client->channel) & POLLOUT) != 0;
    uint32_t interest = (client->parked ? 0 : EPOLLIN) | (writes ? EPOLLOUT : 0);
    struct epoll_event event = {.events = interest,
                                .data.u64 = (uint64_t)WATCHED_CLIENT << 32 |
                                            (uint64_t)(client - ingest->clients)};
    if (interest != client->interest &&
        epoll_ctl(ingest->clients_epoll, EPOLL_CTL_MOD, channel_fd(client->channel), &event) == 0) {
        client->interest = interest;
    }
}

struct client *client_of(struct ingest *ingest, const struct kept_for *who)
{
    struct client *client = &ingest->clients[who->connection];
    return who->serial != 0 && client->channel != NULL && client->serial == who->serial ? client
                                                                                        : NULL;
}

/* Closing --------------------------------------------------------------------------------- */

void client_close(struct ingest *ingest, struct client *client)
{
    tls_session_close(&client->session);
    channel_close(&client->channel); /* epoll forgets what is closed */
    free(client->certificate);
    *client = (struct client){.serial = 0};
    ingest->client_count--;
    if (ingest->options.counters != NULL) {
        counters_set(ingest->options.counters, COUNTER_CONNECTIONS, ingest->client_count);
    }
}

void client_send(struct ingest *ingest, struct client *client, struct bytes frame)
{
    if (failed(channel_send(client->channel, frame, -1))) {
        client_close(ingest, client);
    } else {
        client_watch(ingest, client);
    }
}

void client_fault(struct ingest *ingest, struct client *client, uint32_t id, const char *sentence)
{
    ingest_add(ingest, COUNTER_REQUESTS_REFUSED_TOTAL, 1);
    size_t start = answer_begin(ingest, MESSAGE_FAULT, id);
    wire_put_string(&ingest->answer, sentence);
    frame_end(&ingest->answer, start);
    (void)!failed(channel_send(client->channel, text_bytes(&ingest->answer), -1));
    client_close(ingest, client);
}

/* Accepting ------------------------------------------------------------------------------- */

static size_t count_of_user(const struct ingest *ingest, uint32_t uid)
{
    size_t count = 0;
    for (size_t i = 0; i < ingest->client_top; i++) {
        count += ingest->clients[i].channel != NULL && ingest->clients[i].peer.uid == uid;
    }
    return count;
}

/* Of those that hold a connection without saying anything whole, the one that has for longest. */
static struct client *least_useful(struct ingest *ingest)
{
    struct client *found = NULL;
    for (size_t i = 0; i < ingest->client_top; i++) {
        struct client *client = &ingest->clients[i];
        if (client->channel != NULL && client->half_us != 0 && client->in_flight == 0 &&
            (found == NULL || client->half_us < found->half_us)) {
            found = client;
        }
    }
    return found;
}

static bool has_room(struct ingest *ingest, size_t most)
{
    if (ingest->client_count < most) {
        return true;
    }
    struct client *victim = least_useful(ingest);
    if (victim != NULL) {
        ingest_add(ingest, COUNTER_CONNECTIONS_REFUSED_TOTAL, 1);
        client_close(ingest, victim);
    }
    return victim != NULL;
}

static struct client *free_slot(struct ingest *ingest)
{
    for (size_t i = 0; i < INGEST_CLIENTS_MAX; i++) {
        if (ingest->clients[i].channel == NULL) {
            ingest->client_top = i >= ingest->client_top ? i + 1 : ingest->client_top;
            return &ingest->clients[i];
        }
    }
    return NULL;
}

static void read_groups(int fd, struct rights_peer *peer)
{
    gid_t groups[RIGHTS_GROUPS_MAX];
    socklen_t size = sizeof groups;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0) {
        peer->group_count = size / sizeof groups[0];
        for (size_t i = 0; i < peer->group_count; i++) {
            peer->groups[i] = groups[i];
        }
    }
}

static bool is_welcome(struct ingest *ingest, int fd, struct rights_peer *peer)
{
    struct channel_peer found;
    if (ingest->options.tls != NULL) {
        *peer = (struct rights_peer){.uid = RIGHTS_NOBODY, .gid = RIGHTS_NOBODY};
        return has_room(ingest, ingest->settings->tls_connections);
    }
    if (failed(channel_peer(fd, &found))) {
        return false;
    }
    *peer = (struct rights_peer){.uid = found.uid, .gid = found.gid, .process = found.process};
    read_groups(fd, peer);
    return has_room(ingest, ingest->settings->limits_connections) &&
           (found.uid == 0 ||
            count_of_user(ingest, found.uid) < ingest->settings->limits_connections_of_user);
}

static struct status open_channel(struct ingest *ingest, int fd, struct client *client)
{
    const struct channel_limits limits = {.frame = CLIENT_FRAME_MAX, .waiting = CLIENT_WAITING_MAX};
    return ingest->options.tls == NULL ? channel_open(fd, limits, &client->channel)
                                       : secure_open(ingest, fd, limits, client);
}

static struct status add_client(struct ingest *ingest, int fd, const struct rights_peer *peer)
{
    struct client *client = free_slot(ingest);
    if (client == NULL) {
        return FAIL(LIMIT, INGEST_CLIENTS_MAX);
    }
    struct epoll_event event = {.events = EPOLLIN,
                                .data.u64 = (uint64_t)WATCHED_CLIENT << 32 |
                                            (uint64_t)(client - ingest->clients)};
    TRY(open_channel(ingest, fd, client));
    ingest->client_count++;
    client->serial = ++ingest->serial;
    client->peer = *peer;
    client->half_us = wire_now_us();
    if (!client->shaking) {
        struct text name = TEXT_IN(client->name);
        rights_name(&ingest->rights, peer->uid, &name);
        (void)text_string(&name);
    }
    client->interest = EPOLLIN;
    if (epoll_ctl(ingest->clients_epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        client_close(ingest, client);
        return OK; /* which has closed fd, too */
    }
    return OK;
}

static void take_connection(struct ingest *ingest, int fd)
{
    struct rights_peer peer;
    if (!is_welcome(ingest, fd, &peer) || failed(add_client(ingest, fd, &peer))) {
        ingest_add(ingest, COUNTER_CONNECTIONS_REFUSED_TOTAL, 1);
        (void)close(fd);
        return;
    }
    ingest_add(ingest, COUNTER_CONNECTIONS_TOTAL, 1);
    if (ingest->options.counters != NULL) {
        counters_set(ingest->options.counters, COUNTER_CONNECTIONS, ingest->client_count);
    }
}

void clients_accept(struct ingest *ingest)
{
    for (unsigned i = 0; i < INGEST_ACCEPT_MAX; i++) {
        int fd = accept4(ingest->options.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            /* Without descriptors or memory nothing is gained by asking again at once. */
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                ingest->listen_us = wire_now_us() + 100000;
            }
            return;
        }
        take_connection(ingest, fd);
    }
}

/* Reading --------------------------------------------------------------------------------- */

/* After the last whole frame: how long the rest of the next one has been awaited. */
static void note_half(struct client *client)
{
    bool half = !client->greeted || channel_is_inside(client->channel);
    client->half_us = !half ? 0 : client->half_us != 0 ? client->half_us : wire_now_us();
}

static bool take_buffered(struct ingest *ingest, struct client *client, struct frame *out)
{
    bool whole = false;
    struct status status = channel_next(client->channel, out, &whole);
    if (failed(status)) {
        client_fault(ingest, client, 0,
                     status.code == STATUS_LIMIT ? "the frame is longer than may be"
                                                 : "this is no frame");
    } else if (whole && client->greeted) {
        client->half_us = 0;
    }
    return whole;
}

void client_next(struct ingest *ingest, struct client *client, struct frame *out, bool *whole)
{
    *whole = false;
    if (client->shaking && !secure_shake(ingest, client)) {
        return;
    }
    *whole = take_buffered(ingest, client, out);
    if (*whole || client->channel == NULL) {
        return;
    }
    struct status received = channel_receive(client->channel);
    *whole = take_buffered(ingest, client, out);
    if (client->channel == NULL || *whole) {
        return;
    }
    if (failed(received)) {
        client_close(ingest, client);
        return;
    }
    client->ready = false;
    note_half(client);
}

/* Answers that wait while nobody is read: the set that says who can be written to is not asked. */
void clients_flush(struct ingest *ingest)
{
    for (size_t i = 0; i < ingest->client_top; i++) {
        struct client *client = &ingest->clients[i];
        if (client->channel != NULL && channel_waiting(client->channel) > 0 &&
            failed(channel_flush(client->channel))) {
            client_close(ingest, client);
        }
    }
}

void clients_check_deadlines(struct ingest *ingest, uint64_t now_us)
{
    const struct settings *settings = ingest->settings;
    for (size_t i = 0; i < ingest->client_top; i++) {
        struct client *client = &ingest->clients[i];
        const uint64_t most_us = 1000000 * (client->shaking ? settings->tls_handshake_deadline
                                                            : settings->limits_frame_deadline);
        if (client->channel != NULL && !client->parked && client->half_us != 0 &&
            now_us > client->half_us + most_us) {
            ingest_add(ingest, COUNTER_DEADLINES_TOTAL, 1);
            client_close(ingest, client);
        }
    }
}
