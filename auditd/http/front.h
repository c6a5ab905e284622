/*
 * auditd/http/front.h -- the front of the auditors' web: every byte that comes from the network is
 * met here first.
 *
 * Shape    Takes connections, ends TLS, waits for the head of one request and judges it
 *          (auditd/http/head.h); what is good is handed on with one end of a socket pair, and what
 *          comes back through that is relayed to the client as fast as he takes it, by a buffer of
 *          fixed size. One request for each connection. What is bad is answered here.
 * Limits   Of connections in all, of one address, and of one network of IPv6; of time for a
 *          handshake, between two bytes, and for a whole head; a client that takes an answer must
 *          go on taking it, at least LEAST_BYTES_PER_S on the whole. Where all places are taken,
 *          whoever has waited longest with a request half said makes room for the next: so those
 *          who never finish keep nobody out.
 * Memory   All places are made at the start, and none is allocated afterwards but what TLS needs.
 * Process  One loop: front_fd can be waited for, front_work does what there is to do at once and
 *          never waits. SIGPIPE is ignored.
 * Source   reliability.md E.6, F77 to F86; docs/decisions/0050.
 */
#ifndef AUDITD_HTTP_FRONT_H
#define AUDITD_HTTP_FRONT_H

#include "auditd/http/address.h"
#include "auditd/http/head.h"
#include "auditd/tls.h"

enum {
    FRONT_CONNECTIONS_MAX = 1000,
    FRONT_LISTENERS_MAX = 8,
    FRONT_LEAST_BYTES_PER_S = 8 << 10,
};

struct front; /* opaque */

struct front_limits {
    unsigned connections; /* at once */
    unsigned per_address;
    unsigned per_network; /* of a /64 of IPv6 */
    uint32_t handshake_ms;
    uint32_t idle_ms;   /* between two bytes of a head, and while an answer is not taken */
    uint32_t head_ms;   /* from the connection to the end of the head */
    uint32_t grace_s;   /* of an answer, before the least rate counts */
    uint32_t linger_ms; /* after the answer, for what the client still says */
    uint32_t young_ms;  /* no connection younger than this makes room for another */
};
/* Those of reliability.md E.6. */
extern const struct front_limits front_limits_usual;

/* Whoever has asked. All of it is lent for the call, but for the head: until `left`. */
struct front_asker {
    unsigned place; /* until `left` is called with it, nobody else has it */
    const struct head *head;
    const struct address *address;
    const struct tls_peer *peer; /* not shown, without TLS */
    bool secure;
};

struct front_hooks {
    /* A request has come. What is written into `fd`, which is the callee's from now on, goes to the
     * client until it is closed. */
    void (*asked)(void *context, const struct front_asker *asker, int fd);
    /* The asker is gone, or has had all of the answer. */
    void (*left)(void *context, unsigned place);
    /* TLS was refused, with a reason; NULL: a client went away. May be NULL. */
    void (*turned_away)(void *context, const struct address *address, const char *why);
    void *context;
};

struct front_options {
    const int *listeners; /* descriptors that listen; lent for as long as the front lives */
    size_t listener_count;
    struct tls **tls; /* NULL: plain. Looked at for each connection, so that it can be renewed */
    const struct front_limits *limits; /* NULL: the usual */
    struct front_hooks hooks;
};

/* What has been since the start. */
struct front_counts {
    uint64_t connections, asked, answered;
    uint64_t full;       /* turned away: all places were taken by those who were being answered */
    uint64_t crowded;    /* too many from one address or network */
    uint64_t pushed_out; /* made room for another */
    uint64_t late;       /* too slow to say their request */
    uint64_t slow;       /* too slow to take the answer */
    uint64_t broken;     /* went away within their request, or the answer */
    uint64_t tls_refused;
    uint64_t refused[HEAD_FAULTS_COUNT];
    uint64_t bytes; /* of answers, to clients */
};

/* On success *out is the caller's: front_close. NO_MEMORY, IO; LIMIT for limits beyond
 * FRONT_CONNECTIONS_MAX. */
MUST_CHECK struct status front_open(const struct front_options *options, struct front **out);
void front_close(struct front **front);

/* Readable when there is something to do. */
int front_fd(const struct front *front);
/* Does it: what is ready, and what is over its time. `now_us` is of the clock that only goes up. */
void front_work(struct front *front, uint64_t now_us);
/* Milliseconds until the next deadline, at most `most`. */
int front_patience_ms(const struct front *front, uint64_t now_us, int most);
/* Takes no more connections; those that are there go on. */
void front_stop_listening(struct front *front);
unsigned front_open_count(const struct front *front);
const struct front_counts *front_counted(const struct front *front);

/* What is handed on in place of a request's head: of what the client wrote, only whether it was GET
 * or HEAD. */
struct bytes front_canonical(bool only_head);

#endif
