/*
 * store/keyring.h -- the keys that the log itself has told of, and where each emitter's chain
 * stands: the verifier's memory of who may sign.
 *
 * State    Emitters from audit.genesis, emitter.registered and emitter.retired; users from
 *          user.registered. Nothing is taken from outside the log. Where the body that registers an
 *          emitter is erased or left out, its signatures cannot be checked; there may be as many
 *          emitters without a key as there are such bodies, and no more.
 */
#ifndef STORE_KEYRING_H
#define STORE_KEYRING_H

#include "store/verify.h"

struct keyring; /* opaque */

MUST_CHECK struct status keyring_open(const char *origin, struct keyring **out);
void keyring_close(struct keyring **keyring);

/* Follows the emitter's counter, chain and signature through event n. NULL, or what is wrong. */
const char *keyring_follow(struct keyring *keyring, const struct examined *event, uint64_t n,
                           bool *signature_checked);

/* Checks the user's signature on the event's command. NULL, or what is wrong. */
const char *keyring_check_command(struct keyring *keyring, const struct examined *event);

/* Takes in the key of an event that registers one; after the two above. *wrong is NULL, or what is
 * wrong. NO_MEMORY, also where they have met it: what they found may be its doing. */
MUST_CHECK struct status keyring_learn(struct keyring *keyring, const struct examined *event,
                                       const char **wrong);

uint32_t keyring_emitters(const struct keyring *keyring);
/* How many events no emitter's signature covers, and the first of them. */
uint64_t keyring_unsigned(const struct keyring *keyring, uint64_t *first);

#endif
