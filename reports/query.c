#include "reports/query.h"

#include "reports/candidates.h"
#include "reports/filter/filter.h"
#include "reports/sieve.h"

#include <assert.h>
#include <fnmatch.h>

static const char *const member_names[QUERY_MEMBER_COUNT] = {
    "actor",  "emitter", "kind",    "on",   "user",    "host",
    "action", "outcome", "project", "rule", "session", "source",
};

/* Conditions ------------------------------------------------------------------------------ */

static bool matches_any_kind(const char *pattern)
{
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (fnmatch(pattern, event_name((enum event_kind)kind), 0) == 0) {
            return true;
        }
    }
    return false;
}

/* Why the member cannot have the value, or NULL: a typing error is no empty answer. */
static const char *objection(enum query_member member, struct bytes value, const char *text)
{
    struct id id;
    enum rule rule;
    enum outcome outcome;
    bool is_id = member == QUERY_ON || member == QUERY_PROJECT || member == QUERY_SESSION ||
                 member == QUERY_USER || member == QUERY_HOST || member == QUERY_ACTION;
    if (is_id && (failed(id_read(value, &id)) || id.n == ID_NEW)) {
        return "an id like drive:30377 is expected";
    }
    if (member == QUERY_OUTCOME && !outcome_read(value, &outcome)) {
        return "an outcome is ok, denied or failed";
    }
    if (member == QUERY_KIND && !matches_any_kind(text)) {
        return "the catalogue has no such kind of event (cairn schema lists them)";
    }
    if (member == QUERY_EMITTER && !leaf_is_emitter_name(value)) {
        return "an emitter's name is [a-z][a-z0-9_.-]*";
    }
    if (member == QUERY_ACTOR && !leaf_is_emitter_name(value) && failed(id_read(value, &id))) {
        return "an actor is an id like user:12, or an emitter's name";
    }
    if (member == QUERY_RULE && !rule_read(value, &rule)) {
        return "the catalogue has no such rule (cairn schema lists them)";
    }
    if (member == QUERY_SOURCE && !leaf_is_source(value)) {
        return "a source is 1 to 64 printable ASCII characters";
    }
    return NULL;
}

struct status query_add(struct query *query, enum query_member member, struct bytes value)
{
    if (query->value_count == QUERY_VALUES_MAX) {
        return FAIL(LIMIT, QUERY_VALUES_MAX);
    }
    struct query_value *slot = &query->values[query->value_count];
    *slot =
        (struct query_value){.member = member, .excluded = value.size > 0 && value.data[0] == '!'};
    if (slot->excluded) {
        value = bytes_of(value.data + 1, value.size - 1);
    }
    if (value.size == 0 || value.size >= sizeof slot->text ||
        memchr(value.data, '\0', value.size) != NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, "a value has 1 to 95 bytes");
    }
    memcpy(slot->text, value.data, value.size);
    const char *why = objection(member, value, slot->text);
    if (why != NULL) {
        return FAIL_BECAUSE(MALFORMED, 0, why);
    }
    query->value_count++;
    return OK;
}

static bool is_on(const struct leaf *leaf, struct bytes text)
{
    struct id id;
    if (failed(id_read(text, &id))) {
        return false;
    }
    for (size_t i = 0; i < leaf->on_count; i++) {
        if (id_equal(leaf->on[i], id)) {
            return true;
        }
    }
    return false;
}

static bool is_id(struct id id, struct bytes text)
{
    struct id wanted;
    return !failed(id_read(text, &wanted)) && id_equal(id, wanted);
}

static bool value_matches(const struct query_value *value, const struct leaf *leaf)
{
    struct bytes text = bytes_of_string(value->text);
    switch (value->member) {
    case QUERY_ACTOR:
        return bytes_equal(leaf->actor, text);
    case QUERY_EMITTER:
        return bytes_equal(leaf->emitter, text);
    case QUERY_KIND:
        return fnmatch(value->text, event_name(leaf->kind), 0) == 0;
    case QUERY_ON:
    case QUERY_USER:
    case QUERY_HOST:
    case QUERY_ACTION:
        return is_on(leaf, text);
    case QUERY_OUTCOME:
        return bytes_equal(bytes_of_string(outcome_name(leaf->outcome)), text);
    case QUERY_PROJECT:
        return is_id(leaf->project, text);
    case QUERY_RULE:
        return bytes_equal(leaf->rule, text);
    case QUERY_SESSION:
        return is_id(leaf->session, text);
    case QUERY_SOURCE:
        return bytes_equal(leaf->source, text);
    case QUERY_MEMBER_COUNT:
        break;
    }
    return false;
}

