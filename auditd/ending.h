/*
 * auditd/ending.h -- exit codes of cairnd: those of cairn, as far as a daemon has them.
 *
 * Source   tools/exit.def, whose numbers these are; a test compares them.
 */
#ifndef AUDITD_ENDING_H
#define AUDITD_ENDING_H

#include "schema/status.h"

enum ending {
    ENDING_DONE = 0,
    ENDING_USAGE = 2,         /* the command line or the settings are wrong */
    ENDING_INTEGRITY = 3,     /* something stored does not hold */
    ENDING_NOT_PERMITTED = 5, /* no such user, or not allowed to become it */
    ENDING_NOT_FOUND = 6,     /* there is no store, no settings, no key */
    ENDING_IO = 7,            /* input or output failed, or the store or a socket is in use */
    ENDING_INTERNAL = 70,     /* a bug in cairnd */
    ENDING_REFUSED_CALL = 159 /* the sandbox refused a system call: 128 and SIGSYS */
};

/* The code for how a process, or the daemon, ended. */
enum ending ending_of(struct status status);

/* The sentence of a code, for --help; NULL past the last of them. */
const char *ending_meaning(unsigned index, enum ending *code);

#endif
