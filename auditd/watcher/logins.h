/*
 * auditd/watcher/logins.h -- who has logged in to this machine itself, as wtmp(5) has it.
 *
 * Shape    The newest records of the file, oldest first; only logins, and only those after a
 *          moment.
 * Limits   LOGINS_MAX records from the end: of more, the older ones are not seen.
 * Errors   NOT_FOUND without the file, IO; as the visit fails.
 * Source   wtmp(5), utmp(5); domain.md 4 (privileged acts on hosts).
 */
#ifndef AUDITD_WATCHER_LOGINS_H
#define AUDITD_WATCHER_LOGINS_H

#include "schema/bytes.h"
#include "schema/status.h"

enum {
    LOGINS_MAX = 4096, /* records */
    LOGIN_WORD_SIZE = 257,
};

#define LOGINS_PATH "/var/log/wtmp"

struct login {
    uint64_t at_us;
    char account[LOGIN_WORD_SIZE], address[LOGIN_WORD_SIZE], terminal[LOGIN_WORD_SIZE];
};
typedef struct status login_visit(void *context, const struct login *login);

MUST_CHECK struct status logins_since(const char *path, uint64_t since_us, login_visit *visit,
                                      void *context);

#endif
