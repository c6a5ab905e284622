/*
 * auditd/http/service.h -- the door of the auditors' web: front, readers and answers put together.
 *
 * Shape    A request that the front has judged good is counted against its viewer's rate, waits for
 *          a reader that is free, is put to it, and its answer, a file in memory, is written by
 *          libmicrohttpd and relayed by the front. A reader has one request at a time. Nothing here
 *          opens a store or knows who may see what.
 * Limits   Requests that wait, time until a reader answers, and bytes of answers on their way.
 *          Beyond them: 429 or 503, with Retry-After.
 * Process  service_wait fills in what to poll for; service_work does what there is to do.
 * Source   reliability.md E.6; docs/decisions/0050.
 */
#ifndef AUDITD_HTTP_SERVICE_H
#define AUDITD_HTTP_SERVICE_H

#include "auditd/http/buckets.h"
#include "auditd/http/front.h"
#include "schema/wire/channel.h"

#include <poll.h>

enum {
    SERVICE_READERS_MAX = 8,
    SERVICE_DESCRIPTORS = SERVICE_READERS_MAX + 2,
    SERVICE_PATIENCE_MS = 500,
};

struct service; /* opaque */

/* A reader's channel; NULL: it is away. */
struct service_reader {
    struct channel *channel;
    uint64_t number; /* another number, another channel */
};

struct service_options {
    const int *listeners;
    size_t listener_count;
    struct tls **tls; /* NULL: plain */
    const struct front_limits *limits;
    struct bucket_rule rate; /* of one viewer; an address may ask four times as often */
    unsigned queue;
    uint32_t answer_ms;       /* that a request may wait for a reader, and for its answer */
    uint64_t bodies_size_max; /* bytes of all answers on their way */
    /* A reader's channel has ended, or said what is no answer. */
    void (*lost)(void *context, unsigned reader);
    /* TLS was refused; may be NULL. */
    void (*turned_away)(void *context, const struct address *address, const char *why);
    void *context;
};

struct service_counts {
    uint64_t too_often, busy, unanswered, answered, known;
};

/* NO_MEMORY, IO, LIMIT. On success *out is the caller's: service_close. */
MUST_CHECK struct status service_open(const struct service_options *options, struct service **out);
void service_close(struct service **service);

/* Who answers now. What was asked of another channel before is answered with 503. */
void service_set_reader(struct service *service, unsigned reader, struct service_reader now);

/* Fills in up to SERVICE_DESCRIPTORS; returns their number. *patience_ms is how long to wait. */
size_t service_wait(struct service *service, struct pollfd *out, int *patience_ms);
void service_work(struct service *service);

/* Takes no more connections. */
void service_stop(struct service *service);
/* Connections that are there. */
unsigned service_open_count(const struct service *service);
const struct front_counts *service_front_counts(const struct service *service);
const struct service_counts *service_counts(const struct service *service);

#endif
