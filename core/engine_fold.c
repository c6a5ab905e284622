#include "core/audit/record.h"
#include "core/engine_parts.h"
#include "core/evolution.h"
#include "store/log_walk.h"

/* A state digest in the log was taken over all events before it: a fold by the same catalogue
 * arrives at the same. What another catalogue folded into other rows cannot be compared. */
static struct status check_digest(struct engine *engine, const struct leaf *leaf, struct bytes body)
{
    union event_body decoded;
    if (leaf->kind != EVENT_AUDIT_STATE_DIGEST_V2 || body.size == 0) {
        return OK;
    }
    arena_reset(&engine->arena);
    TRY(event_body_decode(leaf->kind, body, &engine->arena, &decoded));
    struct digest found = state_digest(engine->state);
    const struct audit_state_digest_v2 *logged = &decoded.audit_state_digest_v2;
    if (logged->size == leaf->n &&
        bytes_equal(logged->catalogue, bytes_of_string(catalogue_fingerprint)) &&
        !digest_equal(&logged->digest, &found)) {
        return FAIL_BECAUSE(CORRUPT, leaf->n, "the state folded anew is not the one logged here");
    }
    return OK;
}

static struct status fold_state(struct engine *engine, struct log_snapshot *snapshot,
                                const struct leaf *leaf)
{
    uint64_t on_n;
    struct bytes body = {0};
    if (event_infos[leaf->kind].writes || leaf->kind == EVENT_AUDIT_STATE_DIGEST_V2) {
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

/* Folding in stages ------------------------------------------------------------------------- */

/* One pass over what state or index lack. The walk and the hashes belong to the prepare stage, the
 * rest to the caller's thread. */
struct folding {
    struct log_snapshot *read_snapshot;
    struct log_walk *walk;
    struct hasher *hasher;

    struct log_snapshot *snapshot;
    uint64_t next, end;  /* handed out so far, and where to stop */
    uint64_t index_from; /* the first position that the index lacks */
    struct digest last;  /* hash of the leaf folded last */
    bool last_known;
    uint32_t on_their_way;
};

/* Reads a job's worth of leaves and hashes them. The hash is kept where a statement's signature
 * would be: a decoded leaf is not there yet. */
struct status engine_read_leaves(struct job *job)
{
    struct log_stored stored;
    size_t used = 0;
    for (uint32_t i = 0; i < job->prepared.count; i++) {
        TRY(log_walk_next(job->folding->walk, &stored));
        if (stored.leaf.size > LEAF_MAX) {
            return FAIL_BECAUSE(CORRUPT, job->first + i, "the leaf is too long");
        }
        memcpy(job->buffer + used, stored.leaf.data, stored.leaf.size);
        job->prepared.events[i].body = bytes_of(job->buffer + used, stored.leaf.size);
        job->prepared.events[i].hash = hash_leaf(job->folding->hasher, stored.leaf);
        used += stored.leaf.size;
    }
    return OK;
}

/* Decodes one leaf of the job, checks that it follows the one before, and folds it. */
static struct status fold_event(struct engine *engine, struct folding *folding,
                                struct prepared_event *event, uint64_t n)
{
    struct leaf *leaf = &event->leaf;
    if (failed(leaf_decode(event->body, leaf)) || leaf->n != n ||
        (folding->last_known && !digest_equal(&leaf->prev, &folding->last))) {
        return FAIL_BECAUSE(CORRUPT, n, "the leaf does not follow the one before it");
    }
    folding->last = event->hash;
    folding->last_known = true;
    if (n < state_size(engine->state)) {
        return OK;
    }
    engine->since_sync++;
    return fold_state(engine, folding->snapshot, leaf);
}

/* The events that the index has already are dropped from the job. */
static void keep_for_index(const struct folding *folding, struct job *job)
{
    uint64_t known = folding->index_from > job->first ? folding->index_from - job->first : 0;
    if (known >= job->prepared.count) {
        job->prepared.count = 0;
    } else if (known > 0) {
        job->prepared.count -= (uint32_t)known;
        memmove(job->prepared.events, job->prepared.events + known,
                job->prepared.count * sizeof *job->prepared.events);
        for (uint32_t i = 0; i < job->prepared.count; i++) {
            struct leaf *leaf = &job->prepared.events[i].leaf;
            leaf->sig.data = leaf->sig_memory;
        }
    }
}

static struct status fold_job(struct engine *engine, struct folding *folding, struct job *job)
{
    struct status status = job->status;
    folding->on_their_way--;
    for (uint32_t i = 0; i < job->prepared.count && !failed(status); i++) {
        status = fold_event(engine, folding, &job->prepared.events[i], job->first + i);
    }
    if (failed(status)) {
        queue_put(engine->free, job);
        return status;
    }
    keep_for_index(folding, job);
    engine_hand_to_index(engine, job);
    return OK;
}

/* Hands out the next stretch to be read. */
static void hand_out(struct engine *engine, struct folding *folding, struct job *job)
{
    uint64_t left = folding->end - folding->next;
    job->task = JOB_FOLD;
    job->folding = folding;
    job->first = folding->next;
    job->acknowledge = NULL;
    job->prepared.count = left < SUBMISSION_EVENTS_MAX ? (uint32_t)left : SUBMISSION_EVENTS_MAX;
    folding->next += job->prepared.count;
    folding->on_their_way++;
    engine_hand_to_prepare(engine, job);
}

static struct status fold_all(struct engine *engine, struct folding *folding)
{
    while (folding->next < folding->end || folding->on_their_way > 0) {
        struct job *job = folding->next < folding->end ? queue_take_now(engine->free) : NULL;
        if (job != NULL) {
            hand_out(engine, folding, job);
            continue;
        }
        if (folding->on_their_way == 0) {
            hand_out(engine, folding, queue_take(engine->free)); /* all are with the index */
            continue;
        }
        job = queue_take(engine->prepared);
        TRY(fold_job(engine, folding, job));
        if (engine->since_sync >= ENGINE_STATE_COMMIT) {
            TRY(engine_sync_fold(engine, &folding->last));
        }
        if (engine->options.progress != NULL) {
            engine->options.progress(engine->options.progress_context, folding->next, folding->end);
        }
    }
    return OK;
}

/* After a failure: no job may be with the prepare stage when what it reads through is closed. */
static void call_back(struct engine *engine, struct folding *folding)
{
    for (; folding->on_their_way > 0; folding->on_their_way--) {
        queue_put(engine->free, queue_take(engine->prepared));
    }
}

static struct status open_folding(struct engine *engine, struct folding *folding)
{
    TRY(hasher_open(&folding->hasher));
    TRY(log_snapshot_open(engine->log, &folding->snapshot));
    TRY(log_snapshot_open(engine->log, &folding->read_snapshot));
    return log_walk_open(folding->read_snapshot, folding->next, &folding->walk);
}

static void close_folding(struct folding *folding)
{
    log_walk_close(&folding->walk);
    log_snapshot_close(&folding->read_snapshot);
    log_snapshot_close(&folding->snapshot);
    hasher_close(&folding->hasher);
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
    const struct log_head *head = log_head_of(engine->log);
    engine->behind_end = head->size;
    engine->behind_state = state_size(engine->state);
    engine->behind_index = index_size(engine->index);
    struct folding folding = {
        .next = engine->behind_state < engine->behind_index ? engine->behind_state
                                                            : engine->behind_index,
        .end = engine->behind_end,
        .index_from = engine->behind_index,
    };
    bool any = folding.next < folding.end;
    struct status status = open_folding(engine, &folding);
    status = failed(status) ? status : fold_all(engine, &folding);
    call_back(engine, &folding);
    close_folding(&folding);
    TRY(status);
    if (any && !digest_equal(&folding.last, &head->last)) {
        return FAIL_BECAUSE(CORRUPT, head->size - 1, "the last leaf is not the log's head");
    }
    TRY(engine_sync(engine));
    return engine_settle_index(engine);
}

/* The run of this level that begins at `from`, said if the log does not have it. */
static struct status say_if_missing(struct engine *engine, struct index_snapshot *snapshot,
                                    uint32_t level, uint64_t from)
{
    struct index_run run;
    struct status trouble = OK;
    arena_reset(&engine->arena);
    struct view view = engine_view(engine, UINT64_MAX, &engine->arena, &trouble);
    if (index_run_known(&view, level, from) || failed(trouble)) {
        return trouble;
    }
    TRY(index_run_root(snapshot, level, from, &run));
    return engine_say_run(engine, &run);
}

struct status engine_say_missing_runs(struct engine *engine)
{
    CLEANUP(index_snapshot_close) struct index_snapshot *snapshot = NULL;
    TRY(index_snapshot_open(engine->index, &snapshot));
    uint64_t size = index_snapshot_size(snapshot);
    uint64_t from = 0;
    /* Which runs there are follows from the size alone: its digits to the base of the fan-out. */
    for (uint32_t level = INDEX_LEVELS_MAX; level-- > 0;) {
        uint64_t events = (uint64_t)INDEX_RUN_EVENTS << 4 * level;
        for (; size - from >= events; from += events) {
            TRY(say_if_missing(engine, snapshot, level, from));
        }
    }
    return OK;
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
