#include "reports/candidates.h"
#include "reports/filter/filter.h"
#include "reports/query.h"
#include "reports/sieve.h"

static struct status decode(struct bytes bytes, uint64_t n, struct leaf *leaf)
{
    return failed(leaf_decode(bytes, leaf))
               ? FAIL_BECAUSE(CORRUPT, n, "the leaf is not in canonical form")
               : OK;
}

struct status query_position_at(struct log_snapshot *log, uint64_t utc_us, uint64_t *n)
{
    uint64_t low = 0, high = log_snapshot_size(log);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct bytes bytes;
        struct leaf leaf;
        TRY(log_read_leaf(log, middle, &bytes));
        TRY(decode(bytes, middle, &leaf));
        if (leaf.t_utc_us < utc_us) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *n = low;
    return OK;
}

/* What the expression says of positions. */
static struct status bound(const struct filter *where, struct log_snapshot *log, uint64_t *first,
                           uint64_t *end)
{
    struct filter_bounds bounds;
    uint64_t since = 0, until = UINT64_MAX;
    filter_bounds(where, &bounds);
    if (bounds.since.kind == MOMENT_TIME) {
        TRY(query_position_at(log, bounds.since.value, &since));
    }
    if (bounds.until.kind == MOMENT_TIME) {
        TRY(query_position_at(log, bounds.until.value, &until));
    }
    since = bounds.first > since ? bounds.first : since;
    until = bounds.end < until ? bounds.end : until;
    *first = since > *first ? since : *first;
    *end = until < *end ? until : *end;
    return OK;
}

/* The positions that can match: nothing counts under a time after it was recorded, so that a lower
 * bound on either time is one on the position; an upper bound is one only on the time it was
 * recorded. */
struct status query_positions(const struct query *query, struct log_snapshot *log, uint64_t *first,
                              uint64_t *end)
{
    const struct moment *since = &query->range.since, *until = &query->range.until;
    *first = 0;
    *end = log_snapshot_size(log);
    if (since->kind == MOMENT_POSITION) {
        *first = since->value;
    } else if (since->kind == MOMENT_TIME) {
        TRY(query_position_at(log, since->value, first));
    }
    uint64_t limit = *end;
    if (until->kind == MOMENT_POSITION) {
        limit = until->value;
    } else if (until->kind == MOMENT_TIME && query->by_received) {
        TRY(query_position_at(log, until->value, &limit));
    }
    *end = limit < *end ? limit : *end;
    *first = query->first > *first ? query->first : *first;
    *end = query->end > 0 && query->end < *end ? query->end : *end;
    return query->where == NULL ? OK : bound(query->where, log, first, end);
}

/* Running --------------------------------------------------------------------------------- */

struct run {
    const struct query *query;
    struct log_snapshot *log;
    query_visit *visit;
    void *context;
    struct query_outcome *outcome;
    struct candidates candidates;
    struct sieve sieve;
    struct arena *scratch; /* for what is in bodies; NULL: none is read */
    bool done;
};

/* Reads the body, without its salt. */
static struct status read_body(struct run *run, const struct leaf *leaf, struct bytes *out)
{
    struct bytes salted;
    TRY(log_read_body(run->log, leaf, &salted));
    run->outcome->bodies++;
    run->outcome->erased += salted.size == 0 ? 1 : 0;
    *out = salted.size < SALT_SIZE ? bytes_of(NULL, 0)
                                   : bytes_of(salted.data + SALT_SIZE, salted.size - SALT_SIZE);
    return OK;
}

static struct status meets(struct run *run, struct bytes bytes, const struct leaf *leaf, bool *out)
{
    enum filter_answer answer = FILTER_YES;
    struct filter_event event = {.leaf = leaf, .leaf_bytes = bytes, .scratch = run->scratch};
    *out = query_meets(run->query, leaf);
    if (!*out || run->query->where == NULL) {
        return OK;
    }
    TRY(filter_decide(run->query->where, &event, &answer));
    if (answer == FILTER_UNKNOWN) {
        TRY(read_body(run, leaf, &event.body));
        event.has_body = true;
        TRY(filter_decide(run->query->where, &event, &answer));
    }
    *out = answer == FILTER_YES;
    return OK;
}

