/*
 * core/identity/session.h -- signed periods of a user, opened with a second factor.
 *
 * State     `session` by id: whose, challenged, opened or closed, until when, the active project.
 *           `open_session`: the sessions of a user that were opened and not ended; one that has run
 *           out stays there until the next login, and is not open.
 * Decide    session.challenge, open, close, invalidate, activate_project, deactivate_project.
 * Evolve    session.challenged, opened, closed, invalidated, project_activated,
 *           project_deactivated.
 *
 * Source    domain.md IDN-06, IDN-08, IDN-09, IDN-11.
 */
#ifndef CORE_IDENTITY_SESSION_H
#define CORE_IDENTITY_SESSION_H

#include "core/decision.h"

enum {
    SESSIONS_OPEN_MAX = 8,        /* of one user */
    SESSION_CHALLENGE_LIFE = 300, /* seconds */
};

/* Whether there is such a session, opened, not ended and not run out; *out may be NULL. */
bool session_is_open(const struct view *view, struct id session, struct session_row *out);
/* When an opened session runs out. */
uint64_t session_expiry(const struct view *view, const struct session_row *session);
/* The open session of the user that was opened last, or ID_NONE. */
struct id session_of(const struct view *view, struct id user);
/* Whether the project is the active one of the session, and that is open. */
bool session_has_project(const struct view *view, struct id session, struct id project);

/* Ends every session of the user that is open, in this decision. `reason` may be empty. */
void session_end_all(const struct view *view, struct id user, enum session_end cause,
                     struct bytes reason, struct decision *decision);

/* What a session's rights are known by: a chain of SHA-256 over role and permissions, every active
 * membership and every certification that holds, each as a line of canonical JSON. */
struct digest session_rights(const struct view *view, const struct user_row *user);

#endif
