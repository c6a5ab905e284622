#include "core/audit/record.h"
#include "core/engine_parts.h"
#include "schema/time.h"

#include <assert.h>
#include <time.h>
#include <unistd.h>

const char *engine_voice_name(enum engine_voice voice)
{
    static const char *const names[VOICE_COUNT] = {"audit", "identity", "import", "project",
                                                   "group", "vault",    "bulk",   "drive",
                                                   "vm",    "effect"};
    assert(voice < VOICE_COUNT);
    return names[voice];
}

const char *engine_voice_about(enum engine_voice voice)
{
    static const char *const abouts[VOICE_COUNT] = {
        "the audit of the log itself",
        "people, sessions and roles",
        "records that other systems wrote",
        "projects, levels and certifications",
        "cryptographic groups",
        "files, their keys and chunks",
        "commands over many objects, and exports",
        "drives, pools and media",
        "machines and their hosts",
        "what the world was asked for, and how it went",
    };
    assert(voice < VOICE_COUNT);
    return abouts[voice];
}

uint64_t engine_now(const struct engine *engine)
{
    struct timespec now;
    if (engine->options.clock != NULL) {
        return engine->options.clock(engine->options.clock_context);
    }
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * TIME_SECOND_US + (uint64_t)now.tv_nsec / 1000;
}

/* Saying ---------------------------------------------------------------------------------- */

struct status engine_send(struct engine *engine, enum engine_voice voice)
{
    struct emission *emission = engine->emissions[voice];
    struct bytes submission;
    if (emission_count(emission) == 0) {
        return OK;
    }
    TRY(emission_end(emission, &submission, &engine->voices[voice].head));
    TRY(engine_submit(engine, submission, engine_note_own, engine));
    emission_begin(emission, &engine->voices[voice], bytes_of_string(log_origin(engine->log)));
    return OK;
}

static struct status say(struct engine *engine, enum engine_voice voice, const struct draft *draft)
{
    struct emission *emission = engine->emissions[voice];
    if (emission_count(emission) == 0) {
        emission_begin(emission, &engine->voices[voice], bytes_of_string(log_origin(engine->log)));
    }
    struct status status = emission_add(emission, draft);
    if (status.code == STATUS_LIMIT && emission_count(emission) > 0) {
        TRY(engine_send(engine, voice));
        emission_begin(emission, &engine->voices[voice], bytes_of_string(log_origin(engine->log)));
        status = emission_add(emission, draft);
    }
    TRY(status);
    return emission_count(emission) == SUBMISSION_EVENTS_MAX ? engine_send(engine, voice) : OK;
}

/* An event about the log itself, by its own emitter. */
static struct status say_of_log(struct engine *engine, enum event_kind kind,
                                const union event_body *body)
{
    return say(engine, VOICE_AUDIT,
               &(struct draft){.kind = kind, .on = {THE_LOG}, .on_count = 1, .body = body});
}

static void read_boot_id(char *out, size_t capacity)
{
    size_t size = 0;
    if (failed(store_read_file("/proc/sys/kernel/random/boot_id", out, capacity, &size))) {
        size = 0;
    }
    while (size > 0 && out[size - 1] == '\n') {
        size--;
    }
    out[size] = '\0';
}

/* A writer that stays says so before the first thing it writes. */
static struct status announce(struct engine *engine)
{
    char boot[64];
    if (engine->options.task == NULL || engine->announced) {
        return OK;
    }
    engine->announced = true;
    read_boot_id(boot, sizeof boot);
    union event_body body = {.audit_started = {.program = LITERAL("cairn " CAIRN_VERSION),
                                               .process = (uint64_t)getpid(),
                                               .task = bytes_of_string(engine->options.task),
                                               .has_boot = boot[0] != '\0',
                                               .boot = bytes_of_string(boot)}};
    TRY(say_of_log(engine, EVENT_AUDIT_STARTED, &body));
    return engine_send(engine, VOICE_AUDIT);
}

struct status engine_say(struct engine *engine, enum engine_voice voice, const struct draft *draft)
{
    TRY(engine->failed);
    if (engine->options.port != NULL) {
        return engine_port_say(engine, voice, draft);
    }
    if (engine->log_key == NULL) {
        return FAIL(READ_ONLY, 0);
    }
    TRY(engine_say_due(engine));
    return say(engine, voice, draft);
}

/* What the engine has noticed by itself: runs of the index, a clock that stepped back. */
struct status engine_say_run(struct engine *engine, const struct index_run *run)
{
    struct status trouble = OK;
    struct view view = engine_view(engine, UINT64_MAX, &engine->arena, &trouble);
    arena_reset(&engine->arena);
    if (index_run_known(&view, run->level, run->from) || failed(trouble)) {
        return trouble;
    }
    union event_body body = {.audit_index_run = {.level = run->level,
                                                 .from = run->from,
                                                 .to = run->to,
                                                 .leaves = run->blocks,
                                                 .root = run->root}};
    return say_of_log(engine, EVENT_AUDIT_INDEX_RUN, &body);
}

