/*
 * core/project/membership.h -- who is a member of which project, and since when that counts.
 *
 * Shape    A membership is active from the event that added it until it is removed or expires; that
 *          is evaluated at the view's `now`, and needs no event. The PI is a member like a manager.
 * Source   domain.md PRJ-03, 1.18-9.
 */
#ifndef CORE_PROJECT_MEMBERSHIP_H
#define CORE_PROJECT_MEMBERSHIP_H

#include "core/decision.h"

/* The membership as it is in the view, if it is active then. *out may be NULL. */
bool membership_active(const struct view *view, struct id project, struct id user,
                       struct membership_row *out);

/* The same for whoever gives a command: active now and when the session was opened. *out is the one
 * of now, with the lower of both roles and the restrictions of now. */
bool membership_granted(const struct view *view, const struct actor *actor, struct id project,
                        struct membership_row *out);

/* Whether the actor leads the project: its PI, or a manager, now and at login. */
bool membership_leads(const struct view *view, const struct actor *actor, struct id project);

/* Whether the actor may manage members and settings of the project: administrators, sub-admins it is
 * assigned to, PI and managers (PRJ-03a, IDN-19b). */
bool membership_manages(const struct view *view, const struct actor *actor, struct id project);

#endif
