/*
 * core/vm/vm_label.h -- the tag of a machine, and the labels that have entered it.
 *
 * Shape     A machine's tag says what may come in: labels that are the tag or above it. What has
 *           come in stays known, with the drive that brought it: the taint. So the tag may go up;
 *           it goes down or aside only to one that nothing has entered from outside of. Whoever is
 *           in the machine must be let in by the new tag, and what it writes to takes that on.
 * State     `vm_label` by machine and label (core/drive/attachment.h writes it).
 * Decide    vm.set_project.
 * Evolve    vm.project_changed.
 *
 * Source    domain.md VM-14, PRJ-12 to PRJ-14.
 */
#ifndef CORE_VM_VM_LABEL_H
#define CORE_VM_VM_LABEL_H

#include "core/decision.h"

/* Whether all that has entered a machine may be in one that carries this tag (ID_NONE: none). */
bool vm_label_holds(const struct view *view, struct id vm, struct id tag);

#endif
