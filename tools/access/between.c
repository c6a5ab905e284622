#include "tools/access/between.h"

#include "store/state.h"

void between_close(struct between *between)
{
    log_snapshot_close(&between->log);
}

static struct status find(struct between *between, struct engine *engine,
                          const struct moment_range *range, uint64_t now_utc_us)
{
    TRY(log_snapshot_open(engine_log(engine), &between->log));
    uint64_t size = log_snapshot_size(between->log), folded = state_size(engine_state(engine));
    return stretch_find(between->log, folded < size ? folded : size, range, now_utc_us,
                        &between->stretch);
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
    return stretch_is_empty(&out->stretch)
               ? invocation_fail(invocation, EXIT_NOTHING, NULL,
                                 "--between: nothing had been recorded yet")
               : EXIT_DONE;
}
