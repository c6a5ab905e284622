/*
 * core/vm/vm_user.h -- who else is in a machine: its users and its managers.
 *
 * Shape     The owner lets users in, and so does a manager with the permission `users`. A user has
 *           one profile at most (vm_profile.h), or permissions of their own; without either, none.
 *           What does not go with a new role falls away: permissions that are managers' alone, and
 *           a profile of the other role, whose permissions become the user's own.
 * Giving    Nobody but the owner gives a permission that they do not have themselves, nor changes
 *           or removes somebody who has one that they have not (VM-06f).
 * State     `vm_user` by machine and user.
 * Decide    vm.add_user, remove_user, set_role, set_profile.
 * Evolve    vm.user.added, removed, role_changed, profile_set.
 *
 * Source    domain.md VM-06, VM-07, VM-09.
 */
#ifndef CORE_VM_VM_USER_H
#define CORE_VM_VM_USER_H

#include "core/decision.h"
#include "core/evolution.h"

/* Why the actor may not arrange this in a machine, or RULE_NONE with *out: it is there, and the
 * actor its owner or a manager of it with the permission; of permissions the actor gives only those
 * that are the actor's too. */
struct vm_giving {
    struct id vm;
    enum vm_permission needs;
    unsigned gives; /* a set */
};
enum rule vm_giving_refusal(const struct view *view, const struct actor *actor,
                            const struct vm_giving *giving, struct vm_row *out);

/* For evolve: everybody with this profile has these permissions. */
void vm_user_follow(struct evolution *evolution, const struct vm_profile_row *profile);

#endif
