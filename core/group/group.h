/*
 * core/group/group.h -- cryptographic groups: members hold the group's key, seven permissions.
 *
 * Shape     Whoever is in `group_member` holds a wrapped key of the group. Shares and groups count
 *           at once, without a new login: holding the key is what makes them.
 * State     `group` by id: owner, newest key and its epoch, tag. `group_member`: who is in it,
 *           with which permissions, since which epoch. `group_key`: the wrapped keys.
 *           `group_name`: by name.
 * Decide    group.create, set_project and delete in group_life.c, members and permissions in
 *           group_member.c, keys in group_key.c; group.list_members.
 * Keys      Epochs count from 1. A new member gets the newest, and those older ones that whoever
 *           adds them hands on; whoever leaves loses all, and makes a new key due before anything
 *           more is wrapped for the group (GRP-02c).
 * Source    domain.md GRP-01 to GRP-16.
 */
#ifndef CORE_GROUP_GROUP_H
#define CORE_GROUP_GROUP_H

#include "core/decision.h"

enum {
    GROUP_NAME_MAX = 255,    /* bytes */
    GROUP_KEY_SIZE = 32,     /* bytes of an X25519 public key */
    GROUP_MEMBERS_MAX = 900, /* their new keys fit one command */
};

/* A group that is there and not deleted; *out may be NULL. */
bool group_by_id(const struct view *view, struct id group, struct group_row *out);

/* Whether the user is a member of a group that is there; *out may be NULL. */
bool group_has_member(const struct view *view, struct id group, struct id user,
                      struct group_member_row *out);

/* Whether the user may do this in the group; the owner may do everything. */
bool group_allows(const struct view *view, struct id group, struct id user,
                  enum group_permission permission);

/* The rule that forbids to wrap something for the group's key of this epoch, or RULE_NONE: the
 * group is there, the epoch its newest, and no new key is due. */
enum rule group_key_refusal(const struct view *view, struct id group, uint64_t epoch);

/* 1 to GROUP_NAME_MAX bytes without slash and control characters. */
bool group_is_name(struct bytes name);

/* Permissions as a set: bit p of it is permission p. */
unsigned group_permission_set(const enum group_permission *list, size_t count);
/* The list of a set, in their order; its length. */
size_t group_permission_list(unsigned set,
                             enum group_permission out[static GROUP_PERMISSION_COUNT]);
/* What is recommended for a user or a manager (GRP-07). */
unsigned group_preset_set(enum group_preset preset);

#endif
