#include "core/engine_parts.h"
#include "core/evolution.h"
#include "core/repetition.h"

#include <assert.h>
#include <stdlib.h>

/* Prepare --------------------------------------------------------------------------------- */

static void prepare_job(void *context, void *thing)
{
    struct engine *engine = context;
    struct job *job = thing;
    job->status = job->task == JOB_FOLD ? engine_read_leaves(job)
                                        : prepare_submission(engine->prepare, &job->prepared);
}

void engine_hand_to_prepare(struct engine *engine, struct job *job)
{
    if (engine->options.threaded) {
        queue_put(engine->to_prepare, job);
        return;
    }
    prepare_job(engine, job);
    queue_put(engine->prepared, job);
}

/* Index ----------------------------------------------------------------------------------- */

/* Runs come back through a ring that is far larger than what can be on its way. */
static void note_run(void *context, const struct index_run *run)
{
    struct engine *engine = context;
    struct index_run *slot = &engine->runs[engine->run_next++ % ENGINE_MADE_MAX];
    *slot = *run;
    queue_put(engine->made, slot);
}

/* Nobody takes notes while a fold goes on, and a whole log has more runs than the ring has room. */
static struct status index_events(struct engine *engine, struct job *job)
{
    index_made *made = job->task == JOB_FOLD ? NULL : note_run;
    for (uint32_t i = 0; i < job->prepared.count; i++) {
        TRY(index_add_leaf(engine->index, &job->prepared.events[i].leaf, made, engine));
    }
    return OK;
}

static void free_job(struct engine *engine, struct job *job)
{
    queue_put(job->small ? engine->free_small : engine->free, job);
}

/* The disk --------------------------------------------------------------------------------- */

static void at_disk(const struct engine *engine, bool begun)
{
    if (engine->options.disk != NULL) {
        engine->options.disk(engine->options.disk_context, begun);
    }
}

struct status engine_commit_log(struct engine *engine)
{
    struct bytes note;
    at_disk(engine, true);
    struct status status = log_commit(engine->log, engine->log_key, &note);
    at_disk(engine, false);
    return status;
}

static struct status commit_state(struct engine *engine, const struct digest *last)
{
    at_disk(engine, true);
    struct status status = state_commit(engine->state, last);
    at_disk(engine, false);
    return status;
}

static struct status commit_index(struct engine *engine)
{
    at_disk(engine, true);
    struct status status = index_commit(engine->index);
    at_disk(engine, false);
    return status;
}

static void index_job(void *context, void *thing)
{
    struct engine *engine = context;
    struct job *job = thing;
    if (job->task == JOB_CLOSE) {
        index_close(&engine->index);
        return;
    }
    /* The index is disposable: what is missing is folded at the next open. */
    if (!failed(engine->index_status)) {
        engine->index_status =
            job->task == JOB_SYNC ? commit_index(engine) : index_events(engine, job);
    }
    free_job(engine, job);
}

void engine_hand_to_index(struct engine *engine, struct job *job)
{
    if (engine->options.threaded) {
        queue_put(engine->to_index, job);
        return;
    }
    index_job(engine, job);
}

/* Commit ---------------------------------------------------------------------------------- */

static struct status check_exists(struct engine *engine, struct id id)
{
    uint64_t events;
    if (id.kind == ID_NONE || id.n == ID_NEW) {
        return OK;
    }
    TRY(state_subject_count(engine->state, id, &events));
    return events > 0 ? OK : FAIL_BECAUSE(NOT_FOUND, id.n, "an event is about something unknown");
}

/* What only the writer can check: that whatever the events speak of exists. */
static struct status check_references(struct engine *engine, const struct job *job)
{
    for (uint32_t i = 0; i < job->prepared.count; i++) {
        const struct leaf *leaf = &job->prepared.events[i].leaf;
        for (size_t k = 0; k < leaf->on_count; k++) {
            TRY(check_exists(engine, leaf->on[k]));
        }
        TRY(check_exists(engine, leaf->project));
        TRY(check_exists(engine, leaf->session));
        if (leaf->cause != LEAF_NO_CAUSE && leaf->cause >= log_head_of(engine->log)->size) {
            return FAIL_BECAUSE(NOT_FOUND, leaf->cause, "an event answers one that is not there");
        }
    }
    return OK;
}

static struct status append_event(struct engine *engine, struct prepared_event *event,
                                  uint64_t now_utc_us)
{
    struct leaf *leaf = &event->leaf;
    if (leaf->on[0].n == ID_NEW) {
        leaf->on[0].n = log_head_of(engine->log)->size;
    }
    TRY(state_count_subject(engine->state, leaf->on[0], &leaf->on_n));
    return log_append(
        engine->log,
        &(struct log_event){.leaf = leaf, .body = event->body, .command = event->command},
        now_utc_us);
}

