/*
 * auditd/http/queue.h -- requests that wait for a reader.
 *
 * Shape    In the order in which they came, but whoever has a request with a reader already lets
 *          others go first: one viewer with many questions does not keep the others waiting.
 *          Whoever shows nothing that could let in comes last: there may be very many of those.
 * Limits   As many as it was made for, at most QUEUE_MAX; what does not fit is told to come again.
 */
#ifndef AUDITD_HTTP_QUEUE_H
#define AUDITD_HTTP_QUEUE_H

#include "schema/bytes.h"

enum {
    QUEUE_MAX = 1024,
};

struct waiting {
    unsigned place;
    bool stranger;        /* shows neither a session nor a certificate nor a link */
    struct digest viewer; /* who: the same for requests of the same viewer */
    uint64_t since_us;
};

struct queue {
    size_t count, most;
    struct waiting waiting[QUEUE_MAX];
};

/* False: it is full. */
MUST_CHECK bool queue_add(struct queue *queue, const struct waiting *waiting);
/* Takes out who is next, given who is being answered; false: nobody waits. */
MUST_CHECK bool queue_next(struct queue *queue, const struct digest *busy, size_t busy_count,
                           struct waiting *out);
/* Takes out the last stranger, for somebody who is none; false: there is no stranger. */
MUST_CHECK bool queue_yield(struct queue *queue, struct waiting *out);
/* Takes out one who has left; false: it did not wait. */
bool queue_leave(struct queue *queue, unsigned place);
/* Takes out the next one who has waited since before that; false: nobody. */
MUST_CHECK bool queue_overdue(struct queue *queue, uint64_t before_us, struct waiting *out);

#endif
