#include "core/emit/event_draft.h"
#include "tools/emit_line.h"
#include "tools/emitting.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    QUIET_MS = 100, /* of a pipe: then what has come so far is sent */
    WORDS_MAX = 64,
};

static const char fields_advice[] = "cairn schema KIND lists its fields";

/* One event from the command line ---------------------------------------------------------- */

/* The event, and the words that it is lent from. */
struct said {
    struct cairn_event event;
    struct cairn_emit_field fields[WORDS_MAX];
    const char *on[LEAF_SUBJECTS_MAX];
    char *words[WORDS_MAX];
};

static void forget(struct said *said)
{
    for (size_t i = 0; i < WORDS_MAX; i++) {
        free(said->words[i]);
    }
}

static enum exit_code read_fields(const struct invocation *invocation, struct said *said)
{
    const char *argument;
    for (size_t i = 1; (argument = invocation_argument(invocation, i)) != NULL; i++) {
        if (i > WORDS_MAX) {
            return invocation_fail(invocation, EXIT_USAGE, NULL, "an event has at most %d fields",
                                   WORDS_MAX);
        }
        size_t size = strlen(argument) + 1;
        char *word = said->words[i - 1] = malloc(size);
        if (word == NULL) {
            return invocation_failed(invocation, FAIL(NO_MEMORY, size), NULL, "starting");
        }
        memcpy(word, argument, size);
        if (!emit_line_field(word, &said->fields[i - 1])) {
            return invocation_fail(invocation, EXIT_USAGE, fields_advice,
                                   "after the kind come words FIELD=VALUE: %s", argument);
        }
        said->event.field_count = i;
    }
    said->event.fields = said->fields;
    return EXIT_DONE;
}

static enum exit_code read_subjects(const struct invocation *invocation, struct said *said)
{
    const char *text;
    struct id id;
    for (size_t i = 0; (text = invocation_value_at(invocation, "on", i)) != NULL; i++) {
        if (i == LEAF_SUBJECTS_MAX || failed(id_read(bytes_of_string(text), &id))) {
            return invocation_fail(invocation, EXIT_USAGE, NULL,
                                   "--on takes an id like subject:12, at most %d times",
                                   LEAF_SUBJECTS_MAX);
        }
        said->on[said->event.on_count++] = text;
    }
    said->event.on = said->on;
    return EXIT_DONE;
}

static enum exit_code read_context(const struct invocation *invocation, struct said *said)
{
    struct moment at = {0};
    const char *outcome = invocation_value(invocation, "outcome");
    if (outcome != NULL && !emit_line_outcome(outcome, &said->event.outcome)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "an outcome is ok, denied or failed");
    }
    enum exit_code code = invocation_moment(invocation, "at", (struct moment){0}, &at);
    if (code == EXIT_DONE && at.kind == MOMENT_POSITION) {
        code = invocation_fail(invocation, EXIT_USAGE, NULL, "--at takes a time, not a position");
    }
    said->event.at_us = at.kind == MOMENT_TIME ? at.value : 0;
    said->event.source = invocation_value(invocation, "source");
    return code;
}

static enum exit_code read_event(const struct invocation *invocation, struct said *said)
{
    enum event_kind kind;
    *said = (struct said){.event = {.kind = invocation_argument(invocation, 0)}};
    if (!event_read(bytes_of_string(said->event.kind), 1, &kind)) {
        return invocation_fail(invocation, EXIT_USAGE, "cairn schema lists them",
                               "the catalogue has no kind of event %s", said->event.kind);
    }
    enum exit_code code = read_context(invocation, said);
    code = code == EXIT_DONE ? read_subjects(invocation, said) : code;
    return code == EXIT_DONE ? read_fields(invocation, said) : code;
}

static enum exit_code emit_one(struct invocation *invocation, const struct said *said)
{
    struct emitting *emitting = NULL;
    const char *why = NULL;
    enum exit_code code = emitting_open(invocation, &emitting);
    if (code != EXIT_DONE) {
        return code;
    }
    code = emitting_add(emitting, &said->event, &why);
    if (code == EXIT_USAGE) {
        code = invocation_fail(invocation, code, fields_advice, "%s", why);
    }
    return emitting_finish(&emitting, code);
}

/* What would be signed --------------------------------------------------------------------- */

/* How far the emitter has come in the store that is named, if one is. */
static enum exit_code find_head(struct invocation *invocation, struct speaker *speaker)
{
    struct engine *engine = NULL;
    if (invocation_value(invocation, "store") == NULL && getenv("CAIRN_STORE") == NULL) {
        return EXIT_DONE;
    }
    enum exit_code code = store_open(invocation, STORE_READ, &engine);
    if (code != EXIT_DONE) {
        return code;
    }
    struct log_snapshot *snapshot = NULL;
    struct status status = log_snapshot_open(engine_log(engine), &snapshot);
    if (!failed(status)) {
        status = log_read_emitter(snapshot, bytes_of_string(speaker->name), &speaker->head);
    }
    if (failed(status) && status.code != STATUS_NOT_FOUND) {
        code = invocation_failed(invocation, status, NULL, "reading the log");
    }
    log_snapshot_close(&snapshot);
    engine_close(&engine);
    return code;
}

