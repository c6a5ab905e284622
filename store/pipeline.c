#include "store/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t capacity, first, count;
    bool closed;
    void *things[];
};

struct status queue_open(size_t capacity, struct queue **out)
{
    struct queue *queue = calloc(1, sizeof *queue + capacity * sizeof(void *));
    if (queue == NULL) {
        return FAIL(NO_MEMORY, capacity * sizeof(void *));
    }
    queue->capacity = capacity;
    pthread_mutex_init(&queue->mutex, NULL);
    pthread_cond_init(&queue->changed, NULL);
    *out = queue;
    return OK;
}

void queue_free(struct queue **queue)
{
    if (*queue != NULL) {
        pthread_cond_destroy(&(*queue)->changed);
        pthread_mutex_destroy(&(*queue)->mutex);
        free(*queue);
        *queue = NULL;
    }
}

void queue_put(struct queue *queue, void *thing)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->count == queue->capacity) {
        pthread_cond_wait(&queue->changed, &queue->mutex);
    }
    queue->things[(queue->first + queue->count++) % queue->capacity] = thing;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

static void *take_locked(struct queue *queue)
{
    if (queue->count == 0) {
        return NULL;
    }
    void *thing = queue->things[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    pthread_cond_broadcast(&queue->changed);
    return thing;
}

void *queue_take(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    while (queue->count == 0 && !queue->closed) {
        pthread_cond_wait(&queue->changed, &queue->mutex);
    }
    void *thing = take_locked(queue);
    pthread_mutex_unlock(&queue->mutex);
    return thing;
}

void *queue_take_now(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    void *thing = take_locked(queue);
    pthread_mutex_unlock(&queue->mutex);
    return thing;
}

void queue_close(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    queue->closed = true;
    pthread_cond_broadcast(&queue->changed);
    pthread_mutex_unlock(&queue->mutex);
}

/* Stages ---------------------------------------------------------------------------------- */

struct stage {
    pthread_t thread;
    struct queue *in, *out;
    stage_work *work;
    void *context;
};

static void *run(void *argument)
{
    struct stage *stage = argument;
    void *thing;
    while ((thing = queue_take(stage->in)) != NULL) {
        stage->work(stage->context, thing);
        if (stage->out != NULL) {
            queue_put(stage->out, thing);
        }
    }
    return NULL;
}

struct status stage_start(struct queue *in, struct queue *out, stage_work *work, void *context,
                          struct stage **out_stage)
{
    struct stage *stage = calloc(1, sizeof *stage);
    if (stage == NULL) {
        return FAIL(NO_MEMORY, sizeof *stage);
    }
    *stage = (struct stage){.in = in, .out = out, .work = work, .context = context};
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&stage->thread, NULL, run, stage);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        free(stage);
        return FAIL(IO, (uint64_t)error);
    }
    *out_stage = stage;
    return OK;
}

struct status stage_start_if_allowed(struct queue *in, struct queue *out, stage_work *work,
                                     void *context, struct stage **stage)
{
    struct status status = stage_start(in, out, work, context, stage);
    bool refused = status.code == STATUS_IO && (status.at == EAGAIN || status.at == EPERM);
    return refused ? OK : status;
}

void stage_join(struct stage **stage)
{
    if (*stage != NULL) {
        pthread_join((*stage)->thread, NULL);
        free(*stage);
        *stage = NULL;
    }
}
