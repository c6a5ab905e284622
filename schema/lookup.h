/*
 * schema/lookup.h -- the position of a name in a fixed list, in constant time.
 *
 * Shape    A hash table that the catalogue's generator has laid out: open addressing, at most a
 *          quarter full, with the seed that gave the shortest runs.
 */
#ifndef SCHEMA_LOOKUP_H
#define SCHEMA_LOOKUP_H

#include "schema/bytes.h"

struct lookup {
    const struct bytes *names; /* each also ends in a NUL */
    const uint16_t *slots;     /* 0: empty; else a name's position and 1 */
    uint64_t seed;
    uint32_t count; /* names */
    uint32_t mask;  /* slots, a power of two, less 1 */
};

uint64_t lookup_hash(struct bytes name, uint64_t seed);

/* Whether `name` is in the list; *position is where. A list's names may be repeated, or not be
 * meant to be found: what the slots point at is found. */
bool lookup_find(const struct lookup *lookup, struct bytes name, uint32_t *position);

/* The name at a position as a C string; static. */
const char *lookup_name(const struct lookup *lookup, uint32_t position);

#endif
