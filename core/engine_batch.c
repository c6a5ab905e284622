#include "core/engine_batch.h"

#include "core/evolution.h"

#include <assert.h>
#include <stdlib.h>

enum {
    BATCH_FULL = SUBMISSION_MAX, /* bytes after which a commit is due */
    BATCH_SIZE = BATCH_FULL + BATCH_ROOM * (LEAF_MAX + SALT_SIZE + BODY_MAX + 2),
};

struct batch_event {
    struct leaf leaf; /* a decoded statement, with its position and time */
    struct bytes body, command;
    enum engine_voice voice;
};

struct batch {
    struct batch_event events[COMMIT_EVENTS_MAX];
    size_t count, evolved;
    struct text bytes; /* statements and bodies */
    bool begun[VOICE_COUNT];
    uint64_t now_utc_us;       /* when decisions are taken, */
    uint64_t recorded_utc_us;  /* and what is recorded of that */
    struct batch_mark attempt; /* where it began */
};

void engine_batch_close(struct batch **batch)
{
    if (*batch != NULL) {
        free((*batch)->bytes.data);
        free(*batch);
        *batch = NULL;
    }
}

static struct status open_batch(struct batch **out)
{
    CLEANUP(engine_batch_close) struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) {
        return FAIL(NO_MEMORY, sizeof *batch);
    }
    batch->bytes = (struct text){.data = malloc(BATCH_SIZE), .capacity = BATCH_SIZE};
    if (batch->bytes.data == NULL) {
        return FAIL(NO_MEMORY, BATCH_SIZE);
    }
    *out = batch;
    batch = NULL;
    return OK;
}

static void clear(struct batch *batch)
{
    text_clear(&batch->bytes);
    batch->count = 0;
    batch->evolved = 0;
    memset(batch->begun, 0, sizeof batch->begun);
}

struct status engine_batch_begin(struct engine *engine)
{
    TRY(engine->failed);
    if (engine->log_key == NULL) {
        return FAIL(READ_ONLY, 0);
    }
    TRY(engine_say_due(engine));
    TRY(engine_flush(engine));
    TRY(engine->batch == NULL ? open_batch(&engine->batch) : OK);
    TRY(engine->keys == NULL ? key_cache_open(&engine->keys) : OK);
    clear(engine->batch);
    engine->batch->now_utc_us = engine_now(engine);
    engine->batch->recorded_utc_us = engine_recording_time(engine);
    return OK;
}

uint64_t engine_batch_now(const struct engine *engine)
{
    return engine->batch->now_utc_us;
}

uint64_t engine_batch_held_at(const struct engine *engine)
{
    const struct batch *batch = engine->batch;
    return batch->now_utc_us == batch->recorded_utc_us ? 0 : batch->now_utc_us;
}

uint64_t engine_batch_next(const struct engine *engine)
{
    return log_head_of(engine->log)->size + engine->batch->count;
}

/* Taking back ----------------------------------------------------------------------------- */

struct batch_mark engine_batch_mark(const struct engine *engine)
{
    const struct batch *batch = engine->batch;
    struct batch_mark mark = {.count = batch->count, .size = batch->bytes.size};
    for (size_t i = 0; i < VOICE_COUNT; i++) {
        mark.begun[i] = batch->begun[i];
        mark.voices[i] = emission_mark(engine->emissions[i]);
    }
    return mark;
}

void engine_batch_reset(struct engine *engine, const struct batch_mark *mark)
{
    struct batch *batch = engine->batch;
    batch->count = mark->count;
    batch->bytes.size = mark->size;
    batch->bytes.full = false;
    for (size_t i = 0; i < VOICE_COUNT; i++) {
        batch->begun[i] = mark->begun[i];
        emission_reset(engine->emissions[i], &mark->voices[i]);
    }
}

struct status engine_batch_attempt(struct engine *engine)
{
    TRY(engine_batch_evolve(engine));
    engine->batch->attempt = engine_batch_mark(engine);
    state_attempt(engine->state);
    return OK;
}

void engine_batch_keep(struct engine *engine)
{
    state_keep(engine->state);
}

struct status engine_batch_undo(struct engine *engine)
{
    engine_batch_reset(engine, &engine->batch->attempt);
    engine->batch->evolved = engine->batch->count;
    engine->failed = state_undo(engine->state);
    return engine->failed;
}

/* Writing --------------------------------------------------------------------------------- */

