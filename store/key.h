/*
 * store/key.h -- keys that sign and check: Ed25519 (libsodium) and ECDSA P-256 (OpenSSL).
 *
 * Shape    The algorithm is in the key's type, the first byte of its textual forms. A public key's
 *          text is a C2SP verifier key, `name+hash+base64(type || key)`.
 * Memory   Secrets live in locked, guarded memory, are wiped when closed, and are in no log.
 * Files    A secret key file is one line, `PRIVATE+KEY+name+hash+base64(type || secret)`, mode 0600
 *          (or 0400); any other mode that lets group or others in is refused.
 * Source   C2SP signed-note; DESIGN.md 4 and 5. FIPS mode: decisions/0004.
 */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "schema/limits.h"
#include "schema/text.h"

/* The byte before the key in its text; the numbers are C2SP's. */
enum key_type {
    KEY_ED25519 = 0x01,
    KEY_ECDSA_P256 = 0x02,
};

struct public_key {
    enum key_type type;
    uint8_t data[PUBLIC_KEY_MAX]; /* Ed25519: 32 bytes; P-256: SubjectPublicKeyInfo in DER */
    size_t size;
    char name[ORIGIN_MAX + 1]; /* NUL-terminated; no white space, no '+' */
    uint32_t id;               /* the key hash of a signed note */
};

struct signature {
    uint8_t data[SIGNATURE_MAX]; /* Ed25519: 64 bytes; P-256: ECDSA-Sig-Value in DER */
    size_t size;
};

/* Whether a key may be called so: 1 to ORIGIN_MAX bytes of UTF-8 without control characters, white
 * space (Unicode's) or '+'. The origin of a log is the name of its key. */
bool key_name_is_valid(struct bytes name);

enum {
    SECRET_KEY_SIZE = 32, /* bytes: the seed of Ed25519, the scalar of P-256 */
};

struct secret_key; /* opaque, in locked memory */

/* Must be called once before anything else here. NO_MEMORY if the libraries cannot start. */
MUST_CHECK struct status key_library_start(void);

/* A new random key. `name` as in struct public_key, else MALFORMED. *out is the caller's. */
MUST_CHECK struct status secret_key_make(enum key_type type, const char *name,
                                         struct secret_key **out);
/* Wipes and closes *key, sets it to NULL; NULL is welcome. */
void secret_key_close(struct secret_key **key);

/* The public half, valid as long as the key. */
const struct public_key *secret_key_public(const struct secret_key *key);

/* Signs a message; KEY or NO_MEMORY if the library refuses. */
MUST_CHECK struct status secret_key_sign(const struct secret_key *key, struct bytes message,
                                         struct signature *out);

/* Writes the key to a new file of mode 0600, synced, and never over an old one: EXISTS, IO. */
MUST_CHECK struct status secret_key_save(const struct secret_key *key, const char *path);
/* Reads a key file. NOT_FOUND; KEY with the reason if the mode is too open or the text is no key.
 */
MUST_CHECK struct status secret_key_load(const char *path, struct secret_key **out);
/* From the text itself (test vectors). KEY with the reason; NO_MEMORY. */
MUST_CHECK struct status secret_key_read(struct bytes text, struct secret_key **out);

/* From the secret itself, which is in locked memory already. MALFORMED for a bad name, KEY if it is
 * no secret of the algorithm, NO_MEMORY. */
MUST_CHECK struct status secret_key_from(enum key_type type, const char *name,
                                         const uint8_t secret[static SECRET_KEY_SIZE],
                                         struct secret_key **out);
/* The secret itself, lent as long as the key, for whoever keeps it behind a passphrase. */
const uint8_t *secret_key_data(const struct secret_key *key);

/* The verifier key's text, without a line end. */
void public_key_write(const struct public_key *key, struct text *out);
/* Strictly, including the hash. MALFORMED with the reason; NO_MEMORY. */
MUST_CHECK struct status public_key_read(struct bytes text, struct public_key *out);
/* The first line of a file. NOT_FOUND, IO, MALFORMED. */
MUST_CHECK struct status public_key_load(const char *path, struct public_key *out);

/* OK if the signature over the message holds, else BAD_SIGNATURE; NO_MEMORY if the library has none
 * to check it with. Safe to call from any thread. */
MUST_CHECK struct status public_key_verify(const struct public_key *key, struct bytes message,
                                           struct bytes signature);

/* Random bytes for salts and nonces. */
void key_random(uint8_t *out, size_t size);

#endif
