#include "core/audit/emitter.h"
#include "core/engine_batch.h"
#include "core/engine_checks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ENGINE_ARENA = 1 << 20, /* bytes, for the body being folded */
    READ_TRIES = 8,         /* for a reader beside a busy writer */
};

/* Opening: the log ------------------------------------------------------------------------ */

static struct status open_log(struct engine *engine)
{
    struct store_path path;
    TRY(store_path(engine->directory, "log", &path));
    return log_open(
        &(struct log_options){.directory = path.text, .read_only = engine->options.read_only},
        &engine->log);
}

static struct status load_log_public(struct engine *engine)
{
    struct store_path path;
    TRY(store_path(engine->directory, "log.vkey", &path));
    struct status status = public_key_load(path.text, &engine->log_public);
    if (status.code == STATUS_MALFORMED) {
        return FAIL_BECAUSE(KEY, 0, "log.vkey holds no key");
    }
    TRY(status);
    if (strcmp(engine->log_public.name, log_origin(engine->log)) != 0) {
        return FAIL_BECAUSE(KEY, 0, "log.vkey is the key of another log");
    }
    return OK;
}

/* The log may not be shorter than the last checkpoint that is known to have left it. */
static struct status check_rollback(struct engine *engine)
{
    char memory[NOTE_MAX];
    size_t size;
    struct store_path path;
    struct checkpoint released;
    TRY(store_path(engine->directory, "checkpoint", &path));
    struct status status = store_read_file(path.text, memory, sizeof memory, &size);
    if (status.code == STATUS_NOT_FOUND) {
        return OK;
    }
    TRY(status);
    status = checkpoint_verify(&engine->log_public, bytes_of(memory, size), &released);
    if (failed(status)) { /* a copy for convenience: what it says counts only if it was signed */
        return status.code == STATUS_NO_MEMORY ? status : OK;
    }
    return released.size > log_head_of(engine->log)->size ? FAIL(ROLLBACK, released.size) : OK;
}

/* Opening: who speaks --------------------------------------------------------------------- */

static struct status load_key(struct engine *engine, const char *name, struct secret_key **out)
{
    struct store_path path;
    TRY(store_key_path(engine->directory, name, &path));
    struct status status = secret_key_load(path.text, out);
    return status.code == STATUS_NOT_FOUND
               ? FAIL_BECAUSE(KEY, 0, "a key file in the store's keys/ is missing")
               : status;
}

bool engine_is_pair(const struct secret_key *secret, struct bytes public)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    public_key_write(secret_key_public(secret), &text);
    return bytes_equal(text_bytes(&text), public);
}

/* What another key signs would be damage to this log, for ever. */
static struct status load_log_key(struct engine *engine)
{
    char memory[NOTE_MAX], key_memory[1024];
    struct text note = TEXT_IN(memory), public = TEXT_IN(key_memory);
    struct checkpoint checkpoint;
    TRY(load_key(engine, "log", &engine->log_key));
    public_key_write(&engine->log_public, &public);
    if (!engine_is_pair(engine->log_key, text_bytes(&public))) {
        return FAIL_BECAUSE(KEY, 0, "keys/log.key is not the other half of log.vkey");
    }
    if (log_head_of(engine->log)->size == 0) {
        return OK;
    }
    TRY(engine_checkpoint(engine, &note));
    struct status status = checkpoint_verify(&engine->log_public, text_bytes(&note), &checkpoint);
    return failed(status) && status.code != STATUS_NO_MEMORY
               ? FAIL_BECAUSE(KEY, 0, "log.vkey did not sign the log's newest checkpoint")
               : status;
}

/* A voice that came with a later version may still be without a key: add_voices sees to it. */
static struct status load_voice(struct engine *engine, enum engine_voice voice)
{
    struct speaker *speaker = &engine->voices[voice];
    const char *name = engine_voice_name(voice);
    memcpy(speaker->name, name, strlen(name) + 1);
    struct status status = load_key(engine, name, &speaker->key);
    bool may_be_new = voice > VOICE_IMPORT && status.code == STATUS_KEY && speaker->key == NULL;
    TRY(may_be_new ? OK : status);
    return emission_open(&engine->emissions[voice]);
}

/* The first event of all is signed by an emitter that no row knows yet. */
static struct status introduce_audit(struct engine *engine)
{
    char memory[512];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(engine->voices[VOICE_AUDIT].key), &key);
    return prepare_emitter(engine->prepare,
                           &(struct emitter_row){.name = LITERAL("audit"),
                                                 .key = text_bytes(&key),
                                                 .class = EMITTER_CLASS_INTERNAL},
                           &(struct emitter_head){0});
}

