/*
 * store/wrap.h -- 32 secret bytes, and how they are handed to one holder and nobody else.
 *
 * Shape    A struct secret_bytes is either a key for content (AES-256) or the secret half of an
 *          X25519 pair. It is wrapped in a sealed box of libsodium (an ephemeral X25519 key, then
 *          XSalsa20-Poly1305) for the public half of a holder, a struct receive_key. What a wrap
 *          holds is not told by the wrap: whoever fetched it knows what was asked for, and compares
 *          its SHA-256 with the one that is in the log.
 * Memory   Secrets live in locked, guarded memory and are wiped when closed.
 * Source   domain.md VLT-05; decisions/0021.
 */
#ifndef STORE_WRAP_H
#define STORE_WRAP_H

#include "schema/bytes.h"

enum {
    SECRET_BYTES_SIZE = 32,
    WRAP_KEY_SIZE = 32,
    WRAP_SIZE = SECRET_BYTES_SIZE + 48, /* bytes of a wrapped secret */
};

struct secret_bytes; /* opaque, in locked memory */

struct receive_key {
    uint8_t data[WRAP_KEY_SIZE];
};

struct wrap {
    uint8_t data[WRAP_SIZE];
};

/* New random bytes. key_library_start comes first. *out is the caller's. NO_MEMORY. */
MUST_CHECK struct status secret_bytes_make(struct secret_bytes **out);
/* A copy of bytes that lie in locked memory already. NO_MEMORY. */
MUST_CHECK struct status secret_bytes_copy(const uint8_t bytes[static SECRET_BYTES_SIZE],
                                           struct secret_bytes **out);
/* Wipes and closes *secret, sets it to NULL; NULL is welcome. */
void secret_bytes_close(struct secret_bytes **secret);
/* The bytes themselves, lent as long as the secret. */
const uint8_t *secret_bytes_data(const struct secret_bytes *secret);

/* The public half of a pair whose secret half this is. */
struct receive_key receive_key_of(const struct secret_bytes *secret);
/* Reads a public half. MALFORMED if it has not its size or is a point of small order, for which
 * anybody could open what is wrapped. */
MUST_CHECK struct status receive_key_read(struct bytes bytes, struct receive_key *out);

/* Wraps for the holder of the other half. KEY if the library refuses. */
MUST_CHECK struct status wrap_secret(const struct secret_bytes *secret,
                                     const struct receive_key *to, struct wrap *out);
/* Opens what was wrapped for `own`. *out is the caller's. KEY if it was wrapped for somebody else,
 * or altered. NO_MEMORY. */
MUST_CHECK struct status unwrap_secret(struct bytes wrapped, const struct secret_bytes *own,
                                       struct secret_bytes **out);

#endif
