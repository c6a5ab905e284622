#include "tools/emitting.h"

#include "core/emit/dial.h"
#include "core/emit/event_draft.h"
#include "tools/store_open.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    DELIVER_MS = 30000, /* for what must be delivered */
    TRY_MS = 1000,      /* for what may also wait in a spool */
    SLICE_MS = 200,     /* between two looks at signals */
};

struct emitting {
    struct invocation *invocation;
    const char *spool;
    bool must_arrive;
    uint64_t events, refused, lost_before;
    /* by the library, */
    struct cairn_emit *emit;
    enum cairn_emit_level level;
    /* or by an engine */
    struct engine *engine;
    struct speaker speaker;
    struct emission *emission;
    struct receipt receipt;
    struct arena arena;
    struct event_draft *read;
};

/* Keys ------------------------------------------------------------------------------------- */

enum exit_code emitting_key(const struct invocation *invocation, const char **path)
{
    *path = invocation_value(invocation, "key");
    *path = *path != NULL ? *path : getenv("CAIRN_EMITTER_KEY");
    return *path != NULL
               ? EXIT_DONE
               : invocation_fail(invocation, EXIT_USAGE,
                                 "make one: cairn emitter register NAME --key-out FILE",
                                 "the emitter's key is needed: --key FILE or CAIRN_EMITTER_KEY");
}

enum exit_code emitting_speaker(const struct invocation *invocation, struct speaker *out)
{
    const char *path;
    enum exit_code code = emitting_key(invocation, &path);
    if (code != EXIT_DONE) {
        return code;
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

/* Opening ---------------------------------------------------------------------------------- */

static const char *given(const struct invocation *invocation, const char *option,
                         const char *variable)
{
    const char *value = invocation_value(invocation, option);
    value = value != NULL ? value : getenv(variable);
    return value != NULL && *value != '\0' ? value : NULL;
}

bool emitting_daemon(const struct invocation *invocation, struct cairn_emit_options *out)
{
    out->host = invocation_value(invocation, "host");
    out->certificate = invocation_value(invocation, "certificate");
    out->certificate_key = invocation_value(invocation, "certificate-key");
    out->authorities = invocation_value(invocation, "authorities");
    out->socket = out->host == NULL ? given(invocation, "socket", "CAIRN_SOCKET") : NULL;
    out->store =
        out->host == NULL && out->socket == NULL ? given(invocation, "store", "CAIRN_STORE") : NULL;
    return out->host != NULL || out->socket != NULL || out->store != NULL;
}

/* Whether somebody listens for the store. */
static bool is_served(const char *store)
{
    char memory[DIAL_PATH_MAX];
    struct text path = TEXT_IN(memory);
    CLEANUP(channel_close) struct channel *channel = NULL;
    return store != NULL && !failed(dial_find(store, &path)) &&
           !failed(dial_socket(text_string(&path), &channel));
}

enum exit_code emitting_exit(enum cairn_emit_code code)
{
    static const enum exit_code codes[] = {
        [CAIRN_EMIT_OK] = EXIT_DONE,
        [CAIRN_EMIT_FULL] = EXIT_IO,
        [CAIRN_EMIT_DROPPED] = EXIT_IO,
        [CAIRN_EMIT_INVALID] = EXIT_USAGE,
        [CAIRN_EMIT_TIMEOUT] = EXIT_IO,
        [CAIRN_EMIT_UNREACHABLE] = EXIT_IO,
        [CAIRN_EMIT_REFUSED] = EXIT_IO,
        [CAIRN_EMIT_KEY] = EXIT_IO,
        [CAIRN_EMIT_IN_USE] = EXIT_IO,
        [CAIRN_EMIT_DAMAGED] = EXIT_INTEGRITY,
        [CAIRN_EMIT_WRONG_LOG] = EXIT_CONFLICT,
        [CAIRN_EMIT_IO] = EXIT_IO,
        [CAIRN_EMIT_MEMORY] = EXIT_IO,
    };
    return codes[code];
}

/* What can be done about it; NULL: nothing. */
static const char *advice_for(enum cairn_emit_code code)
{
    switch (code) {
    case CAIRN_EMIT_REFUSED:
        return "cairn emitter list tells who may write";
    case CAIRN_EMIT_DAMAGED:
        return "keep it as it is for whoever looks into it, and go on with a new directory";
    case CAIRN_EMIT_WRONG_LOG:
        return "a spool belongs to one log: take another directory for this one";
    case CAIRN_EMIT_IN_USE:
        return "one process has a spool at a time";
    case CAIRN_EMIT_UNREACHABLE:
    case CAIRN_EMIT_TIMEOUT:
        return "cairn status tells how the daemon is";
    case CAIRN_EMIT_OK:
    case CAIRN_EMIT_FULL:
    case CAIRN_EMIT_DROPPED:
    case CAIRN_EMIT_INVALID:
    case CAIRN_EMIT_KEY:
    case CAIRN_EMIT_IO:
    case CAIRN_EMIT_MEMORY:
        break;
    }
    return NULL;
}

static enum exit_code say_failed(const struct emitting *emitting, enum cairn_emit_code code)
{
    return invocation_fail(emitting->invocation, emitting_exit(code), advice_for(code), "%s",
                           cairn_emit_error(emitting->emit));
}

static enum exit_code open_library(struct emitting *emitting, struct cairn_emit_options *options)
{
    const struct invocation *invocation = emitting->invocation;
    enum exit_code code = emitting_key(invocation, &options->key);
    if (code != EXIT_DONE) {
        return code;
    }
    options->version = CAIRN_EMIT_VERSION;
    options->spool = emitting->spool;
    options->level = emitting->level;
    enum cairn_emit_code opened = cairn_emit_open(options, &emitting->emit);
    if (opened != CAIRN_EMIT_OK) {
        return say_failed(emitting, opened);
    }
    struct cairn_emit_counters counters;
    cairn_emit_counters(emitting->emit, &counters);
    emitting->lost_before = counters.lost;
    if (counters.torn_bytes > 0) {
        invocation_note(invocation, "note: %" PRIu64 " bytes that were being written were cut off",
                        counters.torn_bytes);
    }
    return EXIT_DONE;
}

static struct status begin_emission(struct emitting *emitting)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(emitting->engine), &snapshot));
    struct status status = log_read_emitter(snapshot, bytes_of_string(emitting->speaker.name),
                                            &emitting->speaker.head);
    if (failed(status) && status.code != STATUS_NOT_FOUND) {
        return status;
    }
    TRY(emission_open(&emitting->emission));
    emission_begin(emitting->emission, &emitting->speaker,
                   bytes_of_string(log_origin(engine_log(emitting->engine))));
    return OK;
}

