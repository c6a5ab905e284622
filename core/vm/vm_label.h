/*
 * core/vm/vm_label.h -- the tag of a machine, and the labels that have entered it.
 *
 * Shape     A machine's tag says what may come in: labels that are the tag or above it. What has
 *           come in stays known, with what brought it: the taint. The tag itself is noted as
 *           entered by the machine; that is no taint, but whatever is written to by the machine
 *           takes it on. So the join of all that has entered is the deepest of a chain.
 * State     `vm_label` by machine and label.
 * Decide    vm.set_project: upwards, or to a tag that nothing entered from outside of. All that
 *           are in the machine must be let in by the new tag; what it writes to takes that on.
 * Evolve    vm.project_changed.
 *
 * Source    domain.md VM-14, PRJ-12 to PRJ-14.
 */
#ifndef CORE_VM_VM_LABEL_H
#define CORE_VM_VM_LABEL_H

#include "core/decision.h"
#include "core/evolution.h"

/* What a drive that this machine writes to takes on: the deepest of its tag and of all that has
 * entered. ID_NONE: nothing. The row may be of a machine that is only being started. */
struct id vm_label_join(const struct view *view, const struct vm_row *vm);

/* Adds label.raised for an object that a machine writes to, unless its label is the join already or
 * below it. `from` ID_NONE: it had none. */
struct label_raise {
    struct id object, from, to, vm;
};
void vm_label_raise(const struct view *view, const struct label_raise *raise,
                    struct decision *decision);

/* Notes that something with this label has entered a machine; nothing for ID_NONE. */
void vm_label_enter(struct evolution *evolution, struct id vm, struct id label, struct id by);

#endif
