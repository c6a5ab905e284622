/*
 * core/project/certification.h -- certifications of users for requirements, and what they satisfy.
 *
 * Shape    satisfied(user, project, t): for every requirement of the project's level and of those
 *          of its ancestors there is a certification that was issued, has not been ended and has
 *          not expired at t. A pure function of the log (SEC-05).
 * Life     From issue to the moment asked for; else as long as the requirement says by default;
 *          else as long as it allows; else for ever.
 * State    `cert` by id, `cert_of` by user and requirement. Nothing is removed: what has ended
 *          stays.
 * Decide   cert.issue, by an administrator or whoever leads the project named, for requirements
 *          that this project asks for, its ancestors' included; cert.expire, which ends the
 *          activations that stand on it.
 * Evolve   cert.issued, cert.expired.
 * Source   domain.md SEC-03 to SEC-05, PRJ-05, PRJ-07, PRJ-09, PRJ-10.
 */
#ifndef CORE_PROJECT_CERTIFICATION_H
#define CORE_PROJECT_CERTIFICATION_H

#include "core/decision.h"

enum {
    REQUIREMENTS_MAX = 64, /* of one project, its ancestors' included; more are never satisfied */
};

/* A certification that holds in the view for the user and the requirement: of many the one that
 * lasts longest. *out may be NULL. */
bool certification_holds(const struct view *view, struct id user, struct id requirement,
                         struct cert_row *out);

/* The same, with the event that made it so; UINT64_MAX on false. */
bool certification_holds_made_by(const struct view *view, struct id user, struct id requirement,
                                 struct cert_row *out, uint64_t *made_by);

/* The requirements that a project asks for, its own and its ancestors'; each once. Their number, at
 * most REQUIREMENTS_MAX. */
size_t certification_required(const struct view *view, struct id project,
                              struct id out[static REQUIREMENTS_MAX]);

/* The same; false if there are more, or the project is not there. */
bool certification_required_all(const struct view *view, struct id project,
                                struct id out[static REQUIREMENTS_MAX], size_t *count);

/* Whether all of them are met; if not, *missing (may be NULL) is the first that is not, or ID_NONE
 * if they are too many to be met. */
bool certification_satisfied(const struct view *view, struct id project, struct id user,
                             struct id *missing);

/* Whether they would be met if one certification were not there. */
bool certification_satisfied_without(const struct view *view, struct id project, struct id user,
                                     struct id cert);

/* Whether they are met for whoever gives a command: now, and when the session was opened; what is
 * asked for since then by a certification that was there before. */
bool certification_granted(const struct view *view, const struct actor *actor, struct id project,
                           struct id *missing);

#endif
