#include "store/verify_log.h"

#include "store/log_walk.h"
#include "store/pipeline.h"

#include <stdlib.h>

enum {
    VERIFY_WORKERS = 2,
    CHUNK_EVENTS = 256, /* a full tile's worth */
    CHUNKS_EACH = 2,    /* per worker: one being examined, one being followed */
};

struct chunk {
    uint64_t first;
    uint32_t count;
    struct status trouble;             /* want of memory, which says nothing about the events */
    const char *missing[CHUNK_EVENTS]; /* why an event could not be read; NULL: it was */
    struct examined events[CHUNK_EVENTS];
};

/* What one worker owns. */
struct worker {
    struct log_snapshot *snapshot;
    struct log_walk *walk; /* of the chunk at hand: a worker's chunks are not neighbours */
    struct examiner *examiner;
    struct queue *in, *out;
    struct stage *stage;
    struct chunk *chunks[CHUNKS_EACH];
    const struct verify_log_options *options;
};

struct run {
    struct log_snapshot *snapshot; /* the follower's */
    const struct verify_log_options *options;
    struct verifier *verifier;
    struct worker workers[VERIFY_WORKERS];
    uint64_t size;
    bool part;                /* there are more events than are verified */
    uint64_t next_checkpoint; /* size of the next one; UINT64_MAX: none left */
    struct log_counts stored; /* as the file counts its entries */
    struct log_counts found;  /* as they were come across */
    struct bytes note;
};

/* Examining ------------------------------------------------------------------------------- */

static void note_missing(struct chunk *chunk, uint32_t i, struct status status)
{
    chunk->missing[i] = status.why != NULL ? status.why : "the event cannot be read";
    if (status.code == STATUS_NO_MEMORY && !failed(chunk->trouble)) {
        chunk->trouble = status;
    }
}

static void examine_one(struct worker *worker, struct chunk *chunk, uint32_t i)
{
    struct examined *event = &chunk->events[i];
    uint64_t n = chunk->first + i;
    chunk->missing[i] = NULL;
    if (worker->options->reading != NULL) {
        worker->options->reading(worker->options->context, n);
    }
    struct log_stored stored;
    struct status status = log_walk_next(worker->walk, &stored);
    if (failed(status)) {
        note_missing(chunk, i, status);
        return;
    }
    event->bytes = stored.leaf;
    event->body = stored.body;
    event->command = stored.command;
    examine(worker->examiner, true, event);
}

static void examine_chunk(void *context, void *thing)
{
    struct worker *worker = context;
    struct chunk *chunk = thing;
    CLEANUP(log_walk_close) struct log_walk *walk = NULL;
    struct status status = log_walk_open(worker->snapshot, chunk->first, &walk);
    worker->walk = walk;
    chunk->trouble = OK;
    for (uint32_t i = 0; i < chunk->count; i++) {
        if (failed(status)) {
            note_missing(chunk, i, status);
        } else {
            examine_one(worker, chunk, i);
        }
    }
}

/* Following ------------------------------------------------------------------------------- */

static struct status read_tile(void *context, uint32_t level, uint64_t index, struct bytes *tile)
{
    struct run *run = context;
    return log_read_tile(run->snapshot, level, index, tile);
}

static struct status find_next_checkpoint(struct run *run, uint64_t after)
{
    struct status status =
        log_next_checkpoint(run->snapshot, after, &run->note, &run->next_checkpoint);
    if (status.code == STATUS_NO_MEMORY) {
        return status;
    }
    if (failed(status)) {
        run->next_checkpoint = UINT64_MAX;
        if (status.code != STATUS_NOT_FOUND) {
            verify_note(run->verifier, after, "the checkpoints after it cannot be read");
        }
    }
    return OK;
}

static struct status visit_event(const struct run *run, const struct examined *event)
{
    return run->options->visit == NULL ? OK : run->options->visit(run->options->context, event);
}

