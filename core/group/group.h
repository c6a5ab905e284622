/*
 * core/group/group.h -- cryptographic groups: members hold the group's key, seven permissions.
 *
 * Shape    Whoever is in `group_member` holds a wrapped key of the group. Shares and groups count at
 *          once, without a new login: holding the key is what makes them.
 * Source   domain.md GRP-01 to GRP-16.
 */
#ifndef CORE_GROUP_GROUP_H
#define CORE_GROUP_GROUP_H

#include "core/decision.h"

/* A group that is there and not deleted; *out may be NULL. */
bool group_by_id(const struct view *view, struct id group, struct group_row *out);

/* Whether the user is a member of a group that is there; *out may be NULL. */
bool group_has_member(const struct view *view, struct id group, struct id user,
                      struct group_member_row *out);

/* Whether the user may do this in the group; the owner may do everything. */
bool group_allows(const struct view *view, struct id group, struct id user,
                  enum group_permission permission);

#endif
