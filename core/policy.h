/*
 * core/policy.h -- other rules than the ones in force, for the question what they would have done.
 *
 * Shape    A view without a policy, which is every view that a real decision is taken on, decides
 *          by what the catalogue and the settings say. A view with one goes on where a rule is off,
 *          so that the next reason shows; takes the policy's seconds for a setting; and counts what
 *          was granted and revoked since the login as the policy says. Nothing else differs: the
 *          same code decides.
 * Firm     Some rules ask for what a decision is about at all: a user, a file, a project that there
 *          is. Without it there is nothing to decide, and they cannot be off.
 * Source   DESIGN.md 13; domain.md 1.18-9 and Q39.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "core/view.h"

struct policy {
    bool off[RULE_COUNT];             /* of rules that are not firm */
    uint64_t settings[SETTING_COUNT]; /* seconds; 0: as it was set then */
    bool grants_at_once;              /* else from the next login on */
    bool revocations_at_login;        /* from the next login on; else at once */
};

/* Whether the rule cannot be off. */
bool policy_is_firm(enum rule rule);

/* Whether the view's policy has the rule off. */
static inline bool policy_waives(const struct view *view, enum rule rule)
{
    return view->policy != NULL && view->policy->off[rule];
}

/* The setting that the policy has instead; 0: none. */
static inline uint64_t policy_seconds(const struct view *view, enum setting setting)
{
    return view->policy == NULL ? 0 : view->policy->settings[setting];
}

/* The view in which a right of somebody who logged in at an event must be there for having been
 * granted, and the one for not having been revoked. `opened_n` UINT64_MAX: outside sessions. */
struct view policy_granted_view(const struct view *view, uint64_t opened_n);
struct view policy_kept_view(const struct view *view, uint64_t opened_n);

#endif
