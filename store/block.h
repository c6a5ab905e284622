/*
 * store/block.h -- the bytes of the index: blocks of entries.
 *
 * Shape    block = number[4] || entry...
 *          entry = size[2] || term[16] || first || gap...
 *          `number` counts the blocks of a run from 0, `size` the bytes of the entry after itself,
 *          both big-endian. `first` is a position and a gap the distance from one position to the
 *          next less one, each in groups of seven bits, the lowest first, with the eighth bit set
 *          in all bytes but the last and no more bytes than needed. Terms ascend, each once in a
 *          block. A block takes positions as long as they fit; a term that is not done goes on in
 *          the next block. So a run has one form, and its blocks are the leaves of its Merkle tree.
 * Limits   Positions are below 2^53; a block has at most INDEX_BLOCK_SIZE bytes and at least one
 *          entry.
 * Errors   MALFORMED at the byte, with the reason.
 * Source   DESIGN.md 7; docs/FORMAT.md.
 */
#ifndef STORE_BLOCK_H
#define STORE_BLOCK_H

#include "store/index.h"

enum {
    BLOCK_NUMBER_SIZE = 4,
    BLOCK_ENTRY_HEAD = 2 + INDEX_TERM_SIZE, /* bytes of an entry before its first position */
    BLOCK_VARIABLE_MAX = 8,                 /* bytes of a position or a gap */
    BLOCK_LEAST = BLOCK_NUMBER_SIZE + BLOCK_ENTRY_HEAD + BLOCK_VARIABLE_MAX,
    BLOCK_POSITIONS_MAX = INDEX_BLOCK_SIZE - BLOCK_NUMBER_SIZE - BLOCK_ENTRY_HEAD,
};

#define BLOCK_POSITION_MAX ((UINT64_C(1) << 53) - 1)

/* Writing. All zeroes but `max` is a block not yet started. */
struct block {
    uint8_t data[INDEX_BLOCK_SIZE];
    size_t size;
    size_t max;    /* bytes that it may have, BLOCK_LEAST to INDEX_BLOCK_SIZE */
    size_t entry;  /* where the entry at hand begins; 0: there is none */
    uint64_t last; /* position written */
};

void block_start(struct block *block, uint32_t number);
/* Begins an entry with its first position, unless that does not fit. An empty block has room. */
bool block_begin(struct block *block, const struct term *term, uint64_t first);
/* Adds the positions that follow, as many as fit; returns how many did. */
size_t block_add(struct block *block, const uint64_t *positions, size_t count);
struct block_entry;
/* Copies the gaps of an entry of which block_last holds, and whose first position has just been
 * added; `last` is its last one. True if all of them fit; else *rest is what is left, beginning
 * with the position that does not fit. */
bool block_copy(struct block *block, struct block_entry *rest, uint64_t last);
/* The finished block, lent until it is started again. */
struct bytes block_end(struct block *block);

/* Reading. What is read is lent by the bytes of the block. */
struct block_reader {
    struct bytes bytes;
    size_t at;
    uint32_t number;
};

struct block_entry {
    const uint8_t *term; /* INDEX_TERM_SIZE bytes */
    uint64_t first;
    struct bytes gaps;
    size_t at; /* byte of the block where the gaps begin */
};

MUST_CHECK struct status block_open(struct bytes bytes, struct block_reader *out);
/* The next entry, its gaps not looked at; NOT_FOUND at the end. */
MUST_CHECK struct status block_next(struct block_reader *reader, struct block_entry *out);
/* The last position of an entry, its gaps checked. */
MUST_CHECK struct status block_last(const struct block_entry *entry, uint64_t *last);
/* All positions of an entry, ascending; *count is at least 1. */
MUST_CHECK struct status block_positions(const struct block_entry *entry,
                                         uint64_t positions[static BLOCK_POSITIONS_MAX],
                                         size_t *count);

#endif
