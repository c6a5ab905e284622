/*
 * auditd/ingest/kept.h -- what is on its way to the writer, in order, until it has answered.
 *
 * Shape    A queue of requests, each with the frame that the writer gets. Numbers are given in
 *          order; the frame's id is the number's low half. What was sent and what was not is one
 *          position: begin_again puts it back to the front when there is another writer.
 * Memory   Frames are owned by the queue, one allocation each, freed with the answer. The queue is
 *          allocated once.
 * Limits   Of requests, events and bytes, all together; kept_has_room is asked before anything is
 *          read, so at most one request of each connection is beyond them.
 * Errors   LIMIT, NO_MEMORY: nothing was taken.
 * Source   DESIGN.md 10; docs/decisions/0045-from-socket-to-log.md.
 */
#ifndef AUDITD_INGEST_KEPT_H
#define AUDITD_INGEST_KEPT_H

#include "schema/bytes.h"
#include "schema/limits.h"

enum {
    KEPT_REQUESTS_MAX = 65536, /* a power of two */
};

/* Who waits for the answer. */
struct kept_for {
    uint32_t connection; /* slot */
    uint64_t serial;     /* of whoever had the slot then; 0: nobody waits any more */
    uint32_t id;         /* the client's own number */
    uint8_t kind;        /* of the request: MESSAGE_SUBMIT, ... */
};

struct kept_item {
    struct kept_for who;
    uint8_t *frame;                  /* NULL: answered */
    size_t size, used;               /* of its memory; of what is to be sent */
    bool own;                        /* asked by the ingest itself */
    bool queued;                     /* a submission that has been acknowledged as queued */
    uint32_t events;                 /* of a submission */
    char emitter[NAME_MAX_SIZE + 1]; /* of a submission; else empty */
    uint64_t since_us;
};

struct kept_limits {
    uint64_t events, bytes;
};

struct kept; /* opaque */

/* On success *out is the caller's: kept_close. NO_MEMORY. */
MUST_CHECK struct status kept_open(struct kept_limits limits, struct kept **out);
void kept_close(struct kept **kept);
void kept_limit(struct kept *kept, struct kept_limits limits);

/* Whether more may be read. */
bool kept_has_room(const struct kept *kept);
/* Room for a frame of so many bytes at the end: *item, whose `frame` is to be filled, and its
 * number. Everything else of the item is zero. */
MUST_CHECK struct status kept_add(struct kept *kept, size_t size, struct kept_item **item,
                                  uint64_t *number);
/* Counts the events of what was added last. */
void kept_count_events(struct kept *kept, struct kept_item *item, uint32_t events);
/* Takes back what was added last. */
void kept_take_back(struct kept *kept);

/* The oldest that has not been sent; NULL: none. */
struct kept_item *kept_unsent(struct kept *kept, uint64_t *number);
void kept_was_sent(struct kept *kept);
/* Whom an answer with this id is for: something that has been sent and not answered; or NULL. */
struct kept_item *kept_find(struct kept *kept, uint32_t id, uint64_t *number);
/* It is answered: the frame is freed. */
void kept_end(struct kept *kept, uint64_t number);
/* Nothing has been sent: to another writer. */
void kept_begin_again(struct kept *kept);

/* Walks what is not answered: the number of the first that is not less than `from`; false: none.
 */
bool kept_next(struct kept *kept, uint64_t from, uint64_t *number, struct kept_item **item);

/* How much is there. */
struct kept_amount {
    uint64_t requests, events, bytes;
};
struct kept_amount kept_amount(const struct kept *kept);

#endif
