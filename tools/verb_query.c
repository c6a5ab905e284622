#include "reports/event_rows.h"
#include "tools/proving.h"
#include "tools/query_options.h"
#include "tools/verbs.h"

#include <inttypes.h>

enum {
    ASK_EVERY = 256, /* rows between two looks at signals */
};

/* What a running query writes to. */
struct answer {
    struct invocation *invocation;
    struct engine *engine;
    struct rows rows;
    struct hasher *hasher;   /* over the leaves of the answer, in order */
    struct proving *proving; /* NULL: no proof is wanted */
    bool count_only;
    uint64_t seen;
};

static struct status add_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct answer *answer = context;
    hash_add(answer->hasher, bytes);
    hash_add(answer->hasher, LITERAL("\n"));
    invocation_at(answer->invocation, "reading", leaf->n);
    if (++answer->seen % ASK_EVERY == 0 && invocation_interrupted(answer->invocation)) {
        return FAIL(INTERRUPTED, 0);
    }
    TRY(proving_row(answer->proving, leaf->n));
    return answer->count_only ? OK : event_rows_add(&answer->rows, answer->engine, leaf);
}

static struct status run_query(struct answer *answer, const struct query *query,
                               struct query_outcome *outcome)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(index_snapshot_close) struct index_snapshot *index = NULL;
    TRY(log_snapshot_open(engine_log(answer->engine), &log));
    if (engine_index(answer->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(answer->engine), &index));
    }
    hash_start(answer->hasher);
    TRY(answer->count_only ? OK : event_rows_begin(&answer->rows));
    TRY(query_run(query, log, index, add_row, answer, outcome));
    TRY(proving_make(answer->proving, query, answer->engine, log, index));
    return answer->count_only ? OK : rows_flush(&answer->rows);
}

static void explain(const struct invocation *invocation, const struct query *query,
                    const struct query_outcome *outcome)
{
    char memory[8192];
    struct text asked = TEXT_IN(memory);
    if (!invocation_has(invocation, "explain")) {
        return;
    }
    query_write(query, &asked);
    invocation_note(invocation, "asked: %s", text_string(&asked));
    invocation_note(invocation,
                    "compared %" PRIu64 " leaves; for %" PRIu64
                    " of them there was no index to narrow it",
                    outcome->compared, outcome->scanned);
}

static enum exit_code end(struct answer *answer, const struct query *query,
                          const struct query_outcome *outcome)
{
    const struct invocation *invocation = answer->invocation;
    bool asked_for_some = invocation_has(invocation, "first") || invocation_has(invocation, "last");
    if (answer->count_only) {
        output_add(invocation->output, "%" PRIu64 "\n", outcome->rows);
    }
    explain(invocation, query, outcome);
    invocation_note(invocation, "%" PRIu64 " of %" PRIu64 " events%s", outcome->rows, outcome->size,
                    !outcome->cut    ? ", complete"
                    : asked_for_some ? ", there are more"
                                     : ", cut by --limit: there are more");
    if (outcome->cut && !asked_for_some) {
        return EXIT_INCOMPLETE;
    }
    return outcome->rows > 0 ? EXIT_DONE : EXIT_NOTHING;
}

static enum exit_code ask(struct answer *answer, const struct query *query)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct query_outcome outcome;
    struct invocation *invocation = answer->invocation;
    invocation_rows(invocation, &answer->rows, &arena);
    struct status status = run_query(answer, query, &outcome);
    if (!failed(status)) {
        struct digest result = hash_finish(answer->hasher);
        status = query_record(answer->engine, query, &outcome, &result);
    }
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "asking the log");
    }
    enum exit_code code = proving_finish(answer->proving, answer->engine);
    return code == EXIT_DONE ? end(answer, query, &outcome) : code;
}

static enum exit_code read_limits(const struct invocation *invocation, struct query *query)
{
    static const char *const names[] = {"first", "last", "limit"};
    enum exit_code code = EXIT_DONE;
    size_t given = 0;
    for (size_t i = 0; i < 3 && code == EXIT_DONE; i++) {
        given += invocation_has(invocation, names[i]);
        code = invocation_number(invocation, names[i], (struct number_limits){1, UINT32_MAX},
                                 &query->limit);
    }
    if (code == EXIT_DONE && given > 1) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--first, --last and --limit exclude each other");
    }
    query->newest_first =
        invocation_has(invocation, "last") || invocation_has(invocation, "reverse");
    query->by_received = invocation_has(invocation, "by-received");
    return code == EXIT_DONE ? invocation_range(invocation, &query->range) : code;
}

static enum exit_code run(struct invocation *invocation)
{
    struct query query = {0};
    struct answer answer = {.invocation = invocation,
                            .count_only = invocation_has(invocation, "count")};
    enum exit_code code = read_limits(invocation, &query);
    code = code == EXIT_DONE ? proving_open(invocation, &answer.proving) : code;
    code = code == EXIT_DONE ? store_open(invocation, STORE_RECORD, &answer.engine) : code;
    if (code != EXIT_DONE) {
        proving_close(&answer.proving);
        return code;
    }
    struct status status = hasher_open(&answer.hasher);
    code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                          : query_conditions(invocation, answer.engine, &query);
    code = code == EXIT_DONE ? ask(&answer, &query) : code;
    hasher_close(&answer.hasher);
    proving_close(&answer.proving);
    return store_finish(invocation, code, &answer.engine);
}

static const struct option_info options[] = {
    QUERY_FILTER_OPTIONS,
    {"since", 0, "TIME", "from this time on (when it happened)", false},
    {"until", 0, "TIME", "before this time", false},
    {"by-received", 0, NULL, "time is when the log recorded it, not when it happened", false},
    {"first", 0, "N", "the oldest N only", false},
    {"last", 0, "N", "the newest N only, newest first", false},
    {"limit", 0, "N", "stop after N; if there are more, the exit code is 4", false},
    {"reverse", 0, NULL, "newest first", false},
    {"count", 0, NULL, "only the number of events", false},
    {"proof", 0, "DIR", "prove the rows, and that they are all, in a new directory", false},
    {"explain", 0, NULL, "how it was understood and what was looked at", false},
};

const struct verb verb_query = {
    .name = "query",
    .about = "find events",
    .arguments = "[EXPR...]",
    .details =
        "Different options must all match; of one option given several times any may match;\n"
        "a value that begins with ! is left out. Times: 2026-03-09, '2026-03-09 21:58',\n"
        "yesterday, -2h, seq:30377. The question itself becomes an event of the log.",
    .examples = "cairn query --outcome failed --source 183.62.140.253\n"
                "cairn query --user root --since -7d --json\n"
                "cairn query --kind 'emitter.*' --last 10\n"
                "cairn query --source 183.62.140.253 --proof evidence\n"
                "cairn-verify --key log.vkey evidence/rows.answer",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