static struct status make_voice_key(struct engine *engine, struct speaker *speaker)
{
    struct store_path path;
    TRY(secret_key_make(engine->log_public.type, speaker->name, &speaker->key));
    TRY(store_key_path(engine->directory, speaker->name, &path));
    return secret_key_save(speaker->key, path.text);
}

struct status engine_introduce_voice(struct engine *engine, enum engine_voice voice)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    struct speaker *speaker = &engine->voices[voice];
    TRY(speaker->key == NULL ? make_voice_key(engine, speaker) : OK);
    public_key_write(secret_key_public(speaker->key), &key);
    union event_body body = {
        .emitter_registered = {.name = bytes_of_string(speaker->name),
                               .key = text_bytes(&key),
                               .class = EMITTER_CLASS_INTERNAL,
                               .about = bytes_of_string(engine_voice_about(voice))}};
    return engine_say(engine, VOICE_AUDIT,
                      &(struct draft){.kind = EVENT_EMITTER_REGISTERED,
                                      .on = {NEW(ID_EMITTER)},
                                      .on_count = 1,
                                      .body = &body});
}

/* A store that an earlier version made lacks the voices that have come since. */
static struct status add_voices(struct engine *engine)
{
    size_t added = 0;
    for (unsigned voice = VOICE_IMPORT + 1; voice < VOICE_COUNT; voice++) {
        struct emitter_row row;
        struct status trouble = OK;
        arena_reset(&engine->arena);
        struct view view = engine_view(engine, UINT64_MAX, &engine->arena, &trouble);
        struct bytes name = bytes_of_string(engine->voices[voice].name);
        bool known = emitter_by_name(&view, name, &row);
        TRY(trouble);
        TRY(known ? OK : engine_introduce_voice(engine, (enum engine_voice)voice));
        added += !known;
    }
    return added > 0 ? engine_flush(engine) : OK;
}

/* Opening: what is folded ----------------------------------------------------------------- */

/* Damage to what is folded is another matter than damage to the log. */
static struct status of_fold(struct status status, const char *why)
{
    bool damaged = status.code == STATUS_CORRUPT || status.code == STATUS_TRUNCATED ||
                   status.code == STATUS_INCOMPLETE || status.code == STATUS_VERSION;
    return damaged ? FAIL_BECAUSE(FOLD, 0, why) : status;
}

static struct status open_state(struct engine *engine)
{
    struct store_path path;
    char memory[ORIGIN_MAX + 128];
    struct text fingerprint = TEXT_IN(memory);
    text_add(&fingerprint, "%.64s", catalogue_fingerprint);
    TRY(store_path(engine->directory, "state", &path));
    struct state_options options = {.directory = path.text,
                                    .fingerprint = text_string(&fingerprint),
                                    .log_size = log_head_of(engine->log)->size,
                                    .read_only = engine->options.read_only};
    return of_fold(state_open(&options, &engine->state), "its state/ cannot be used");
}

/* A state that was folded from another history has another last leaf. The index carries no mark of
 * its log: it is believed only beside a state that is ours. */
static struct status is_ours(struct engine *engine, bool *ours)
{
    struct bytes bytes;
    struct leaf next;
    uint64_t size = state_size(engine->state);
    struct digest last = log_head_of(engine->log)->last;
    if (size > 0 && size < log_head_of(engine->log)->size) {
        CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
        TRY(log_snapshot_open(engine->log, &snapshot));
        TRY(log_read_leaf(snapshot, size, &bytes));
        TRY(leaf_decode(bytes, &next));
        last = next.prev;
    }
    struct digest folded = state_last(engine->state);
    *ours = size > 0 && digest_equal(&folded, &last);
    return OK;
}

static struct status open_index(struct engine *engine)
{
    struct store_path path;
    TRY(store_path(engine->directory, "index", &path));
    return of_fold(index_open(path.text, engine->options.read_only, &engine->index),
                   "its index/ cannot be used");
}

static struct status without(struct engine *engine, struct status status)
{
    if (status.code == STATUS_FOLD) {
        engine->folded = status;
    }
    return status.code == STATUS_FOLD || status.code == STATUS_NOT_FOUND ? OK : status;
}

/* An engine that only reads goes without what is missing: the log has everything. */
struct status engine_open_folded(struct engine *engine)
{
    bool ours = false;
    TRY(without(engine, open_state(engine)));
    TRY(engine->state != NULL ? is_ours(engine, &ours) : OK);
    if (!ours) {
        state_close(&engine->state);
        return OK;
    }
    return without(engine, open_index(engine));
}