static enum exit_code open_engine(struct emitting *emitting)
{
    emitting->arena.capacity = 3 * (size_t)BODY_MAX;
    emitting->arena.memory = malloc(emitting->arena.capacity);
    emitting->read = malloc(sizeof *emitting->read);
    if (emitting->arena.memory == NULL || emitting->read == NULL) {
        return invocation_failed(emitting->invocation, FAIL(NO_MEMORY, emitting->arena.capacity),
                                 NULL, "starting");
    }
    enum exit_code code = store_open(emitting->invocation, STORE_WRITE, &emitting->engine);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = begin_emission(emitting);
    return failed(status) ? invocation_failed(emitting->invocation, status, NULL, "reading the log")
                          : EXIT_DONE;
}

static void close_all(struct emitting **emitting)
{
    cairn_emit_close(&(*emitting)->emit);
    engine_close(&(*emitting)->engine);
    emission_close(&(*emitting)->emission);
    secret_key_close(&(*emitting)->speaker.key);
    free((*emitting)->arena.memory);
    free((*emitting)->read);
    free(*emitting);
    *emitting = NULL;
}

static enum exit_code open_somehow(struct emitting *emitting)
{
    struct invocation *invocation = emitting->invocation;
    struct cairn_emit_options options = {0};
    (void)emitting_daemon(invocation, &options);
    const char *wait = invocation_value(invocation, "wait");
    emitting->spool = invocation_value(invocation, "spool");
    emitting->must_arrive = emitting->spool == NULL || wait != NULL;
    emitting->level =
        wait != NULL && strcmp(wait, "queued") == 0 ? CAIRN_EMIT_QUEUED : CAIRN_EMIT_DURABLE;
    enum exit_code code = emitting_speaker(invocation, &emitting->speaker);
    if (code != EXIT_DONE) {
        return code;
    }
    return emitting->spool != NULL || options.socket != NULL || options.host != NULL ||
                   is_served(options.store)
               ? open_library(emitting, &options)
               : open_engine(emitting);
}

