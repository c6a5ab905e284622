/*
 * tools/drive/machine_call.h -- a user speaks with the controller in a machine.
 *
 * Shape    The controller's keys are those that the log has of it (vm.registered); the daemon joins
 *          the two, and can neither read nor change what they say (core/vmc/visit.h). One errand
 *          after the other is asked for; replies come until it is done.
 * Errors   What went wrong has been said. EXIT_REFUSED: the controller, or the daemon, refuses.
 * Source   domain.md DRV-06, DRV-15; docs/decisions/0055-controllers.md.
 */
#ifndef TOOLS_DRIVE_MACHINE_CALL_H
#define TOOLS_DRIVE_MACHINE_CALL_H

#include "core/vmc/errand.h"
#include "core/vmc/visit.h"
#include "tools/vault/vault.h"

struct machine_call; /* opaque */

/* Of every verb that does so. */
#define MACHINE_CALL_OPTIONS                                                                \
    {                                                                                       \
        "controllers", 0, "PATH",                                                           \
            "the daemon's socket for machines (beside the other; CAIRN_CONTROLLERS)", false \
    }

/* Asks the log for the controller, joins it, and waits until it knows who calls. The vault is open,
 * and may be left afterwards. On EXIT_DONE *out is the caller's: machine_call_close. */
MUST_CHECK enum exit_code machine_call_open(struct vault *vault, struct id vm,
                                            struct machine_call **out);
void machine_call_close(struct machine_call **call);

uint64_t machine_call_run(const struct machine_call *call);

/* Wraps a drive's key once more, for this controller alone. */
MUST_CHECK struct status machine_call_wrap(const struct machine_call *call,
                                           const struct secret_bytes *key, struct wrap *out);

/* A reply that is neither a step, which is told beside the answer, nor the end. Lent for the call.
 */
typedef enum exit_code machine_call_reply(void *context, const struct reply *reply);

MUST_CHECK enum exit_code machine_call_ask(struct machine_call *call, const struct errand *errand,
                                           machine_call_reply *take, void *context);

#endif
