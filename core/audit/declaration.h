/*
 * core/audit/declaration.h -- what the organisation says of objectives, by documents of its own.
 *
 * Shape     Whoever does the audit's work declares a draft; an audit manager other than that
 *           person approves it. It is in force from when it takes effect until it is due for
 *           review or withdrawn; several may be in force for one objective.
 * State     `declaration` by id; `objective`: the declarations about one.
 * Decide    policy.declare, policy.approve, policy.withdraw.
 * Evolve    policy.declared, policy.approved, policy.withdrawn.
 * Units     period_days: how long records are kept (3.3.1e), or how often a review is due (3.3.3a,
 *           3.3.5a); tolerance_us: how far the clock may be off (3.3.7).
 * Limits    DECLARATION_OBJECTIVES_MAX, DECLARATION_KINDS_MAX.
 *
 * Source    domain.md AUD-05, AUD-06; NIST SP 800-171A 3.3.1 to 3.3.9, the declared objectives.
 */
#ifndef CORE_AUDIT_DECLARATION_H
#define CORE_AUDIT_DECLARATION_H

#include "core/decision.h"

enum {
    DECLARATION_OBJECTIVES_MAX = 32,
    DECLARATION_KINDS_MAX = 400,
    DECLARATION_CADENCE_MAX = 366,  /* days */
    DECLARATION_PERIOD_MAX = 36600, /* days */
};

bool declaration_by_id(const struct view *view, struct id declaration, struct declaration_row *out);

/* Whether it is in force at the view's now: approved, effective, and not yet due for review. */
bool declaration_in_force(const struct view *view, const struct declaration_row *declaration);

/* The newest declaration that is in force for an objective; false if there is none. */
bool declaration_for(const struct view *view, struct bytes objective, struct declaration_row *out);

/* Whether a text is like 3.3.1e: what an objective is called. */
bool declaration_is_objective(struct bytes text);

/* Whether a text names kinds of events: one of the catalogue, all of a noun (`vault.*`), or `*`. */
bool declaration_is_kinds(struct bytes text);
/* Whether such a text names this kind. */
bool declaration_names_kind(struct bytes text, enum event_kind kind);

#endif
