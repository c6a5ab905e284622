/*
 * core/project/certification.h -- requirements, levels, certifications, and whether they are met.
 *
 * Shape    satisfied(user, project, t): for every requirement of the project's level and of those of
 *          its ancestors there is a certification that was issued, has not ended and has not
 *          expired at t. A pure function of the log (SEC-05).
 * Source   domain.md SEC-01 to SEC-06, PRJ-07, PRJ-09, PRJ-10.
 */
#ifndef CORE_PROJECT_CERTIFICATION_H
#define CORE_PROJECT_CERTIFICATION_H

#include "core/decision.h"

enum {
    REQUIREMENTS_MAX = 64, /* of one project, its ancestors' included; more are never satisfied */
};

/* A certification that holds in the view for the user and the requirement; *out may be NULL. */
bool certification_holds(const struct view *view, struct id user, struct id requirement,
                         struct cert_row *out);

/* The requirements that a project asks for, its own and its ancestors'; each once. Their number. */
size_t certification_required(const struct view *view, struct id project,
                              struct id out[static REQUIREMENTS_MAX]);

/* Whether all of them are met; if not, *missing (may be NULL) is the first that is not. */
bool certification_satisfied(const struct view *view, struct id project, struct id user,
                             struct id *missing);

/* The same for whoever gives a command: now and when the session was opened. */
bool certification_granted(const struct view *view, const struct actor *actor, struct id project,
                           struct id *missing);

#endif