struct dry {
    struct speaker speaker;
    struct emission *emission;
    struct event_draft *read;
    struct arena arena;
    struct text statement, body;
};

static struct status write_dry(struct dry *dry, const struct said *said)
{
    TRY(event_draft_read(&said->event, &dry->arena, dry->read));
    TRY(emission_open(&dry->emission));
    emission_begin(dry->emission, &dry->speaker, LITERAL("dry"));
    return emission_write(dry->emission, &dry->read->draft, &dry->statement, &dry->body);
}

/* clang-format off */
static const struct column dry_columns[] = {
    {"part", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"json", NULL, COLUMN_JSON, ALIGN_LEFT},
};
/* clang-format on */

static struct status print_dry(const struct invocation *invocation, const struct dry *dry)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    const struct cell statement[] = {cell_string("statement"),
                                     cell_text(text_bytes(&dry->statement))};
    const struct cell body[] = {
        cell_string("body"),
        cell_text(bytes_of(dry->body.data + SALT_SIZE, dry->body.size - SALT_SIZE))};
    invocation_rows(invocation, &rows, &arena);
    TRY(rows_begin(&rows, dry_columns, sizeof dry_columns / sizeof dry_columns[0]));
    TRY(rows_add(&rows, statement));
    TRY(rows_add(&rows, body));
    return rows_flush(&rows);
}

static enum exit_code run_dry(struct invocation *invocation, const struct said *said)
{
    enum {
        ARENA = 3 * BODY_MAX,
        BODY = SALT_SIZE + BODY_MAX + 1,
    };
    struct dry dry = {.arena = {.capacity = ARENA},
                      .statement = {.capacity = LEAF_MAX + 1},
                      .body = {.capacity = BODY}};
    uint8_t *memory = malloc(ARENA + LEAF_MAX + 1 + BODY);
    dry.read = malloc(sizeof *dry.read);
    enum exit_code code =
        memory == NULL || dry.read == NULL
            ? invocation_failed(invocation, FAIL(NO_MEMORY, ARENA), NULL, "starting")
            : emitting_speaker(invocation, &dry.speaker);
    code = code == EXIT_DONE ? find_head(invocation, &dry.speaker) : code;
    if (code == EXIT_DONE) {
        dry.arena.memory = memory;
        dry.statement.data = (char *)memory + ARENA;
        dry.body.data = dry.statement.data + LEAF_MAX + 1;
        struct status status = write_dry(&dry, said);
        if (failed(status)) {
            code = invocation_fail(invocation, EXIT_USAGE, fields_advice, "%s",
                                   status.why == NULL ? "the event is too long" : status.why);
        } else {
            status = print_dry(invocation, &dry);
            code = failed(status) ? invocation_failed(invocation, status, NULL, "printing") : code;
        }
    }
    emission_close(&dry.emission);
    secret_key_close(&dry.speaker.key);
    free(dry.read);
    free(memory);
    return code;
}

/* Many, line by line ------------------------------------------------------------------------ */

struct reading {
    struct invocation *invocation;
    struct emitting *emitting;
    struct emit_line *line;
    char *memory; /* EMIT_LINE_MAX + 1 bytes */
    size_t size;  /* of the line that has begun */
    uint64_t number;
    bool too_long, wrong;
};

static enum exit_code tell_wrong(struct reading *reading, const char *why)
{
    reading->wrong = true;
    invocation_note(reading->invocation, "line %" PRIu64 ": %s", reading->number,
                    why == NULL ? "it is too long" : why);
    return EXIT_DONE;
}

static enum exit_code take_line(struct reading *reading)
{
    const struct cairn_event *event = NULL;
    const char *why = NULL;
    struct bytes bytes = bytes_of(reading->memory, reading->size);
    reading->number++;
    reading->size = 0;
    if (reading->too_long) {
        reading->too_long = false;
        return tell_wrong(reading, NULL);
    }
    if (bytes.size > 0 && bytes.data[bytes.size - 1] == '\r') {
        bytes.size--;
    }
    struct status status = emit_line_read(reading->line, bytes, &event);
    if (failed(status)) {
        return tell_wrong(reading, status.why);
    }
    enum exit_code code =
        event->kind == NULL ? EXIT_DONE : emitting_add(reading->emitting, event, &why);
    return code == EXIT_USAGE ? tell_wrong(reading, why) : code;
}

static enum exit_code take_piece(struct reading *reading, const char *piece, size_t size)
{
    enum exit_code code = EXIT_DONE;
    for (size_t i = 0; i < size && code == EXIT_DONE; i++) {
        if (piece[i] == '\n') {
            code = take_line(reading);
        } else if (reading->size < EMIT_LINE_MAX) {
            reading->memory[reading->size++] = piece[i];
        } else {
            reading->too_long = true;
        }
    }
    return code;
}

