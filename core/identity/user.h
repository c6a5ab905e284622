/*
 * core/identity/user.h -- people with keys.
 *
 * State     `user` by id: login name, public keys, role, state, permissions. `login`: the same by
 *           name. `role`: who holds one. Whether a user is disabled is computed from
 *           `disabled_until` and the view's `now`; no event ends a suspension that runs out.
 * Decide    user.register, change_role, change_state, disable, enable, delete, refresh. Whoever
 *           becomes inactive, disabled or deleted loses every open session in the same decision.
 * Evolve    user.registered (both versions), role_changed, state_changed, disabled_until,
 *           reenabled, deleted.
 *
 * Source    domain.md IDN-01 to IDN-05, IDN-16.
 */
#ifndef CORE_IDENTITY_USER_H
#define CORE_IDENTITY_USER_H

#include "core/decision.h"

enum {
    LOGIN_MAX = 64,        /* bytes, of those who register from now on */
    RECEIVE_KEY_SIZE = 32, /* X25519 */
};

/* Before the login name, a line feed and the receive key, in the message that proves a card: signed
 * by the key to sign. */
#define CARD_DOMAIN "cairn-card-v1\n"

bool user_by_id(const struct view *view, struct id id, struct user_row *out);
/* False for a name nobody has. A user who is deleted is still found. */
bool user_by_login(const struct view *view, struct bytes login, struct user_row *out);

bool user_is_disabled(const struct view *view, const struct user_row *user);
/* Why the user opens no session and gives no command now (IDN-01d, IDN-03b, IDN-04b), or RULE_NONE.
 */
enum rule user_refusal(const struct view *view, const struct user_row *user);

/* Why the actor may not change that user (IDN-01d, IDN-02a, IDN-02b), or RULE_NONE with *out. */
enum rule user_change_refusal(const struct view *view, const struct actor *actor, struct id user,
                              struct user_row *out);

/* One line for people. */
void user_describe(const struct user_row *user, struct text *out);

#endif
