#include "reports/object_rows.h"
#include "reports/resolve.h"
#include "tools/as_of.h"
#include "tools/asked.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <stdlib.h>

enum {
    STATE_ARENA = 1 << 20, /* bytes for the rows that are looked at at a time */
};

/* A question on its way to an answer. */
struct asking {
    struct invocation *invocation;
    struct engine *engine;
    struct status trouble;
    struct hasher *hasher;
    struct rows out;
    struct arena arena, row_arena;
    uint8_t memory[STATE_ARENA], row_memory[ROWS_MEMORY_SIZE];
};

static enum exit_code find(const struct asking *asking, const struct object_rows *rows,
                           struct id *out)
{
    const char *name = invocation_argument(asking->invocation, 0);
    struct resolver resolver = {.view = &rows->view};
    struct status status = resolve(&resolver, ID_NONE, bytes_of_string(name), out);
    if (status.code == STATUS_NOT_FOUND && invocation_has(asking->invocation, "diff")) {
        resolver.view = &rows->then; /* what was made in between */
        status = resolve(&resolver, ID_NONE, bytes_of_string(name), out);
    }
    if (failed(status)) {
        return invocation_fail(asking->invocation, exit_of(status), NULL, "%s: %s", name,
                               status.why == NULL ? "it cannot be found" : status.why);
    }
    return EXIT_DONE;
}

static enum exit_code understand(struct asking *asking, struct object_rows *rows)
{
    struct invocation *invocation = asking->invocation;
    bool diff = invocation_has(invocation, "diff");
    if (diff && !invocation_has(invocation, "as-of")) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--diff is the later moment: give the earlier one with --as-of");
    }
    enum exit_code code =
        as_of_view(invocation, asking->engine, &asking->arena, &asking->trouble, &rows->view);
    if (code == EXIT_DONE) {
        rows->then = engine_view(asking->engine, UINT64_MAX, &asking->arena, &asking->trouble);
        code = diff ? as_of_view_named(invocation, asking->engine, "diff", &rows->then) : EXIT_DONE;
    }
    if (code == EXIT_DONE && diff && rows->then.as_of_n < rows->view.as_of_n) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--diff: that moment is before the one of --as-of");
    }
    return code == EXIT_DONE ? find(asking, rows, &rows->object) : code;
}

static enum exit_code answer(struct asking *asking)
{
    struct object_rows rows = {.out = &asking->out};
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    enum exit_code code = understand(asking, &rows);
    if (code != EXIT_DONE) {
        return code;
    }
    asked_rows(asking->invocation, &asking->out, &asking->row_arena, asking->hasher);
    struct status status = log_snapshot_open(engine_log(asking->engine), &log);
    rows.log = log;
    if (!failed(status)) {
        status = invocation_has(asking->invocation, "diff") ? object_rows_diff(&rows)
                                                            : object_rows_show(&rows);
    }
    if (failed(status)) {
        return invocation_failed(asking->invocation, status, NULL, "reading the state");
    }
    code = asked_end(asking->invocation, asking->engine, &asking->out,
                     invocation_has(asking->invocation, "diff") ? "differences" : "rows", NULL);
    return code == EXIT_DONE && asking->out.row_count == 0 ? EXIT_NOTHING : code;
}

static enum exit_code run(struct invocation *invocation)
{
    struct asking *asking = malloc(sizeof *asking);
    if (asking == NULL) {
        return invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *asking), NULL, "starting");
    }
    asking->invocation = invocation;
    asking->trouble = OK;
    asking->arena = ARENA_IN(asking->memory);
    asking->row_arena = ARENA_IN(asking->row_memory);
    struct status status = hasher_open(&asking->hasher);
    if (failed(status)) {
        free(asking);
        return invocation_failed(invocation, status, NULL, "starting");
    }
    enum exit_code code = store_open(invocation, STORE_RECORD, &asking->engine);
    if (code == EXIT_DONE) {
        code = store_finish(invocation, answer(asking), &asking->engine);
    }
    hasher_close(&asking->hasher);
    free(asking);
    return code;
}

static const struct option_info options[] = {
    AS_OF_OPTION,
    {"diff", 0, "WHEN", "what has changed from the moment of --as-of to this one, and by what",
     false},
};

const struct verb verb_state_show = {
    .name = "state show",
    .about = "all that the state knows of one thing, as of any moment",
    .arguments = "THING",
    .details =
        "The thing is KIND:ID, KIND:NAME, a login, a name, or a path. Shown are its own row and\n"
        "all rows kept under it: memberships, certifications, shares, keys, tags, groups, open\n"
        "sessions, whatever the catalogue has; each with the event that made it so. With --diff\n"
        "what was added, changed and removed between two moments, with the events that did it.\n"
        "The question itself becomes an event of the log.",
    .examples = "cairn state show ann\n"
                "cairn state show project:tides --as-of 2026-03-09\n"
                "cairn state show @genomes/raw.csv --as-of 2026-03-01 --diff now",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
