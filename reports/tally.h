/*
 * reports/tally.h -- counting by key, exactly, in bounded memory.
 *
 * Shape    A table from keys (any bytes) to values of one size (whatever the caller counts), which
 *          begin as zeroes. Entries stay where they are and are numbered in the order in which they
 *          came, so that what is made of them is the same every time; none is ever removed.
 * Limits   As many keys as the caller says. One more is refused: nothing is estimated, nothing is
 *          left out.
 * Memory   All of it from an arena, as entries come: twice what they need.
 * Errors   LIMIT, at the limit, with the reason that the caller gave; NO_MEMORY.
 */
#ifndef REPORTS_TALLY_H
#define REPORTS_TALLY_H

#include "schema/arena.h"

struct tally_entry {
    struct bytes key;
    uint64_t hash;
    /* the value follows */
};

/* The caller's memory; its members are this module's own. */
struct tally {
    struct arena *arena;
    struct tally_entry **entries; /* in the order in which they came */
    uint32_t *slots;              /* number of an entry + 1; 0: free */
    uint32_t limit, count, slot_count;
    size_t value_size;
    uint64_t seed;
    const char *why;
};

struct tally_options {
    uint32_t limit;    /* keys, 1 to 2^24 */
    size_t value_size; /* bytes, a multiple of 8 */
    const char *why;   /* static: what to tell of one key too many, and what can be done about it */
};

/* The arena is lent as long as the tally is used, and not set back. NO_MEMORY. */
MUST_CHECK struct status tally_init(struct tally *tally, struct arena *arena,
                                    const struct tally_options *options);

/* The value under a key, made if there is none. It stays where it is. */
MUST_CHECK struct status tally_at(struct tally *tally, struct bytes key, void **value);

/* The value under a key; NULL if there is none. */
void *tally_find(const struct tally *tally, struct bytes key);

/* The index-th entry, in the order in which they came; index < tally->count. */
struct bytes tally_key(const struct tally *tally, uint32_t index);
void *tally_value(const struct tally *tally, uint32_t index);

#endif
