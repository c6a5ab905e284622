#include "tools/as_of.h"

#include "reports/query.h"

/* The last event recorded by a time. */
static struct status last_by(struct engine *engine, uint64_t utc_us, uint64_t *n)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(engine), &snapshot));
    TRY(query_position_at(snapshot, utc_us + 1, n));
    if (*n == 0) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the log did not exist then");
    }
    (*n)--;
    return OK;
}

/* When an event was recorded. */
static struct status time_of(struct engine *engine, uint64_t n, uint64_t *utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    TRY(log_snapshot_open(engine_log(engine), &snapshot));
    if (n >= log_snapshot_size(snapshot)) {
        return FAIL_BECAUSE(NOT_FOUND, n, "the log has no such event yet");
    }
    TRY(log_read_leaf(snapshot, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

enum exit_code as_of_view_named(struct invocation *invocation, struct engine *engine,
                                const char *option, struct view *view)
{
    struct moment moment;
    enum exit_code code = invocation_moment(invocation, option, (struct moment){0}, &moment);
    if (code != EXIT_DONE || moment.kind == MOMENT_OPEN) {
        return code;
    }
    bool position = moment.kind == MOMENT_POSITION;
    view->as_of_n = moment.value;
    view->now_utc_us = moment.value;
    struct status status = position ? time_of(engine, moment.value, &view->now_utc_us)
                                    : last_by(engine, moment.value, &view->as_of_n);
    return failed(status) ? invocation_failed(invocation, status, NULL, option) : EXIT_DONE;
}

enum exit_code as_of_view(struct invocation *invocation, struct engine *engine, struct arena *arena,
                          struct status *trouble, struct view *out)
{
    if (engine_state(engine) == NULL) {
        return invocation_fail(invocation, EXIT_INCOMPLETE, "run cairn rebuild as its owner",
                               "the store's state/ is missing or stale");
    }
    *out = engine_view(engine, UINT64_MAX, arena, trouble);
    return as_of_view_named(invocation, engine, "as-of", out);
}
