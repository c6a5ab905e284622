/*
 * auditd/http/queue.h -- requests that wait for a reader.
 *
 * Shape    In the order in which they came, but whoever has a request with a reader already lets
 *          others go first: one viewer with many questions does not keep the others waiting.
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
/* Takes out one who has left; false: it did not wait. */
bool queue_leave(struct queue *queue, unsigned place);
/* Takes out the next one who has waited since before that; false: nobody. */
MUST_CHECK bool queue_overdue(struct queue *queue, uint64_t before_us, struct waiting *out);

#endif
