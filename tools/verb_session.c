#include "reports/access/drift_rows.h"
#include "reports/resolve.h"
#include "store/index.h"
#include "tools/access/between.h"
#include "tools/asked.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <stdlib.h>

enum {
    RIGHTS_ARENA = 1 << 20, /* bytes for the rows that are looked at at a time */
};

/* A question on its way to an answer. */
struct asking {
    struct invocation *invocation;
    struct engine *engine;
    struct status trouble;
    struct between between;
    struct index_snapshot *index;
    struct hasher *hasher;
    struct rows out;
    struct basis basis;
    struct arena arena, row_arena;
    uint8_t memory[RIGHTS_ARENA], row_memory[ROWS_MEMORY_SIZE];
};

static enum exit_code find_user(const struct asking *asking, const struct view *view,
                                struct id *out)
{
    const struct resolver resolver = {.view = view};
    const char *name = invocation_value(asking->invocation, "user");
    struct status status =
        name == NULL ? OK : resolve(&resolver, ID_USER, bytes_of_string(name), out);
    return failed(status)
               ? invocation_fail(asking->invocation, exit_of(status), NULL, "--user %s: %s", name,
                                 status.why == NULL ? "it cannot be found" : status.why)
               : EXIT_DONE;
}

static enum exit_code answer(struct asking *asking)
{
    struct invocation *invocation = asking->invocation;
    struct drift_rows rows = {
        .kept = invocation_has(invocation, "kept"), .basis = &asking->basis, .out = &asking->out};
    enum exit_code code = between_open(invocation, asking->engine, &asking->between);
    if (code != EXIT_DONE) {
        return code;
    }
    rows.question = (struct drift_question){
        .view = engine_view(asking->engine, UINT64_MAX, &asking->arena, &asking->trouble),
        .log = asking->between.log,
        .from = asking->between.stretch.from,
        .to = asking->between.stretch.to};
    code = find_user(asking, &rows.question.view, &rows.question.user);
    if (code != EXIT_DONE) {
        return code;
    }
    asked_rows(invocation, &asking->out, &asking->row_arena, asking->hasher);
    struct status status = OK;
    if (engine_index(asking->engine) != NULL) {
        status = index_snapshot_open(engine_index(asking->engine), &asking->index);
        rows.question.index = asking->index;
    }
    status = failed(status) ? status : drift_rows(&rows);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "looking at sessions");
    }
    code = asked_end(invocation, asking->engine, &asking->out, "stretches", &asking->between.range);
    return code == EXIT_DONE && asking->out.row_count == 0 ? EXIT_NOTHING : code;
}

static enum exit_code ask(struct asking *asking)
{
    enum exit_code code = store_open(asking->invocation, STORE_RECORD, &asking->engine);
    if (code != EXIT_DONE) {
        return code;
    }
    code = answer(asking);
    index_snapshot_close(&asking->index);
    between_close(&asking->between);
    return store_finish(asking->invocation, code, &asking->engine);
}

static enum exit_code run(struct invocation *invocation)
{
    struct asking *asking = calloc(1, sizeof *asking);
    if (asking == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *asking), NULL, "starting");
    }
    asking->invocation = invocation;
    asking->arena = ARENA_IN(asking->memory);
    asking->row_arena = ARENA_IN(asking->row_memory);
    struct status status = hasher_open(&asking->hasher);
    enum exit_code code =
        failed(status) ? invocation_failed(invocation, status, NULL, "starting") : ask(asking);
    hasher_close(&asking->hasher);
    free(asking);
    return code;
}

static const struct option_info options[] = {
    BETWEEN_OPTION,
    {"user", 0, "USER", "sessions of this user", false},
    {"kept", 0, NULL, "only where something was done that only the old rights allowed", false},
};

const struct verb verb_session_rights = {
    .name = "session rights",
    .about = "sessions whose rights changed while they were open, and what they did",
    .details =
        "Rights that are granted count from the next login on, those that are revoked or run out\n"
        "end at once. For each session and each stretch in which its user's role, permissions,\n"
        "memberships or certifications were other ones than at login: what changed them, how many\n"
        "events it caused meanwhile, and which accesses somebody who had logged in anew could not\n"
        "have made: these were kept. There should be none.",
    .examples = "cairn session rights\ncairn session rights --user bob --between 2026-03\n"
                "cairn session rights --kept",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