/* Reads on; *ended is true at the end of the input. */
static enum exit_code read_piece(struct reading *reading, bool *ended)
{
    char piece[64 << 10];
    ssize_t size = read(reading->invocation->streams.input, piece, sizeof piece);
    if (size < 0 && errno != EINTR && errno != EAGAIN) {
        return invocation_failed(reading->invocation, FAIL(IO, (uint64_t)errno), NULL,
                                 "reading standard input");
    }
    *ended = size == 0;
    if (*ended && (reading->size > 0 || reading->too_long)) {
        return take_line(reading);
    }
    return take_piece(reading, piece, size > 0 ? (size_t)size : 0);
}

/* Whenever nothing comes for a moment, what has come is sent. */
static enum exit_code read_all(struct reading *reading)
{
    enum exit_code code = EXIT_DONE;
    bool ended = false, waits = false;
    while (code == EXIT_DONE && !ended) {
        int input = reading->invocation->streams.input;
        switch (invocation_wait(reading->invocation, input, waits ? QUIET_MS : -1)) {
        case GUARD_READY:
            code = read_piece(reading, &ended);
            waits = true;
            break;
        case GUARD_TIMEOUT:
            code = emitting_send(reading->emitting, &waits);
            break;
        case GUARD_INTERRUPTED:
            code = EXIT_INTERRUPTED;
            break;
        }
    }
    return code;
}

static enum exit_code emit_lines(struct invocation *invocation)
{
    struct reading reading = {.invocation = invocation, .memory = malloc(EMIT_LINE_MAX + 1)};
    if (reading.memory == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, EMIT_LINE_MAX), NULL, "starting");
    }
    struct status status = emit_line_open(&reading.line);
    enum exit_code code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                                         : emitting_open(invocation, &reading.emitting);
    if (code == EXIT_DONE) {
        code = emitting_finish(&reading.emitting, read_all(&reading));
    }
    emit_line_close(&reading.line);
    free(reading.memory);
    return code == EXIT_DONE && reading.wrong ? EXIT_USAGE : code;
}

static enum exit_code run(struct invocation *invocation)
{
    bool lines = invocation_has(invocation, "stdin");
    if (lines != (invocation_argument_count(invocation) == 0)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "either a kind of event is given, or --stdin");
    }
    if (lines) {
        return invocation_has(invocation, "dry-run")
                   ? invocation_fail(invocation, EXIT_USAGE, NULL,
                                     "--dry-run shows one event, not those of --stdin")
                   : emit_lines(invocation);
    }
    struct said said;
    enum exit_code code = read_event(invocation, &said);
    if (code == EXIT_DONE) {
        code = invocation_has(invocation, "dry-run") ? run_dry(invocation, &said)
                                                     : emit_one(invocation, &said);
    }
    forget(&said);
    return code;
}

static const struct option_info options[] = {
    {"key", 0, "FILE", "the emitter's key (CAIRN_EMITTER_KEY)", false},
    {"on", 0, "ID", "what the event is about; log:0 if nothing is given", true},
    {"outcome", 0, "OUTCOME", "ok, denied or failed (ok)", false},
    {"at", 0, "TIME", "when it happened, if not now", false},
    {"source", 0, "ADDRESS", "the network address it came from", false},
    {"spool", 0, "DIR", "keep events here until they are in the log", false},
    {"wait", 0, "queued|durable", "until the daemon has it, or the log's disk (durable)", false},
    EMITTING_FAR_OPTIONS,
    {"stdin", 0, NULL, "one event a line: KIND FIELD=VALUE..., or JSON", false},
    {"dry-run", 0, NULL, "print what would be signed, and do nothing", false},
};

const struct verb verb_emit = {
    .name = "emit",
    .about = "write events, as an emitter",
    .arguments = "[KIND [FIELD=VALUE...]]",
    .details =
        "Where a daemon serves the store, the event goes through its socket; otherwise it is "
        "written by this command itself.\n\n"
        "With --spool it is kept in a directory first, and is sent from there, once and in "
        "order, now or by a later command: cairn spool send. Unless --wait is given, it is "
        "enough that it is kept.\n\n"
        "A line of --stdin is words, as on the command line, with \"quotes\" around a value "
        "with blanks; or a JSON object with kind, body and, as wanted, on, outcome, at, "
        "source, project, session. Lines that are wrong are told and left out, and the exit "
        "code is 2 then.",
    .examples = "cairn emit audit.observed what=\"door opened\" --key door.key\n"
                "cairn emit audit.observed what=badge detail=4711 --outcome denied --key door.key\n"
                "# keep it until the daemon is back\n"
                "cairn emit audit.observed what=\"door opened\" --key door.key --spool spool\n"
                "tail -F door.log | cairn emit --stdin --key door.key --spool spool",
    .purpose = PURPOSE_WRITE,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