static bool conditions_match(const struct query *query, const struct leaf *leaf)
{
    bool wanted[QUERY_MEMBER_COUNT] = {0}, found[QUERY_MEMBER_COUNT] = {0};
    for (size_t i = 0; i < query->value_count; i++) {
        const struct query_value *value = &query->values[i];
        bool matches = value_matches(value, leaf);
        if (value->excluded && matches) {
            return false;
        }
        if (!value->excluded) {
            wanted[value->member] = true;
            found[value->member] = found[value->member] || matches;
        }
    }
    return memcmp(wanted, found, sizeof wanted) == 0;
}

/* Range ----------------------------------------------------------------------------------- */

static bool before(const struct moment *bound, uint64_t time_utc_us, uint64_t n)
{
    return bound->kind == MOMENT_POSITION ? n < bound->value : time_utc_us < bound->value;
}

uint64_t query_time_of(const struct leaf *leaf)
{
    return leaf->at_utc_us != 0 && leaf->at_utc_us < leaf->t_utc_us ? leaf->at_utc_us
                                                                    : leaf->t_utc_us;
}

static bool in_range(const struct query *query, const struct leaf *leaf)
{
    uint64_t time_utc_us = query->by_received ? leaf->t_utc_us : query_time_of(leaf);
    const struct moment_range *range = &query->range;
    return (range->since.kind == MOMENT_OPEN || !before(&range->since, time_utc_us, leaf->n)) &&
           (range->until.kind == MOMENT_OPEN || before(&range->until, time_utc_us, leaf->n));
}

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
static struct status positions(const struct query *query, struct log_snapshot *log, uint64_t *first,
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
    *out = in_range(run->query, leaf) && conditions_match(run->query, leaf);
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
    struct bytes bytes;
    TRY(log_read_leaf(run->log, n, &bytes));
    run->outcome->compared++;
    run->outcome->scanned += candidates_narrowed(&run->candidates, n) ? 0 : 1;
    run->outcome->uncovered += n < run->candidates.covered ? 0 : 1;
    return sieve_lets_through(&run->sieve, bytes) ? judge(run, n, bytes) : OK;
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
    TRY(positions(run->query, run->log, &first, &end));
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

/* Writing --------------------------------------------------------------------------------- */

static void write_bound(const char *name, const struct moment *bound, struct text *out)
{
    struct zone utc = zone_utc();
    if (bound->kind != MOMENT_OPEN) {
        text_add(out, "%s%s=", out->size > 0 ? " " : "", name);
        moment_write(*bound, &utc, out);
    }
}

/* A blank would end the value for whoever reads the line. */
static void write_value(const char *value, struct text *out)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == ' ' || *c == '\\') {
            text_add(out, "\\x%02x", (unsigned)*c);
        } else {
            text_put_printable(out, bytes_of(c, 1));
        }
    }
}

void query_write(const struct query *query, struct text *out)
{
    for (size_t i = 0; i < query->value_count; i++) {
        const struct query_value *value = &query->values[i];
        text_add(out, "%s%s%s", out->size > 0 ? " " : "", member_names[value->member],
                 value->excluded ? "!=" : "=");
        write_value(value->text, out);
    }
    write_bound("since", &query->range.since, out);
    write_bound("until", &query->range.until, out);
    if (query->by_received) {
        text_add(out, "%sby_received", out->size > 0 ? " " : "");
    }
    if (query->limit > 0) {
        text_add(out, "%s%s=", out->size > 0 ? " " : "", query->newest_first ? "last" : "first");
        text_put_u64(out, query->limit);
    }
    if (query->where != NULL) {
        text_add(out, "%swhere ", out->size > 0 ? " " : "");
        filter_write(query->where, out);
    }
    if (out->size == 0) {
        text_put_literal(out, "everything");
    }
}