enum exit_code emitting_open(struct invocation *invocation, struct emitting **out)
{
    struct emitting *emitting = calloc(1, sizeof *emitting);
    if (emitting == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *emitting), NULL, "starting");
    }
    emitting->invocation = invocation;
    enum exit_code code = open_somehow(emitting);
    if (code != EXIT_DONE) {
        close_all(&emitting);
        return code;
    }
    *out = emitting;
    return EXIT_DONE;
}

/* By the engine ---------------------------------------------------------------------------- */

static void keep_receipt(void *context, const struct receipt *receipt)
{
    *(struct receipt *)context = *receipt;
}

static struct status submit(struct emitting *emitting)
{
    struct bytes submission;
    if (emission_count(emitting->emission) == 0) {
        return OK;
    }
    TRY(emission_end(emitting->emission, &submission, &emitting->speaker.head));
    TRY(engine_submit(emitting->engine, submission, keep_receipt, &emitting->receipt));
    TRY(engine_flush(emitting->engine));
    emission_begin(emitting->emission, &emitting->speaker,
                   bytes_of_string(log_origin(engine_log(emitting->engine))));
    return emitting->receipt.status;
}

static enum exit_code submitted(struct emitting *emitting)
{
    uint32_t count = emission_count(emitting->emission);
    struct status status = submit(emitting);
    if (failed(status)) {
        return invocation_failed(
            emitting->invocation, status,
            status.code == STATUS_KEY ? "cairn emitter list tells who may write" : NULL,
            emitting->speaker.name);
    }
    emitting->events += count;
    return EXIT_DONE;
}

static enum exit_code add_by_engine(struct emitting *emitting, const struct cairn_event *event,
                                    const char **why)
{
    struct status status = event_draft_read(event, &emitting->arena, emitting->read);
    if (status.code == STATUS_MALFORMED) {
        *why = status.why;
        return EXIT_USAGE;
    }
    status = failed(status) ? status : emission_add(emitting->emission, &emitting->read->draft);
    if (status.code == STATUS_LIMIT && emission_count(emitting->emission) > 0) {
        enum exit_code code = submitted(emitting);
        if (code != EXIT_DONE) {
            return code;
        }
        status = emission_add(emitting->emission, &emitting->read->draft);
    }
    return failed(status)
               ? invocation_failed(emitting->invocation, status, NULL, emitting->speaker.name)
               : EXIT_DONE;
}

/* By the library --------------------------------------------------------------------------- */

static bool goes_on(enum cairn_emit_code code)
{
    return code == CAIRN_EMIT_TIMEOUT || code == CAIRN_EMIT_UNREACHABLE;
}

/* Flushes in slices, so that signals are seen. What is refused is counted and does not end it. */
static enum cairn_emit_code flush(struct emitting *emitting, unsigned most_ms)
{
    enum cairn_emit_code code = CAIRN_EMIT_OK;
    for (unsigned spent = 0; spent <= most_ms; spent += SLICE_MS) {
        struct cairn_emit_counters counters;
        unsigned left = most_ms - spent;
        code = cairn_emit_flush(emitting->emit, left < SLICE_MS ? left : SLICE_MS);
        cairn_emit_counters(emitting->emit, &counters);
        if (code == CAIRN_EMIT_REFUSED && counters.lost > emitting->lost_before) {
            emitting->refused += counters.lost - emitting->lost_before;
            emitting->lost_before = counters.lost;
            invocation_note(emitting->invocation, "%s", cairn_emit_error(emitting->emit));
            continue;
        }
        if (!goes_on(code) || invocation_interrupted(emitting->invocation)) {
            break;
        }
    }
    return code;
}

static enum exit_code add_by_library(struct emitting *emitting, const struct cairn_event *event,
                                     const char **why)
{
    enum cairn_emit_code code;
    while ((code = cairn_emit_event(emitting->emit, event)) == CAIRN_EMIT_FULL) {
        if (emitting->spool != NULL && !emitting->must_arrive) {
            return say_failed(emitting, code);
        }
        enum cairn_emit_code flushed = flush(emitting, SLICE_MS);
        if (invocation_interrupted(emitting->invocation)) {
            return EXIT_INTERRUPTED;
        }
        if (flushed != CAIRN_EMIT_OK && !goes_on(flushed)) {
            return say_failed(emitting, flushed);
        }
    }
    if (code == CAIRN_EMIT_INVALID) {
        *why = cairn_emit_error(emitting->emit);
        return EXIT_USAGE;
    }
    if (code != CAIRN_EMIT_OK) {
        return say_failed(emitting, code);
    }
    emitting->events++;
    return EXIT_DONE;
}

