/* The tools of the audit: measured, compared with the baseline, approved. */
#include "core/audit/tool.h"
#include "tools/audit/giving.h"
#include "tools/audit/measure.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

/* Measuring ------------------------------------------------------------------------------- */

/* clang-format off */
static const struct column columns[] = {
    {"path",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"mode",     NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"owner",    NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"baseline", NULL, COLUMN_TEXT, ALIGN_LEFT},
    {"sha256",   NULL, COLUMN_TEXT, ALIGN_LEFT},
};
/* clang-format on */

struct measuring {
    struct giving *giving;
    struct measure measure;
    struct digest digest;
    bool has_baseline;
    struct tools_measurement_row baseline;
    uint64_t differing, open;
    uint64_t event;
};

static bool same_path(struct bytes line, struct bytes path)
{
    struct measured parts;
    return measure_split(line, &parts) && bytes_equal(parts.path, path);
}

static const char *compared(const struct measuring *measuring, struct bytes line, struct bytes path)
{
    const struct tools_measurement_row *baseline = &measuring->baseline;
    if (!measuring->has_baseline) {
        return "none yet";
    }
    for (size_t i = 0; i < baseline->tools_count; i++) {
        if (same_path(baseline->tools[i], path)) {
            return bytes_equal(baseline->tools[i], line) ? "same" : "CHANGED";
        }
    }
    return "NEW";
}

static struct status add_row(struct measuring *measuring, struct rows *rows, struct bytes line,
                             const char *state)
{
    struct measured parts;
    if (!measure_split(line, &parts)) {
        return OK;
    }
    state = state == NULL ? compared(measuring, line, parts.path) : state;
    bool differs = state[0] >= 'A' && state[0] <= 'Z';
    measuring->differing += differs ? 1 : 0;
    measuring->open += measure_is_open(line) ? 1 : 0;
    const struct cell cells[] = {
        cell_text(parts.path), cell_text(parts.mode),   cell_text(parts.owner),
        cell_string(state),    cell_text(parts.digest),
    };
    return rows_add(rows, cells);
}

static struct status add_missing(struct measuring *measuring, struct rows *rows)
{
    const struct tools_measurement_row *baseline = &measuring->baseline;
    for (size_t i = 0; measuring->has_baseline && i < baseline->tools_count; i++) {
        struct measured parts;
        bool found = !measure_split(baseline->tools[i], &parts);
        for (size_t k = 0; k < measuring->measure.count && !found; k++) {
            found = same_path(measuring->measure.lines[k], parts.path);
        }
        TRY(found ? OK : add_row(measuring, rows, baseline->tools[i], "MISSING"));
    }
    return OK;
}

static struct status show(struct measuring *measuring)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct rows rows;
    invocation_rows(measuring->giving->invocation, &rows, &arena);
    TRY(rows_begin(&rows, columns, sizeof columns / sizeof columns[0]));
    for (size_t i = 0; i < measuring->measure.count; i++) {
        TRY(add_row(measuring, &rows, measuring->measure.lines[i], NULL));
    }
    TRY(add_missing(measuring, &rows));
    return rows_flush(&rows);
}

static struct status record(struct measuring *measuring)
{
    char memory[64];
    struct text by = TEXT_IN(memory);
    struct engine *engine = measuring->giving->engine;
    operator_name(&by);
    union event_body body = {.audit_tools_measured = {.tools = measuring->measure.lines,
                                                      .tools_count = measuring->measure.count,
                                                      .digest = measuring->digest,
                                                      .by = text_bytes(&by)}};
    measuring->event = log_head_of(engine_log(engine))->size;
    TRY(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_TOOLS_MEASURED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    return engine_flush(engine);
}

static void find_baseline(struct measuring *measuring)
{
    struct tools_row tools;
    const struct view *view = &measuring->giving->view;
    if (tool_state(view, &tools) && tools.has_approved) {
        measuring->baseline.digest = tools.approved;
        measuring->has_baseline = view_find(view, ROW_TOOLS_MEASUREMENT, &measuring->baseline);
    }
}

static enum exit_code take_measure(struct measuring *measuring)
{
    const struct invocation *invocation = measuring->giving->invocation;
    const char *more[MEASURE_FILES_MAX + 1] = {NULL}, *store, *wrong = "";
    for (size_t i = 0; i < MEASURE_FILES_MAX; i++) {
        more[i] = invocation_value_at(invocation, "file", i);
        if (more[i] == NULL) {
            break;
        }
    }
    enum exit_code code = invocation_store(invocation, &store);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = measure_all(store, more, &measuring->measure, &wrong);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, wrong);
    }
    status = measure_digest(&measuring->measure, &measuring->digest);
    status = failed(status) ? status : record(measuring);
    return failed(status) ? invocation_failed(invocation, status, NULL, "measuring") : EXIT_DONE;
}

