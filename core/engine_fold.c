#include "core/audit/record.h"
#include "core/engine_parts.h"
#include "core/evolution.h"

/* A state digest in the log was taken over all events before it: a fold arrives at the same. */
static struct status check_digest(struct engine *engine, const struct leaf *leaf, struct bytes body)
{
    union event_body decoded;
    if (leaf->kind != EVENT_AUDIT_STATE_DIGEST || body.size == 0) {
        return OK;
    }
    arena_reset(&engine->arena);
    TRY(event_body_decode(leaf->kind, body, &engine->arena, &decoded));
    struct digest found = state_digest(engine->state);
    if (decoded.audit_state_digest.size == leaf->n &&
        !digest_equal(&decoded.audit_state_digest.digest, &found)) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the state folded anew is not the one logged here");
    }
    return OK;
}

static struct status fold_state(struct engine *engine, struct log_snapshot *snapshot,
                                const struct leaf *leaf)
{
    uint64_t on_n;
    struct bytes body = {0};
    if (event_infos[leaf->kind].writes || leaf->kind == EVENT_AUDIT_STATE_DIGEST) {
        TRY(log_read_body(snapshot, leaf, &body));
        body = body.size > 0 ? bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE) : body;
    }
    TRY(state_count_subject(engine->state, leaf->on[0], &on_n));
    if (on_n != leaf->on_n) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "an event of its subject is missing");
    }
    TRY(check_digest(engine, leaf, body));
    TRY(evolution_fold(engine->state, leaf, body, &engine->arena));
    state_advance(engine->state, leaf->n);
    return OK;
}

/* Copies the leaf into the job, so that it outlives the snapshot's next read. */
static struct status add_leaf(struct job *job, struct bytes leaf)
{
    char *copy = job->buffer + job->buffer_used;
    memcpy(copy, leaf.data, leaf.size);
    job->buffer_used += leaf.size;
    return leaf_decode(bytes_of(copy, leaf.size), &job->prepared.events[job->prepared.count].leaf);
}

/* Folds up to a job's worth of events from `n` on, and hands them to the index if it lacks them. */
static struct status fold_some(struct engine *engine, struct log_snapshot *snapshot, uint64_t *n,
                               uint64_t to_index)
{
    struct job *job;
    struct bytes bytes;
    TRY(engine_take_job(engine, &job));
    job->task = JOB_FOLDED;
    job->prepared.count = 0;
    job->buffer_used = 0;
    uint64_t end = *n + SUBMISSION_EVENTS_MAX;
    end = end < log_snapshot_size(snapshot) ? end : log_snapshot_size(snapshot);
    struct status status = OK;
    while (*n < end && !failed(status)) {
        const struct leaf *leaf = &job->prepared.events[job->prepared.count].leaf;
        status = log_read_leaf(snapshot, *n, &bytes);
        status = failed(status) ? status : add_leaf(job, bytes);
        if (!failed(status) && *n >= state_size(engine->state)) {
            status = fold_state(engine, snapshot, leaf);
            engine->since_sync++;
        }
        job->prepared.count += !failed(status) && *n >= to_index;
        job->buffer_used = job->prepared.count == 0 ? 0 : job->buffer_used;
        (*n)++;
    }
    if (failed(status)) {
        queue_put(engine->free, job);
        return status;
    }
    engine_hand_to_index(engine, job);
    return engine->since_sync >= ENGINE_STATE_COMMIT ? engine_sync(engine) : OK;
}

static struct status say_recovered(struct engine *engine, const char *what, uint64_t from,
                                   uint64_t to)
{
    union event_body body = {
        .audit_recovered = {.what = bytes_of_string(what), .from = from, .to = to}};
    return engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_RECOVERED, .on = {THE_LOG}, .on_count = 1, .body = &body});
}

struct status engine_fold_behind(struct engine *engine)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine->log, &snapshot));
    engine->behind_end = log_snapshot_size(snapshot);
    engine->behind_state = state_size(engine->state);
    engine->behind_index = index_size(engine->index);
    uint64_t n =
        engine->behind_state < engine->behind_index ? engine->behind_state : engine->behind_index;
    while (n < engine->behind_end) {
        TRY(fold_some(engine, snapshot, &n, engine->behind_index));
        if (engine->options.progress != NULL) {
            engine->options.progress(engine->options.progress_context, n, engine->behind_end);
        }
    }
    TRY(engine_sync(engine));
    return engine_settle_index(engine);
}

struct status engine_say_recovered(struct engine *engine)
{
    uint64_t end = engine->behind_end;
    if (engine->behind_state < end) {
        TRY(say_recovered(engine, "state", engine->behind_state, end));
    }
    if (engine->behind_index + INDEX_RUN_EVENTS <= end) {
        TRY(say_recovered(engine, "index", engine->behind_index, end));
    }
    return OK;
}
