/*
 * auditd/controllers/controllers.h -- speaks with the controllers in machines, and joins users to
 * them.
 *
 * Shape    One loop over the sockets of the machines that are to run (qemu listens there; what is
 *          written comes out of a port in the machine), the channel to the writer, and the users
 *          who come to controllers.sock. A machine is greeted; what answers under a key is
 *          registered as its controller (core/vm/controller.h), is told the facts about its
 *          machine, its drives and the network shares from the log, and has its submissions passed
 *          on to the writer. Of what users and controllers say to each other only the amount is
 *          known here.
 * Trust    Whoever is in a machine may have broken it: every byte from there is another's. It can
 *          speak of its own machine alone, whoever's name it writes; it has a share of this
 *          process's time, memory, and way to the writer, and no more; whatever else it does ends
 *          its own connection. There are no keys here, the store can only be read, and no network
 *          be reached.
 * Fairness One frame of each machine in turn. While the writer is behind, no machine is read.
 * Losing   What was on its way to a writer that has ended, or to a machine that was left, is
 *          forgotten: the machine is greeted anew, and its controller begins where the log says
 *          that it stands.
 * Limits   MACHINES_MAX, JOINED_MAX and the others of controllers_parts.h.
 * Process  One loop; auditd/controllers/process.c has the process around it.
 * Source   docs/decisions/0055-controllers.md; auditd/vmc/protocol.h; schema/wire/join.h.
 */
#ifndef AUDITD_CONTROLLERS_CONTROLLERS_H
#define AUDITD_CONTROLLERS_CONTROLLERS_H

#include "auditd/counters.h"
#include "auditd/journal.h"
#include "core/engine.h"
#include "schema/wire/channel.h"

/* After the end of a run, before its emitter is retired: what was on its way has come. */
#define CONTROLLERS_RETIRE_US UINT64_C(3000000)

struct controllers; /* opaque */

struct controllers_options {
    const struct settings *settings; /* lent until controllers_settings gives others */
    const struct journal *journal;
    struct counters *counters; /* NULL: none */
    struct engine *engine;     /* lent; opened for reading */
    int listener;              /* of users; lent, non-blocking */
    /* Before each look at log and state; NULL: engine_look_again. */
    struct status (*look)(void *context);
    void *look_context;
    uint64_t retire_us;    /* after the end of a run; 0: CONTROLLERS_RETIRE_US */
    const char *directory; /* of the machines' sockets: vm-N.sock; copied */
};

/* On success *out is the caller's: controllers_close. NO_MEMORY, IO, LIMIT of the directory. */
MUST_CHECK struct status controllers_open(const struct controllers_options *options,
                                          struct controllers **out);
void controllers_close(struct controllers **controllers);

void controllers_settings(struct controllers *controllers, const struct settings *settings);

/* The channel to the writer from now on, lent; NULL: there is none. */
MUST_CHECK struct status controllers_writer(struct controllers *controllers,
                                            struct channel *channel);
/* Whether there is a writer: else its channel has ended and is to be closed. */
bool controllers_has_writer(const struct controllers *controllers);

/* Waits until there is something to do, at most so long, and does it; also returns when `control`
 * (-1: none) can be read. */
MUST_CHECK struct status controllers_turn(struct controllers *controllers, int control,
                                          int wait_ms);

/* Takes no more; true once all that was taken is answered by the writer. */
bool controllers_drained(struct controllers *controllers);

#endif
