/*
 * store/log_walk.h -- the events of a log one after the other, as they are stored.
 *
 * Shape    Three cursors move together, so that an event costs no search. Nothing is compared: for
 *          those who read everything in order and compare it themselves, the verifier and the fold.
 */
#ifndef STORE_LOG_WALK_H
#define STORE_LOG_WALK_H

#include "store/log.h"

struct log_walk; /* opaque; belongs to one thread, closed before its snapshot */

/* Starts before event `first`. *out is the caller's. Fails as LMDB does; NO_MEMORY. */
MUST_CHECK struct status log_walk_open(struct log_snapshot *snapshot, uint64_t first,
                                       struct log_walk **out);
void log_walk_close(struct log_walk **walk);

struct log_stored {
    struct bytes leaf;
    struct bytes body;    /* salt || body; empty: erased */
    struct bytes command; /* empty: none */
};

/* The next event, lent until the snapshot closes. CORRUPT at its position if the leaf is missing:
 * the walk then stands behind it. NOT_FOUND past the end of the snapshot. */
MUST_CHECK struct status log_walk_next(struct log_walk *walk, struct log_stored *out);

#endif
