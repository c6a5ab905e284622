/*
 * core/vm/vm_profile.h -- profiles: templates of permissions within one machine.
 *
 * Shape     A profile is of a role: permissions that are managers' alone are no user's. Who has it
 *           has its permissions, and when it is edited, the new ones.
 * State     `vm_profile` by id, `vm_profile_name` by machine and name.
 * Decide    vm.profile.create, edit, delete: by whoever manages the machine's users, and no more
 *           than they have themselves (vm_user.h), while the machine is connected.
 * Evolve    vm.profile.created, edited, deleted.
 *
 * Source    domain.md VM-08, VM-09.
 */
#ifndef CORE_VM_VM_PROFILE_H
#define CORE_VM_VM_PROFILE_H

#include "core/decision.h"

/* A profile that is there and not deleted. */
bool vm_profile_by_id(const struct view *view, struct id profile, struct vm_profile_row *out);

#endif