static struct status judge(struct run *run, uint64_t n, struct bytes bytes)
{
    struct leaf leaf;
    bool matches;
    TRY(decode(bytes, n, &leaf));
    TRY(meets(run, bytes, &leaf, &matches));
    if (!matches) {
        return OK;
    }
    if (run->query->limit > 0 && run->outcome->rows == run->query->limit) {
        run->outcome->cut = true;
        run->done = true;
        return OK;
    }
    run->outcome->rows++;
    return run->visit(run->context, bytes, &leaf);
}

/* Every leaf is compared with its hash; only one that may match is worth decoding. */
static struct status compare(struct run *run, uint64_t n)
{
    const struct query *query = run->query;
    struct bytes bytes;
    if (query->stopped != NULL && run->outcome->compared % QUERY_BREATH == 0 &&
        query->stopped(query->stopped_context)) {
        return FAIL(INTERRUPTED, 0);
    }
    TRY(log_read_leaf(run->log, n, &bytes));
    run->outcome->compared++;
    run->outcome->scanned += candidates_narrowed(&run->candidates, n) ? 0 : 1;
    run->outcome->uncovered += n < run->candidates.covered ? 0 : 1;
    return sieve_lets_through(&run->sieve, bytes) ? judge(run, n, bytes) : OK;
}

/* Whether as many leaves were looked at as may be: then the next one would be at `n`. */
static bool is_tired(struct run *run, uint64_t n)
{
    if (run->query->look_most > 0 && run->outcome->compared == run->query->look_most) {
        run->outcome->tired = true;
        run->outcome->reached = n;
        run->done = true;
    }
    return run->outcome->tired;
}

static struct status run_upwards(struct run *run, uint64_t first, uint64_t end)
{
    uint64_t n = first;
    while (n < end && !run->done) {
        struct status status = candidates_at_or_after(&run->candidates, n, &n);
        if (status.code == STATUS_NOT_FOUND || (!failed(status) && n >= end)) {
            return OK;
        }
        TRY(status);
        if (is_tired(run, n)) {
            return OK;
        }
        TRY(compare(run, n));
        n++;
    }
    return OK;
}

static struct status run_downwards(struct run *run, uint64_t first, uint64_t end)
{
    uint64_t n = end;
    while (n > first && !run->done) {
        struct status status = candidates_at_or_before(&run->candidates, n - 1, &n);
        if (status.code == STATUS_NOT_FOUND || (!failed(status) && n < first)) {
            return OK;
        }
        TRY(status);
        if (is_tired(run, n + 1)) {
            return OK;
        }
        TRY(compare(run, n));
    }
    return OK;
}

static void end_run(struct run *run)
{
    candidates_close(&run->candidates);
}

static struct status run_through(struct run *run)
{
    uint64_t first, end;
    TRY(query_positions(run->query, run->log, &first, &end));
    return run->query->newest_first ? run_downwards(run, first, end) : run_upwards(run, first, end);
}

/* Apart, so that only a query that looks into bodies has the memory for it. */
static __attribute__((noinline)) struct status run_with_bodies(struct run *run)
{
    uint8_t memory[FILTER_SCRATCH_SIZE];
    struct arena scratch = ARENA_IN(memory);
    run->scratch = &scratch;
    return run_through(run);
}

struct status query_run(const struct query *query, struct log_snapshot *log,
                        struct index_snapshot *index, query_visit *visit, void *context,
                        struct query_outcome *outcome)
{
    CLEANUP(end_run)
    struct run run = {
        .query = query, .log = log, .visit = visit, .context = context, .outcome = outcome};
    *outcome = (struct query_outcome){.size = log_snapshot_size(log)};
    sieve_init(query, &run.sieve);
    TRY(candidates_open(query, index, log_snapshot_size(log), &run.candidates));
    outcome->terms = run.candidates.root == PLAN_NONE ? 0 : run.candidates.terms;
    return query->where != NULL && query->where->reads_bodies ? run_with_bodies(&run)
                                                              : run_through(&run);
}
