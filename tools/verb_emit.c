#include "schema/body_words.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    WORDS_MAX = 32,
};

/* The event as the command line says it; slices are lent from `arena`. */
static enum exit_code read_body(const struct invocation *invocation, enum event_kind kind,
                                struct arena *arena, union event_body *out)
{
    const char *words[WORDS_MAX], *word = NULL;
    size_t count = invocation_argument_count(invocation) - 1;
    struct text text = {.capacity = BODY_MAX};
    text.data = arena_take(arena, text.capacity);
    for (size_t i = 0; i < count && i < WORDS_MAX; i++) {
        words[i] = invocation_argument(invocation, i + 1);
    }
    struct status status = text.data == NULL || count > WORDS_MAX
                               ? FAIL(LIMIT, WORDS_MAX)
                               : body_from_words(kind, words, count, &text, &word);
    if (!failed(status)) {
        status = event_body_decode(kind, text_bytes(&text), arena, out);
    }
    if (failed(status)) {
        return invocation_fail(invocation, EXIT_USAGE, "cairn schema KIND lists its fields",
                               "%s%s%s", status.why == NULL ? "the fields are wrong" : status.why,
                               word == NULL ? "" : ": ", word == NULL ? "" : word);
    }
    return EXIT_DONE;
}

static enum exit_code read_subjects(const struct invocation *invocation, struct draft *draft)
{
    const char *text;
    for (size_t i = 0; (text = invocation_value_at(invocation, "on", i)) != NULL; i++) {
        if (i == LEAF_SUBJECTS_MAX ||
            failed(id_read(bytes_of_string(text), &draft->on[draft->on_count++]))) {
            return invocation_fail(invocation, EXIT_USAGE, NULL,
                                   "--on takes an id like subject:12, at most %d times",
                                   LEAF_SUBJECTS_MAX);
        }
    }
    if (draft->on_count == 0) {
        draft->on[draft->on_count++] = THE_LOG;
    }
    return EXIT_DONE;
}

static enum exit_code read_draft(const struct invocation *invocation, struct arena *arena,
                                 union event_body *body, struct draft *draft)
{
    struct moment at = {0};
    const char *outcome = invocation_value(invocation, "outcome");
    const char *source = invocation_value(invocation, "source");
    const char *name = invocation_argument(invocation, 0);
    if (!event_read(bytes_of_string(name), 1, &draft->kind)) {
        return invocation_fail(invocation, EXIT_USAGE, "cairn schema lists them",
                               "the catalogue has no kind of event %s", name);
    }
    if (outcome != NULL && !outcome_read(bytes_of_string(outcome), &draft->outcome)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "an outcome is ok, denied or failed");
    }
    enum exit_code code = invocation_moment(invocation, "at", (struct moment){0}, &at);
    code = code == EXIT_DONE ? read_subjects(invocation, draft) : code;
    if (code == EXIT_DONE && at.kind == MOMENT_POSITION) {
        code = invocation_fail(invocation, EXIT_USAGE, NULL, "--at takes a time, not a position");
    }
    draft->at_utc_us = at.kind == MOMENT_TIME ? at.value : 0;
    draft->source = source == NULL ? (struct bytes){0} : bytes_of_string(source);
    draft->body = body;
    return code == EXIT_DONE ? read_body(invocation, draft->kind, arena, body) : code;
}

static enum exit_code load_speaker(const struct invocation *invocation, struct speaker *out)
{
    const char *path = invocation_value(invocation, "key");
    path = path != NULL ? path : getenv("CAIRN_EMITTER_KEY");
    if (path == NULL) {
        return invocation_fail(invocation, EXIT_USAGE,
                               "make one: cairn emitter register NAME --key-out FILE",
                               "the emitter's key is needed: --key FILE or CAIRN_EMITTER_KEY");
    }
    struct status status = key_library_start();
    status = failed(status) ? status : secret_key_load(path, &out->key);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    struct bytes name = bytes_of_string(secret_key_public(out->key)->name);
    if (!leaf_is_emitter_name(name)) {
        return invocation_fail(invocation, EXIT_NOT_PERMITTED, NULL, "%s is no emitter's key",
                               path);
    }
    memcpy(out->name, name.data, name.size);
    return EXIT_DONE;
}

static void keep_receipt(void *context, const struct receipt *receipt)
{
    *(struct receipt *)context = *receipt;
}

static struct status submit(struct engine *engine, struct speaker *speaker,
                            const struct draft *draft, struct receipt *receipt)
{
    struct bytes submission;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    CLEANUP(emission_close) struct emission *emission = NULL;
    TRY(log_snapshot_open(engine_log(engine), &snapshot));
    struct status status =
        log_read_emitter(snapshot, bytes_of_string(speaker->name), &speaker->head);
    if (failed(status) && status.code != STATUS_NOT_FOUND) {
        return status;
    }
    log_snapshot_close(&snapshot);
    TRY(emission_open(&emission));
    emission_begin(emission, speaker, bytes_of_string(log_origin(engine_log(engine))));
    TRY(emission_add(emission, draft));
    TRY(emission_end(emission, &submission, &speaker->head));
    TRY(engine_submit(engine, submission, keep_receipt, receipt));
    TRY(engine_flush(engine));
    return receipt->status;
}

static enum exit_code emit(struct invocation *invocation, struct engine *engine,
                           const struct draft *draft, struct speaker *speaker)
{
    struct receipt receipt = {0};
    struct status status = submit(engine, speaker, draft, &receipt);
    if (failed(status)) {
        return invocation_failed(
            invocation, status,
            status.code == STATUS_KEY ? "cairn emitter list tells who may write" : NULL,
            speaker->name);
    }
    output_add(invocation->output,
               invocation->format == ROWS_JSON ? "{\"n\":%" PRIu64 "}\n"
                                               : "event %" PRIu64 " is in the log\n",
               receipt.first);
    return EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    struct engine *engine = NULL;
    struct speaker speaker = {0};
    union event_body body = {0};
    struct draft draft = {0};
    struct arena arena = {.capacity = 3 * (size_t)BODY_MAX};
    arena.memory = malloc(arena.capacity);
    enum exit_code code =
        arena.memory == NULL
            ? invocation_failed(invocation, FAIL(NO_MEMORY, arena.capacity), NULL, "starting")
            : read_draft(invocation, &arena, &body, &draft);
    code = code == EXIT_DONE ? load_speaker(invocation, &speaker) : code;
    code = code == EXIT_DONE ? store_open(invocation, STORE_WRITE, &engine) : code;
    if (code == EXIT_DONE) {
        code = store_finish(invocation, emit(invocation, engine, &draft, &speaker), &engine);
    }
    secret_key_close(&speaker.key);
    free(arena.memory);
    return code;
}

static const struct option_info options[] = {
    {"key", 0, "FILE", "the emitter's key (CAIRN_EMITTER_KEY)", false},
    {"on", 0, "ID", "what the event is about; log:0 if nothing is given", true},
    {"outcome", 0, "OUTCOME", "ok, denied or failed (ok)", false},
    {"at", 0, "TIME", "when it happened, if not now", false},
    {"source", 0, "ADDRESS", "the network address it came from", false},
};

const struct verb verb_emit = {
    .name = "emit",
    .about = "write one event, as an emitter",
    .arguments = "KIND [FIELD=VALUE...]",
    .examples = "cairn emit audit.observed what=\"door opened\" --key door.key\n"
                "cairn emit audit.observed what=badge detail=4711 --outcome denied --key door.key",
    .purpose = PURPOSE_WRITE,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
