/*
 * core/vm/vm.h -- virtual machines: who may do what in them, and how they come and go.
 *
 * Shape     A machine is started from a recipe (config.h) by its owner, and is the same one until
 *           it is deleted: a service machine may run again and again, each run named by the event
 *           that began it. Requested, running and registered are up: a watcher saw the domain, then
 *           the machine's controller told its keys. What really runs is a watcher's to say;
 *           a decision only asks for it.
 * Rights    The owner may do everything in a machine; others what the owner, or a manager whom the
 *           owner let, gave them (vm_user.h, vm_profile.h). Whoever is in a machine that is tagged
 *           with a project must be an active member of it who meets its requirements, the owner
 *           too. No function here looks at a role in the system (VM-06b).
 * State     `vm` by id, `vm_name` by owner and name, `host_vm` and `team_vm`: what counts for hosts
 *           and teams while it is up.
 * Decide    vm.start, shutdown, delete, power_up.
 * Evolve    vm.start_requested, domain_started, start_failed, shutdown_requested, stopped,
 *           migrated, deleted, service_powered_up. What a watcher saw is folded whatever was asked.
 *
 * Source    domain.md VM-01, VM-02, VM-06, VM-07b, VM-15, VM-16, VM-22, VM-23, TEA-03.
 */
#ifndef CORE_VM_VM_H
#define CORE_VM_VM_H

#include "core/decision.h"
#include "core/evolution.h"

enum {
    VM_NAME_MAX = 255,    /* bytes of a name of a machine, host, brick, recipe, profile, … */
    VM_DRIVES_MAX = 32,   /* that a recipe has */
    VM_LIST_MAX = 256,    /* devices, capabilities, users of an access directory, … */
    VM_ADDRESS_MAX = 255, /* bytes of a host's address */
};

/* A machine that is there and not deleted; *out may be NULL. */
bool vm_by_id(const struct view *view, struct id vm, struct vm_row *out);
/* The machine that an owner calls so, likewise. */
bool vm_by_name(const struct view *view, struct id owner, struct bytes name, struct vm_row *out);

/* Whether it runs or is starting: a drive may be attached, and it may be shut down. */
bool vm_is_up(const struct vm_row *vm);
/* Whether its controller is there to do what is decided. */
bool vm_is_connected(const struct vm_row *vm);

/* The user's place in a machine; false for its owner, who has none and needs none. *out may be
 * NULL. */
bool vm_user_of(const struct view *view, struct id vm, struct id user, struct vm_user_row *out);

/* Whether somebody is in a machine at all, as its owner or a user of it, and meets what its project
 * asks for. */
bool vm_has(const struct view *view, struct id vm, struct id user);
/* Whether a project lets somebody into a machine that is tagged with it: an active member who meets
 * its requirements. Anybody, if it is ID_NONE. */
bool vm_project_admits(const struct view *view, struct id project, struct id user);

/* Whether somebody may do this in a machine: its owner may; a user by the permissions of the
 * profile or of their own, of which those that are managers' alone count for managers. */
bool vm_allows(const struct view *view, struct id vm, struct id user,
               enum vm_permission permission);
/* Whether somebody may arrange things for others in a machine: its owner, or a manager with the
 * permission. */
bool vm_manages(const struct view *view, struct id vm, struct id user,
                enum vm_permission permission);

/* Permissions as a set: bit p of it is permission p. All that the user has in the machine. */
unsigned vm_permissions(const struct view *view, struct id vm, struct id user);
unsigned vm_permission_set(const enum vm_permission *list, size_t count);
/* The list of a set, in their order; its length. */
size_t vm_permission_list(unsigned set, enum vm_permission out[static VM_PERMISSION_COUNT]);
/* The same, lent by the view's arena, for the body of an event; NULL for none. */
const enum vm_permission *vm_permission_lent(const struct view *view, unsigned set, size_t *count);
/* All that a role may have at all: statistics and groups are managers' alone (VM-08b). */
unsigned vm_role_permissions(enum vm_role role);

/* 1 to VM_NAME_MAX bytes without slash and control characters. */
bool vm_is_name(struct bytes name);
/* At most VM_LIST_MAX of them. */
bool vm_are_names(const struct bytes *names, size_t count);

/* One line for people. */
void vm_describe(const struct vm_row *vm, struct text *out);

#endif
