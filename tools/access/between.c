#include "tools/access/between.h"

#include "reports/query.h"
#include "store/state.h"

struct status between_time_of(void *context, uint64_t n, uint64_t *utc_us)
{
    struct between *between = context;
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(between->log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

void between_close(struct between *between)
{
    log_snapshot_close(&between->log);
}

/* The last event that counts at the beginning; before the log began, that is its first. */
static struct status find_from(struct between *between, struct moment since)
{
    uint64_t n = 0, first_utc_us;
    TRY(between_time_of(between, 0, &first_utc_us));
    between->from = (struct interval_moment){.n = 0, .utc_us = first_utc_us};
    if (since.kind == MOMENT_POSITION) {
        between->from.n = since.value;
        return between_time_of(between, since.value, &between->from.utc_us);
    }
    if (since.kind == MOMENT_TIME && since.value > first_utc_us) {
        TRY(query_position_at(between->log, since.value + 1, &n));
        between->from = (struct interval_moment){.n = n - 1, .utc_us = since.value};
    }
    return OK;
}

/* The first event, and the first time, that count no more. */
static struct status find_to(struct between *between, struct moment until, uint64_t size,
                             uint64_t now_utc_us)
{
    uint64_t last_utc_us;
    TRY(between_time_of(between, size - 1, &last_utc_us));
    between->to = (struct interval_moment){
        .n = size, .utc_us = now_utc_us > last_utc_us ? now_utc_us : last_utc_us + 1};
    if (until.kind == MOMENT_POSITION && until.value < size) {
        between->to.n = until.value;
        return between_time_of(between, until.value, &between->to.utc_us);
    }
    if (until.kind == MOMENT_TIME) {
        between->to.utc_us = until.value;
        TRY(query_position_at(between->log, until.value, &between->to.n));
        between->to.n = between->to.n < size ? between->to.n : size;
    }
    return OK;
}

static struct status find(struct between *between, struct engine *engine,
                          const struct moment_range *range, uint64_t now_utc_us)
{
    TRY(log_snapshot_open(engine_log(engine), &between->log));
    uint64_t size = log_snapshot_size(between->log), folded = state_size(engine_state(engine));
    size = folded < size ? folded : size;
    if (size == 0) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the log has no events");
    }
    TRY(find_from(between, range->since));
    return find_to(between, range->until, size, now_utc_us);
}

enum exit_code between_open(struct invocation *invocation, struct engine *engine,
                            struct between *out)
{
    struct moment_range range = {0};
    const char *expression = invocation_value(invocation, "between");
    *out = (struct between){0};
    if (engine_state(engine) == NULL) {
        return invocation_fail(invocation, EXIT_INCOMPLETE, "run cairn rebuild as its owner",
                               "the store's state/ is missing or stale");
    }
    enum exit_code code =
        expression == NULL ? EXIT_DONE : invocation_range_of(invocation, expression, &range);
    if (code != EXIT_DONE) {
        return code;
    }
    out->range = range;
    struct status status = find(out, engine, &range, invocation->now_utc_us);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "--between");
    }
    return out->from.utc_us < out->to.utc_us || out->from.n < out->to.n
               ? EXIT_DONE
               : invocation_fail(invocation, EXIT_NOTHING, NULL,
                                 "--between: nothing had been recorded yet");
}
