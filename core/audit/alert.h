/*
 * core/audit/alert.h -- what people are told of, and what became of it.
 *
 * Shape     An alert is raised once for a rule and the events that it rests on: its identity is
 *           the hash of both, so that whoever holds the rules against the log again comes to the
 *           same alerts. Contacts are told; somebody acknowledges it, and closes it.
 * State     `alert` by id; `alert_identity`; `open_alert`: those not closed; `delivery`: what
 *           became of each on its way to each contact; `alert_scan`: how far the rules have been
 *           held against the log.
 * Decide    alert.acknowledge, alert.close.
 * Evolve    alert.raised, delivered, acknowledged, closed, scanned.
 *
 * Source    domain.md AUD-17; NIST SP 800-171 r2 3.3.4.
 */
#ifndef CORE_AUDIT_ALERT_H
#define CORE_AUDIT_ALERT_H

#include "core/decision.h"

bool alert_by_id(const struct view *view, struct id alert, struct alert_row *out);

/* The identity of an alert: what rule, because of which events. Want of memory is the view's
 * trouble. */
struct digest alert_identity_of(const struct view *view, struct bytes rule, const uint64_t *because,
                                size_t because_count);
/* The alert of this identity; false if none was raised. */
bool alert_known(const struct view *view, const struct digest *identity, struct id *out);

/* The position that the next scan of the rules starts at. */
uint64_t alert_scanned(const struct view *view);

#endif
