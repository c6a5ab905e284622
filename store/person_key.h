/*
 * store/person_key.h -- the two key pairs of a person, in one file that a passphrase opens.
 *
 * Shape    Ed25519 to sign and X25519 to receive, as one line of canonical JSON, mode 0600:
 *          {"box":"<base64>","kdf":"argon2id","key":"<verifier key>","memory_kib":65536,
 *          "nonce":"<base64>","passes":3,"receive_key":"<base64>","salt":"<base64>","v":1}. In the
 *          box are both secrets, 64 bytes, signing first; authenticated with it is
 *          "cairn-person-key-v1\n" and the record without its `box`. The key's name is the login.
 * Memory   Both secrets lie in locked memory, and are wiped when closed.
 * Source   domain.md IDN-01 (made on the person's side; the system stores no private key);
 *          decisions/0021.
 */
#ifndef STORE_PERSON_KEY_H
#define STORE_PERSON_KEY_H

#include "store/card.h"

enum {
    PERSON_KEY_MAX = 2048, /* bytes of the file */
};

struct person_key; /* opaque */

/* A new pair of pairs. key_library_start comes first. MALFORMED for a bad login. *out is the
 * caller's. */
MUST_CHECK struct status person_key_make(const char *login, struct person_key **out);
/* Wipes and closes *key, sets it to NULL; NULL is welcome. */
void person_key_close(struct person_key **key);

/* The halves, lent as long as the key. */
const struct secret_key *person_key_signs(const struct person_key *key);
const struct secret_bytes *person_key_receives(const struct person_key *key);

/* Writes the file's text, with the line end. LIMIT, NO_MEMORY. */
MUST_CHECK struct status person_key_write(const struct person_key *key, struct bytes passphrase,
                                          struct text *out);
/* Reads it. KEY if the passphrase does not open it, MALFORMED with the reason if it is no such
 * text, NO_MEMORY. */
MUST_CHECK struct status person_key_read(struct bytes text, struct bytes passphrase,
                                         struct person_key **out);

/* Writes a new file of mode 0600, synced, never over another: EXISTS, NOT_FOUND, IO. */
MUST_CHECK struct status person_key_save(const struct person_key *key, struct bytes passphrase,
                                         const char *path);

/* Writes it in the place of the file that is there: another passphrase opens it then. NOT_FOUND,
 * KEY, IO. */
MUST_CHECK struct status person_key_replace(const struct person_key *key, struct bytes passphrase,
                                            const char *path);

/* What the file says of itself while it is locked: nobody vouches for it yet. */
struct person_key_label {
    struct public_key key;
    struct receive_key receive;
};
MUST_CHECK struct status person_key_peek(struct bytes text, struct person_key_label *out);
/* Reads a file without opening it; `text` (PERSON_KEY_MAX bytes) receives what person_key_read
 * needs. NOT_FOUND, IO; KEY if others can read it; MALFORMED. */
MUST_CHECK struct status person_key_load(const char *path, struct text *text,
                                         struct person_key_label *out);

#endif
