/*
 * store/key_backend.h -- what an algorithm gives to store/key.c, and memory for secrets, for those
 *          files of store/ that hold any.
 *
 * Shape    A backend is a table of functions; store/key.c owns names, ids, texts and files.
 * Memory   A struct key_pair lies in memory from key_memory_take, and is sealed once it is open.
 */
#ifndef STORE_KEY_BACKEND_H
#define STORE_KEY_BACKEND_H

#include "store/key.h"

enum {
    KEY_ED25519_PUBLIC_SIZE = 32, /* bytes */
    KEY_P256_PUBLIC_SIZE = 91,    /* bytes of SubjectPublicKeyInfo, point uncompressed */
};

struct key_pair {
    uint8_t secret[SECRET_KEY_SIZE];
    uint8_t expanded[64]; /* what Ed25519 signs with */
    void *handle;         /* what P-256 signs with, owned */
    struct public_key public;
};

struct key_backend {
    /* Fills in pair->secret at random. */
    struct status (*make)(struct key_pair *pair);
    /* From pair->secret: what signing needs, and data and size of the public half. KEY if the
     * secret is none of this algorithm. */
    struct status (*open)(struct key_pair *pair);
    /* Releases the handle, if there is one; the memory is wiped by key_memory_give. */
    void (*close)(struct key_pair *pair);
    struct status (*sign)(const struct key_pair *pair, struct bytes message, struct signature *out);
    /* BAD_SIGNATURE, or NO_MEMORY if that cannot be told. */
    struct status (*verify)(const struct public_key *key, struct bytes message,
                            struct bytes signature);
    /* KEY unless data and size are a public key in its one form; NO_MEMORY. */
    struct status (*check_public)(const struct public_key *key);
};

extern const struct key_backend key_ed25519; /* store/key_sodium.c */
extern const struct key_backend key_p256;    /* store/key_openssl.c */

/* Starting the libraries; NO_MEMORY. */
MUST_CHECK struct status key_sodium_start(void);
MUST_CHECK struct status key_openssl_start(void);

/* Memory that is locked, guarded, and wiped when given back. `size` is a multiple of 8; not
 * cleared; NULL if there is none. Defined in store/key_sodium.c. */
void *key_memory_take(size_t size);
/* NULL is welcome. */
void key_memory_give(void *memory);
/* From here on the memory can be read only. */
void key_memory_seal(void *memory);

#endif
