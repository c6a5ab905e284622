/*
 * store/passphrase.h -- bytes that a passphrase opens.
 *
 * Shape    Argon2id makes a key of passphrase and salt; XChaCha20-Poly1305 encrypts with it and
 *          authenticates what stands beside the box, too. The parameters are written beside the
 *          box, so that they can rise; a box that asks for less than the least, or for so much that
 *          opening it would be an attack, is refused.
 * Memory   The key made of the passphrase is in locked memory and wiped.
 * Source   RFC 9106 4, the second recommended option (64 MiB, three passes; libsodium has one lane
 *          where it recommends four); decisions/0021.
 */
#ifndef STORE_PASSPHRASE_H
#define STORE_PASSPHRASE_H

#include "schema/bytes.h"

enum {
    PASSPHRASE_MAX = 1024, /* bytes */
    PASSPHRASE_SALT_SIZE = 16,
    PASSPHRASE_NONCE_SIZE = 24,
    PASSPHRASE_TAG_SIZE = 16, /* bytes that a box is longer than what is in it */

    PASSPHRASE_PASSES = 3,
    PASSPHRASE_PASSES_MAX = 64,
    PASSPHRASE_MEMORY_KIB = 64 << 10,
    PASSPHRASE_MEMORY_MAX_KIB = 4 << 20,
};

/* What somebody types, in locked memory. */
struct passphrase {
    size_t size;
    char data[PASSPHRASE_MAX];
};

/* Room for one, empty. key_library_start comes first. *out is the caller's. NO_MEMORY. */
MUST_CHECK struct status passphrase_open(struct passphrase **out);
/* Wipes and closes *passphrase, sets it to NULL; NULL is welcome. */
void passphrase_close(struct passphrase **passphrase);
/* Its bytes, lent as long as it is open. */
struct bytes passphrase_bytes(const struct passphrase *passphrase);

/* What a key is made with, beside the passphrase. */
struct passphrase_lock {
    uint8_t salt[PASSPHRASE_SALT_SIZE];
    uint8_t nonce[PASSPHRASE_NONCE_SIZE];
    uint64_t memory_kib, passes;
};

/* A new lock, at random, of the least cost. key_library_start comes first. */
struct passphrase_lock passphrase_lock_make(void);
/* Whether the cost is within the limits. */
bool passphrase_lock_is_valid(const struct passphrase_lock *lock);

/* Locks `plain`; `box` has room for PASSPHRASE_TAG_SIZE bytes more. `beside` is authenticated with
 * it. NO_MEMORY where Argon2 finds none. */
MUST_CHECK struct status passphrase_close_box(struct bytes passphrase,
                                              const struct passphrase_lock *lock,
                                              struct bytes beside, struct bytes plain,
                                              uint8_t *box);
/* Opens it; `plain` has room for what is in it. KEY if the passphrase is another one, or box or
 * `beside` were altered: these cannot be told apart. MALFORMED for a lock beyond the limits. */
MUST_CHECK struct status passphrase_open_box(struct bytes passphrase,
                                             const struct passphrase_lock *lock,
                                             struct bytes beside, struct bytes box, uint8_t *plain);

#endif
