#include "core/emit/outbox.h"
#include "store/directory.h"
#include "tools/emitting.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum {
    ANY_BYTES = 1 << 30, /* a spool may be as big as its emitter wants it */
    SEND_MS = 30000,
    SLICE_MS = 200, /* between two looks at signals */
};

/* Showing --------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column columns[] = {
    {"record",  NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"at",      NULL, COLUMN_TIME,    ALIGN_LEFT},
    {"outcome", NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"kind",    NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"on",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"body",    NULL, COLUMN_JSON,    ALIGN_LEFT},
};
static const struct column count_columns[] = {
    {"emitter",      NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"log",          NULL, COLUMN_TEXT,    ALIGN_LEFT},
    {"waiting",      NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"bytes",        NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"acknowledged", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"lost",         NULL, COLUMN_INTEGER, ALIGN_RIGHT},
    {"torn_bytes",   "TORN", COLUMN_INTEGER, ALIGN_RIGHT},
};
/* clang-format on */

static struct cell cell_maybe(struct bytes text)
{
    return text.size == 0 ? cell_absent() : cell_text(text);
}

static struct status show_counts(const struct outbox *outbox, struct rows *rows)
{
    struct outbox_counts counts = outbox_counts(outbox);
    const struct cell cells[] = {
        cell_maybe(counts.emitter),         cell_maybe(counts.origin),
        cell_number(counts.waiting),        cell_number(counts.spool.bytes),
        cell_number(counts.acknowledged),   cell_number(counts.lost),
        cell_number(counts.spool.torn_size)};
    TRY(rows_begin(rows, count_columns, sizeof count_columns / sizeof count_columns[0]));
    TRY(rows_add(rows, cells));
    return rows_flush(rows);
}

static struct status show_record(struct outbox *outbox, uint64_t number, struct rows *rows)
{
    char memory[128];
    struct text on = TEXT_IN(memory);
    struct outbox_record record;
    struct leaf leaf;
    TRY(outbox_read(outbox, number, &record));
    struct status status = leaf_decode_statement(record.statement, &leaf);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, number, status.why);
    }
    id_write(&on, leaf.on[0]);
    const struct cell cells[] = {
        cell_number(number),
        leaf.at_utc_us == 0 ? cell_absent() : cell_number(leaf.at_utc_us),
        cell_string(outcome_name(leaf.outcome)),
        cell_string(event_name(leaf.kind)),
        cell_text(text_bytes(&on)),
        cell_text(bytes_of(record.body.data + SALT_SIZE, record.body.size - SALT_SIZE))};
    return rows_add(rows, cells);
}

static struct status show_records(struct outbox *outbox, struct rows *rows)
{
    struct outbox_counts counts = outbox_counts(outbox);
    TRY(rows_begin(rows, columns, sizeof columns / sizeof columns[0]));
    for (uint64_t n = counts.spool.trimmed + 1; n <= counts.spool.last; n++) {
        TRY(show_record(outbox, n, rows));
    }
    return rows_flush(rows);
}

static enum exit_code say_unopened(const struct invocation *invocation, struct status status,
                                   const char *directory)
{
    return invocation_failed(
        invocation, status,
        status.code == STATUS_CORRUPT
            ? "keep it as it is for whoever looks into it; nothing of it is sent"
            : NULL,
        directory);
}

static enum exit_code run_show(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    const char *directory = invocation_argument(invocation, 0);
    const struct outbox_options options = {.directory = directory,
                                           .bytes_max = ANY_BYTES,
                                           .events_max = UINT64_MAX,
                                           .only_look = true};
    CLEANUP(outbox_close) struct outbox *outbox = NULL;
    struct status status = outbox_open(&options, NULL, &outbox);
    if (failed(status)) {
        return say_unopened(invocation, status, directory);
    }
    invocation_rows(invocation, &rows, &arena);
    status = invocation_has(invocation, "counts") ? show_counts(outbox, &rows)
                                                  : show_records(outbox, &rows);
    if (failed(status)) {
        return say_unopened(invocation, status, directory);
    }
    return outbox_counts(outbox).waiting > 0 || invocation_has(invocation, "counts") ? EXIT_DONE
                                                                                     : EXIT_NOTHING;
}

static const struct option_info show_options[] = {
    {"counts", 0, NULL, "how much waits, was acknowledged and was lost, instead", false},
};

const struct verb verb_spool_show = {
    .name = "spool show",
    .about = "show what waits in a spool to be sent",
    .arguments = "DIR",
    .details = "The exit code is 1 if nothing waits. An emitter that is running has the spool to "
               "itself, but it can be looked at.",
    .examples = "cairn spool show spool\n"
                "cairn spool show --counts /var/lib/door/spool",
    .purpose = PURPOSE_WRITE,
    OPTIONS(show_options),
    .run = run_show,
};