static struct status follow_chunk(struct run *run, const struct chunk *chunk)
{
    TRY(chunk->trouble);
    for (uint32_t i = 0; i < chunk->count; i++) {
        uint64_t n = chunk->first + i;
        if (chunk->missing[i] != NULL) {
            TRY(verify_missing(run->verifier, n, chunk->missing[i]));
        } else {
            TRY(verify_follow(run->verifier, &chunk->events[i]));
            run->found.leaves++;
            run->found.bodies += chunk->events[i].body.size > 0;
            run->found.commands += chunk->events[i].command.size > 0;
            TRY(visit_event(run, &chunk->events[i]));
        }
        if (n + 1 == run->next_checkpoint) {
            run->found.checkpoints++;
            TRY(verify_checkpoint(run->verifier, run->note));
            TRY(find_next_checkpoint(run, n + 1));
        }
    }
    return OK;
}

/* Counting -------------------------------------------------------------------------------- */

/* A head that says more events than there are leaves must not make this go on for ever. */
static struct status count_stored(struct run *run)
{
    run->size = log_snapshot_size(run->snapshot);
    struct status status = log_count(run->snapshot, &run->stored);
    if (status.code == STATUS_NO_MEMORY) {
        return status;
    }
    if (failed(status)) {
        verify_note(run->verifier, 0, "where an emitter's chain stands cannot be read");
    }
    if (run->stored.leaves != run->size) {
        bool more = run->stored.leaves > run->size;
        run->size = more ? run->size : run->stored.leaves;
        verify_note(run->verifier, run->size, "the log's head counts other events than there are");
    }
    run->part = run->options->size > 0 && run->options->size < run->size;
    run->size = run->part ? run->options->size : run->size;
    return OK;
}

static uint64_t tiles_of(uint64_t size)
{
    uint64_t tiles = 0;
    for (size /= TREE_TILE_WIDTH; size > 0; size /= TREE_TILE_WIDTH) {
        tiles += size;
    }
    return tiles;
}

/* What lies under a key that is nobody's is missing where it belongs. */
static void compare_counts(struct run *run)
{
    struct log_counts *found = &run->found;
    const struct log_counts *stored = &run->stored;
    found->tiles = tiles_of(run->size);
    found->emitted = run->size;
    const struct {
        uint64_t found, stored;
        const char *what;
    } rows[] = {
        {found->bodies, stored->bodies, "the file has other bodies than those of its events"},
        {found->commands, stored->commands, "the file has other commands than its events'"},
        {found->tiles, stored->tiles, "the file has other tiles than those of its events"},
        {found->checkpoints, stored->checkpoints, "a checkpoint is not where it was signed"},
        {found->emitted, stored->emitted, "the emitters' heads count other events than there are"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].found != rows[i].stored) {
            verify_note(run->verifier, run->size, rows[i].what);
        }
    }
}

/* The next event would be chained to what the head says. */
static struct status check_head(struct run *run)
{
    struct bytes last;
    struct status status = run->size > 0 ? log_read_leaf(run->snapshot, run->size - 1, &last) : OK;
    if (failed(status) && status.code != STATUS_NO_MEMORY) {
        verify_note(run->verifier, run->size - 1, "the log's head is not its last event");
        return OK;
    }
    return status;
}

/* What is there now holds all the same; but the next event might be written over it. */
static struct status check_pages(struct run *run, struct log *log)
{
    struct status status = log_check_pages(log);
    if (status.code == STATUS_CORRUPT) {
        verify_note(run->verifier, run->size, status.why);
        return OK;
    }
    return status;
}

/* Running --------------------------------------------------------------------------------- */

