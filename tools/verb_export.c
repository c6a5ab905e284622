#include "store/bundle.h"
#include "store/tiles.h"
#include "tools/leaving.h"
#include "tools/siem_export.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    SNAPSHOT_EVENTS = 4096, /* read through one snapshot: it keeps pages of the log from use */
};

struct export
{
    struct invocation *invocation;
    struct engine *engine;
    const char *path;
    char note_memory[NOTE_MAX + 1];
    struct text note;
    uint64_t size; /* of the checkpoint */
    struct progress progress;
};

/* What is exported ------------------------------------------------------------------------ */

static struct status find_checkpoint(struct export *export, uint64_t at_most)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct bytes note;
    TRY(log_snapshot_open(engine_log(export->engine), &snapshot));
    TRY(log_read_checkpoint(snapshot, at_most, &note, &export->size));
    export->note = TEXT_IN(export->note_memory);
    text_put_bytes(&export->note, note);
    return export->note.full ? FAIL(LIMIT, NOTE_MAX) : OK;
}

static enum exit_code choose_checkpoint(struct export *export)
{
    struct invocation *invocation = export->invocation;
    const struct number_limits limits = {.least = 1, .most = TREE_SIZE_MAX};
    uint64_t at_most = TREE_SIZE_MAX;
    enum exit_code code = invocation_number(invocation, "size", limits, &at_most);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = find_checkpoint(export, at_most);
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(invocation, EXIT_NOT_FOUND, "`cairn checkpoint list` tells of all",
                               "no checkpoint is over so few events");
    }
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "reading the checkpoint");
    }
    if (at_most != TREE_SIZE_MAX && export->size != at_most) {
        invocation_note(invocation,
                        "note: the newest checkpoint of at most %" PRIu64
                        " events is over %" PRIu64,
                        at_most, export->size);
    }
    return EXIT_DONE;
}

static struct status show_answer(const struct export *export, enum export_form form,
                                 const struct digest *digest)
{
    static const struct column columns[] = {
        {"form", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"size", NULL, COLUMN_INTEGER, ALIGN_RIGHT},
        {"sha256", NULL, COLUMN_TEXT, ALIGN_LEFT},
        {"path", NULL, COLUMN_TEXT, ALIGN_LEFT},
    };
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    char hex[DIGEST_HEX_SIZE] = {0};
    struct rows rows;
    if (digest != NULL) {
        hex_write(hex, BYTES(digest->sha256));
    }
    const struct cell cells[] = {
        cell_string(export_form_name(form)),
        cell_number(export->size),
        digest == NULL ? cell_absent() : cell_text(bytes_of(hex, sizeof hex)),
        cell_string(export->path),
    };
    invocation_rows(export->invocation, &rows, &arena);
    TRY(rows_begin(&rows, columns, sizeof columns / sizeof columns[0]));
    TRY(rows_add(&rows, cells));
    return rows_flush(&rows);
}

static enum exit_code answer(const struct export *export, enum export_form form,
                             const struct digest *digest)
{
    struct status status = show_answer(export, form, digest);
    return failed(status) ? invocation_failed(export->invocation, status, NULL, "writing")
                          : EXIT_DONE;
}

/* Bundles --------------------------------------------------------------------------------- */

static struct status put_to_file(void *context, struct bytes bytes)
{
    return leaving_file_put(context, bytes);
}

static struct status put_to_output(void *context, struct bytes bytes)
{
    output_put_bytes(context, bytes);
    return output_status(context);
}

static struct status put_events(struct export *export, const struct bundle_sink *sink,
                                uint64_t from, uint64_t until)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    invocation_at(export->invocation, "reading", from);
    TRY(log_snapshot_open(engine_log(export->engine), &snapshot));
    return bundle_put_log(sink, snapshot, from, until);
}

