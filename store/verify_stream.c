#include "store/verify_stream.h"

#include "store/pipeline.h"

#include <assert.h>
#include <stdlib.h>

enum {
    STREAM_WORKERS = 2,
    CHUNKS_EACH = 2, /* per worker: one being examined, one being followed */
};

/* What one worker owns. */
struct worker {
    bool whole;
    struct examiner *examiner;
    struct queue *in, *out;
    struct stage *stage;
    struct stream_chunk *chunks[CHUNKS_EACH];
};

struct run {
    const struct stream_source *source;
    const struct stream_options *options;
    struct verifier *verifier;
    struct worker workers[STREAM_WORKERS];
    uint64_t handed_out; /* chunks */
    bool ended;          /* the source has no more */
    struct status source_status;
};

struct status stream_chunk_open(struct stream_chunk **out)
{
    struct stream_chunk *chunk = malloc(sizeof *chunk);
    if (chunk == NULL) {
        return FAIL(NO_MEMORY, sizeof *chunk);
    }
    chunk->count = 0;
    chunk->used = 0;
    *out = chunk;
    return OK;
}

void stream_chunk_close(struct stream_chunk **chunk)
{
    free(*chunk);
    *chunk = NULL;
}

struct bytes stream_keep(struct stream_chunk *chunk, struct bytes bytes)
{
    assert(bytes.size <= sizeof chunk->memory - chunk->used);
    uint8_t *copy = chunk->memory + chunk->used;
    if (bytes.size > 0) {
        memcpy(copy, bytes.data, bytes.size);
    }
    chunk->used += bytes.size;
    return bytes_of(copy, bytes.size);
}

static void examine_chunk(void *context, void *thing)
{
    const struct worker *worker = context;
    struct stream_chunk *chunk = thing;
    for (uint32_t i = 0; i < chunk->count; i++) {
        examine(worker->examiner, worker->whole, &chunk->events[i]);
    }
}

static struct status open_worker(const struct stream_options *options, struct worker *worker)
{
    worker->whole = options->whole;
    TRY(examiner_open(&worker->examiner));
    TRY(queue_open(CHUNKS_EACH, &worker->in));
    TRY(queue_open(CHUNKS_EACH, &worker->out));
    for (size_t i = 0; i < CHUNKS_EACH; i++) {
        TRY(stream_chunk_open(&worker->chunks[i]));
    }
    return options->threaded ? stage_start_if_allowed(worker->in, worker->out, examine_chunk,
                                                      worker, &worker->stage)
                             : OK;
}

static void close_worker(struct worker *worker)
{
    if (worker->in != NULL) {
        queue_close(worker->in);
    }
    stage_join(&worker->stage);
    queue_free(&worker->in);
    queue_free(&worker->out);
    examiner_close(&worker->examiner);
    for (size_t i = 0; i < CHUNKS_EACH; i++) {
        stream_chunk_close(&worker->chunks[i]);
    }
}

/* Fills the next chunk and hands it to the worker whose turn it is. */
static void hand_out(struct run *run)
{
    uint64_t k = run->handed_out;
    struct worker *worker = &run->workers[k % STREAM_WORKERS];
    struct stream_chunk *chunk = worker->chunks[k / STREAM_WORKERS % CHUNKS_EACH];
    if (run->ended) {
        return;
    }
    chunk->count = 0;
    chunk->used = 0;
    run->source_status = run->source->fill(run->source->context, chunk);
    run->ended = failed(run->source_status) || chunk->count == 0;
    if (chunk->count == 0) {
        return;
    }
    run->handed_out++;
    if (worker->stage != NULL) {
        queue_put(worker->in, chunk);
    } else {
        examine_chunk(worker, chunk);
        queue_put(worker->out, chunk);
    }
}

static struct status follow_chunk(struct run *run, const struct stream_chunk *chunk)
{
    for (uint32_t i = 0; i < chunk->count; i++) {
        TRY(verify_follow(run->verifier, &chunk->events[i]));
    }
    const struct stream_options *options = run->options;
    bool stop =
        options->progress != NULL &&
        options->progress(options->context, verify_report_of(run->verifier)->size, options->total);
    return stop ? FAIL(INTERRUPTED, 0) : OK;
}

static struct status follow_all(struct run *run)
{
    for (size_t i = 0; i < STREAM_WORKERS; i++) {
        TRY(open_worker(run->options, &run->workers[i]));
    }
    for (size_t i = 0; i < STREAM_WORKERS * CHUNKS_EACH; i++) {
        hand_out(run);
    }
    for (uint64_t k = 0; k < run->handed_out; k++) {
        TRY(follow_chunk(run, queue_take(run->workers[k % STREAM_WORKERS].out)));
        hand_out(run);
    }
    return run->source_status;
}

struct status verify_stream(const struct stream_source *source,
                            const struct stream_options *options, struct verifier *verifier)
{
    struct run run = {.source = source, .options = options, .verifier = verifier};
    struct status status = follow_all(&run);
    for (size_t i = 0; i < STREAM_WORKERS; i++) {
        close_worker(&run.workers[i]);
    }
    return status;
}