/* Whether an event of the same decision makes it: it has a position, and has not evolved yet. */
static bool is_being_made(const struct batch *batch, struct id id)
{
    for (size_t i = batch->evolved; i < batch->count; i++) {
        const struct leaf *leaf = &batch->events[i].leaf;
        if (leaf->creates && id_equal(leaf->on[0], id)) {
            return true;
        }
    }
    return false;
}

/* Before an emitter's chain has it: an event about something unknown could never be taken back. */
static struct status check_subjects(struct engine *engine, const struct draft *draft)
{
    for (size_t i = 0; i < draft->on_count; i++) {
        uint64_t events = 0;
        if ((i == 0 && draft->on[i].n == ID_NEW) || is_being_made(engine->batch, draft->on[i])) {
            continue;
        }
        TRY(state_subject_count(engine->state, draft->on[i], &events));
        if (events == 0) {
            return FAIL_BECAUSE(NOT_FOUND, draft->on[i].n, "an event is about something unknown");
        }
    }
    return OK;
}

static void begin_voice(struct engine *engine, enum engine_voice voice)
{
    if (!engine->batch->begun[voice]) {
        engine->batch->begun[voice] = true;
        emission_begin(engine->emissions[voice], &engine->voices[voice],
                       bytes_of_string(log_origin(engine->log)));
    }
}

static struct status sign(struct engine *engine, struct batch_event *event)
{
    struct signature signature;
    struct emitter_head head;
    TRY(emission_sign(engine->emissions[event->voice], &signature, &head));
    memcpy(event->leaf.sig_memory, signature.data, signature.size);
    event->leaf.sig = bytes_of(event->leaf.sig_memory, signature.size);
    return OK;
}

/* The statement is read back: what could not be read from the log is not written to it. */
static struct status write_event(struct engine *engine, enum engine_voice voice,
                                 const struct draft *draft)
{
    struct batch *batch = engine->batch;
    struct text *bytes = &batch->bytes;
    char memory[LEAF_MAX + 1];
    struct text statement = TEXT_IN(memory);
    size_t start = bytes->size;
    struct emission *emission = engine->emissions[voice];
    TRY(emission_write(emission, draft, &statement, bytes));
    size_t body_end = bytes->size;
    text_put_bytes(bytes, text_bytes(&statement));
    struct batch_event *event = &batch->events[batch->count];
    TRY(leaf_decode_statement(bytes_of(bytes->data + body_end, bytes->size - body_end),
                              &event->leaf));
    event->voice = voice;
    event->body = bytes_of(bytes->data + start, body_end - start);
    event->command = draft->command;
    event->leaf.sig = (struct bytes){0};
    event->leaf.n = engine_batch_next(engine);
    event->leaf.t_utc_us = batch->recorded_utc_us;
    if (event->leaf.on[0].n == ID_NEW) {
        event->leaf.on[0].n = event->leaf.n;
    }
    TRY(emission_count(emission) % SUBMISSION_EVENTS_MAX == 0 ? sign(engine, event) : OK);
    batch->count++;
    return OK;
}

struct status engine_batch_write(struct engine *engine, enum engine_voice voice,
                                 const struct draft *draft)
{
    if (engine->batch->count == COMMIT_EVENTS_MAX) {
        return FAIL(LIMIT, COMMIT_EVENTS_MAX);
    }
    TRY(check_subjects(engine, draft));
    begin_voice(engine, voice);
    struct batch_mark before = engine_batch_mark(engine);
    struct status status = write_event(engine, voice, draft);
    if (failed(status)) {
        engine_batch_reset(engine, &before);
    }
    return status;
}

/* Evolving -------------------------------------------------------------------------------- */

static struct status evolve_event(struct engine *engine, struct batch_event *event)
{
    struct bytes body = bytes_of(event->body.data + SALT_SIZE, event->body.size - SALT_SIZE);
    TRY(state_count_subject(engine->state, event->leaf.on[0], &event->leaf.on_n));
    TRY(evolution_fold(engine->state, &event->leaf, body, &engine->arena));
    state_advance(engine->state, event->leaf.n);
    engine_note_emitter(engine, &event->leaf, body);
    return OK;
}

struct status engine_batch_evolve(struct engine *engine)
{
    struct batch *batch = engine->batch;
    while (batch->evolved < batch->count && !failed(engine->failed)) {
        engine->failed = evolve_event(engine, &batch->events[batch->evolved++]);
    }
    return engine->failed;
}