/* Sending --------------------------------------------------------------------------------- */

static bool is_spool(const char *directory)
{
    int opened = -1;
    bool is = !failed(directory_open(directory, DIRECTORY_OPEN, &opened)) &&
              directory_has(opened, "stand");
    if (opened >= 0) {
        (void)close(opened);
    }
    return is;
}

static enum cairn_emit_code flush(const struct invocation *invocation, struct cairn_emit *emit)
{
    enum cairn_emit_code code = CAIRN_EMIT_OK;
    for (unsigned spent = 0; spent < SEND_MS; spent += SLICE_MS) {
        code = cairn_emit_flush(emit, SLICE_MS);
        if ((code != CAIRN_EMIT_TIMEOUT && code != CAIRN_EMIT_UNREACHABLE) ||
            invocation_interrupted(invocation)) {
            break;
        }
    }
    return code;
}

static void say_sent(const struct invocation *invocation, const struct cairn_emit_counters *before,
                     const struct cairn_emit_counters *after)
{
    uint64_t arrived = after->acknowledged - before->acknowledged;
    uint64_t lost = after->lost - before->lost;
    output_add(invocation->output,
               invocation->format == ROWS_JSON
                   ? "{\"arrived\":%" PRIu64 ",\"waiting\":%" PRIu64 ",\"refused\":%" PRIu64 "}\n"
                   : "%" PRIu64 " arrived, %" PRIu64 " wait, %" PRIu64 " were refused\n",
               arrived, after->waiting, lost);
}

static enum exit_code send(struct invocation *invocation, struct cairn_emit *emit)
{
    struct cairn_emit_counters before, after;
    cairn_emit_counters(emit, &before);
    enum cairn_emit_code code = flush(invocation, emit);
    char error[1024];
    (void)snprintf(error, sizeof error, "%s", cairn_emit_error(emit));
    if (code == CAIRN_EMIT_REFUSED) {
        /* What it was about has been given up; the rest goes on. */
        enum cairn_emit_code rest = flush(invocation, emit);
        code = rest == CAIRN_EMIT_OK ? code : rest;
    }
    cairn_emit_counters(emit, &after);
    say_sent(invocation, &before, &after);
    if (code == CAIRN_EMIT_OK) {
        return EXIT_DONE;
    }
    if (invocation_interrupted(invocation)) {
        return EXIT_INTERRUPTED;
    }
    bool given_up = code == CAIRN_EMIT_REFUSED && after.lost > before.lost;
    return invocation_fail(invocation, given_up ? EXIT_REFUSED : emitting_exit(code), NULL, "%s",
                           error);
}

static enum exit_code run_send(struct invocation *invocation)
{
    const char *directory = invocation_argument(invocation, 0);
    struct cairn_emit_options options = {.version = CAIRN_EMIT_VERSION, .spool = directory};
    enum exit_code code = emitting_key(invocation, &options.key);
    if (code != EXIT_DONE) {
        return code;
    }
    if (!is_spool(directory)) {
        return invocation_fail(invocation, EXIT_NOT_FOUND, NULL, "%s is no spool", directory);
    }
    if (!emitting_daemon(invocation, &options)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "the daemon is needed: --socket PATH, --store of its store, or "
                               "--host of its machine");
    }
    struct cairn_emit *emit = NULL;
    enum cairn_emit_code opened = cairn_emit_open(&options, &emit);
    code = opened == CAIRN_EMIT_OK ? send(invocation, emit)
                                   : invocation_fail(invocation, emitting_exit(opened), NULL, "%s",
                                                     cairn_emit_error(emit));
    cairn_emit_close(&emit);
    return code;
}

static const struct option_info send_options[] = {
    {"key", 0, "FILE", "the emitter's key (CAIRN_EMITTER_KEY)", false},
    EMITTING_FAR_OPTIONS,
};

const struct verb verb_spool_send = {
    .name = "spool send",
    .about = "send what waits in a spool to the daemon, now",
    .arguments = "DIR",
    .details = "It returns when everything is on the log's disk, or after half a minute; what is "
               "left waits on. No event is sent twice, whatever was sent before.",
    .examples =
        "cairn spool send spool --key door.key --store store\n"
        "cairn spool send /var/lib/door/spool --key door.key --socket /run/cairn/cairn.sock",
    .purpose = PURPOSE_WRITE,
    OPTIONS(send_options),
    .guarded = true,
    .run = run_send,
};
