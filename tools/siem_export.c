#include "tools/siem_export.h"

#include "reports/siem/cef.h"
#include "reports/siem/ocsf.h"
#include "tools/leaving.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    ASK_EVERY = 256, /* events between two looks at signals */
};

struct siem_export {
    struct invocation *invocation;
    struct engine *engine;
    enum export_form form;
    const char *path;
    struct query query;
    struct query_outcome outcome;
    struct siem_reader *reader;
    struct hasher *leaf_hasher; /* of the reader */
    struct hasher *rows_hasher; /* over the leaves of the answer */
    struct hasher *file_hasher; /* over what leaves */
    struct syslog_options syslog;
    struct cef cef;
    struct output *output;
    struct log_snapshot *log; /* while it runs */
    uint64_t seen;
};

static const struct {
    const char *option;
    enum export_form form;
} forms[] = {
    {"ocsf", EXPORT_FORM_OCSF},
    {"syslog", EXPORT_FORM_SYSLOG},
    {"cef", EXPORT_FORM_CEF},
};

const char *siem_export_path(const struct invocation *invocation, enum export_form *form)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *path = invocation_value(invocation, forms[i].option);
        if (path != NULL) {
            *form = forms[i].form;
            return path;
        }
    }
    return NULL;
}

enum exit_code siem_export_refuse_options(const struct invocation *invocation)
{
    static const struct option_info filters[] = {QUERY_FILTER_OPTIONS};
    static const char *const others[] = {"framing", "pen", "since", "until", "by-received"};
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        if (invocation_has(invocation, filters[i].name)) {
            return invocation_fail(invocation, EXIT_USAGE, "leave it out",
                                   "--%s is for --ocsf, --syslog and --cef: bundles and tiles have "
                                   "every event",
                                   filters[i].name);
        }
    }
    if (invocation_argument_count(invocation) > 0) {
        return invocation_fail(invocation, EXIT_USAGE, "leave it out",
                               "an expression is for --ocsf, --syslog and --cef");
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (invocation_has(invocation, others[i])) {
            return invocation_fail(invocation, EXIT_USAGE, "leave it out",
                                   "--%s is for --ocsf, --syslog and --cef", others[i]);
        }
    }
    return EXIT_DONE;
}

/* Writing --------------------------------------------------------------------------------- */

static struct status put_event(struct siem_export *export)
{
    if (export->form == EXPORT_FORM_SYSLOG) {
        return syslog_put(export->reader, &export->syslog, export->output);
    }
    if (export->form == EXPORT_FORM_CEF) {
        return cef_put(export->reader, &export->cef, export->output);
    }
    return ocsf_put(export->reader, export->output);
}

static struct status add_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct siem_export *export = context;
    hash_add(export->rows_hasher, bytes);
    hash_add(export->rows_hasher, LITERAL("\n"));
    invocation_at(export->invocation, "exporting", leaf->n);
    if (++export->seen % ASK_EVERY == 0 && invocation_interrupted(export->invocation)) {
        return FAIL(INTERRUPTED, 0);
    }
    TRY(siem_read(export->reader, export->log, bytes, leaf));
    return put_event(export);
}

static struct status put_events(struct siem_export *export)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    TRY(log_snapshot_open(engine_log(export->engine), &log));
    if (engine_index(export->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(export->engine), &index));
    }
    export->log = log;
    hash_start(export->rows_hasher);
    TRY(query_run(&export->query, log, index, add_event, export, &export->outcome));
    return output_flush(export->output);
}

/* Recording ------------------------------------------------------------------------------- */

static enum exit_code record_leaving(struct siem_export *export, uint64_t size,
                                     const struct digest *digest)
{
    return leaving_record(export->invocation, export->engine,
                          &(struct leaving){.form = export->form, .size = size, .digest = digest});
}

static enum exit_code record_question(struct siem_export *export)
{
    struct digest rows = hash_finish(export->rows_hasher);
    struct status status = query_record(export->engine, &export->query, &export->outcome, &rows);
    return failed(status)
               ? invocation_failed(export->invocation, status, NULL, "recording the question")
               : EXIT_DONE;
}

static enum exit_code say_done(const struct siem_export *export)
{
    invocation_note(export->invocation, "%" PRIu64 " of %" PRIu64 " events", export->outcome.rows,
                    export->outcome.size);
    if (export->cef.cut > 0) {
        invocation_note(export->invocation,
                        "note: %" PRIu64 " values are longer than CEF allows and were cut; "
                        "`cairn show N` has all of them",
                        export->cef.cut);
    }
    return export->outcome.rows > 0 ? EXIT_DONE : EXIT_NOTHING;
}

