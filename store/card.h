/*
 * store/card.h -- the public half of a person: what they hand to whoever registers them.
 *
 * Shape    One line of canonical JSON: {"key":"<verifier key>","login":"ada","proof":"<base64>",
 *          "receive_key":"<base64>","v":1}. The key's name is the login. The proof is a signature
 *          by the key over "cairn-card-v1\n" || login || "\n" || the 32 bytes to receive with, so
 *          that nobody is registered with a key they do not hold.
 * Source   domain.md IDN-01; decisions/0021.
 */
#ifndef STORE_CARD_H
#define STORE_CARD_H

#include "store/key.h"
#include "store/wrap.h"

enum {
    CARD_MAX = 2048,        /* bytes of a card's text */
    CARD_MESSAGE_MAX = 256, /* bytes of what the proof signs */
};

struct card {
    struct public_key key;
    struct receive_key receive;
    struct signature proof;
};

/* Makes a card: signs the proof. Fails as the key does. */
MUST_CHECK struct status card_make(const struct secret_key *key, const struct receive_key *receive,
                                   struct card *out);

/* Its text, with the line end. */
void card_write(const struct card *card, struct text *out);
/* Reads a card, with or without the line end, and checks its proof. MALFORMED with the reason;
 * BAD_SIGNATURE if the proof does not hold. */
MUST_CHECK struct status card_read(struct bytes text, struct card *out);
/* The same from a file. NOT_FOUND, IO. */
MUST_CHECK struct status card_load(const char *path, struct card *out);

/* What the proof signs. */
void card_message(struct bytes login, const struct receive_key *receive, struct text *out);

#endif
