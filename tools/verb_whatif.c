#include "reports/whatif/whatif_rows.h"
#include "tools/footnote.h"
#include "tools/operator.h"
#include "tools/query_options.h"
#include "tools/verbs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ASK_EVERY = 64, /* events between two looks at signals */
    REPLAY_ARENA = 1 << 20,
};

/* All that a running question needs. */
struct work {
    struct invocation *invocation;
    struct engine *engine;
    struct log_snapshot *log;
    struct index_snapshot *index;
    struct hasher *hasher; /* over the rows */
    struct rows rows;
    struct query query;
    struct whatif_policy policy;
    struct digest policy_digest;
    bool reasons;
    uint64_t seen, from, to; /* positions [from, to) that were looked at */
    struct whatif whatif;
    uint8_t rows_memory[ROWS_MEMORY_SIZE];
    uint8_t arena[REPLAY_ARENA];
    uint8_t text[POLICY_FILE_MAX + 1];
};

/* The policy --------------------------------------------------------------------------------- */

static struct status read_file(const char *path, uint8_t *memory, size_t capacity, size_t *size)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return FAIL(IO, (uint64_t)errno);
    }
    *size = fread(memory, 1, capacity, file);
    bool bad = ferror(file) != 0;
    (void)fclose(file);
    return bad ? FAIL(IO, EIO) : OK;
}

static enum exit_code read_policy(struct work *work)
{
    const struct invocation *invocation = work->invocation;
    const char *path = invocation_value(invocation, "policy");
    struct policy_error error;
    size_t size;
    if (path == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, "cairn help whatif shows one",
                               "--policy FILE is needed");
    }
    struct status status = read_file(path, work->text, sizeof work->text, &size);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    status = policy_file_read(bytes_of(work->text, size), &work->policy, &error);
    if (status.code == STATUS_MALFORMED) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "%s:%" PRIu32 ":%" PRIu32 ": %s", path,
                               error.line, error.column, error.reason);
    }
    status = failed(status) ? status : hasher_open(&work->hasher);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "reading the policy");
    }
    work->policy_digest = hash_bytes(work->hasher, bytes_of(work->text, size));
    return EXIT_DONE;
}

/* Asking ------------------------------------------------------------------------------------- */

static struct status add_flip(void *context, const struct whatif_flip *flip)
{
    char memory[128];
    struct text line = TEXT_IN(memory);
    struct work *work = context;
    if (flip->change == WHATIF_REASON && !work->reasons) {
        return OK;
    }
    text_add(&line, "%" PRIu64 " %s %s\n", flip->found->leaf.n, whatif_reason_name(&flip->was),
             whatif_reason_name(&flip->would_be));
    hash_add(work->hasher, text_bytes(&line));
    return whatif_rows_add(&work->rows, work->engine, flip);
}

static struct status ask_event(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct work *work = context;
    (void)bytes;
    invocation_at(work->invocation, "deciding again", leaf->n);
    if (++work->seen % ASK_EVERY == 0 && invocation_interrupted(work->invocation)) {
        return FAIL(INTERRUPTED, 0);
    }
    work->from = leaf->n < work->from ? leaf->n : work->from;
    work->to = leaf->n + 1;
    return whatif_at(&work->whatif, leaf->n);
}

static struct status run_whatif(struct work *work, struct query_outcome *outcome)
{
    struct arena arena = ARENA_IN(work->arena);
    TRY(log_snapshot_open(engine_log(work->engine), &work->log));
    if (engine_index(work->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(work->engine), &work->index));
    }
    replay_init(&work->whatif.replay, work->log, engine_state(work->engine), arena);
    whatif_init(&work->whatif, &work->policy, add_flip, work);
    hash_start(work->hasher);
    TRY(whatif_rows_begin(&work->rows));
    TRY(query_run(&work->query, work->log, work->index, ask_event, work, outcome));
    return rows_flush(&work->rows);
}

/* Ending ------------------------------------------------------------------------------------- */

static uint64_t flips_of(const struct work *work)
{
    return work->whatif.done[WHATIF_ALLOWED] + work->whatif.done[WHATIF_REFUSED];
}

/* That it was asked is an event, where one can be written. */
static struct status record(struct work *work)
{
    char memory[64];
    struct text by = TEXT_IN(memory);
    operator_name(&by);
    union event_body body = {.audit_whatif_run = {.policy = work->policy_digest,
                                                  .from = work->seen > 0 ? work->from : 0,
                                                  .to = work->to,
                                                  .flips = flips_of(work),
                                                  .result = hash_finish(work->hasher),
                                                  .by = text_bytes(&by)}};
    struct status status = engine_say(
        work->engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_WHATIF_RUN, .on = {THE_LOG}, .on_count = 1, .body = &body});
    return status.code == STATUS_READ_ONLY ? OK : status;
}