static struct status put_bundle(struct export *export, const struct bundle_sink *sink)
{
    struct bundle_head head = {.size = export->size};
    snprintf(head.origin, sizeof head.origin, "%s", log_origin(engine_log(export->engine)));
    TRY(bundle_put_head(sink, &head));
    for (uint64_t n = 0; n < export->size; n += SNAPSHOT_EVENTS) {
        uint64_t left = export->size - n;
        TRY(put_events(export, sink, n,
                       left < SNAPSHOT_EVENTS ? export->size : n + SNAPSHOT_EVENTS));
        progress_show(&export->progress, n);
        if (invocation_interrupted(export->invocation)) {
            return FAIL(INTERRUPTED, 0);
        }
    }
    return bundle_put_end(sink, text_bytes(&export->note));
}

static struct status put_bundle_with_bar(struct export *export, const struct bundle_sink *sink)
{
    export->progress = invocation_progress(export->invocation, "exporting", export->size);
    struct status status = put_bundle(export, sink);
    progress_end(&export->progress);
    return status;
}

static enum exit_code say_bundle_failed(const struct export *export, struct status status)
{
    const char *advice = status.code == STATUS_EXISTS ? "an export is never written over: name "
                                                        "another file, or remove this one"
                                                      : NULL;
    return invocation_failed(export->invocation, status, advice, export->path);
}

/* Nobody can see the file before it has been recorded. */
static enum exit_code export_bundle_file(struct export *export)
{
    CLEANUP(leaving_file_close) struct leaving_file *file = NULL;
    struct digest digest = {0};
    struct status status = leaving_file_open(export->path, &file);
    if (!failed(status)) {
        status =
            put_bundle_with_bar(export, &(struct bundle_sink){.context = file, .put = put_to_file});
    }
    if (!failed(status)) {
        status = leaving_file_end(file, &digest);
    }
    if (failed(status)) {
        return say_bundle_failed(export, status);
    }
    enum exit_code code = leaving_record(
        export->invocation, export->engine,
        &(struct leaving){.form = EXPORT_FORM_BUNDLE, .size = export->size, .digest = &digest});
    if (code != EXIT_DONE) {
        return code;
    }
    status = leaving_file_name(file);
    return failed(status) ? say_bundle_failed(export, status)
                          : answer(export, EXPORT_FORM_BUNDLE, &digest);
}

static enum exit_code export_bundle_output(struct export *export)
{
    enum exit_code code =
        leaving_record(export->invocation, export->engine,
                       &(struct leaving){.form = EXPORT_FORM_BUNDLE, .size = export->size});
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = put_bundle_with_bar(
        export, &(struct bundle_sink){.context = export->invocation->output, .put = put_to_output});
    return failed(status) ? say_bundle_failed(export, status) : EXIT_DONE;
}

/* Tiles ----------------------------------------------------------------------------------- */

static bool show_progress(void *context, uint64_t done, uint64_t total)
{
    struct export *export = context;
    (void)total;
    invocation_at(export->invocation, "reading", done);
    progress_show(&export->progress, done);
    return invocation_interrupted(export->invocation);
}

static enum exit_code say_tiles_failed(const struct export *export, struct status status)
{
    if (status.code == STATUS_IN_USE) {
        return invocation_fail(export->invocation, EXIT_IO, "wait for it to end",
                               "another export is writing to %s", export->path);
    }
    const char *advice =
        status.code == STATUS_CONFLICT ? "a directory of tiles only grows: name another one" : NULL;
    return invocation_failed(export->invocation, status, advice, export->path);
}

static enum exit_code export_tiles(struct export *export)
{
    uint64_t size;
    const struct tiles_options options = {.directory = export->path,
                                          .size = export->size,
                                          .progress = show_progress,
                                          .context = export};
    enum exit_code code =
        leaving_record(export->invocation, export->engine,
                       &(struct leaving){.form = EXPORT_FORM_TILES, .size = export->size});
    if (code != EXIT_DONE) {
        return code;
    }
    export->progress = invocation_progress(export->invocation, "exporting", export->size);
    struct status status =
        tiles_export(engine_log(export->engine), engine_log_key(export->engine), &options, &size);
    progress_end(&export->progress);
    return failed(status) ? say_tiles_failed(export, status)
                          : answer(export, EXPORT_FORM_TILES, NULL);
}

