/*
 * core/vm/vm_controller.h -- what is known of the controller in a machine, and what libvirt says.
 *
 * Shape     A controller tells its keys when it comes up (core/vm/controller.h), learns its owner's
 *           key once, and says up to which event it enforces what was decided. Another run of the
 *           machine has another controller; the owner's key stays pinned (VM-03a): one that says
 *           that it has learned another changes nothing, and is an alert.
 * State     `vm_controller` by machine.
 * Decide    vm.restart_controller, vm.fetch_xml.
 * Evolve    vm.registered, owner_key_learned, policy_applied, controller_restart_requested,
 *           controller_restarted, xml_requested, xml_fetched.
 *
 * Source    domain.md VM-02, VM-03, VM-17, VM-18.
 */
#ifndef CORE_VM_VM_CONTROLLER_H
#define CORE_VM_VM_CONTROLLER_H

#include "core/evolution.h"

/* What is known of a machine's controller; false if there never was one. */
bool vm_controller_of(const struct view *view, struct id vm, struct vm_controller_row *out);
/* Whether the controller of the machine's present run has come up. */
bool vm_controller_is_here(const struct view *view, const struct vm_row *vm);

/* For evolve: the run is over, and nobody enforces anything any more. */
void vm_controller_end(struct evolution *evolution, struct id vm);

#endif
