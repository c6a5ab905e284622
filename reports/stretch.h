/*
 * reports/stretch.h -- moments and ranges that people name, as places in the log.
 *
 * Shape    A time becomes the last event recorded by then; a position the time at which it was
 *          recorded. A view as of a moment, and a stretch between two, follow from that.
 * Limits   `size` is how many events of the log count: at least one.
 * Errors   NOT_FOUND with the reason for what lies before the log or beyond it; else fails as the
 *          log does.
 */
#ifndef REPORTS_STRETCH_H
#define REPORTS_STRETCH_H

#include "core/view.h"
#include "reports/access/interval.h"
#include "reports/moment.h"
#include "store/log.h"

/* When an event was recorded: time_of of an interval_question, whose context is the snapshot. */
MUST_CHECK struct status stretch_time_of(void *log, uint64_t n, uint64_t *utc_us);

/* Sets the view to a moment; MOMENT_OPEN leaves it as it is. */
MUST_CHECK struct status stretch_set_view(struct log_snapshot *log, uint64_t size,
                                          struct moment moment, struct view *view);

/* The range as the two moments of an interval_question; what is open reaches to the log's first
 * event, and to the later of `now` and its last. */
struct stretch {
    struct interval_moment from, to;
};
MUST_CHECK struct status stretch_find(struct log_snapshot *log, uint64_t size,
                                      const struct moment_range *range, uint64_t now_utc_us,
                                      struct stretch *out);

/* Whether there is anything in it. */
static inline bool stretch_is_empty(const struct stretch *stretch)
{
    return stretch->from.utc_us >= stretch->to.utc_us && stretch->from.n >= stretch->to.n;
}

#endif
