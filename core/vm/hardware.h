/*
 * core/vm/hardware.h -- setups of hardware on offer, and who may use them.
 *
 * Shape     A setup says how much a machine gets, and which image it starts from. Nobody may use
 *           one until an administrator says so, for a user or a team. What is changed counts for
 *           machines that are started from then on.
 * State     `hardware` by id, `hardware_name`, `hardware_access`.
 * Decide    hw.create, manage_access, change_image, replace_instructions.
 * Evolve    hw.created, access_changed, image_changed, instructions_replaced. Instructions are text
 *           for people: the state has their SHA-256 alone.
 *
 * Source    domain.md VM-01b, VM-19 to VM-21.
 */
#ifndef CORE_VM_HARDWARE_H
#define CORE_VM_HARDWARE_H

#include "core/decision.h"

enum {
    HARDWARE_CORES_MAX = 4096,
    HARDWARE_MEMORY_MIN_MIB = 16,
    HARDWARE_MEMORY_MAX_MIB = 64 << 20,
};

bool hardware_by_id(const struct view *view, struct id hardware, struct hardware_row *out);
bool hardware_by_name(const struct view *view, struct bytes name, struct hardware_row *out);

/* Whether a user may start machines of a setup: it is there for the user, or for a team that the
 * user is in. */
bool hardware_is_open_to(const struct view *view, struct id hardware, struct id user);

#endif
