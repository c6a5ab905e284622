/*
 * store/subject_counts.h -- checks that no event of a subject is missing, in bounded memory.
 *
 * Shape    A table of subject -> last on_n. When it is full, it keeps to one share of the subjects
 *          (by hash), forgets the others, and leaves them to further passes over the log.
 * Limits   `capacity` subjects at a time; as many passes as it takes.
 */
#ifndef STORE_SUBJECT_COUNTS_H
#define STORE_SUBJECT_COUNTS_H

#include "schema/id.h"

struct subject_counts; /* opaque */

/* `capacity` is a power of two. *out is the caller's. NO_MEMORY. */
MUST_CHECK struct status subject_counts_open(size_t capacity, struct subject_counts **out);
void subject_counts_close(struct subject_counts **counts);

/* False if on_n is not one more than the last one of this subject; true for subjects that another
 * pass looks at. */
bool subject_counts_add(struct subject_counts *counts, struct id subject, uint64_t on_n);

uint32_t subject_counts_passes_left(const struct subject_counts *counts);
/* Starts over with the next share. */
void subject_counts_next_pass(struct subject_counts *counts);

#endif
