#include "reports/whatif/whatif.h"

void whatif_init(struct whatif *whatif, const struct whatif_policy *policy, whatif_visit *visit,
                 void *context)
{
    whatif->policy = policy;
    whatif->visit = visit;
    whatif->context = context;
    memset(whatif->done, 0, sizeof whatif->done);
    whatif->last_n = whatif->last_bulk = UINT64_MAX;
}

uint64_t whatif_asked(const struct whatif *whatif)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < WHATIF_CHANGE_COUNT; i++) {
        sum += whatif->done[i];
    }
    return sum;
}

static bool is_done(const struct whatif_reason *reason)
{
    return reason->rule == RULE_NONE && reason->added == ADDED_NONE;
}

const char *whatif_reason_name(const struct whatif_reason *reason)
{
    if (reason->rule != RULE_NONE) {
        return rule_id(reason->rule);
    }
    return reason->added == ADDED_NONE ? "done" : whatif_added_name(reason->added);
}

/* One ---------------------------------------------------------------------------------------- */

/* Why it would be refused under the policy, looked at alone. */
static struct status ask_policy(struct whatif *whatif, struct whatif_reason *out)
{
    out->added = ADDED_NONE;
    TRY(replay_decide(&whatif->replay, &whatif->policy->policy, &out->rule));
    return out->rule == RULE_NONE ? whatif_added_of(whatif->policy, &whatif->replay, &out->added)
                                  : OK;
}

/* Whether the rules in force come to what was recorded. */
static struct status is_like(struct whatif *whatif, bool *out)
{
    enum rule rule, recorded = whatif->replay.found.refused;
    TRY(replay_decide(&whatif->replay, NULL, &rule));
    *out = rule == recorded || (rule == RULE_NONE && recorded == RULE_BLK_03B);
    return OK;
}

static enum whatif_change compare(const struct whatif_reason *was,
                                  const struct whatif_reason *would_be)
{
    if (is_done(was) != is_done(would_be)) {
        return is_done(was) ? WHATIF_REFUSED : WHATIF_ALLOWED;
    }
    return was->rule == would_be->rule && was->added == would_be->added ? WHATIF_SAME
                                                                        : WHATIF_REASON;
}

static struct status tell(struct whatif *whatif, const struct whatif_reason *would_be)
{
    bool like;
    struct whatif_flip flip = {
        .found = &whatif->replay.found,
        .was.rule = whatif->replay.found.refused,
        .would_be = *would_be,
    };
    TRY(is_like(whatif, &like));
    flip.change = like ? compare(&flip.was, would_be) : WHATIF_UNLIKE;
    whatif->done[flip.change]++;
    return flip.change == WHATIF_SAME ? OK : whatif->visit(whatif->context, &flip);
}

/* Many --------------------------------------------------------------------------------------- */

/* Goes to the first event of the next item at or after *n; false at the end of the command. Events
 * of others may come in between. */
static struct status next_item(struct whatif *whatif, uint64_t bulk, uint64_t *n, bool *out)
{
    struct bytes bytes;
    struct leaf leaf;
    *out = false;
    for (; *n < log_snapshot_size(whatif->replay.log); ++*n) {
        TRY(log_read_leaf(whatif->replay.log, *n, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        if (leaf.cause == bulk && leaf.kind == EVENT_BULK_CLOSED) {
            return OK;
        }
        if (leaf.cause == bulk && leaf.item > 0) {
            TRY(replay_at(&whatif->replay, *n));
            *out = whatif->replay.found.leaf.n == *n;
            if (*out) {
                return OK;
            }
        }
    }
    return OK;
}

/* What becomes of each item alone; whether any is refused. */
static struct status ask_each(struct whatif *whatif, uint64_t bulk, bool *refused)
{
    bool more;
    uint64_t n = bulk;
    *refused = false;
    for (;;) {
        n++;
        TRY(next_item(whatif, bulk, &n, &more));
        if (!more) {
            return OK;
        }
        struct whatif_reason *item = &whatif->items[whatif->replay.found.leaf.item - 1];
        TRY(ask_policy(whatif, item));
        *refused = *refused || !is_done(item);
    }
}

/* And what becomes of each because of the others. */
static struct status ask_all(struct whatif *whatif, uint64_t bulk)
{
    bool more, refused;
    uint64_t n = bulk;
    TRY(ask_each(whatif, bulk, &refused));
    for (;;) {
        n++;
        TRY(next_item(whatif, bulk, &n, &more));
        if (!more) {
            return OK;
        }
        struct whatif_reason item = whatif->items[whatif->replay.found.leaf.item - 1];
        if (refused && is_done(&item)) {
            item.rule = RULE_BLK_03B;
        }
        TRY(tell(whatif, &item));
    }
}

struct status whatif_at(struct whatif *whatif, uint64_t n)
{
    struct whatif_reason would_be;
    const struct replay_found *found = &whatif->replay.found;
    struct status status = replay_at(&whatif->replay, n);
    if (status.code == STATUS_NOT_FOUND) {
        return OK;
    }
    TRY(status);
    if (found->leaf.n == whatif->last_n || found->command_n == whatif->last_bulk) {
        return OK;
    }
    whatif->last_n = found->leaf.n;
    if (found->leaf.item > 0 && command_infos[found->command.kind].bulk_all) {
        whatif->last_bulk = found->command_n;
        return ask_all(whatif, found->command_n);
    }
    TRY(ask_policy(whatif, &would_be));
    return tell(whatif, &would_be);
}
