/* Emitters of other machines: the same over TLS, with certificates. */
#include "auditd/ingest/ingest_parts.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The way --------------------------------------------------------------------------------- */

static ssize_t as_recv(enum tls_turn turn, size_t size)
{
    switch (turn) {
    case TLS_DONE:
        return (ssize_t)size;
    case TLS_ENDED:
        return 0;
    case TLS_WANTS_READ:
    case TLS_WANTS_WRITE:
        errno = EAGAIN;
        return -1;
    case TLS_FAILED:
        break;
    }
    errno = ECONNRESET;
    return -1;
}

static ssize_t receive(void *context, void *memory, size_t capacity)
{
    size_t size = 0;
    enum tls_turn turn = tls_read(context, memory, capacity, &size);
    return as_recv(turn, size);
}

static ssize_t send_some(void *context, const void *data, size_t size)
{
    size_t written = 0;
    enum tls_turn turn = tls_write(context, data, size, &written);
    if (turn == TLS_ENDED) {
        errno = EPIPE;
        return -1;
    }
    return as_recv(turn, written);
}

/* Where from, as numbers; empty if the system does not say. */
static void note_address(int fd, struct client *client)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    char host[64];
    if (getpeername(fd, (struct sockaddr *)&address, &size) == 0 &&
        getnameinfo((struct sockaddr *)&address, size, host, sizeof host, NULL, 0,
                    NI_NUMERICHOST) == 0) {
        struct text text = TEXT_IN(client->source);
        text_put_string(&text, host);
        (void)text_string(&text);
    }
}

struct status secure_open(struct ingest *ingest, int fd, struct channel_limits limits,
                          struct client *client)
{
    TRY(tls_accept(*ingest->options.tls, fd, &client->session));
    const struct channel_way way = {
        .receive = receive, .send = send_some, .context = client->session};
    struct status status = channel_open_over(fd, &way, limits, &client->channel);
    if (failed(status)) {
        tls_session_close(&client->session);
        return status;
    }
    client->shaking = true;
    note_address(fd, client);
    return OK;
}

/* The handshake --------------------------------------------------------------------------- */

static void turn_away(struct ingest *ingest, struct client *client)
{
    const char *why = tls_why(client->session);
    ingest_add(ingest, COUNTER_CONNECTIONS_REFUSED_TOTAL, 1);
    if (bucket_take(&ingest->refusals, 1, wire_now_us())) {
        journal_say(ingest->options.journal, JOURNAL_WARNING, "handshake_failed",
                    pair_string("address", client->source),
                    pair_string("why", why == NULL ? "the connection ended" : why));
    }
    client_close(ingest, client);
}

/* Who it is, is who its certificate says. */
static bool identify(struct ingest *ingest, struct client *client)
{
    client->certificate = calloc(1, sizeof *client->certificate);
    if (client->certificate == NULL) {
        client_close(ingest, client);
        return false;
    }
    tls_identify(client->session, client->certificate);
    client->peer.certificate = client->certificate;
    struct text name = TEXT_IN(client->name);
    struct bytes first = client->certificate->name_count > 0
                             ? bytes_of_string(client->certificate->names[0])
                             : LITERAL("certificate");
    text_put(&name, first.data, first.size < name.capacity ? first.size : name.capacity - 1);
    (void)text_string(&name);
    client->shaking = client->shaking_writes = false;
    client->half_us = wire_now_us();
    return true;
}

bool secure_shake(struct ingest *ingest, struct client *client)
{
    enum tls_turn turn = tls_handshake(client->session);
    switch (turn) {
    case TLS_DONE:
        return identify(ingest, client);
    case TLS_WANTS_READ:
    case TLS_WANTS_WRITE:
        client->shaking_writes = turn == TLS_WANTS_WRITE;
        client->ready = false;
        client_watch(ingest, client);
        return false;
    case TLS_ENDED:
    case TLS_FAILED:
        break;
    }
    turn_away(ingest, client);
    return false;
}
