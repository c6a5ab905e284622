/*
 * core/identity/user.h -- people with keys.
 *
 * State     `user` by id: login name, public key, role. `login`: the same by name.
 * Decide    user.register.
 * Evolve    user.registered.
 *
 * Source    domain.md IDN-01, IDN-02.
 */
#ifndef CORE_IDENTITY_USER_H
#define CORE_IDENTITY_USER_H

#include "core/decision.h"

bool user_by_id(const struct view *view, struct id id, struct user_row *out);
/* False for a name nobody has. */
bool user_by_login(const struct view *view, struct bytes login, struct user_row *out);

/* One line for people. */
void user_describe(const struct user_row *user, struct text *out);

#endif
