/*
 * tools/import/sshd.h -- what the messages of sshd, and of PAM in any program, mean.
 *
 * Shape    A table of how messages begin, each row with where it names a user and an address.
 * Errors   Who connects chooses the user name, blanks and all, and so may write what looks like the
 *          rest of a message ("x from 192.0.2.1 port 22 ssh2"). Every place where an address and a
 *          port can be read counts as a reading: with nothing behind the last one, that is it; if
 *          there is text behind it, it must be the only one, or user and address stay empty.
 * Source   The messages of OpenSSH 5 to 10 and of pam_unix, as they are in logs.
 */
#ifndef TOOLS_IMPORT_SSHD_H
#define TOOLS_IMPORT_SSHD_H

#include "tools/import/record.h"

struct message_meaning {
    const char *action;  /* static: "failed"; NULL if nothing is known of it */
    struct bytes method; /* "password", where the action has one */
    struct bytes user, address;
    enum outcome outcome;
    uint64_t repeat_count;
};

/* Slices are lent from the message. What is not known has no action and is OK. */
struct message_meaning sshd_explain(struct bytes message);

/* The same for `pam_unix(cron:session): ...` from any program. */
struct message_meaning pam_explain(struct bytes message);

#endif
