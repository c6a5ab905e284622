#include "auditd/http/queue.h"

#include <limits.h>

bool queue_add(struct queue *queue, const struct waiting *waiting)
{
    if (queue->count >= queue->most || queue->count >= QUEUE_MAX) {
        return false;
    }
    queue->waiting[queue->count++] = *waiting;
    return true;
}

static struct waiting take(struct queue *queue, size_t at)
{
    struct waiting taken = queue->waiting[at];
    queue->count--;
    memmove(&queue->waiting[at], &queue->waiting[at + 1],
            (queue->count - at) * sizeof queue->waiting[0]);
    return taken;
}

static bool is_busy(const struct digest *viewer, const struct digest *busy, size_t busy_count)
{
    for (size_t i = 0; i < busy_count; i++) {
        if (digest_equal(viewer, &busy[i])) {
            return true;
        }
    }
    return false;
}

bool queue_next(struct queue *queue, const struct digest *busy, size_t busy_count,
                struct waiting *out)
{
    if (queue->count == 0) {
        return false;
    }
    size_t best = 0;
    unsigned best_rank = UINT_MAX;
    for (size_t at = 0; at < queue->count && best_rank > 0; at++) {
        const struct waiting *waiting = &queue->waiting[at];
        unsigned rank = waiting->stranger ? 2 : 0;
        rank += is_busy(&waiting->viewer, busy, busy_count) ? 1 : 0;
        if (rank < best_rank) {
            best = at;
            best_rank = rank;
        }
    }
    *out = take(queue, best);
    return true;
}

bool queue_yield(struct queue *queue, struct waiting *out)
{
    for (size_t at = queue->count; at > 0; at--) {
        if (queue->waiting[at - 1].stranger) {
            *out = take(queue, at - 1);
            return true;
        }
    }
    return false;
}

bool queue_leave(struct queue *queue, unsigned place)
{
    for (size_t i = 0; i < queue->count; i++) {
        if (queue->waiting[i].place == place) {
            (void)take(queue, i);
            return true;
        }
    }
    return false;
}

bool queue_overdue(struct queue *queue, uint64_t before_us, struct waiting *out)
{
    if (queue->count == 0 || queue->waiting[0].since_us >= before_us) {
        return false;
    }
    *out = take(queue, 0);
    return true;
}
