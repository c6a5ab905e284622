/*
 * auditd/supervisor/spawn.h -- one process of the daemon, made: descriptors, user, environment.
 *
 * Process  fork, then the same program again with --role: nothing of the supervisor's memory is in
 *          a process that meets foreign bytes, and each has an address space of its own layout.
 */
#ifndef AUDITD_SUPERVISOR_SPAWN_H
#define AUDITD_SUPERVISOR_SPAWN_H

#include "auditd/process.h"

#include <sys/types.h>

enum {
    SPAWN_GROUPS_MAX = 64,
};

/* Who a process becomes. */
struct spawn_user {
    bool other; /* false: it stays who the supervisor is */
    uid_t uid;
    gid_t gid;
    gid_t groups[SPAWN_GROUPS_MAX];
    size_t group_count;
};

/* The user of a name or number. NOT_FOUND; LIMIT if it is in too many groups. */
MUST_CHECK struct status spawn_find_user(const char *name, struct spawn_user *out);

/* The name of the user that a role is to become; empty: none. */
const char *spawn_user_name(enum role role, const struct settings *settings);

struct spawn_plan {
    unsigned seat;
    int descriptors[PROCESS_DESCRIPTORS]; /* what is to be at each number from PROCESS_CONTROL on;
                                             -1: /dev/null. Lent. */
    const struct spawn_user *user;
};

/* Starts it; IO with the errno if the machine has no room for another process. */
MUST_CHECK struct status spawn(const struct spawn_plan *plan, pid_t *pid);

#endif
