/*
 * auditd/ingest/ingest_parts.h -- the ingest from inside; for files beside it only.
 *
 * Shape    ingest.c has the loop, clients.c who is connected, requests.c what a frame of theirs
 *          means, upstream.c the way to the writer and back.
 */
#ifndef AUDITD_INGEST_INGEST_PARTS_H
#define AUDITD_INGEST_INGEST_PARTS_H

#include "auditd/ingest/bucket.h"
#include "auditd/ingest/dropped.h"
#include "auditd/ingest/ingest.h"
#include "auditd/ingest/kept.h"
#include "auditd/ingest/rights.h"
#include "schema/wire/channel.h"
#include "schema/wire/message.h"

enum {
    QUOTA_USERS_MAX = 256,
    WRAPPING = 1024,                           /* bytes around a payload that is forwarded */
    CLIENT_FRAME_MAX = MESSAGE_MAX - WRAPPING, /* bytes */
    CLIENT_WAITING_MAX = 1 << 20,              /* bytes of answers that it does not read */
    UPSTREAM_SENDING = 256 << 10,              /* bytes of them before more is handed over */
};

/* What epoll says that it is about, in the upper half of its number. */
enum watched {
    WATCHED_LISTENER = 1,
    WATCHED_WRITER,
    WATCHED_CONTROL,
    WATCHED_CLIENTS, /* the set of them */
    WATCHED_CLIENT,
};

struct client {
    struct channel *channel; /* NULL: nobody */
    struct tls_session *session;
    struct tls_peer *certificate;
    uint64_t serial;
    struct rights_peer peer;
    char name[RIGHTS_NAME_SIZE];
    char source[LEAF_SOURCE_MAX + 1]; /* network address; empty: this machine */
    bool shaking, shaking_writes;     /* hands, in TLS; and waits to write */
    bool greeted;
    bool wants_welcome; /* as soon as the writer has said whose log it is */
    uint32_t hello_id;
    bool ready;         /* something may be there to be read */
    bool parked;        /* nothing is read from it until an answer has come */
    uint32_t interest;  /* what epoll watches */
    uint32_t in_flight; /* requests without an answer */
    uint64_t half_us;   /* since when a frame, or its greeting, is not whole; 0: nothing is open */
};

struct quota {
    uint32_t uid;
    bool used;
    struct bucket bucket;
};

struct ingest {
    struct ingest_options options;
    const struct settings *settings;
    struct rights rights;
    int epoll, clients_epoll;
    int control;        /* as watched; -1 */
    bool reading;       /* clients are watched */
    bool listening;     /* the listener is watched */
    uint64_t listen_us; /* when to listen again */
    bool closing;       /* nothing is taken any more */
    struct client *clients;
    size_t client_count, client_top; /* slots in use; one after the last that ever was */
    uint64_t serial;
    size_t turn; /* the slot that is served first */

    struct channel *writer; /* lent; NULL: there is none now */
    uint32_t writer_interest;
    char origin[ORIGIN_MAX + 1];
    uint64_t log_size;
    struct kept *kept;
    struct dropped dropped;
    uint64_t told_us; /* when `dropped` was told */
    bool telling;     /* and not answered yet */
    struct dropped_row told;
    uint64_t checked_us; /* when deadlines were looked at */
    struct bucket emitters[SETTINGS_EMITTERS_MAX];
    struct quota users[QUOTA_USERS_MAX];
    struct bucket refusals; /* of handshakes, that the journal is told of */
    struct text answer;
};

/* ingest.c */
void ingest_add(struct ingest *ingest, enum counter counter, uint64_t value);

/* clients.c ---------------------------------------------------------------------------------- */

/* Takes connections that wait. */
void clients_accept(struct ingest *ingest);
void client_close(struct ingest *ingest, struct client *client);
/* Sends an answer; a client that does not take it is closed. */
void client_send(struct ingest *ingest, struct client *client, struct bytes frame);
/* Says what is wrong with what it says, and closes it. */
void client_fault(struct ingest *ingest, struct client *client, uint32_t id, const char *sentence);
/* What it is watched for, after something changed. */
void client_watch(struct ingest *ingest, struct client *client);
/* Whoever still has this slot; NULL: nobody waits. */
struct client *client_of(struct ingest *ingest, const struct kept_for *who);
/* The next frame of a client that is ready; *whole is false if there is none, and the client may be
 * gone (channel NULL). */
void client_next(struct ingest *ingest, struct client *client, struct frame *out, bool *whole);
/* Sends answers that wait, of all clients. */
void clients_flush(struct ingest *ingest);
/* Closes those whose frame, greeting or handshake takes too long. */
void clients_check_deadlines(struct ingest *ingest, uint64_t now_us);

/* secure.c ----------------------------------------------------------------------------------- */

/* A channel over TLS, whose handshake comes first. */
MUST_CHECK struct status secure_open(struct ingest *ingest, int fd, struct channel_limits limits,
                                     struct client *client);
/* Goes on with the handshake; true once it is done. The client may be gone. */
MUST_CHECK bool secure_shake(struct ingest *ingest, struct client *client);

/* requests.c --------------------------------------------------------------------------------- */

void request_take(struct ingest *ingest, struct client *client, const struct frame *frame);
/* Greets whoever waits for it. */
void requests_welcome(struct ingest *ingest);
/* Begins the only frame of `answer`, and sends it. */
size_t answer_begin(struct ingest *ingest, uint8_t kind, uint32_t id);
void answer_end(struct ingest *ingest, struct client *client, size_t start);
void answer_receipt(struct ingest *ingest, struct client *client, uint32_t id, struct status status,
                    uint64_t count);

/* upstream.c --------------------------------------------------------------------------------- */

/* Keeps a request of the client, or of nobody (NULL), for the writer: FORWARDED, or as it is. */
MUST_CHECK struct status upstream_keep(struct ingest *ingest, const struct client *client,
                                       const struct frame *frame, struct kept_item **out);
/* Sends what waits, as far as the channel takes it. */
void upstream_send(struct ingest *ingest);
/* Takes the writer's answers. */
void upstream_take(struct ingest *ingest);
/* The writer is gone. */
void upstream_lost(struct ingest *ingest);
/* Tells clients that have waited too long, and the writer what was refused. */
void upstream_check(struct ingest *ingest, uint64_t now_us);

#endif
