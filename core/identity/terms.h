/*
 * core/identity/terms.h -- terms of service: the newest ones, and who has accepted them.
 *
 * State     `newest_terms`; which terms a user has accepted last is in the `user` row.
 * Decide    system.publish_terms, user.accept_terms.
 * Evolve    system.terms_published, user.terms_accepted.
 *
 * Source    domain.md IDN-13.
 */
#ifndef CORE_IDENTITY_TERMS_H
#define CORE_IDENTITY_TERMS_H

#include "core/decision.h"

/* Whether terms are required that the user has not accepted: no other command comes before. */
bool terms_due(const struct view *view, const struct user_row *user);

#endif
