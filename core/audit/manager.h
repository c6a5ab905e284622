/*
 * core/audit/manager.h -- who manages the audit, and who works with it.
 *
 * Shape     Management (approving declarations, adding kinds that are logged, saying whom alerts
 *           go to, approving the tools) is of audit managers: a declared subset of people, none of
 *           whom is a super-administrator. Auditors work (declare, review, look after alerts and
 *           cases), and manage nothing; managers do that too. No role of the platform implies
 *           either.
 * State     `audit_manager` by user.
 * Decide    audit.set_manager: by a super-administrator, about somebody else.
 * Evolve    audit.manager_changed.
 *
 * Source    domain.md AUD-10, AUD-14; NIST SP 800-171 r2 3.3.9.
 */
#ifndef CORE_AUDIT_MANAGER_H
#define CORE_AUDIT_MANAGER_H

#include "core/decision.h"

/* Whether a user is an audit manager in this view: named as one, and no super-administrator. */
bool manager_is(const struct view *view, struct id user);

/* Whether the actor may manage the audit: named before the session began (domain.md 1.18-9), and
 * still. */
bool manager_may_manage(const struct view *view, const struct actor *actor);
/* Whether the actor may do the audit's work: an auditor, or an audit manager. */
bool manager_may_work(const struct view *view, const struct actor *actor);

/* Whose signed command an event answers; user:0, who is nobody, if it is no user's. */
struct id manager_actor(const struct leaf *leaf);

#endif
