/*
 * tools/authenticator.h -- the file by which a person's authenticator learns its secret.
 *
 * Shape    One line, an otpauth URI, mode 0600; on a terminal the same as a square to scan.
 */
#ifndef TOOLS_AUTHENTICATOR_H
#define TOOLS_AUTHENTICATOR_H

#include "store/totp.h"
#include "tools/invocation.h"

struct authenticator {
    const struct totp_secret *secret;
    const char *origin, *login;
    const char *path;
};

/* Writes a new file, never over another. */
MUST_CHECK enum exit_code authenticator_save(const struct invocation *invocation,
                                             const struct authenticator *authenticator);
/* Shows it as a square if a person is at the terminal. */
void authenticator_show(const struct invocation *invocation,
                        const struct authenticator *authenticator);
/* The secret of such a file. NOT_FOUND, IO; KEY if others can read it; MALFORMED. */
MUST_CHECK struct status authenticator_load(const char *path, struct totp_secret *out);

#endif