static struct status append_job(struct engine *engine, struct job *job, uint64_t now_utc_us)
{
    job->first = log_head_of(engine->log)->size;
    for (uint32_t i = 0; i < job->prepared.count; i++) {
        struct prepared_event *event = &job->prepared.events[i];
        if (i + 1 == job->prepared.count) {
            event->leaf.sig = bytes_of(job->prepared.signature.data, job->prepared.signature.size);
        }
        TRY(append_event(engine, event, now_utc_us));
    }
    return log_set_emitter(engine->log, job->prepared.emitter, &job->prepared.head);
}

static struct status evolve_job(struct engine *engine, const struct job *job)
{
    for (uint32_t i = 0; i < job->prepared.count; i++) {
        const struct prepared_event *event = &job->prepared.events[i];
        struct bytes body = bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE);
        TRY(evolution_fold(engine->state, &event->leaf, body, &engine->arena));
        state_advance(engine->state, event->leaf.n);
        engine_note_emitter(engine, &event->leaf, body);
    }
    engine->since_sync += job->prepared.count;
    return OK;
}

void engine_note_own(void *context, const struct receipt *receipt)
{
    struct engine *engine = context;
    if (failed(receipt->status) && !failed(engine->failed)) {
        engine->failed = receipt->status;
    }
}

static void acknowledge(struct job *job)
{
    if (job->acknowledge != NULL) {
        struct receipt receipt = {
            .status = job->status,
            .already = job->prepared.already,
            .first = job->first,
            .count = job->prepared.count,
        };
        job->acknowledge(job->acknowledge_context, &receipt);
    }
}

uint64_t engine_recording_time(struct engine *engine)
{
    uint64_t now_utc_us = engine_now(engine);
    uint64_t last_utc_us = log_head_of(engine->log)->t_utc_us;
    engine->clock_held = now_utc_us + TIME_HELD_NOTED_US < last_utc_us;
    return now_utc_us > last_utc_us ? now_utc_us : last_utc_us;
}

/* Appends, syncs and signs once for all the jobs, evolves, and only then acknowledges. */
static struct status commit_jobs(struct engine *engine, struct job **jobs, size_t count)
{
    uint64_t now_utc_us = engine_recording_time(engine);
    TRY(log_begin(engine->log));
    for (size_t i = 0; i < count; i++) {
        TRY(append_job(engine, jobs[i], now_utc_us));
    }
    TRY(engine_commit_log(engine));
    for (size_t i = 0; i < count; i++) {
        TRY(evolve_job(engine, jobs[i]));
    }
    return OK;
}

/* Admitting ------------------------------------------------------------------------------- */

static const struct emitter_gap *find_gap(const struct engine *engine, struct bytes emitter)
{
    for (size_t i = 0; i < engine->gap_count; i++) {
        if (bytes_equal(bytes_of_string(engine->gaps[i].emitter), emitter)) {
            return &engine->gaps[i];
        }
    }
    return NULL;
}

/* The prepare stage has counted a submission that is refused here: what it has prepared on top of
 * it would leave a gap in the log, for ever. engine_flush tells it where the emitter stands. */
static void note_gap(struct engine *engine, const struct prepared *prepared)
{
    assert(engine->gap_count < ENGINE_ALL_JOBS);
    struct emitter_gap *gap = &engine->gaps[engine->gap_count++];
    *gap = (struct emitter_gap){.expected = prepared->head.emitter_n - prepared->count + 1};
    memcpy(gap->emitter, prepared->emitter.data, prepared->emitter.size);
}

/* Whether the job is to be committed. */
static bool admit(struct engine *engine, struct job *job)
{
    if (failed(job->status)) {
        return false;
    }
    const struct emitter_gap *gap = find_gap(engine, job->prepared.emitter);
    if (gap != NULL) {
        job->prepared.already = false;
        job->status = FAIL(GAP, gap->expected);
        return false;
    }
    if (job->prepared.already) {
        return false;
    }
    job->status = check_references(engine, job);
    if (failed(job->status)) {
        note_gap(engine, &job->prepared);
    }
    return !failed(job->status);
}

/* Jobs that were prepared by now, in their order; some of them are to be committed together. */
struct group {
    struct job *jobs[ENGINE_ALL_JOBS];
    bool admitted[ENGINE_ALL_JOBS];
    size_t count;
    uint32_t events; /* of those that are to be committed */
};

