#include "reports/alerts/fold.h"

#include "reports/query.h"
#include "schema/time.h"

#define HOUR_US (3600 * TIME_SECOND_US)

struct fold {
    struct alert_part *part;
    struct hints *hints; /* NULL: there is nothing for them */
    struct failures *failures;
};

/* Findings -------------------------------------------------------------------------------- */

static struct status find_hint(void *context, const struct hint *hint)
{
    const struct fold *fold = context;
    const struct alert_finding finding = {.rule = hint->rule->name,
                                          .sentence = hint->rule->sentence,
                                          .severity = (enum severity)hint->rule->severity,
                                          .because = hint->because,
                                          .because_count = hint->because_count,
                                          .on = hint->on,
                                          .on_count = hint->on_count};
    return fold->part->visit(fold->part->context, &finding);
}

static struct status find_failure(void *context, const struct failure *failure)
{
    const struct fold *fold = context;
    const struct alert_finding finding = {.rule = failure->rule->name,
                                          .sentence = failure->rule->sentence,
                                          .severity = failure->rule->severity,
                                          .because = failure->because,
                                          .because_count = failure->because_count,
                                          .on = &failure->on,
                                          .on_count = 1};
    return fold->part->visit(fold->part->context, &finding);
}

/* Events ---------------------------------------------------------------------------------- */

static struct status time_of(const struct alert_part *part, uint64_t n, uint64_t *utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(part->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

/* Where what is usual begins: so long before the first event that is told of. */
static struct status find_start(const struct alert_part *part, uint64_t *start)
{
    uint64_t utc_us = 0;
    *start = part->from;
    if (part->from >= part->to) {
        return OK;
    }
    TRY(time_of(part, part->from, &utc_us));
    TRY(query_position_at(part->log, utc_us > ALERT_USUAL_US ? utc_us - ALERT_USUAL_US : 0, start));
    *start = *start < part->from ? *start : part->from;
    return OK;
}

/* Of what scans themselves say no hint comes, and an enclave at rest is scanned at once. But who is
 * silent is told at the end of a history: once an hour, all of it is folded. */
static struct status is_at_rest(const struct alert_part *part, bool *out)
{
    uint64_t from_us = part->now_utc_us;
    if (part->from < part->to) {
        TRY(time_of(part, part->from, &from_us));
    }
    *out = from_us / HOUR_US == part->now_utc_us / HOUR_US;
    for (uint64_t n = part->from; *out && n < part->to; n++) {
        struct bytes bytes;
        struct leaf leaf;
        TRY(log_read_leaf(part->log, n, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        *out = leaf.kind == EVENT_ALERT_RAISED || leaf.kind == EVENT_ALERT_SCANNED ||
               leaf.kind == EVENT_ALERT_DELIVERED;
    }
    return OK;
}

static struct status fold_one(const struct fold *fold, uint64_t n)
{
    struct bytes bytes, body = {0};
    struct leaf leaf;
    TRY(log_read_leaf(fold->part->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    bool hinted = fold->hints != NULL && hints_want_body(fold->hints, leaf.kind);
    if (hinted || failures_want_body(leaf.kind)) {
        TRY(log_read_body(fold->part->log, &leaf, &body));
    }
    if (fold->hints != NULL) {
        TRY(hints_event(fold->hints, &leaf, body));
    }
    struct bytes unsalted =
        body.size > SALT_SIZE ? bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE) : body;
    return failures_event(fold->failures, &leaf, unsalted);
}

/* The beginning --------------------------------------------------------------------------- */

static struct status begin_failures(struct fold *fold)
{
    struct alert_part *part = fold->part;
    struct status trouble = OK; /* the rules have their own */
    fold->failures = arena_take(part->arena, sizeof *fold->failures);
    struct arena *rows = arena_take(part->arena, sizeof *rows);
    void *memory = arena_take(part->arena, FAILURE_ARENA);
    if (part->arena->full) {
        return FAIL(NO_MEMORY, ALERT_FOLD_MEMORY);
    }
    *rows = (struct arena){.memory = memory, .capacity = FAILURE_ARENA};
    struct view view = engine_view(part->engine, part->to == 0 ? 0 : part->to - 1, rows, &trouble);
    view.now_utc_us = part->now_utc_us;
    failures_begin(&(struct failures_options){.view = view,
                                              .arena = rows,
                                              .since = part->from,
                                              .visit = find_failure,
                                              .context = fold},
                   fold->failures);
    return OK;
}

static struct status begin_hints(struct fold *fold)
{
    const struct alert_part *part = fold->part;
    return hints_begin(
        &(struct hints_options){.arena = part->arena,
                                .since = {.kind = MOMENT_POSITION, .value = part->from},
                                .at_once = true,
                                .visit = find_hint,
                                .context = fold},
        &fold->hints);
}

struct status alert_fold(struct alert_part *part)
{
    struct fold fold = {.part = part};
    uint64_t start = part->from, end = part->to;
    bool at_rest;
    TRY(begin_failures(&fold));
    TRY(is_at_rest(part, &at_rest));
    if (!at_rest) {
        TRY(begin_hints(&fold));
        TRY(find_start(part, &start));
    }
    for (uint64_t n = start; n < end; n++) {
        struct status status = fold_one(&fold, n);
        if (failed(status)) {
            part->to = n;
            return status;
        }
    }
    if (fold.hints != NULL) {
        TRY(hints_end(fold.hints));
    }
    return failures_end(fold.failures);
}
