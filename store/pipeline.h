/*
 * store/pipeline.h -- bounded queues and the threads between them.
 *
 * Shape    Work flows one way through stages. A thing in a queue belongs to nobody else: handing it
 *          on hands over all of it, so that nothing is shared and nothing is locked but the queue.
 *          The only file beside lmdb.c that includes <pthread.h>.
 * Process  A stage is one thread that takes from `in`, works, and hands to `out`. Signals are
 *          blocked in it. Closing a queue lets its takers drain it and then end.
 */
#ifndef STORE_PIPELINE_H
#define STORE_PIPELINE_H

#include "schema/status.h"

#include <stddef.h>

struct queue; /* opaque: a bounded queue of pointers */

/* Room for `capacity` things. *out is the caller's. NO_MEMORY. */
MUST_CHECK struct status queue_open(size_t capacity, struct queue **out);
/* No thread may be using it any more; NULL is welcome. */
void queue_free(struct queue **queue);

/* Waits for room. */
void queue_put(struct queue *queue, void *thing);
/* Waits for a thing; NULL once the queue is closed and empty. */
void *queue_take(struct queue *queue);
/* A thing if there is one now, else NULL. */
void *queue_take_now(struct queue *queue);
/* No more will be put: takers drain what is left. */
void queue_close(struct queue *queue);

struct stage; /* opaque: one thread */

typedef void stage_work(void *context, void *thing);

/* Starts a thread that calls `work` for each thing of `in` and then puts it to `out` (unless NULL).
 * *stage is the caller's: close `in`, then stage_join. NO_MEMORY, or IO with errno. */
MUST_CHECK struct status stage_start(struct queue *in, struct queue *out, stage_work *work,
                                     void *context, struct stage **stage);
/* The same, but OK without a stage (*stage stays NULL) where the system gives no thread: for those
 * who can do the stage's work themselves. */
MUST_CHECK struct status stage_start_if_allowed(struct queue *in, struct queue *out,
                                                stage_work *work, void *context,
                                                struct stage **stage);
/* Waits until the stage has drained its closed queue and ended; NULL is welcome. */
void stage_join(struct stage **stage);

#endif
