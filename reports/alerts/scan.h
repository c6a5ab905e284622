/*
 * reports/alerts/scan.h -- the rules of alerts held against the log, and what is new said to it.
 *
 * Shape    A scan begins where the last one ended. The rules are those of reports/hints and those
 *          of reports/alerts/failure.h; hints compare with what was usual in the ALERT_USUAL_US
 *          before. What is found becomes alert.raised, unless an alert of this rule because of
 *          these events has been raised; then alert.scanned says how far the scan came. So whoever
 *          has the log can hold the same rules against the same events, and comes to the same
 *          alerts.
 * Limits   ALERT_SCAN_MAX alerts at once: a scan that finds more ends at the event that was one
 *          too many, and the next one begins there.
 * Memory   An arena of ALERT_SCAN_MEMORY bytes; what is not needed is never touched.
 * Errors   As the log, the state, the rules (LIMIT) or the engine fail.
 * Source   domain.md AUD-17; NIST SP 800-171 r2 3.3.4, 3.3.5.
 */
#ifndef REPORTS_ALERTS_SCAN_H
#define REPORTS_ALERTS_SCAN_H

#include "reports/alerts/fold.h"

enum {
    ALERT_SCAN_MAX = 1000,
    ALERT_SCAN_MEMORY = ALERT_FOLD_MEMORY + (2 << 20), /* bytes */
};

struct alert_scan_options {
    struct engine *engine;
    struct arena *arena;
    enum severity least; /* less severe findings raise no alert */
    bool has_since;      /* begin there, and not where the last scan ended */
    uint64_t since;      /* position */
    struct bytes by;     /* who runs it, for the log */
    uint64_t now_utc_us; /* what deadlines are compared with */
};

struct alert_scan_outcome {
    uint64_t from, to; /* the positions that were looked at */
    uint64_t raised;   /* alerts */
    uint64_t known;    /* findings that had been raised before */
    bool cut;          /* ALERT_SCAN_MAX were raised: there may be more */
    struct id alerts[ALERT_SCAN_MAX];
};

/* Scans, raises and returns once that is durable; alerts[] are the new ones, in their order. */
MUST_CHECK struct status alert_scan(const struct alert_scan_options *options,
                                    struct alert_scan_outcome *outcome);

#endif