/* Committing ------------------------------------------------------------------------------ */

/* The last event of each voice carries the signature over all of them. */
static struct status sign_last(struct engine *engine)
{
    struct batch *batch = engine->batch;
    bool is_signed[VOICE_COUNT] = {false};
    for (size_t i = batch->count; i-- > 0;) {
        struct batch_event *event = &batch->events[i];
        if (!is_signed[event->voice]) {
            is_signed[event->voice] = true;
            TRY(event->leaf.sig.size == 0 ? sign(engine, event) : OK);
        }
    }
    return OK;
}

static struct status append_all(struct engine *engine)
{
    struct batch *batch = engine->batch;
    TRY(log_begin(engine->log));
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_event *event = &batch->events[i];
        assert(event->leaf.n == log_head_of(engine->log)->size);
        TRY(log_append(engine->log,
                       &(struct log_event){
                           .leaf = &event->leaf, .body = event->body, .command = event->command},
                       batch->recorded_utc_us));
    }
    for (size_t voice = 0; voice < VOICE_COUNT; voice++) {
        if (batch->begun[voice]) {
            struct emitter_head head = emission_mark(engine->emissions[voice]).head;
            TRY(log_set_emitter(engine->log, bytes_of_string(engine->voices[voice].name), &head));
        }
    }
    return engine_commit_log(engine);
}

static struct bytes keep(struct text *memory, struct bytes bytes)
{
    size_t start = memory->size;
    text_put_bytes(memory, bytes);
    return bytes_of(memory->data + start, bytes.size);
}

/* The index stage works on while the batch's memory is used again. */
static void give_to_index(struct engine *engine, struct job *job, size_t from, size_t count)
{
    struct text memory = {.data = job->buffer, .capacity = SUBMISSION_MAX};
    job->task = JOB_SUBMISSION;
    job->status = OK;
    job->acknowledge = NULL;
    job->prepared.count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        struct leaf *leaf = &job->prepared.events[i].leaf;
        *leaf = engine->batch->events[from + i].leaf;
        leaf->sig = (struct bytes){0};
        leaf->actor = keep(&memory, leaf->actor);
        leaf->emitter = keep(&memory, leaf->emitter);
        leaf->rule = keep(&memory, leaf->rule);
        leaf->source = keep(&memory, leaf->source);
    }
    engine_hand_to_index(engine, job);
}

static struct status index_all(struct engine *engine)
{
    size_t count = engine->batch->count;
    for (size_t from = 0; from < count; from += SUBMISSION_EVENTS_MAX) {
        struct job *job;
        size_t left = count - from;
        TRY(engine_take_job(engine, &job));
        give_to_index(engine, job, from,
                      left < SUBMISSION_EVENTS_MAX ? left : SUBMISSION_EVENTS_MAX);
    }
    return OK;
}

/* The voices go on, in the prepare stage too, from where their chains stand now. */
static struct status settle_voices(struct engine *engine)
{
    for (size_t voice = 0; voice < VOICE_COUNT; voice++) {
        if (engine->batch->begun[voice]) {
            engine->voices[voice].head = emission_mark(engine->emissions[voice]).head;
            emission_begin(engine->emissions[voice], &engine->voices[voice],
                           bytes_of_string(log_origin(engine->log)));
            TRY(engine_introduce_emitter(engine, bytes_of_string(engine->voices[voice].name)));
        }
    }
    return engine_introduce_changed(engine);
}

static struct status commit(struct engine *engine)
{
    TRY(sign_last(engine));
    struct status status = append_all(engine);
    if (failed(status)) {
        log_abort(engine->log);
        return status;
    }
    engine->since_sync += engine->batch->count;
    TRY(index_all(engine));
    TRY(settle_voices(engine));
    clear(engine->batch);
    return engine->since_sync >= ENGINE_STATE_COMMIT ? engine_sync(engine) : OK;
}

struct status engine_batch_commit(struct engine *engine)
{
    TRY(engine_batch_evolve(engine));
    if (engine->batch->count > 0) {
        engine->failed = commit(engine);
    }
    return engine->failed;
}

struct status engine_batch_make_room(struct engine *engine)
{
    const struct batch *batch = engine->batch;
    bool full = batch->count + BATCH_ROOM > COMMIT_EVENTS_MAX ||
                batch->count >= engine->options.commit_events_max || batch->bytes.size > BATCH_FULL;
    return full ? engine_batch_commit(engine) : OK;
}
