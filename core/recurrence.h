/*
 * core/recurrence.h -- how often a digest has come among the last so many.
 */
#ifndef CORE_RECURRENCE_H
#define CORE_RECURRENCE_H

#include "schema/bytes.h"

struct recurrence; /* opaque */

/* Remembers the last `window` digests (a power of two). *out is the caller's. NO_MEMORY. */
MUST_CHECK struct status recurrence_open(size_t window, struct recurrence **out);
void recurrence_close(struct recurrence **recurrence);

/* Counts one more: 1 for one that has not come within the window, then 2, 3, ... */
uint64_t recurrence_count(struct recurrence *recurrence, const struct digest *digest);
/* Forgets all. */
void recurrence_clear(struct recurrence *recurrence);

#endif
