/*
 * store/totp.h -- one-time codes by time: what an authenticator shows, and what was shown before.
 *
 * Shape    A directory with a file for each user, mode 0600, named after the user's number: a
 *          secret and the last time step that was accepted. A code is of six digits, for 30
 *          seconds, by HMAC-SHA-1, as all authenticators do it. The steps before and after the
 *          present one count, too, and a step counts once: that it has is on disk before it is
 *          told.
 * Limits   TOTP_TRIES_MAX codes are looked at in one step; more are refused unread.
 * Process  The directory is locked while a file in it changes.
 * Source   RFC 6238 with its 5.2 (a code is accepted once), RFC 4226 7.3 (throttling); liboath.
 */
#ifndef STORE_TOTP_H
#define STORE_TOTP_H

#include "schema/text.h"

enum {
    TOTP_SECRET_SIZE = 20, /* bytes, as long as HMAC-SHA-1's output */
    TOTP_CODE_SIZE = 6,
    TOTP_STEP_S = 30,
    TOTP_TRIES_MAX = 5,
    TOTP_URI_MAX = 1024, /* bytes of what is shown to an authenticator */
};

/* Wiped by whoever holds one: totp_secret_wipe. */
struct totp_secret {
    uint8_t data[TOTP_SECRET_SIZE];
};
void totp_secret_wipe(struct totp_secret *secret);

/* A new one, at random. key_library_start comes first. */
void totp_secret_make(struct totp_secret *out);

/* Keeps a user's secret; the directory must be there. EXISTS if the user has one; IO. */
MUST_CHECK struct status totp_enrol(const char *directory, uint64_t user,
                                    const struct totp_secret *secret);
/* Takes it away, for a new one. NOT_FOUND; IO. */
MUST_CHECK struct status totp_forget(const char *directory, uint64_t user);

/* Whether the code is the user's, at this time, and has not been used. *step is its time step. KEY
 * with the reason if not; NOT_FOUND if the user has no secret; CORRUPT if the file is none; IO. */
MUST_CHECK struct status totp_check(const char *directory, uint64_t user, uint64_t utc_us,
                                    struct bytes code, uint64_t *step);

/* What an authenticator is told: otpauth://totp/ISSUER:LOGIN?secret=… */
void totp_uri(const struct totp_secret *secret, struct bytes issuer, struct bytes login,
              struct text *out);
/* The secret of such a text, which may end in a line end. MALFORMED. */
MUST_CHECK struct status totp_uri_read(struct bytes uri, struct totp_secret *out);

/* The code of that moment, as an authenticator shows it. KEY if the library refuses. */
MUST_CHECK struct status totp_code(const struct totp_secret *secret, uint64_t utc_us,
                                   struct text *out);

#endif
