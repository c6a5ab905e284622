#include "reports/verdict.h"
#include "store/verify_log.h"
#include "tools/operator.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>
#include <stdlib.h>

struct verification {
    struct invocation *invocation;
    struct engine *engine;
    struct verifier *verifier;
    struct progress progress;
    bool done; /* there is a report */
};

static bool show_progress(void *context, uint64_t done, uint64_t total)
{
    struct verification *verification = context;
    (void)total;
    progress_show(&verification->progress, done);
    return invocation_interrupted(verification->invocation);
}

static void note_reading(void *context, uint64_t n)
{
    struct verification *verification = context;
    invocation_at(verification->invocation, "reading", n);
}

/* A state or an index that does not hold is a finding, though the log has everything. */
static struct status check_folded(struct verification *verification)
{
    struct engine *engine = verification->engine;
    struct status status = engine_folded(engine);
    if (!failed(status) && engine_state(engine) != NULL) {
        status = state_check(engine_state(engine));
    }
    if (!failed(status) && engine_index(engine) != NULL) {
        status = index_check_pages(engine_index(engine));
    }
    if (status.code == STATUS_FOLD || status.code == STATUS_CORRUPT) {
        verify_note(verification->verifier, log_head_of(engine_log(engine))->size,
                    "state or index are damaged (cairn rebuild makes both anew)");
        return OK;
    }
    return status;
}

/* The run that begins at *from has the root that the log says; *from is then its end. */
static struct status check_run(struct verification *verification, struct index_snapshot *snapshot,
                               uint32_t level, uint64_t *from)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct index_run run;
    struct status trouble = OK;
    struct index_run_row row = {.level = level, .from = *from};
    TRY(index_run_root(snapshot, level, *from, &run));
    struct view view = engine_view(verification->engine, UINT64_MAX, &arena, &trouble);
    if (view_find(&view, ROW_INDEX_RUN, &row) && !digest_equal(&row.root, &run.root)) {
        verify_note(verification->verifier, *from,
                    "the index's run that begins here is not the one that was logged");
    }
    *from = run.to;
    return trouble;
}

/* All runs of the index, from the largest down. */
static struct status check_runs(struct verification *verification)
{
    struct engine *engine = verification->engine;
    CLEANUP(index_snapshot_close) struct index_snapshot *snapshot = NULL;
    if (engine_index(engine) == NULL || engine_state(engine) == NULL) {
        invocation_note(verification->invocation,
                        "note: index and state are missing or stale, and were not compared");
        return OK;
    }
    TRY(index_snapshot_open(engine_index(engine), &snapshot));
    uint64_t from = 0;
    for (uint32_t level = INDEX_LEVELS_MAX; level-- > 0;) {
        struct status status;
        do {
            status = check_run(verification, snapshot, level, &from);
        } while (!failed(status));
        if (status.code == STATUS_CORRUPT) {
            verify_note(
                verification->verifier, from,
                "the index's run that begins here is damaged (cairn rebuild makes it anew)");
            return OK;
        }
        if (status.code != STATUS_NOT_FOUND) {
            return status;
        }
    }
    return OK;
}

static enum exit_code verify(struct verification *verification)
{
    struct invocation *invocation = verification->invocation;
    struct log *log = engine_log(verification->engine);
    verification->progress = invocation_progress(invocation, "verifying", log_head_of(log)->size);
    struct status status = verify_log(log,
                                      &(struct verify_log_options){.threaded = true,
                                                                   .progress = show_progress,
                                                                   .reading = note_reading,
                                                                   .context = verification},
                                      verification->verifier);
    progress_end(&verification->progress);
    status = failed(status) ? status : check_folded(verification);
    status = failed(status) ? status : check_runs(verification);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "verifying");
    }
    const struct verify_report *report = verify_report_of(verification->verifier);
    verdict_write(report, log_origin(log), invocation->format == ROWS_JSON, invocation->output);
    verification->done = true;
    return report->finding_count > 0 ? EXIT_INTEGRITY : EXIT_DONE;
}

/* The key to check against: of --key, else the store's own. */
static enum exit_code trusted_key(const struct verification *verification, struct public_key *out)
{
    const char *path = invocation_value(verification->invocation, "key");
    *out = *engine_log_key(verification->engine);
    if (path == NULL) {
        invocation_note(verification->invocation,
                        "note: the log's key is taken from the store itself; --key FILE takes the "
                        "one you were given");
        return EXIT_DONE;
    }
    struct status status = public_key_load(path, out);
    return failed(status) ? invocation_failed(verification->invocation, status, NULL, path)
                          : EXIT_DONE;
}

/* Recording ------------------------------------------------------------------------------- */

/* A store that another process writes, that is somebody else's, or whose state or index are behind
 * or damaged, is left as it is: a verification is none the worse for not being in the log. */
static bool can_record(const struct verification *verification)
{
    return verification->done && !invocation_has(verification->invocation, "no-record") &&
           engine_state(verification->engine) != NULL &&
           engine_index(verification->engine) != NULL &&
           !failed(engine_folded(verification->engine));
}

static struct status say_verified(struct engine *engine, const struct verify_report *report)
{
    char memory[64];
    struct text by = TEXT_IN(memory);
    operator_name(&by);
    union event_body body = {.audit_verified = {.size = report->size,
                                                .root = report->root,
                                                .findings = report->finding_count,
                                                .has_first_bad = report->finding_count > 0,
                                                .first_bad = report->findings[0].n,
                                                .by = text_bytes(&by)}};
    TRY(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){.kind = EVENT_AUDIT_VERIFIED,
                        .on = {THE_LOG},
                        .on_count = 1,
                        .body = &body,
                        .outcome = report->finding_count > 0 ? OUTCOME_FAILED : OUTCOME_OK}));
    return engine_finish(engine);
}

static void record(const struct verification *verification)
{
    struct engine *engine = NULL;
    const struct verify_report *report = verify_report_of(verification->verifier);
    struct status status = store_open_aside(verification->invocation, &engine);
    status = failed(status) ? status : say_verified(engine, report);
    engine_close(&engine);
    if (failed(status) && verification->invocation->verbose) {
        invocation_note(verification->invocation, "note: that it was verified is not in the log");
    }
}

static enum exit_code run(struct invocation *invocation)
{
    struct verification verification = {.invocation = invocation};
    struct public_key key;
    enum exit_code code = store_open(invocation, STORE_READ, &verification.engine);
    if (code != EXIT_DONE) {
        return code;
    }
    code = trusted_key(&verification, &key);
    if (code == EXIT_DONE) {
        struct status status = verifier_open(&key, &verification.verifier);
        code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                              : verify(&verification);
    }
    bool records = can_record(&verification);
    engine_close(&verification.engine);
    if (records && !failed(output_flush(invocation->output))) {
        record(&verification);
    }
    verifier_close(&verification.verifier);
    return code;
}

static const struct option_info options[] = {
    {"key", 0, "FILE", "the log's public key as you were given it (STORE/log.vkey)", false},
    {"no-record", 0, NULL, "write nothing: else the log says that it was verified", false},
};

const struct verb verb_verify = {
    .name = "verify",
    .about = "check everything, and say what was checked",
    .details = "Re-derives canonical form, chain, tree, tiles, checkpoints, emitters' chains and\n"
               "signatures, counters, commitments, users' signatures, the order of time and the\n"
               "runs of the index. Names the first bad event. cairn-verify does the same from an\n"
               "export, without this store.\n\n"
               "What was found becomes an event (audit.verified), where the store can be written.",
    .examples = "cairn verify\ncairn verify --key auditor/log.vkey --json",
    .purpose = PURPOSE_PROVE,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
