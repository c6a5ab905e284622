/*
 * core/audit/review.h -- reviews of what is logged and of what was, and what is added to it.
 *
 * Shape     A review is opened over a period and signed once, with what it came to. One that asks
 *           for a change says by when; a change of the set of logged kinds that names it answers
 *           it.
 * State     `review` by id; `event_set`: kinds that are logged by decision.
 * Decide    audit.open_review, audit.sign_review, audit.change_event_set.
 * Evolve    audit.review_opened, audit.review_signed, audit.event_set_changed.
 * Limits    EVENT_SET_CHANGE_MAX kinds at a time.
 *
 * Source    domain.md AUD-18; NIST SP 800-171 r2 3.3.3 (reviews of events), 3.3.5 (of records).
 */
#ifndef CORE_AUDIT_REVIEW_H
#define CORE_AUDIT_REVIEW_H

#include "core/decision.h"

enum {
    EVENT_SET_CHANGE_MAX = 200,
    REVIEW_FINDINGS_MAX = 100,
};

bool review_by_id(const struct view *view, struct id review, struct review_row *out);

/* Whether it asks for a change that has not followed by the view's now, and should have. */
bool review_is_overdue(const struct view *view, const struct review_row *review);

#endif
