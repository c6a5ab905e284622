/*
 * core/project/membership.h -- who is a member of which project, and since when that counts.
 *
 * Shape    A membership is active from the event that added it until it is removed or expires; that
 *          is evaluated at the view's `now`, and needs no event. The PI is a member as manager, as
 *          long as she is the PI. Whoever has been a member until it expired may be added again.
 * State    `membership` by project and user, `member_of` the other way round.
 * Decide   project.add_member, remove_member, change_member_role, change_member_expiry. What ends a
 *          membership at once ends its activations with it: an expiry that has passed does, too.
 * Evolve   project.member_added, member_removed, member_role_changed, member_expiry_changed.
 * Source   domain.md PRJ-02, PRJ-03, PRJ-15, 1.18-9.
 */
#ifndef CORE_PROJECT_MEMBERSHIP_H
#define CORE_PROJECT_MEMBERSHIP_H

#include "core/decision.h"
#include "core/evolution.h"

/* The membership as it is in the view, if it is active then and the project is there. *out may be
 * NULL. */
bool membership_active(const struct view *view, struct id project, struct id user,
                       struct membership_row *out);

/* The same, with the event that made the membership as it is. On false, what an expired one was
 * like stays in *out (its user is ID_NONE if there is none), and *made_by is UINT64_MAX without
 * one. */
bool membership_active_made_by(const struct view *view, struct id project, struct id user,
                               struct membership_row *out, uint64_t *made_by);

/* The same for whoever gives a command: active now and when the session was opened. *out is the one
 * of now, with the lower of both roles and the restrictions of both. */
bool membership_granted(const struct view *view, const struct actor *actor, struct id project,
                        struct membership_row *out);

bool membership_forbids(const struct membership_row *row, enum restriction restriction);

/* Whether the actor leads the project: its PI, or a manager, now and at login. */
bool membership_leads(const struct view *view, const struct actor *actor, struct id project);

/* Whether the actor may manage members and settings of the project: administrators, sub-admins it
 * is assigned to, PI and managers (PRJ-03a, IDN-19b). */
bool membership_manages(const struct view *view, const struct actor *actor, struct id project);

/* The rule by which somebody is refused who does not: `otherwise`, or IDN-19b for a
 * sub-administrator. */
enum rule membership_refusal(const struct actor *actor, enum rule otherwise);

/* For evolve: puts the row of a manager without limits, and the row beside it. True if the user had
 * no membership before. */
bool membership_put_manager(struct evolution *evolution, struct id project, struct id user);

#endif