/* To the output or to a file -------------------------------------------------------------- */

/* What can be seen at once is recorded before anything of it can be seen. */
static enum exit_code export_to_output(struct siem_export *export)
{
    export->output = export->invocation->output;
    enum exit_code code =
        record_leaving(export, log_head_of(engine_log(export->engine))->size, NULL);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = put_events(export);
    if (failed(status)) {
        return invocation_failed(export->invocation, status, NULL, "exporting");
    }
    code = record_question(export);
    return code == EXIT_DONE ? say_done(export) : code;
}

static struct status fill_file(struct siem_export *export, struct leaving_file *file,
                               struct digest *digest)
{
    struct digest unused;
    TRY(put_events(export));
    TRY(leaving_file_end(file, &unused));
    *digest = hash_finish(export->file_hasher);
    return OK;
}

static enum exit_code say_file_failed(const struct siem_export *export, struct status status)
{
    return invocation_failed(
        export->invocation, status,
        status.code == STATUS_EXISTS ? "an export is never written over: name another file" : NULL,
        export->path);
}

static enum exit_code name_file(struct siem_export *export, struct leaving_file *file,
                                const struct digest *digest)
{
    enum exit_code code = record_question(export);
    code = code == EXIT_DONE ? record_leaving(export, export->outcome.size, digest) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = leaving_file_name(file);
    return failed(status) ? say_file_failed(export, status) : say_done(export);
}

static enum exit_code export_to_file(struct siem_export *export)
{
    CLEANUP(leaving_file_close) struct leaving_file *file = NULL;
    struct output output;
    struct digest digest;
    struct status status = leaving_file_open(export->path, &file);
    if (!failed(status)) {
        output_init(&output, leaving_file_descriptor(file));
        output.hasher = export->file_hasher;
        export->output = &output;
        hash_start(export->file_hasher);
        status = fill_file(export, file, &digest);
    }
    return failed(status) ? say_file_failed(export, status) : name_file(export, file, &digest);
}

/* Options --------------------------------------------------------------------------------- */

static enum exit_code read_options(struct siem_export *export)
{
    struct invocation *invocation = export->invocation;
    const char *framing = invocation_value(invocation, "framing");
    uint64_t pen = SYSLOG_EXAMPLE_PEN;
    enum exit_code code =
        invocation_number(invocation, "pen", (struct number_limits){1, UINT32_MAX}, &pen);
    if (code != EXIT_DONE) {
        return code;
    }
    export->syslog = (struct syslog_options){.pen = (uint32_t)pen};
    if (framing != NULL && strcmp(framing, "octet-counting") == 0) {
        export->syslog.framing = SIEM_OCTET_COUNTING;
    }
    export->cef = (struct cef){.version = command_version(), .framing = export->syslog.framing};
    export->query.by_received = invocation_has(invocation, "by-received");
    code = invocation_range(invocation, &export->query.range);
    return code == EXIT_DONE ? query_conditions(invocation, export->engine, &export->query) : code;
}

static struct status open_hashers(struct siem_export *export)
{
    TRY(hasher_open(&export->leaf_hasher));
    TRY(hasher_open(&export->rows_hasher));
    TRY(hasher_open(&export->file_hasher));
    export->reader = malloc(sizeof *export->reader);
    if (export->reader == NULL) {
        return FAIL(NO_MEMORY, sizeof *export->reader);
    }
    siem_reader_init(export->reader, export->engine, export->leaf_hasher);
    return OK;
}

static void close_hashers(struct siem_export *export)
{
    hasher_close(&export->leaf_hasher);
    hasher_close(&export->rows_hasher);
    hasher_close(&export->file_hasher);
    free(export->reader);
}

enum exit_code siem_export(struct invocation *invocation, struct engine *engine)
{
    struct siem_export export = {.invocation = invocation, .engine = engine};
    export.path = siem_export_path(invocation, &export.form);
    enum exit_code code = read_options(&export);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = open_hashers(&export);
    if (failed(status)) {
        code = invocation_failed(invocation, status, NULL, "starting");
    } else {
        code = strcmp(export.path, "-") == 0 ? export_to_output(&export) : export_to_file(&export);
    }
    close_hashers(&export);
    return code;
}
