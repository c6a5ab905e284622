/*
 * core/vm/vm_group.h -- groups within a machine: some of its users under a name.
 *
 * Shape     A group has no key and gives no right by itself; the controller knows it. It is never
 *           renamed: another name is another group. Who leaves the machine leaves its groups.
 * State     `vm_group` by id, `vm_group_name` by machine and name, `vm_group_member`.
 * Decide    vm.group.create, delete, add_member, remove_member.
 * Evolve    vm.group.created, deleted, member_added, member_removed.
 *
 * Source    domain.md VM-11.
 */
#ifndef CORE_VM_VM_GROUP_H
#define CORE_VM_VM_GROUP_H

#include "core/decision.h"
#include "core/evolution.h"

/* A group of a machine that is there and not deleted. */
bool vm_group_by_id(const struct view *view, struct id group, struct vm_group_row *out);
bool vm_group_has(const struct view *view, struct id group, struct id user);

/* For evolve: the user is in no group of the machine any more. */
void vm_group_leave_all(struct evolution *evolution, struct id vm, struct id user);

#endif
