/*
 * core/emit/delivery.h -- brings what is in an outbox to the log, and finds out that it is there.
 *
 * Shape    Connects, says HELLO, asks where the emitter stands in the log (HEAD), then submits
 *          batches, several on their way at once, each answered by a receipt. With the level QUEUED
 *          receipts do not mean that anything is on disk: HEAD is asked for again until it tells.
 * Trouble  Whatever ends a connection, or leaves it open what became of a batch, leads back to
 *          HEAD: the chain says what the log has. A batch that the log refuses for what it says is
 *          halved until the one event is found, which is given up and counted. Connections that
 *          fail are tried again after 100 ms, doubling up to 10 s; a log that does not take the
 *          emitter at all, or has no room, is asked again likewise.
 * Process  Nothing waits but delivery_wait. One thread.
 */
#ifndef CORE_EMIT_DELIVERY_H
#define CORE_EMIT_DELIVERY_H

#include "core/emit/outbox.h"
#include "schema/wire/channel.h"
#include "schema/wire/message.h"

struct delivery; /* opaque */

/* Connects, without waiting; *out is the delivery's to close. */
typedef struct status delivery_dial(void *context, struct channel **out);

/* Where the channel leads to a link that has to be turned: moves what can be moved, and what it
 * waits for. */
struct delivery_link {
    struct status (*turn)(void *context);
    int (*descriptor)(void *context, short *events);
};

struct delivery_options {
    struct outbox *outbox; /* lent */
    const char *emitter;   /* its name; lent */
    delivery_dial *dial;
    const struct delivery_link *link; /* NULL: the channel is the connection itself */
    void *dial_context;               /* also the link's */
    enum wire_level level;
    uint32_t batch_events; /* 1 to SUBMISSION_EVENTS_MAX */
};

struct delivery_counts {
    uint64_t sent, queued, retries; /* events, events, connections */
    bool connected;                 /* welcomed, and knows where the emitter stands */
    bool has_position;
    uint64_t position; /* in the log, of the last event acknowledged by a receipt */
    uint64_t refused;  /* events given up */
};

MUST_CHECK struct status delivery_open(const struct delivery_options *options,
                                       struct delivery **out);
void delivery_close(struct delivery **delivery);

/* Does what can be done at once: connects if it is time to, sends, takes answers. Fails only as the
 * outbox does, or with CONFLICT for another log: such failures stay. */
MUST_CHECK struct status delivery_pump(struct delivery *delivery);
/* Waits until there is something to do, or until `deadline_us` (wire_now_us). IO. */
MUST_CHECK struct status delivery_wait(struct delivery *delivery, uint64_t deadline_us);
/* What delivery_wait would wait for: a descriptor (-1: none), its events, and until when at
 * most. */
int delivery_descriptor(const struct delivery *delivery, short *events, uint64_t *until_us);

/* Whether all that the outbox has is acknowledged at the level. */
bool delivery_is_done(const struct delivery *delivery);
/* Forgets to wait for the next try. */
void delivery_hurry(struct delivery *delivery);
/* Asks once more what is durable, where that is not known yet. */
void delivery_ask(struct delivery *delivery);

/* Why events wait though they have been tried to be sent: OK if nothing is wrong; else the last
 * failure, until something is acknowledged. KEY: the log does not take them. Its reason lives until
 * the next pump. */
struct status delivery_trouble(const struct delivery *delivery);
/* Why the last event was given up. */
const char *delivery_refusal(const struct delivery *delivery);
struct delivery_counts delivery_counts(const struct delivery *delivery);

#endif
