/*
 * tools/demo/foreign.h -- what the enclave's other systems write: gateway, tunnels, jobs, the
 * licence server's proxy, backups.
 *
 * Shape    Records as `cairn ingest` would take them in: what sshd says in syslog, everything else
 *          as an object in a line. They have no kinds of their own yet; whoever gives them some
 *          replaces these two functions and leaves the script as it is. Records wait, with their
 *          own times, until they are shipped.
 */
#ifndef TOOLS_DEMO_FOREIGN_H
#define TOOLS_DEMO_FOREIGN_H

#include "tools/demo/stage.h"

#define FOREIGN_SYSTEM "northgate"
#define FOREIGN_GATEWAY "gate-1"

struct foreign_saying {
    const char *action;                /* `licence.connected` */
    const char *user, *host, *address; /* NULL: it names none */
    enum outcome outcome;
    uint64_t bytes_out; /* 0: it has no such member */
    const char *detail; /* further members, each with a comma before it; or NULL */
};
MUST_CHECK struct status foreign_say(struct stage *stage, const struct foreign_saying *saying);

/* A line of sshd: `message` names user and address as sshd does; the terms are those of the
 * importer. */
struct foreign_ssh {
    const char *message; /* behind `sshd[N]: ` */
    const char *action;  /* `sshd accepted-publickey` */
    const char *user, *address;
    enum outcome outcome;
};
MUST_CHECK struct status foreign_ssh(struct stage *stage, const struct foreign_ssh *line);
/* Logged in by key, failed, gone. */
MUST_CHECK struct status foreign_accepted(struct stage *stage, const char *user,
                                          const char *address);
MUST_CHECK struct status foreign_failed(struct stage *stage, const char *user, const char *address);
MUST_CHECK struct status foreign_gone(struct stage *stage, const char *user, const char *address);

/* Takes in what waits. *n (may be NULL) is the newest record. */
MUST_CHECK struct status foreign_ship(struct stage *stage, uint64_t *n);

#endif
