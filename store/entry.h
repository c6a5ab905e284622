/*
 * store/entry.h -- the bytes of the index: entries, and the blocks they are packed into.
 *
 * Shape    entry = term[16] || count || first || (count - 1) x gap
 *          block = number || { size || entry } ...
 *          where `count` is 1 to INDEX_ENTRY_MAX, `first` the first position, a gap the distance to
 *          the position before less one, `number` which entry of its run the block's first one is,
 *          and `size` the bytes of the entry. Each is a number in groups of seven bits, the lowest
 *          group first, the eighth bit set in all bytes but the last, and no more bytes than it
 *          needs: so an entry has one form, and that is what a run's Merkle tree hashes.
 * Limits   Numbers are below 2^53. A block has at most INDEX_BLOCK_SIZE bytes and at least one
 * entry. Errors   MALFORMED at the byte, with the reason. Source   DESIGN.md 7; docs/FORMAT.md.
 */
#ifndef STORE_ENTRY_H
#define STORE_ENTRY_H

#include "store/index.h"

enum {
    ENTRY_NUMBER_MAX = 8, /* bytes of a number */
    ENTRY_SIZE_MAX = INDEX_TERM_SIZE + (1 + INDEX_ENTRY_MAX) * ENTRY_NUMBER_MAX,
};

#define ENTRY_POSITION_MAX ((UINT64_C(1) << 53) - 1)

struct entry {
    struct term term;
    size_t count;
    uint64_t positions[INDEX_ENTRY_MAX]; /* ascending */
};

/* Writes the entry of `count` ascending positions; returns its bytes. */
size_t entry_write(uint8_t out[static ENTRY_SIZE_MAX], const struct term *term,
                   const uint64_t *positions, size_t count);

/* Reads exactly one entry. */
MUST_CHECK struct status entry_read(struct bytes bytes, struct entry *out);

/* Reads only the term and the first position. */
MUST_CHECK struct status entry_read_start(struct bytes bytes, struct term *term, uint64_t *first);

struct block {
    uint8_t data[INDEX_BLOCK_SIZE];
    size_t size; /* 0: not started */
};

void block_start(struct block *block, uint64_t number);
/* False, and nothing is added, if it does not fit any more. */
bool block_add(struct block *block, struct bytes entry);

struct block_reader {
    struct bytes bytes;
    size_t at;
    uint64_t number; /* of the entry that comes next */
};

MUST_CHECK struct status block_open(struct bytes bytes, struct block_reader *out);
/* Lends the next entry; NOT_FOUND at the end. */
MUST_CHECK struct status block_next(struct block_reader *reader, struct bytes *entry);

#endif
