#include "reports/event_rows.h"
#include "tools/explain.h"
#include "tools/following.h"
#include "tools/footnote.h"
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
    struct log_snapshot *log;
    struct index_snapshot *index; /* NULL: there is none */
    struct query query;
    struct query_outcome outcome;
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

static struct status run_query(struct answer *answer)
{
    TRY(log_snapshot_open(engine_log(answer->engine), &answer->log));
    if (engine_index(answer->engine) != NULL) {
        TRY(index_snapshot_open(engine_index(answer->engine), &answer->index));
    }
    hash_start(answer->hasher);
    TRY(answer->count_only ? OK : event_rows_begin(&answer->rows));
    TRY(query_run(&answer->query, answer->log, answer->index, add_row, answer, &answer->outcome));
    TRY(proving_make(answer->proving, &answer->query, answer->engine, answer->log, answer->index));
    return answer->count_only ? OK : rows_flush(&answer->rows);
}

static void close_snapshots(struct answer *answer)
{
    index_snapshot_close(&answer->index);
    log_snapshot_close(&answer->log);
}

static enum exit_code end(struct answer *answer)
{
    const struct invocation *invocation = answer->invocation;
    struct footer footer = footer_of(&answer->query, &answer->outcome);
    if (answer->count_only) {
        output_add(invocation->output, "%" PRIu64 "\n", answer->outcome.rows);
    }
    if (invocation_has(invocation, "explain")) {
        explain_query(invocation, &answer->query, answer->index, &answer->outcome);
    }
    footer.asked_for_cut =
        invocation_has(invocation, "first") || invocation_has(invocation, "last");
    return footnote(invocation, answer->log, &footer);
}

static enum exit_code ask(struct answer *answer)
{
    struct invocation *invocation = answer->invocation;
    struct status status = run_query(answer);
    if (!failed(status)) {
        struct digest result = hash_finish(answer->hasher);
        status = query_record(answer->engine, &answer->query, &answer->outcome, &result);
    }
    enum exit_code code = failed(status)
                              ? invocation_failed(invocation, status, NULL, "asking the log")
                              : proving_finish(answer->proving, answer->engine);
    code = code == EXIT_DONE ? end(answer) : code;
    close_snapshots(answer);
    return code;
}

/* What comes, the question itself first, is read from a store that others may write to. */
static enum exit_code follow(struct answer *answer)
{
    struct following following = {.invocation = answer->invocation,
                                  .rows = &answer->rows,
                                  .query = &answer->query,
                                  .next = answer->outcome.size};
    enum exit_code code = store_open(answer->invocation, STORE_READ, &following.engine);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = following_stay(&following);
    engine_close(&following.engine);
    return failed(status) ? invocation_failed(answer->invocation, status, NULL, "following the log")
                          : EXIT_DONE;
}

static bool may_follow(const struct invocation *invocation)
{
    static const char *const against[] = {"until", "first", "limit", "reverse", "count", "proof"};
    for (size_t i = 0; i < sizeof against / sizeof against[0]; i++) {
        if (invocation_has(invocation, against[i])) {
            return false;
        }
    }
    return true;
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

static enum exit_code answer_all(struct answer *answer)
{
    struct invocation *invocation = answer->invocation;
    enum exit_code code = store_open(invocation, STORE_RECORD, &answer->engine);
    if (code != EXIT_DONE) {
        return code;
    }
    code = query_conditions(invocation, answer->engine, &answer->query);
    code = code == EXIT_DONE ? ask(answer) : code;
    code = store_finish(invocation, code, &answer->engine);
    bool answered = code == EXIT_DONE || code == EXIT_NOTHING;
    return answered && invocation_has(invocation, "follow") ? follow(answer) : code;
}

static enum exit_code run(struct invocation *invocation)
{
    uint8_t memory[ROWS_MEMORY_SIZE];
    struct arena arena = ARENA_IN(memory);
    struct answer answer = {.invocation = invocation,
                            .count_only = invocation_has(invocation, "count")};
    enum exit_code code = read_limits(invocation, &answer.query);
    if (code == EXIT_DONE && invocation_has(invocation, "follow") && !may_follow(invocation)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "--follow has no end, and goes upwards: without --until, --first, "
                               "--limit, --reverse, --count and --proof");
    }
    if (code != EXIT_DONE) {
        return code;
    }
    query_format(invocation);
    invocation_rows(invocation, &answer.rows, &arena);
    code = proving_open(invocation, invocation_value(invocation, "proof"), &answer.proving);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = hasher_open(&answer.hasher);
    code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                          : answer_all(&answer);
    hasher_close(&answer.hasher);
    proving_close(&answer.proving);
    return code;
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
    QUERY_FORMAT_OPTION,
    {"follow", 'f', NULL, "then go on with what comes", false},
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
        "yesterday, -2h, seq:30377. The question itself becomes an event of the log.\n\n"
        "An expression must match, too: tests like outcome = denied, time > -2h,\n"
        "kind in (vault.*, group.*), source in 10.20.0.0/16, body.size > 1GiB,\n"
        "text ~ /cohort.*csv/, joined by `and`, `or`, `not` and parentheses; @NAME is a\n"
        "saved query. `cairn fields` lists what can be asked for, cairn-query(7) explains it.",
    .examples = "cairn query --outcome failed --source 183.62.140.253\n"
                "cairn query --user root --since -7d --json\n"
                "cairn query --kind 'emitter.*' --last 10\n"
                "cairn query --source 183.62.140.253 --proof evidence\n"
                "cairn-verify --key log.vkey evidence/rows.answer\n"
                "cairn query 'outcome = denied and not actor = ada and time > yesterday'\n"
                "cairn query 'kind = vault.*' --format line\n"
                "cairn query '@failed-logins and source in 203.0.113.0/24' --explain",
    .purpose = PURPOSE_ASK,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
