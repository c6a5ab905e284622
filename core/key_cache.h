/*
 * core/key_cache.h -- public keys that have been read from their text already.
 *
 * Shape    Reading a key checks that it is a point of the curve, which takes about as long as
 *          checking a signature; a user who gives many commands has it checked once. Direct-mapped
 *          by the text, and compared with all of it: another text is another key.
 */
#ifndef CORE_KEY_CACHE_H
#define CORE_KEY_CACHE_H

#include "store/key.h"

struct key_cache; /* opaque */

MUST_CHECK struct status key_cache_open(struct key_cache **out);
void key_cache_close(struct key_cache **cache);

/* The key with this text, lent until the next call; NULL if it is none. */
const struct public_key *key_cache_read(struct key_cache *cache, struct bytes text);

#endif
