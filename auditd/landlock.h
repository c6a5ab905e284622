/*
 * auditd/landlock.h -- Landlock, by its three system calls: which paths a process can still open.
 *
 * Shape    Everything that the running kernel knows is handled, so that what has no rule is
 *          refused: files, from ABI 4 TCP, from 5 ioctls of devices, from 6 abstract sockets and
 *          signals to processes outside.
 * Process  Irrevocable, and inherited. Needs PR_SET_NO_NEW_PRIVS.
 * Source   linux/Documentation/userspace-api/landlock.rst.
 */
#ifndef AUDITD_LANDLOCK_H
#define AUDITD_LANDLOCK_H

#include "schema/bytes.h"

enum landlock_right {
    LANDLOCK_READ = 1,    /* files and lists of directories */
    LANDLOCK_WRITE = 2,   /* writing and cutting files that are there */
    LANDLOCK_CHANGE = 4,  /* making, renaming and removing files and directories below */
    LANDLOCK_EXECUTE = 8, /* programs */
};

struct landlock_rule {
    const char *path; /* of a directory, with what is below; or of a file. What is not there is
                         left out. */
    unsigned rights;  /* of enum landlock_right */
};

/* The kernel's version of it; 0: it has none. */
uint64_t landlock_abi(void);

/* `network`: connecting by TCP stays allowed. IO. */
MUST_CHECK struct status landlock_enter(const struct landlock_rule *rules, size_t count,
                                        bool network);

#endif
