#include "tools/as_of.h"

#include "reports/stretch.h"

static struct status set_view(struct engine *engine, struct moment moment, struct view *view)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    TRY(log_snapshot_open(engine_log(engine), &log));
    return stretch_set_view(log, log_snapshot_size(log), moment, view);
}

enum exit_code as_of_view_named(struct invocation *invocation, struct engine *engine,
                                const char *option, struct view *view)
{
    struct moment moment;
    enum exit_code code = invocation_moment(invocation, option, (struct moment){0}, &moment);
    if (code != EXIT_DONE || moment.kind == MOMENT_OPEN) {
        return code;
    }
    struct status status = set_view(engine, moment, view);
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