static struct status say_noticed(struct engine *engine)
{
    const struct index_run *run;
    while ((run = queue_take_now(engine->made)) != NULL) {
        TRY(engine_say_run(engine, run));
    }
    if (engine->clock_held && !engine->clock_noted) {
        engine->clock_noted = true;
        union event_body body = {.clock_stepped = {.clock = engine_now(engine),
                                                   .held = log_head_of(engine->log)->t_utc_us}};
        TRY(say_of_log(engine, EVENT_CLOCK_STEPPED, &body));
    }
    engine->clock_noted = engine->clock_noted && engine->clock_held;
    return OK;
}

/* Flushing and ending --------------------------------------------------------------------- */

struct status engine_flush(struct engine *engine)
{
    TRY(engine->failed);
    if (engine->options.port != NULL) {
        return engine_port_flush(engine);
    }
    if (engine->log_key == NULL) {
        return FAIL(READ_ONLY, 0);
    }
    for (unsigned voice = 0; voice < VOICE_COUNT; voice++) {
        TRY(engine_send(engine, (enum engine_voice)voice));
    }
    TRY(engine_drain(engine));
    TRY(say_noticed(engine));
    TRY(engine_send(engine, VOICE_AUDIT));
    TRY(engine_drain(engine));
    return engine_introduce_changed(engine);
}

/* Logs the digest of the state as of everything so far: a rebuild will arrive at it. */
static struct status say_state_digest(struct engine *engine)
{
    TRY(engine_flush(engine));
    if (state_versions(engine->state) == engine->versions_digested) {
        return OK;
    }
    engine->versions_digested = state_versions(engine->state);
    union event_body body = {
        .audit_state_digest_v2 = {.size = state_size(engine->state),
                                  .digest = state_digest(engine->state),
                                  .versions = engine->versions_digested,
                                  .catalogue = bytes_of_string(catalogue_fingerprint)}};
    TRY(say_of_log(engine, EVENT_AUDIT_STATE_DIGEST_V2, &body));
    return engine_flush(engine);
}

struct status engine_say_due(struct engine *engine)
{
    TRY(announce(engine));
    TRY(say_noticed(engine));
    if (!engine->digest_due || engine->options.task == NULL) {
        return OK;
    }
    engine->digest_due = false;
    engine->since_digest = 0;
    return say_state_digest(engine);
}

static struct status say_stopped(struct engine *engine)
{
    union event_body body = {.audit_stopped = {.process = (uint64_t)getpid(),
                                               .task = bytes_of_string(engine->options.task)}};
    return say_of_log(engine, EVENT_AUDIT_STOPPED, &body);
}

struct status engine_finish(struct engine *engine)
{
    if (engine->options.read_only) {
        return engine->options.port != NULL ? engine_flush(engine) : OK;
    }
    if (engine->announced) {
        TRY(say_state_digest(engine));
        TRY(say_stopped(engine));
    }
    /* The index may still make runs of what is flushed, and their roots are events again. */
    uint64_t size;
    do {
        size = log_head_of(engine->log)->size;
        TRY(engine_flush(engine));
        TRY(engine_settle_index(engine));
        TRY(engine_flush(engine));
    } while (log_head_of(engine->log)->size > size);
    TRY(engine_sync(engine));
    return engine_settle_index(engine);
}

/* A digest of the state is an event, too: it is due after many events, not after each settling. */
struct status engine_settle(struct engine *engine)
{
    bool due = engine->digest_due;
    TRY(engine_flush(engine));
    if (engine->options.port != NULL) {
        return OK;
    }
    engine->since_digest += engine->since_sync;
    TRY(engine_sync(engine));
    engine->digest_due = due || engine->since_digest >= ENGINE_STATE_COMMIT;
    return OK;
}

/* Looking --------------------------------------------------------------------------------- */

/* A state that was not there is believed beside a log that is not behind it. */
static struct status state_again(struct engine *engine)
{
    struct status status = log_look_again(engine->log);
    if (!failed(status)) {
        status =
            engine->state != NULL ? state_look_again(engine->state) : engine_open_folded(engine);
    }
    return status.code == STATUS_NOT_FOUND || status.code == STATUS_FOLD ? OK : status;
}

/* The log once more, and last: it is never behind what is folded from it. */
struct status engine_look_again(struct engine *engine)
{
    assert(engine->options.read_only);
    TRY(state_again(engine));
    return log_look_again(engine->log);
}

struct view engine_view(struct engine *engine, uint64_t as_of_n, struct arena *arena,
                        struct status *trouble)
{
    return (struct view){
        .state = engine->state,
        .as_of_n = as_of_n,
        .now_utc_us = engine_now(engine),
        .arena = arena,
        .trouble = trouble,
    };
}

struct log *engine_log(struct engine *engine)
{
    return engine->log;
}

struct state *engine_state(struct engine *engine)
{
    return engine->state;
}

struct index *engine_index(struct engine *engine)
{
    return engine->index;
}

struct status engine_failure(const struct engine *engine)
{
    return engine->failed;
}

struct status engine_folded(const struct engine *engine)
{
    return engine->folded;
}

const struct public_key *engine_log_key(const struct engine *engine)
{
    return &engine->log_public;
}

struct status engine_checkpoint(struct engine *engine, struct text *out)
{
    struct bytes note;
    uint64_t size;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine->log, &snapshot));
    TRY(log_read_checkpoint(snapshot, UINT64_MAX - 1, &note, &size));
    text_put_bytes(out, note);
    return out->full ? FAIL(LIMIT, NOTE_MAX) : OK;
}
