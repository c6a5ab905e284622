/*
 * auditd/writer/routes.h -- the writer's channels to those who ask it.
 *
 * Shape    One route for each seat that has a channel to the writer. A turn: routes_wait, then
 *          process_turn by the caller, routes_renew, routes_take.
 * Limits   A turn takes at most about one greatest frame from each route: each has its turn.
 *          Whoever lets more answers wait than its channel holds is left.
 */
#ifndef AUDITD_WRITER_ROUTES_H
#define AUDITD_WRITER_ROUTES_H

#include "auditd/process.h"
#include "auditd/writer/clerk.h"
#include "schema/wire/channel.h"

struct route {
    uint64_t number; /* process_channel_number of what the rest is about */
    bool readable;
    bool broken; /* does not take answers: to be left */
};

struct routes {
    struct process *process;
    struct route routes[SEATS_MAX];
};

void routes_begin(struct routes *routes, struct process *process);
/* Waits until something can be read or sent, at most so long. */
MUST_CHECK struct status routes_wait(struct routes *routes, int wait_ms);
/* Some channels may be others now, after process_turn. */
void routes_renew(struct routes *routes);
/* Hands what has come to the clerk; *more: something may be waiting still. */
MUST_CHECK struct status routes_take(struct routes *routes, struct clerk *clerk, bool *more);
/* As clerk_send. */
void routes_send(struct routes *routes, uint32_t route, struct bytes frame);

#endif