static enum exit_code tell(struct measuring *measuring)
{
    char memory[80];
    struct text digest = TEXT_IN(memory);
    const struct invocation *invocation = measuring->giving->invocation;
    struct status status = show(measuring);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "tools measure");
    }
    text_put_hex(&digest, BYTES(measuring->digest.sha256));
    invocation_note(invocation, "%zu files, sha256 %s (event %" PRIu64 ")",
                    measuring->measure.count, text_string(&digest), measuring->event);
    if (measuring->open > 0) {
        invocation_note(invocation, "note: of %" PRIu64 " of them, others than the owner may write",
                        measuring->open);
    }
    if (!measuring->has_baseline) {
        invocation_note(invocation, "note: an audit manager makes this the baseline: "
                                    "cairn tools approve");
    }
    return measuring->differing > 0 ? EXIT_INTEGRITY : EXIT_DONE;
}

static enum exit_code measure(struct giving *giving)
{
    struct measuring *measuring = calloc(1, sizeof *measuring);
    if (measuring == NULL) {
        return invocation_failed(giving->invocation, FAIL(NO_MEMORY, sizeof *measuring), NULL,
                                 "starting");
    }
    measuring->giving = giving;
    find_baseline(measuring);
    enum exit_code code = take_measure(measuring);
    code = code == EXIT_DONE ? tell(measuring) : code;
    free(measuring);
    return code;
}

static enum exit_code run_measure(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, measure);
}

static const struct option_info measure_options[] = {
    {"file", 0, "PATH", "measure this, too: a timer's unit, a setting", true},
};

const struct verb verb_tools_measure = {
    .name = "tools measure",
    .about = "hash the audit's own programs and compare them with the baseline",
    .details = "Measured are this program, cairn-verify beside it, the libraries that are loaded,\n"
               "the directories of log and keys, and what --file names: SHA-256, mode and owner.\n"
               "The exit code is 3 if anything is not as in the approved baseline, and the next\n"
               "`cairn alert scan` tells people.",
    .examples = "cairn tools measure\ncairn tools measure --file /etc/cron.d/cairn --json",
    .purpose = PURPOSE_KEEP,
    OPTIONS(measure_options),
    .guarded = true,
    .run = run_measure,
};

/* Approving ------------------------------------------------------------------------------- */

static enum exit_code approve(struct giving *giving)
{
    union command_fields fields = {0};
    struct digest *digest = &fields.audit_approve_tools.digest;
    const char *word = invocation_argument(giving->invocation, 0);
    struct tools_row tools;
    size_t size = 0;
    if (word == NULL) {
        if (!tool_state(&giving->view, &tools) || !tools.has_measured) {
            return invocation_fail(giving->invocation, EXIT_NOT_FOUND, "cairn tools measure",
                                   "the tools have not been measured yet");
        }
        *digest = tools.measured;
    } else if (failed(
                   hex_read(bytes_of_string(word), digest->sha256, sizeof digest->sha256, &size)) ||
               size != sizeof digest->sha256) {
        return invocation_fail(giving->invocation, EXIT_USAGE, "64 hexadecimal digits",
                               "%.80s is no SHA-256", word);
    }
    return giving_send(giving, COMMAND_AUDIT_APPROVE_TOOLS, &fields);
}

static enum exit_code run_approve(struct invocation *invocation)
{
    return giving_run(invocation, STORE_WRITE, approve);
}

static const struct option_info approve_options[] = {
    OPERATOR_OPTIONS,
};

const struct verb verb_tools_approve = {
    .name = "tools approve",
    .about = "make a measurement of the tools the baseline",
    .arguments = "[SHA256]",
    .details = "By an audit manager. Without an argument, the newest measurement.",
    .examples = "cairn tools measure\ncairn tools approve --key ben.key",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(approve_options),
    .guarded = true,
    .signs = true,
    .run = run_approve,
};
