/*
 * reports/alerts/check.h -- whether the alerts that were raised follow from the log.
 *
 * Shape    Each scan has said which part of the log it looked at. The rules are held against that
 *          part again, as of then; an alert of that scan which they do not find was raised by
 *          other rules than these, or made up. What they find and was not raised is counted, by
 *          severity: a scan may have been asked to leave it out. Alerts that are tests follow from
 *          nothing.
 * Memory   An arena of ALERT_CHECK_MEMORY bytes.
 * Errors   As the log, the state and the rules fail.
 * Source   domain.md AUD-17a.
 */
#ifndef REPORTS_ALERTS_CHECK_H
#define REPORTS_ALERTS_CHECK_H

#include "reports/alerts/scan.h"

enum {
    ALERT_CHECK_FINDINGS = 4 * ALERT_SCAN_MAX, /* of one scan, those included that were known */
    ALERT_CHECK_MEMORY = ALERT_SCAN_MEMORY,    /* bytes */
};

/* An alert that does not follow; lent for the visit. */
struct alert_stray {
    struct id alert;
    struct bytes rule;
    enum severity severity;
};
typedef struct status alert_stray_visit(void *context, const struct alert_stray *stray);

struct alert_check {
    struct engine *engine;
    struct arena *arena;
    alert_stray_visit *visit;
    void *context;
    /* set by alert_check_run */
    uint64_t size;                     /* events of the log that was looked at */
    uint64_t scans, alerts, tests;     /* alerts: those that are no tests */
    uint64_t strays;                   /* alerts that do not follow */
    uint64_t left_out[SEVERITY_COUNT]; /* findings for which no alert was raised, then or before */
};

MUST_CHECK struct status alert_check_run(struct alert_check *check);

#endif
