#include "store/bundle.h"
#include "store/log.h"

static struct status put_event(const struct bundle_sink *sink, struct log_snapshot *snapshot,
                               uint64_t n)
{
    struct bundle_event event;
    struct leaf leaf;
    TRY(log_read_leaf(snapshot, n, &event.leaf));
    if (failed(leaf_decode(event.leaf, &leaf)) || leaf.n != n) {
        return FAIL_BECAUSE(CORRUPT, n, "the leaf is not well formed");
    }
    TRY(log_read_body(snapshot, &leaf, &event.body));
    TRY(log_read_command(snapshot, &leaf, &event.command));
    return bundle_put_event(sink, &event);
}

struct status bundle_put_log(const struct bundle_sink *sink, struct log_snapshot *snapshot,
                             uint64_t from, uint64_t until)
{
    for (uint64_t n = from; n < until; n++) {
        TRY(put_event(sink, snapshot, n));
    }
    return OK;
}
