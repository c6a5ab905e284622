/*
 * store/slice.h -- some blocks of a run of the index, and what they prove of a term.
 *
 * Shape    The entries of a run are in the order of (term, position). So the blocks from one that
 *          begins at or before (term, first) to one that ends at or beyond (term, last) hold every
 *          position of the term from first to last: the term's own blocks with their neighbours, or
 *          where it has none the place at which it would stand.
 * Memory   A slice lends its blocks; what it knows of them is the caller's memory.
 * Errors   MALFORMED with the reason where a block is not as store/block.h says; CORRUPT at the
 *          run's first position where blocks are not in order or do not reach far enough.
 * Source   DESIGN.md 7; docs/FORMAT.md.
 */
#ifndef STORE_SLICE_H
#define STORE_SLICE_H

#include "store/block.h"

/* Where an entry begins or ends. */
struct slice_key {
    uint8_t term[INDEX_TERM_SIZE];
    uint64_t position;
};

/* Negative, 0 or positive as memcmp. */
int slice_key_compare(const struct slice_key *a, const struct slice_key *b);

struct slice_block {
    struct bytes bytes;
    uint32_t number;              /* among the blocks of the run */
    struct slice_key first, last; /* positions that it has */
};

/* Reads a block to its end. */
MUST_CHECK struct status slice_block_read(struct bytes bytes, struct slice_block *out);

/* Positions from `first` to `last`, both included. */
struct slice_range {
    uint64_t first, last;
};

/* Whether a block has to be in a slice for this term, told by its neighbours' near ends; NULL where
 * there is none. */
bool slice_needs(const struct term *term, const struct slice_range *range,
                 const struct slice_key *last_before, const struct slice_key *first_after);

struct slice {
    uint64_t from, to; /* positions of the run: [from, to) */
    uint64_t total;    /* blocks that the run has */
    const struct slice_block *blocks;
    size_t count;
};

/* Whether the blocks are in order and within the run. */
MUST_CHECK struct status slice_check(const struct slice *slice);

/* Walks the positions of one term within a range, upwards. */
struct slice_cursor {
    const struct slice *slice;
    struct term term;
    struct slice_range range;
    size_t next; /* block to be read */
    struct block_reader reader;
    bool reading;
    uint64_t positions[BLOCK_POSITIONS_MAX]; /* of one entry */
    size_t at, count;
};

/* The slice is lent, and has been checked. CORRUPT if it does not have every block that the term
 * needs. */
MUST_CHECK struct status slice_cursor_open(const struct slice *slice, const struct term *term,
                                           const struct slice_range *range,
                                           struct slice_cursor *out);
/* The first position at or beyond `from`, which never falls; false if there is none. */
bool slice_cursor_move(struct slice_cursor *cursor, uint64_t from, uint64_t *n);

#endif
