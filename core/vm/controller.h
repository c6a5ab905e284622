/*
 * core/vm/controller.h -- the controller in a machine: an emitter of its own for each run.
 *
 * Shape    A machine's run begins with an event; the controller that comes up in that run is the
 *          emitter `vmc-<n of the vm>-<n of that event>`, of the class controller. It is
 *          registered, and retired once the run is over, by the process that holds the machine's
 *          channel, as notes (core/note.h): nobody signs for it, since what tells its keys is the
 *          channel that only the host can open. One run has one controller: another key is turned
 *          away, whoever has it.
 * Errors   NOT_FOUND, CONFLICT, EXISTS, MALFORMED, LIMIT of a note that is not so.
 * Source   domain.md VM-04, VM-05; docs/decisions/0055-controllers.md.
 */
#ifndef CORE_VM_CONTROLLER_H
#define CORE_VM_CONTROLLER_H

#include "core/decision.h"

enum {
    CONTROLLER_VERSION_MAX = 64, /* bytes of what a controller calls itself */
    CONTROLLER_WHY_MAX = 256,    /* bytes of a reason */
};

/* Which machine and run an emitter's name is of; false if it is of none. */
MUST_CHECK bool controller_name_read(struct bytes name, struct id *vm, uint64_t *run);
void controller_name_write(struct text *out, struct id vm, uint64_t run);

/* The row of a machine; false if there is none. */
bool controller_machine(const struct view *view, struct id vm, struct vm_row *out);
/* Whether a machine is in a run that a controller may come up in: asked for, and not over. */
bool controller_is_awaited(const struct vm_row *vm);
/* Whether the run is over that the emitter's name is of. */
bool controller_run_is_over(const struct view *view, struct id vm, uint64_t run);

/* OK, or why this may not be noted: emitter.registered, vm.registered, vm.controller_refused,
 * emitter.retired. The subjects have been found to be there, and of their kinds. */
MUST_CHECK struct status controller_may_register(const struct view *view,
                                                 const struct emitter_registered *registered);
MUST_CHECK struct status controller_may_come(const struct view *view, const struct id on[static 2],
                                             const struct vm_registered *registered);
MUST_CHECK struct status controller_may_be_refused(const struct vm_controller_refused *refused);
MUST_CHECK struct status controller_may_retire(const struct view *view, struct id emitter,
                                               const struct emitter_retired *retired);

#endif
