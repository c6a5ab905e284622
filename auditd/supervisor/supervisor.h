/*
 * auditd/supervisor/supervisor.h -- the parent of the daemon's processes: starts and watches them,
 * starts them anew, ends them in order.
 *
 * Shape    It has no key, opens no store, and reads nothing that comes from outside but settings.
 *          The writer is started first and the others once it is ready. A process that ends is
 *          started anew: after 0.1 s, then twice as long each time up to 10 s, from the beginning
 *          again once it has lived for 60 s. The others stay; those who had a channel to it are
 *          handed their end of a new one. A process without a sign of life for `watchdog` seconds
 *          is killed.
 *          SIGTERM, SIGINT: everything ends, in order: those who take from outside first, the
 *          writer last. Twice: only the writer is waited for. SIGHUP: settings are read again.
 * Errors   What keeps the daemon from starting ends it, with a sentence on the standard error and
 *          the code of auditd/ending.h. What happens later is told on the journal and survived.
 * Source   DESIGN.md 10; docs/decisions/0036-processes.md.
 */
#ifndef AUDITD_SUPERVISOR_SUPERVISOR_H
#define AUDITD_SUPERVISOR_SUPERVISOR_H

#include "auditd/ending.h"
#include "auditd/roles.h"

/* What the daemon is started with. */
struct supervisor_start {
    const struct role_info *roles; /* of ROLE_COUNT */
    const char *config;            /* the file of settings; NULL: none, nothing to read again */
    struct settings *settings;     /* read and checked; the supervisor's own from here on */
};

/* Runs the daemon until it is told to stop. */
enum ending supervisor_run(const struct supervisor_start *start);

#endif