static struct status open_worker(struct run *run, struct log *log, struct worker *worker)
{
    worker->options = run->options;
    TRY(log_snapshot_open(log, &worker->snapshot));
    TRY(examiner_open(&worker->examiner));
    TRY(queue_open(CHUNKS_EACH, &worker->in));
    TRY(queue_open(CHUNKS_EACH, &worker->out));
    for (size_t i = 0; i < CHUNKS_EACH; i++) {
        worker->chunks[i] = malloc(sizeof *worker->chunks[i]);
        if (worker->chunks[i] == NULL) {
            return FAIL(NO_MEMORY, sizeof *worker->chunks[i]);
        }
    }
    return run->options->threaded ? stage_start_if_allowed(worker->in, worker->out, examine_chunk,
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
    log_snapshot_close(&worker->snapshot);
    for (size_t i = 0; i < CHUNKS_EACH; i++) {
        free(worker->chunks[i]);
    }
}

/* Hands chunk number `k` to its worker, if the log goes that far. */
static void hand_out(struct run *run, uint64_t k)
{
    uint64_t first = k * CHUNK_EVENTS;
    struct worker *worker = &run->workers[k % VERIFY_WORKERS];
    struct chunk *chunk = worker->chunks[k / VERIFY_WORKERS % CHUNKS_EACH];
    if (first >= run->size) {
        return;
    }
    chunk->first = first;
    chunk->count = run->size - first < CHUNK_EVENTS ? (uint32_t)(run->size - first) : CHUNK_EVENTS;
    if (worker->stage != NULL) {
        queue_put(worker->in, chunk);
    } else {
        examine_chunk(worker, chunk);
        queue_put(worker->out, chunk);
    }
}

static struct status follow_all(struct run *run)
{
    const uint64_t ahead = VERIFY_WORKERS * CHUNKS_EACH;
    for (uint64_t k = 0; k < ahead; k++) {
        hand_out(run, k);
    }
    for (uint64_t k = 0; k * CHUNK_EVENTS < run->size; k++) {
        struct chunk *chunk = queue_take(run->workers[k % VERIFY_WORKERS].out);
        struct status status = follow_chunk(run, chunk);
        bool stop = run->options->progress != NULL &&
                    run->options->progress(run->options->context, chunk->first, run->size);
        if (failed(status) || stop) {
            return failed(status) ? status : FAIL(INTERRUPTED, 0);
        }
        hand_out(run, k + ahead);
    }
    return OK;
}

/* One more pass over the leaves; what cannot be read has been told in the first. */
static struct status count_pass(struct run *run)
{
    struct log_stored stored;
    struct leaf leaf;
    CLEANUP(log_walk_close) struct log_walk *walk = NULL;
    TRY(log_walk_open(run->snapshot, 0, &walk));
    for (uint64_t n = 0; n < run->size; n++) {
        struct status status = log_walk_next(walk, &stored);
        if (status.code == STATUS_NO_MEMORY) {
            return status;
        }
        if (!failed(status) && !failed(leaf_decode(stored.leaf, &leaf))) {
            verify_count(run->verifier, &leaf);
        }
    }
    return OK;
}

/* The further passes that more subjects than fit into memory need. */
static struct status count_again(struct run *run)
{
    while (verify_passes_left(run->verifier) > 0) {
        verify_next_pass(run->verifier);
        TRY(count_pass(run));
    }
    return OK;
}

static struct status verify_all(struct run *run, struct log *log)
{
    TRY(log_snapshot_open(log, &run->snapshot));
    TRY(count_stored(run));
    for (size_t i = 0; i < VERIFY_WORKERS; i++) {
        TRY(open_worker(run, log, &run->workers[i]));
    }
    verify_tiles_with(run->verifier, read_tile, run);
    TRY(find_next_checkpoint(run, 0));
    TRY(follow_all(run));
    TRY(count_again(run));
    if (run->part) {
        verify_end_early(run->verifier);
        return OK;
    }
    verify_end(run->verifier);
    compare_counts(run);
    TRY(check_pages(run, log));
    return check_head(run);
}

struct status verify_log(struct log *log, const struct verify_log_options *options,
                         struct verifier *verifier)
{
    struct run run = {.options = options, .verifier = verifier};
    struct status status = verify_all(&run, log);
    for (size_t i = 0; i < VERIFY_WORKERS; i++) {
        close_worker(&run.workers[i]);
    }
    verify_tiles_with(verifier, NULL, NULL);
    log_snapshot_close(&run.snapshot);
    return status;
}
