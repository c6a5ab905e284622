#include "reports/stretch.h"

#include "reports/query.h"

struct status stretch_time_of(void *log, uint64_t n, uint64_t *utc_us)
{
    struct bytes bytes;
    struct leaf leaf;
    TRY(log_read_leaf(log, n, &bytes));
    TRY(leaf_decode(bytes, &leaf));
    *utc_us = leaf.t_utc_us;
    return OK;
}

/* The last event recorded by a time. */
static struct status last_by(struct log_snapshot *log, uint64_t size, uint64_t utc_us, uint64_t *n)
{
    uint64_t next;
    TRY(query_position_at(log, utc_us + 1, &next));
    next = next < size ? next : size;
    if (next == 0) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the log did not exist then");
    }
    *n = next - 1;
    return OK;
}

struct status stretch_set_view(struct log_snapshot *log, uint64_t size, struct moment moment,
                               struct view *view)
{
    uint64_t n = moment.value, utc_us = moment.value;
    if (moment.kind == MOMENT_OPEN) {
        return OK;
    }
    if (moment.kind == MOMENT_POSITION && n >= size) {
        return FAIL_BECAUSE(NOT_FOUND, n, "the log has no such event yet");
    }
    TRY(moment.kind == MOMENT_POSITION ? stretch_time_of(log, n, &utc_us)
                                       : last_by(log, size, utc_us, &n));
    view->as_of_n = n;
    view->now_utc_us = utc_us;
    return OK;
}

/* The last event that counts at the beginning; before the log began, that is its first. */
static struct status find_from(struct log_snapshot *log, uint64_t size, struct moment since,
                               struct interval_moment *out)
{
    TRY(stretch_time_of(log, 0, &out->utc_us));
    out->n = 0;
    if (since.kind == MOMENT_POSITION) {
        out->n = since.value;
        return stretch_time_of(log, since.value, &out->utc_us);
    }
    if (since.kind == MOMENT_TIME && since.value > out->utc_us) {
        TRY(last_by(log, size, since.value, &out->n));
        out->utc_us = since.value;
    }
    return OK;
}

/* The first event, and the first time, that count no more. */
static struct status find_to(struct log_snapshot *log, uint64_t size, struct moment until,
                             uint64_t now_utc_us, struct interval_moment *out)
{
    uint64_t last_utc_us;
    TRY(stretch_time_of(log, size - 1, &last_utc_us));
    out->n = size;
    out->utc_us = now_utc_us > last_utc_us ? now_utc_us : last_utc_us + 1;
    if (until.kind == MOMENT_POSITION && until.value < size) {
        out->n = until.value;
        return stretch_time_of(log, until.value, &out->utc_us);
    }
    if (until.kind == MOMENT_TIME) {
        out->utc_us = until.value;
        TRY(query_position_at(log, until.value, &out->n));
        out->n = out->n < size ? out->n : size;
    }
    return OK;
}

struct status stretch_find(struct log_snapshot *log, uint64_t size,
                           const struct moment_range *range, uint64_t now_utc_us,
                           struct stretch *out)
{
    if (size == 0) {
        return FAIL_BECAUSE(NOT_FOUND, 0, "the log has no events");
    }
    TRY(find_from(log, size, range->since, &out->from));
    return find_to(log, size, range->until, now_utc_us, &out->to);
}
