/*
 * store/rehearsal.h -- a process whose randomness is a seed's: for the demonstration.
 *
 * Shape    From key_rehearse on, everything that is random in this process (keys, salts, nonces,
 *          wraps) follows from the seed: the same steps make the same store, bit by bit, anywhere.
 * Never    for anything that shall be secret: whoever knows the seed knows every key that was made.
 *          A process that rehearses makes one store for show, and ends. Nothing turns it off.
 *          Only tools/demo/ includes this file, and tests (tests/tidy/layers.awk).
 * Source   decisions/0046.
 */
#ifndef STORE_REHEARSAL_H
#define STORE_REHEARSAL_H

#include "schema/status.h"

/* Comes before key_library_start. CONFLICT if it has been called before; KEY if the library
 * refuses. */
MUST_CHECK struct status key_rehearse(uint64_t seed);

#endif