/* A writer beside may commit after the log was opened and before checkpoint and state are looked
 * at, which then are ahead of what was seen of the log. Only a log that has not grown since is
 * shorter than its checkpoint, or without a state. */
static struct status read_beside_writer(struct engine *engine)
{
    for (unsigned tries = 1;; tries++) {
        uint64_t size = log_head_of(engine->log)->size;
        struct status status = check_rollback(engine);
        status = failed(status) ? status : engine_open_folded(engine);
        bool ahead = status.code == STATUS_ROLLBACK || (!failed(status) && engine->state == NULL);
        if (!ahead || tries == READ_TRIES) {
            return status;
        }
        log_close(&engine->log);
        TRY(open_log(engine));
        if (log_head_of(engine->log)->size == size) {
            return status;
        }
        engine->folded = OK;
    }
}

/* Whoever holds the log's writer lock may throw away what is folded from it. */
static struct status throw_away(struct engine *engine, const char *folder)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "writer.lock"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct store_path directory, path;
        TRY(store_path(engine->directory, folder, &directory));
        TRY(store_path(directory.text, files[i], &path));
        if (unlink(path.text) != 0 && errno != ENOENT) {
            return FAIL(IO, (uint64_t)errno);
        }
    }
    return OK;
}

static struct status open_for_writing(struct engine *engine)
{
    bool ours;
    if (engine->options.rebuild) {
        TRY(throw_away(engine, "state"));
        TRY(throw_away(engine, "index"));
    }
    TRY(load_log_key(engine));
    TRY(prepare_open(bytes_of_string(log_origin(engine->log)), &engine->prepare));
    for (unsigned voice = 0; voice < VOICE_COUNT; voice++) {
        TRY(load_voice(engine, (enum engine_voice)voice));
    }
    TRY(open_state(engine));
    TRY(is_ours(engine, &ours));
    if (!ours) {
        TRY(state_clear(engine->state));
        TRY(throw_away(engine, "index"));
    }
    TRY(open_index(engine));
    TRY(engine_start_stages(engine));
    if (log_head_of(engine->log)->size == 0) {
        return introduce_audit(engine);
    }
    TRY(engine_fold_behind(engine));
    TRY(engine_introduce_emitters(engine));
    TRY(engine_say_missing_runs(engine));
    TRY(engine_say_recovered(engine));
    return add_voices(engine);
}

static struct status open_parts(struct engine *engine)
{
    engine->arena.capacity = ENGINE_ARENA;
    engine->arena.memory = malloc(ENGINE_ARENA);
    if (engine->arena.memory == NULL) {
        return FAIL(NO_MEMORY, ENGINE_ARENA);
    }
    TRY(key_library_start());
    TRY(open_log(engine));
    TRY(load_log_public(engine));
    if (engine->options.read_only) {
        return read_beside_writer(engine);
    }
    TRY(check_rollback(engine));
    return open_for_writing(engine);
}

struct status engine_open(const struct engine_options *options, struct engine **out)
{
    CLEANUP(engine_close) struct engine *engine = calloc(1, sizeof *engine);
    struct store_path path;
    if (engine == NULL) {
        return FAIL(NO_MEMORY, sizeof *engine);
    }
    TRY(store_path(options->directory, "", &path));
    snprintf(engine->directory, sizeof engine->directory, "%s", options->directory);
    engine->options = *options;
    if (engine->options.commit_events_max == 0) {
        engine->options.commit_events_max = COMMIT_EVENTS_MAX;
    }
    TRY(open_parts(engine));
    *out = engine;
    engine = NULL;
    return OK;
}

void engine_close(struct engine **engine)
{
    if (*engine == NULL) {
        return;
    }
    engine_stop_stages(*engine);
    index_close(&(*engine)->index);
    state_close(&(*engine)->state);
    log_close(&(*engine)->log);
    prepare_close(&(*engine)->prepare);
    for (size_t voice = 0; voice < VOICE_COUNT; voice++) {
        emission_close(&(*engine)->emissions[voice]);
        secret_key_close(&(*engine)->voices[voice].key);
    }
    secret_key_close(&(*engine)->log_key);
    engine_checks_close(&(*engine)->checks);
    engine_batch_close(&(*engine)->batch);
    key_cache_close(&(*engine)->keys);
    free((*engine)->arena.memory);
    free(*engine);
    *engine = NULL;
}
