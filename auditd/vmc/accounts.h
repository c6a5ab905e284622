/*
 * auditd/vmc/accounts.h -- the users of a machine as accounts of its system.
 *
 * Shape    A user has the uid ACCOUNTS_FIRST and his slot, for good; the account is called
 *          `cairn-<n of the user>`. Nobody logs in by it: there is no password and no shell. Lines
 *          of the file that are others' stay as they are.
 * Errors   IO with errno; LIMIT: the file is bigger than ACCOUNTS_FILE_MAX.
 * Source   passwd(5); domain.md VM-07.
 */
#ifndef AUDITD_VMC_ACCOUNTS_H
#define AUDITD_VMC_ACCOUNTS_H

#include "auditd/vmc/policy.h"

enum {
    ACCOUNTS_FIRST = 20000,
    ACCOUNTS_FILE_MAX = 1 << 20,
};

/* Writes the file anew, in place of the one before; one that is not there is made. */
MUST_CHECK struct status accounts_write(const char *path, const struct policy *policy);

#endif
