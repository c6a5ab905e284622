/*
 * core/identity/permission.h -- what a user may do besides what the role says.
 *
 * Shape     A set of permissions is a bit for each; lists are in the order of the catalogue, each
 *           once. A role comes with its defaults: whoever gets another role starts from them.
 * Decide    user.change_permissions.
 * Evolve    user.permissions_changed.
 *
 * Source    domain.md IDN-10.
 */
#ifndef CORE_IDENTITY_PERMISSION_H
#define CORE_IDENTITY_PERMISSION_H

#include "core/decision.h"

uint32_t permission_defaults(enum user_role role);

uint32_t permission_set(const enum user_permission *list, size_t count);
/* Their number. */
size_t permission_list(uint32_t set, enum user_permission out[static USER_PERMISSION_COUNT]);
/* The same, lent by the view's arena, for the body of an event; NULL for none. */
const enum user_permission *permission_lent(const struct view *view, uint32_t set, size_t *count);

/* Whether whoever gives a command has the permission: now and at login. */
bool user_can(const struct view *view, const struct actor *actor, enum user_permission permission);
/* All that the actor has, now and at login. */
uint32_t permission_of(const struct view *view, const struct actor *actor);

#endif