static void commit_admitted(struct engine *engine, const struct group *group)
{
    struct job *jobs[ENGINE_ALL_JOBS];
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        if (group->admitted[i]) {
            jobs[count++] = group->jobs[i];
        }
    }
    if (count > 0 && !failed(engine->failed)) {
        engine->failed = commit_jobs(engine, jobs, count);
        if (failed(engine->failed)) {
            log_abort(engine->log);
        }
    }
}

static struct status check_repetition(struct engine *engine, const struct job *job)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    TRY(log_snapshot_open(engine->log, &log));
    TRY(index_snapshot_open(engine->index, &index));
    return repetition_check(log, index, job->prepared.submission);
}

/* What is there already may be there only since this commit: it is compared and told after it. */
static void end_job(struct engine *engine, struct job *job, bool admitted)
{
    job->status = failed(job->status) ? job->status : engine->failed;
    if (job->prepared.already && !failed(job->status)) {
        job->status = check_repetition(engine, job);
    }
    job->prepared.already = job->prepared.already && !failed(job->status);
    engine->on_their_way--;
    acknowledge(job);
    if (admitted && !failed(job->status)) {
        engine_hand_to_index(engine, job);
    } else {
        free_job(engine, job);
    }
}

/* Gathers what is prepared by now, up to the size of a commit, beginning with `job`. */
static struct status commit_from(struct engine *engine, struct job *job)
{
    struct group group = {.count = 0};
    while (job != NULL) {
        bool admitted = admit(engine, job);
        group.jobs[group.count] = job;
        group.admitted[group.count++] = admitted;
        group.events += admitted ? job->prepared.count : 0;
        /* The next one is at most a whole submission: stop before it might not fit. */
        job = group.events + SUBMISSION_EVENTS_MAX > engine->options.commit_events_max
                  ? NULL
                  : queue_take_now(engine->prepared);
    }
    commit_admitted(engine, &group);
    for (size_t i = 0; i < group.count; i++) {
        end_job(engine, group.jobs[i], group.admitted[i]);
    }
    TRY(engine->failed);
    return engine->since_sync >= ENGINE_STATE_COMMIT ? engine_sync(engine) : OK;
}

/* Submitting ------------------------------------------------------------------------------ */

static struct status take_job(struct engine *engine, struct queue *unused, struct job **out)
{
    struct job *job;
    while ((job = queue_take_now(unused)) == NULL) {
        struct job *prepared = engine->on_their_way > 0 ? queue_take(engine->prepared) : NULL;
        if (prepared == NULL) {
            job = queue_take(unused); /* all are with the index */
            break;
        }
        TRY(commit_from(engine, prepared));
    }
    *out = job;
    return OK;
}

struct status engine_take_job(struct engine *engine, struct job **out)
{
    return take_job(engine, engine->free, out);
}

/* A malformed one needs room for its bytes only: it is refused before it has events. */
static bool is_small(struct bytes bytes)
{
    struct submission submission;
    return bytes.size <= ENGINE_SMALL_SIZE && (failed(submission_decode(bytes, &submission)) ||
                                               submission.count <= ENGINE_SMALL_EVENTS);
}

static struct status commit_ready(struct engine *engine)
{
    struct job *job;
    while ((job = queue_take_now(engine->prepared)) != NULL) {
        TRY(commit_from(engine, job));
    }
    return OK;
}

/* A small one that is alone is prepared here and now: nobody has to be woken for it, and the
 * prepare stage, which has nothing, lends what belongs to it. */
static void hand_over(struct engine *engine, struct job *job)
{
    if (engine->options.threaded && job->small && engine->on_their_way == 1) {
        prepare_job(engine, job);
        queue_put(engine->prepared, job);
        return;
    }
    engine_hand_to_prepare(engine, job);
}

struct status engine_submit(struct engine *engine, struct bytes submission,
                            engine_acknowledge *acknowledge_with, void *context)
{
    struct job *job;
    TRY(engine->failed);
    if (engine->options.port != NULL) {
        return engine_port_submit(engine, submission, acknowledge_with, context);
    }
    if (engine->log_key == NULL) {
        return FAIL(READ_ONLY, 0);
    }
    if (submission.size > SUBMISSION_MAX) {
        return FAIL(LIMIT, SUBMISSION_MAX);
    }
    if (acknowledge_with != engine_note_own) {
        TRY(engine->gap_count == 0 ? OK : engine_flush(engine));
        TRY(engine_say_due(engine));
    }
    TRY(take_job(engine, is_small(submission) ? engine->free_small : engine->free, &job));
    if (submission.size > 0) {
        memcpy(job->buffer, submission.data, submission.size);
    }
    struct prepared_event *events = job->prepared.events;
    job->task = JOB_SUBMISSION;
    job->prepared =
        (struct prepared){.submission = bytes_of(job->buffer, submission.size), .events = events};
    job->acknowledge = acknowledge_with;
    job->acknowledge_context = context;
    engine->on_their_way++;
    bool gathers = job->small; /* with others, until somebody flushes or there is no room */
    hand_over(engine, job);
    return engine->options.threaded && !gathers ? commit_ready(engine) : OK;
}