/* Both ------------------------------------------------------------------------------------- */

enum exit_code emitting_add(struct emitting *emitting, const struct cairn_event *event,
                            const char **why)
{
    return emitting->emit != NULL ? add_by_library(emitting, event, why)
                                  : add_by_engine(emitting, event, why);
}

enum exit_code emitting_send(struct emitting *emitting, bool *waits)
{
    *waits = false;
    if (emitting->emit == NULL) {
        return submitted(emitting);
    }
    enum cairn_emit_code code = flush(emitting, 0);
    *waits = goes_on(code);
    return code == CAIRN_EMIT_OK || *waits || code == CAIRN_EMIT_REFUSED
               ? EXIT_DONE
               : say_failed(emitting, code);
}

static void say_count(const struct emitting *emitting, uint64_t count, const char *what)
{
    output_add(emitting->invocation->output, "%" PRIu64 " event%s %s\n", count,
               count == 1 ? "" : "s", what);
}

static void say_json(const struct emitting *emitting, const uint64_t *n, uint64_t waiting)
{
    struct output *output = emitting->invocation->output;
    if (emitting->events == 1 && waiting == 0 && n != NULL) {
        output_add(output, "{\"n\":%" PRIu64 "}\n", *n);
        return;
    }
    output_add(output, "{\"events\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"waiting\":%" PRIu64,
               emitting->events, emitting->refused, waiting);
    if (n != NULL) {
        output_add(output, ",\"n\":%" PRIu64, *n);
    }
    output_add(output, "}\n");
}

/* What has become of all events: `n` is the position of the last one, where that is known. */
static void say_all(const struct emitting *emitting, const uint64_t *n, uint64_t waiting)
{
    if (emitting->invocation->format == ROWS_JSON) {
        say_json(emitting, n, waiting);
        return;
    }
    uint64_t arrived = emitting->events - emitting->refused;
    arrived = arrived > waiting ? arrived - waiting : 0;
    if (arrived == 1 && n != NULL) {
        output_add(emitting->invocation->output, "event %" PRIu64 " is in the log\n", *n);
    } else if (arrived > 0) {
        say_count(emitting, arrived, arrived == 1 ? "is in the log" : "are in the log");
    }
    if (waiting > 0 && emitting->spool == NULL) {
        say_count(emitting, waiting,
                  waiting == 1 ? "is queued: the daemon has it"
                               : "are queued: the daemon has them");
    } else if (waiting > 0) {
        char what[512];
        struct text text = TEXT_IN(what);
        text_put_string(&text, waiting == 1 ? "waits in " : "wait in ");
        text_put_printable(&text, bytes_of_string(emitting->spool));
        say_count(emitting, waiting, text_string(&text));
    }
}

static enum exit_code finish_library(struct emitting *emitting)
{
    struct cairn_emit_counters counters;
    enum cairn_emit_code code = flush(emitting, emitting->must_arrive ? DELIVER_MS : TRY_MS);
    cairn_emit_counters(emitting->emit, &counters);
    bool queued = emitting->level == CAIRN_EMIT_QUEUED && code == CAIRN_EMIT_OK;
    bool spooled = !emitting->must_arrive && goes_on(code);
    if (code != CAIRN_EMIT_OK && !spooled) {
        if (invocation_interrupted(emitting->invocation)) {
            return EXIT_INTERRUPTED;
        }
        return say_failed(emitting, code);
    }
    uint64_t waiting = queued || spooled ? counters.waiting : 0;
    say_all(emitting, counters.has_position ? &counters.position : NULL, waiting);
    return emitting->refused > 0 ? EXIT_REFUSED : EXIT_DONE;
}

static enum exit_code finish_engine(struct emitting *emitting)
{
    enum exit_code code = submitted(emitting);
    if (code == EXIT_DONE && emitting->events > 0) {
        uint64_t last = emitting->receipt.first + emitting->receipt.count - 1;
        say_all(emitting, &last, 0);
    }
    return code;
}

enum exit_code emitting_finish(struct emitting **emitting, enum exit_code code)
{
    struct emitting *ours = *emitting;
    if (code == EXIT_DONE) {
        code = ours->emit != NULL ? finish_library(ours) : finish_engine(ours);
    }
    if (ours->engine != NULL) {
        code = store_finish(ours->invocation, code, &ours->engine);
    }
    close_all(emitting);
    return code;
}
