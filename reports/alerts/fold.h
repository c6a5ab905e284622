/*
 * reports/alerts/fold.h -- the rules of alerts, folded over a part of the log.
 *
 * Shape    Both sorts of rules, those of reports/hints and those of reports/alerts/failure.h, see
 *          the events from ALERT_USUAL_US before `from` on, and tell of those from `from` on;
 *          deadlines are judged at the end. The same part of the same log, the same moment: the
 *          same findings.
 * Memory   An arena of ALERT_FOLD_MEMORY bytes; what is not needed is never touched.
 * Errors   As the log, the state, the rules (LIMIT) or the visit fail; then *to is the event at
 *          hand.
 */
#ifndef REPORTS_ALERTS_FOLD_H
#define REPORTS_ALERTS_FOLD_H

#include "core/engine.h"
#include "reports/alerts/failure.h"
#include "reports/hints/hint.h"

enum {
    ALERT_FOLD_MEMORY = HINTS_MEMORY_SIZE + (6 << 20), /* bytes */
};

#define ALERT_USUAL_US (UINT64_C(90) * 86400 * 1000000)

/* What a rule has found; all of it is lent for the visit, rule and sentence for ever. */
struct alert_finding {
    const char *rule, *sentence;
    enum severity severity;
    const uint64_t *because;
    size_t because_count;
    const struct id *on;
    size_t on_count;
};
typedef struct status alert_visit(void *context, const struct alert_finding *finding);

struct alert_part {
    struct engine *engine;
    struct log_snapshot *log;
    struct arena *arena;
    uint64_t from, to;   /* positions */
    uint64_t now_utc_us; /* what deadlines are compared with */
    alert_visit *visit;
    void *context;
};

MUST_CHECK struct status alert_fold(struct alert_part *part);

#endif