struct status engine_drain(struct engine *engine)
{
    while (engine->on_their_way > 0) {
        TRY(commit_from(engine, queue_take(engine->prepared)));
    }
    return engine->failed;
}

/* Durability of what is folded ------------------------------------------------------------ */

struct status engine_sync_fold(struct engine *engine, const struct digest *last)
{
    struct job *job;
    engine->since_sync = 0;
    TRY(commit_state(engine, last));
    TRY(engine_take_job(engine, &job));
    job->task = JOB_SYNC;
    engine_hand_to_index(engine, job);
    return OK;
}

struct status engine_sync(struct engine *engine)
{
    char memory[NOTE_MAX];
    struct text note = TEXT_IN(memory);
    struct store_path path;
    if (engine->since_sync == 0) {
        return OK;
    }
    TRY(engine_checkpoint(engine, &note));
    TRY(store_path(engine->directory, "checkpoint", &path));
    TRY(store_write_file(path.text, note.data, note.size, false));
    engine->digest_due = true;
    return engine_sync_fold(engine, &log_head_of(engine->log)->last);
}

struct status engine_settle_index(struct engine *engine)
{
    struct job *idle[ENGINE_ALL_JOBS];
    assert(engine->on_their_way == 0);
    for (size_t i = 0; i < ENGINE_ALL_JOBS; i++) {
        idle[i] = queue_take(i < ENGINE_JOBS ? engine->free : engine->free_small);
    }
    struct status status = engine->index_status;
    for (size_t i = 0; i < ENGINE_ALL_JOBS; i++) {
        free_job(engine, idle[i]);
    }
    return status;
}

/* Stages ---------------------------------------------------------------------------------- */

static struct status open_jobs(struct engine *engine)
{
    for (size_t i = 0; i < ENGINE_ALL_JOBS; i++) {
        struct job *job = &engine->jobs[i];
        job->small = i >= ENGINE_JOBS;
        job->buffer = malloc(job->small ? ENGINE_SMALL_SIZE : SUBMISSION_MAX);
        job->prepared.events = calloc(job->small ? ENGINE_SMALL_EVENTS : SUBMISSION_EVENTS_MAX,
                                      sizeof *job->prepared.events);
        if (job->buffer == NULL || job->prepared.events == NULL) {
            return FAIL(NO_MEMORY, SUBMISSION_MAX);
        }
        free_job(engine, job);
    }
    return OK;
}

struct status engine_start_stages(struct engine *engine)
{
    TRY(queue_open(ENGINE_JOBS, &engine->free));
    TRY(queue_open(ENGINE_SMALL_JOBS, &engine->free_small));
    TRY(queue_open(ENGINE_ALL_JOBS, &engine->to_prepare));
    TRY(queue_open(ENGINE_ALL_JOBS, &engine->prepared));
    TRY(queue_open(ENGINE_ALL_JOBS + 1, &engine->to_index)); /* and room for the last job */
    TRY(queue_open(ENGINE_MADE_MAX, &engine->made));
    TRY(open_jobs(engine));
    if (!engine->options.threaded) {
        return OK;
    }
    TRY(stage_start(engine->to_prepare, engine->prepared, prepare_job, engine,
                    &engine->prepare_stage));
    return stage_start(engine->to_index, NULL, index_job, engine, &engine->index_stage);
}

void engine_stop_stages(struct engine *engine)
{
    if (engine->to_prepare != NULL) {
        queue_close(engine->to_prepare);
    }
    stage_join(&engine->prepare_stage);
    if (engine->index_stage != NULL) {
        engine->last_job.task = JOB_CLOSE;
        queue_put(engine->to_index, &engine->last_job);
    }
    if (engine->to_index != NULL) {
        queue_close(engine->to_index);
    }
    stage_join(&engine->index_stage);
    queue_free(&engine->free);
    queue_free(&engine->free_small);
    queue_free(&engine->to_prepare);
    queue_free(&engine->prepared);
    queue_free(&engine->to_index);
    queue_free(&engine->made);
    for (size_t i = 0; i < ENGINE_ALL_JOBS; i++) {
        free(engine->jobs[i].buffer);
        free(engine->jobs[i].prepared.events);
    }
}
