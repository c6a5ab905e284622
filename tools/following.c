#include "tools/following.h"

#include "reports/event_rows.h"

enum {
    POLL_MS = 300,
};

static struct status add_row(void *context, struct bytes bytes, const struct leaf *leaf)
{
    struct following *following = context;
    (void)bytes;
    invocation_at(following->invocation, "reading", leaf->n);
    return event_rows_add(following->rows, following->engine, leaf);
}

struct status following_look(struct following *following)
{
    struct query_outcome outcome;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    TRY(engine_look_again(following->engine)); /* names are in the state */
    TRY(log_snapshot_open(engine_log(following->engine), &log));
    if (log_snapshot_size(log) <= following->next) {
        return OK;
    }
    following->query->newest_first = false;
    following->query->limit = 0;
    following->query->range.since = (struct moment){MOMENT_POSITION, following->next};
    TRY(query_run(following->query, log, NULL, add_row, following, &outcome));
    following->next = outcome.size;
    TRY(rows_flush(following->rows));
    return output_flush(following->invocation->output);
}

struct status following_stay(struct following *following)
{
    TRY(following_look(following));
    while (invocation_wait(following->invocation, -1, POLL_MS) == GUARD_TIMEOUT) {
        TRY(following_look(following));
    }
    return OK;
}
