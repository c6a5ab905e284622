/*
 * core/vm/host.h -- the hosts that carry machines.
 *
 * Shape     A host takes new machines while it is active and has the memory for them: what its
 *           machines are to have together is within what it has. Of cores, the most that one
 *           machine may have is what the host has.
 * State     `host` by id, `host_name`, `host_vm`: what it carries or is to carry.
 * Decide    host.register, remove, change_state, check_utilisation, shutdown_vms.
 * Limits    host.shutdown_vms asks for as many machines as a decision has room for
 *           (DECISION_EVENTS_MAX less one), and says how many; the same command again takes the
 *           rest, since what is stopping already is not asked for twice.
 * Evolve    host.registered, removed, state_changed, look_requested, utilisation_checked.
 *
 * Source    domain.md HST-01 to HST-04, VM-02.
 */
#ifndef CORE_VM_HOST_H
#define CORE_VM_HOST_H

#include "core/decision.h"
#include "core/evolution.h"

/* A host that is there; *out may be NULL. */
bool host_by_id(const struct view *view, struct id host, struct host_row *out);
bool host_by_name(const struct view *view, struct bytes name, struct host_row *out);

/* What its machines are to have together. */
struct host_load {
    uint64_t vms, cores, memory_mib;
};
struct host_load host_load_of(const struct view *view, struct id host);

/* What a machine asks of a host. */
struct host_need {
    uint64_t cores, memory_mib;
};
/* The rule that forbids a host to take a machine, or RULE_NONE with *out. Of a host that was not
 * asked for by name (ID_NONE) it is the active one with the most free memory that has room. */
enum rule host_refusal(const struct view *view, struct id host, const struct host_need *need,
                       struct host_row *out);

/* For evolve: a machine counts for its host and its team, or no more. */
void host_carry(struct evolution *evolution, const struct vm_row *vm);
void host_drop(struct evolution *evolution, const struct vm_row *vm);

#endif
