#include "reports/event_rows.h"
#include "tools/following.h"
#include "tools/query_options.h"
#include "tools/verbs.h"

enum {
    TAIL_ROWS = 10,
};

struct tail {
    struct invocation *invocation;
    struct engine *engine;
    struct rows rows;
    struct query query;
    uint64_t next; /* the first position not looked at yet */
};

/* Where to begin so that the last few matches are shown. */
static struct status find_start(void *context, struct bytes bytes, const struct leaf *leaf)
{
    (void)bytes;
    *(uint64_t *)context = leaf->n;
    return OK;
}

static struct status begin(struct tail *tail, uint64_t rows)
{
    struct query_outcome outcome;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    TRY(log_snapshot_open(engine_log(tail->engine), &log));
    if (engine_index(tail->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(tail->engine), &index));
    }
    tail->next = log_snapshot_size(log);
    if (rows > 0) {
        tail->query.newest_first = true;
        tail->query.limit = rows;
        TRY(query_run(&tail->query, log, index, find_start, &tail->next, &outcome));
        tail->query.newest_first = false;
        tail->query.limit = 0;
    }
    return OK;
}

static struct status follow(struct tail *tail, uint64_t rows)
{
    TRY(begin(tail, rows));
    TRY(event_rows_begin(&tail->rows));
    struct following following = {.invocation = tail->invocation,
                                  .engine = tail->engine,
                                  .rows = &tail->rows,
                                  .query = &tail->query,
                                  .next = tail->next};
    return invocation_has(tail->invocation, "no-follow") ? following_look(&following)
                                                         : following_stay(&following);
}

/* Watching is asking: it is recorded before the store is opened for reading only, so that whoever
 * writes can go on. */
static enum exit_code record(struct tail *tail)
{
    struct engine *engine = NULL;
    struct query_outcome outcome = {0};
    struct digest nothing = hash_empty;
    enum exit_code code = store_open(tail->invocation, STORE_RECORD, &engine);
    if (code != EXIT_DONE) {
        return code;
    }
    code = query_conditions(tail->invocation, engine, &tail->query);
    if (code == EXIT_DONE) {
        outcome.size = log_head_of(engine_log(engine))->size;
        struct status status = query_record(engine, &tail->query, &outcome, &nothing);
        code = failed(status) ? invocation_failed(tail->invocation, status, NULL, "recording")
                              : EXIT_DONE;
    }
    return store_finish(tail->invocation, code, &engine);
}

static enum exit_code run(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct tail tail = {.invocation = invocation};
    uint64_t rows = TAIL_ROWS;
    enum exit_code code =
        invocation_number(invocation, "lines", (struct number_limits){0, 1000000}, &rows);
    code = code == EXIT_DONE ? record(&tail) : code;
    code = code == EXIT_DONE ? store_open(invocation, STORE_READ, &tail.engine) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    query_format(invocation);
    invocation_rows(invocation, &tail.rows, &arena);
    struct status status = follow(&tail, rows);
    engine_close(&tail.engine);
    return failed(status) ? invocation_failed(invocation, status, NULL, "following the log")
                          : EXIT_DONE;
}

static const struct option_info options[] = {
    QUERY_FILTER_OPTIONS,
    {"lines", 'n', "N", "so many past events first (10)", false},
    QUERY_FORMAT_OPTION,
    {"no-follow", 0, NULL, "do not wait for more", false},
};

const struct verb verb_tail = {
    .name = "tail",
    .about = "show the last events and follow what comes",
    .arguments = "[EXPR...]",
    .details = "Options and expression are those of `cairn query`.",
    .examples = "cairn tail --outcome denied\n"
                "cairn tail 'outcome = denied or kind = emitter.*'\n"
                "cairn tail -n 0 --kind 'emitter.*' --json",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