static enum exit_code sum_up(const struct work *work, const struct query_outcome *outcome)
{
    struct footer footer = footer_of(&work->query, outcome);
    const struct invocation *invocation = work->invocation;
    const uint64_t *done = work->whatif.done;
    invocation_note(invocation,
                    "%" PRIu64 " of %" PRIu64 " decisions flip: %" PRIu64
                    " would have been allowed, %" PRIu64 " refused",
                    flips_of(work), whatif_asked(&work->whatif), done[WHATIF_ALLOWED],
                    done[WHATIF_REFUSED]);
    if (done[WHATIF_REASON] > 0 && !work->reasons) {
        invocation_note(invocation,
                        "%" PRIu64 " more are refused for another reason: --reasons shows them",
                        done[WHATIF_REASON]);
    }
    if (done[WHATIF_UNLIKE] > 0) {
        invocation_note(invocation,
                        "%" PRIu64 " do not come out as recorded even under the rules in force",
                        done[WHATIF_UNLIKE]);
    }
    footer.rows = work->rows.row_count;
    footer.what = "decisions";
    return footnote(invocation, work->log, &footer);
}

static enum exit_code ask(struct work *work)
{
    struct arena rows_arena = ARENA_IN(work->rows_memory);
    struct query_outcome outcome;
    struct invocation *invocation = work->invocation;
    invocation_rows(invocation, &work->rows, &rows_arena);
    invocation_note(invocation,
                    "first-order: each command is decided again on the state as it was; "
                    "what a flip would have changed later is not followed");
    struct status status = run_whatif(work, &outcome);
    status = failed(status) ? status : record(work);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "deciding again");
    }
    return sum_up(work, &outcome);
}

static enum exit_code ask_store(struct work *work)
{
    struct invocation *invocation = work->invocation;
    enum exit_code code = store_open(invocation, STORE_RECORD, &work->engine);
    if (code != EXIT_DONE) {
        return code;
    }
    code = query_conditions(invocation, work->engine, &work->query);
    if (code == EXIT_DONE && engine_state(work->engine) == NULL) {
        code = invocation_fail(invocation, EXIT_INCOMPLETE, "cairn rebuild folds it anew",
                               "there is no state to decide on");
    }
    code = code == EXIT_DONE ? ask(work) : code;
    index_snapshot_close(&work->index);
    log_snapshot_close(&work->log);
    return store_finish(invocation, code, &work->engine);
}

static enum exit_code run(struct invocation *invocation)
{
    struct work *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *work), NULL, "starting");
    }
    work->invocation = invocation;
    work->from = UINT64_MAX;
    work->reasons = invocation_has(invocation, "reasons");
    enum exit_code code = invocation_range(invocation, &work->query.range);
    code = code == EXIT_DONE ? read_policy(work) : code;
    code = code == EXIT_DONE ? ask_store(work) : code;
    hasher_close(&work->hasher);
    free(work);
    return code;
}

static const struct option_info options[] = {
    QUERY_FILTER_OPTIONS,
    {"policy", 0, "FILE", "the other rules, as JSON", false},
    {"since", 0, "TIME", "from this time on", false},
    {"until", 0, "TIME", "before this time", false},
    {"reasons", 0, NULL, "also what would be refused for another reason", false},
};

const struct verb verb_whatif = {
    .name = "whatif",
    .about = "what other rules would have made of the commands in the log",
    .details =
        "Every recorded command, done or refused, is decided again on the state as it was at that\n"
        "moment, under the rules of a file; those that come out otherwise are listed. The file:\n"
        "{\"rules\": {\"CLS-02a\": \"off\"}, \"settings\": {\"mfa_life\": 900, \"command_age\": "
        "60,\n"
        "\"session_life\": 3600}, \"grants\": \"at_once\", \"revocations\": \"next_login\",\n"
        "\"pi_only_declassification\": true, \"two_man_export\": true, \"key_mfa_age\": 900}; each "
        "may\n"
        "be left out. It is first-order: what a flip would have changed later is not followed.\n"
        "Filters and an expression choose among the commands, as with cairn query.\n"
        "Exit code 1: nothing flips.",
    .examples = "cairn whatif --policy strict.json --since -90d\n"
                "# would it have stopped this, and whom else?\n"
                "cairn whatif --policy mfa15.json --kind 'vault.key.*' --csv",
    .arguments = "[EXPR...]",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
