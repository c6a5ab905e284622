/*
 * auditd/alerts/scanner.h -- the program `cairn alert scan`, run beside the daemon.
 *
 * Shape    One at a time, in a session of its own, without a terminal, a shell or an environment
 *          but PATH. Whoever started it goes on, and asks now and then whether it has ended.
 * Limits   SCANNER_TIMEOUT_US; then it is killed with all that it started.
 * Errors   NOT_FOUND without the program; IO with errno.
 */
#ifndef AUDITD_ALERTS_SCANNER_H
#define AUDITD_ALERTS_SCANNER_H

#include "schema/settings.h"
#include "schema/wire/channel.h"

#include <sys/types.h>

#define SCANNER_TIMEOUT_US UINT64_C(300000000)

enum {
    SCANNER_UNDELIVERED = 4, /* the code of one whose alerts could not all be sent */
    SCANNER_KILLED = 128,    /* and the signal */
};

struct scanner {
    char program[4096]; /* empty: not found */
    int null;           /* /dev/null, opened while that can be done */
    pid_t running;      /* 0: none */
    uint64_t until_us;
};

MUST_CHECK struct status scanner_open(struct scanner *out);
/* Ends one that runs. */
void scanner_close(struct scanner *scanner);
bool scanner_has_program(const struct scanner *scanner);

/* Starts one, over the store of the settings. */
MUST_CHECK struct status scanner_start(struct scanner *scanner, const struct settings *settings);
bool scanner_is_running(const struct scanner *scanner);
/* True once for one that has ended, with its exit code. */
bool scanner_has_ended(struct scanner *scanner, int *code);

#endif