/* The verb -------------------------------------------------------------------------------- */

static enum exit_code export_as_asked(struct export *export)
{
    enum export_form form;
    const char *tiles = invocation_value(export->invocation, "tiles");
    const char *bundle = invocation_value(export->invocation, "bundle");
    if (siem_export_path(export->invocation, &form) != NULL) {
        return siem_export(export->invocation, export->engine);
    }
    export->path = tiles != NULL ? tiles : bundle;
    enum exit_code code = choose_checkpoint(export);
    if (code != EXIT_DONE) {
        return code;
    }
    if (tiles != NULL) {
        return export_tiles(export);
    }
    return strcmp(bundle, "-") == 0 ? export_bundle_output(export) : export_bundle_file(export);
}

static enum exit_code check_options(const struct invocation *invocation)
{
    static const char *const names[] = {"bundle", "tiles", "ocsf", "syslog", "cef"};
    enum export_form form;
    size_t given = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        given += invocation_has(invocation, names[i]);
    }
    if (given != 1) {
        return invocation_fail(invocation, EXIT_USAGE, "`cairn help export` shows all",
                               "say one of --bundle, --tiles, --ocsf, --syslog and --cef");
    }
    if (siem_export_path(invocation, &form) == NULL) {
        return siem_export_refuse_options(invocation);
    }
    return invocation_has(invocation, "size")
               ? invocation_fail(invocation, EXIT_USAGE, "--until seq:N ends before event N",
                                 "--size is for --bundle and --tiles")
               : EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    struct export export = {.invocation = invocation};
    enum exit_code code = check_options(invocation);
    code = code == EXIT_DONE ? store_open(invocation, STORE_RECORD, &export.engine) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    code = export_as_asked(&export);
    return store_finish(invocation, code, &export.engine);
}

static const struct option_info options[] = {
    {"bundle", 0, "FILE", "all events with bodies and commands, as one file; - is the output",
     false},
    {"tiles", 0, "DIR", "the leaves as C2SP tlog-tiles; a directory exported before is extended",
     false},
    {"size", 0, "N", "as of the newest checkpoint of at most so many events", false},
    SIEM_EXPORT_OPTIONS,
    QUERY_FILTER_OPTIONS,
};

const struct verb verb_export = {
    .name = "export",
    .about = "give the log, or chosen events, to others",
    .arguments = "[EXPR...]",
    .details =
        "A bundle is everything, and verifies completely. Tiles are the leaves alone, which\n"
        "hold no personal data: static files that anybody may mirror. `cairn-verify` checks\n"
        "both with the log's public key, which you hand over another way (STORE/log.vkey).\n"
        "\n"
        "--ocsf, --syslog and --cef are for systems that gather events of many sources. They\n"
        "take the filters of `cairn query`; every line has the event's number and hash, so\n"
        "that `cairn show N` and `cairn prove N` lead back from it. Whatever such a system\n"
        "says, the log is what counts.\n"
        "\n"
        "The export itself becomes an event, audit.exported, before anything can be seen of\n"
        "it.",
    .examples = "cairn export --bundle q1.cairn\ncairn export --tiles /srv/log\n"
                "cairn export --bundle - | ssh auditor 'cat > q1.cairn'\n"
                "cairn export --ocsf - --since -1d\n"
                "cairn export --syslog refused.log --outcome denied\n"
                "cairn export --ocsf big.jsonl 'kind = vault.* and body.size > 1GiB'\n"
                "cairn export --cef - --kind 'vault.*' --framing octet-counting | nc siem 6514",
    .purpose = PURPOSE_PROVE,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
