/*
 * reports/audit/desk.h -- what lies on the desk of whoever works with the audit.
 *
 * Shape    Lists of the state as of a view: declarations with whether they are in force, reviews,
 *          alerts with what became of them, cases, audit managers with when they last acted. Each
 *          row names the event that it rests on: the one that made the thing.
 * Memory   Flat; the view's arena is set back for each row.
 * Errors   As the state and the rows fail; the managers' as the query does.
 * Source   domain.md AUD-05, AUD-14, AUD-17, AUD-18; NIST SP 800-171 r2 3.3.9.
 */
#ifndef REPORTS_AUDIT_DESK_H
#define REPORTS_AUDIT_DESK_H

#include "core/engine.h"
#include "reports/rows.h"

struct desk {
    struct engine *engine; /* for names, and for when managers acted */
    const struct view *view;
    struct rows *rows;
    bool all; /* also what is closed, withdrawn or done */
};

/* Each begins, fills and flushes the rows; *count is how many there were. */
MUST_CHECK struct status desk_declarations(const struct desk *desk, uint64_t *count);
MUST_CHECK struct status desk_reviews(const struct desk *desk, uint64_t *count);
MUST_CHECK struct status desk_alerts(const struct desk *desk, uint64_t *count);
/* These, in this order. */
MUST_CHECK struct status desk_alerts_of(const struct desk *desk, const struct id *alerts,
                                        size_t count);
MUST_CHECK struct status desk_cases(const struct desk *desk, uint64_t *count);
MUST_CHECK struct status desk_contacts(const struct desk *desk, uint64_t *count);
/* With `all` also those who may do something of the audit by their role. */
MUST_CHECK struct status desk_managers(const struct desk *desk, uint64_t *count);

/* What is in a case: its events, and its notes as the events that hold them. */
MUST_CHECK struct status desk_case(const struct desk *desk, struct id folder, uint64_t *count);

#endif
