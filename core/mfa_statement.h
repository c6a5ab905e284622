/*
 * core/mfa_statement.h -- a provider signs that somebody has shown a second factor.
 *
 * Shape    The record of core/identity/second_factor.h. The provider `totp` is the store itself: it
 *          checks a one-time code and signs with its own key; the token is SHA-256 over
 *          "cairn-totp-v1\n" || "user:N" || "\n" || the time step, so that a code leaves one trace.
 * Source   domain.md IDN-06; decisions/0021.
 */
#ifndef CORE_MFA_STATEMENT_H
#define CORE_MFA_STATEMENT_H

#include "core/identity/second_factor.h"
#include "store/key.h"

enum {
    MFA_TOTP_LIFE_S = 300, /* of what the store signs itself: it is used at once */
};

/* Signs what `factor` says, as the provider whose key this is: factor->provider is the key's name.
 * LIMIT; fails as the key does. */
MUST_CHECK struct status mfa_statement_sign(const struct second_factor *factor,
                                            const struct secret_key *key, struct text *out);

/* What is asked of the provider `totp`: the challenge, and the code shown for it. */
struct mfa_answer {
    struct id session, user;
    struct digest nonce;
    struct bytes origin;
    struct bytes code;
    uint64_t now_utc_us;
};

/* Checks the code against the store's secrets, notes that it was used, and signs. KEY with the
 * reason if it is not the one of now or was used before; NOT_FOUND if the user has no secret. */
MUST_CHECK struct status mfa_statement_by_totp(const char *store, const struct mfa_answer *answer,
                                               struct text *out);

#endif
