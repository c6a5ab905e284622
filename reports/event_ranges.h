/*
 * reports/event_ranges.h -- positions of the log as reports write them: `12, 40-44 (why)`.
 *
 * Shape    Numbers and ranges; what is in parentheses is said about them, and skipped. Anything
 *          else ends the reading.
 */
#ifndef REPORTS_EVENT_RANGES_H
#define REPORTS_EVENT_RANGES_H

#include "schema/bytes.h"

/* Both included. */
struct event_range {
    uint64_t from, to;
};

/* Takes the next range off `rest`; false after the last, and at what is none. */
bool event_ranges_next(struct bytes *rest, struct event_range *out);

/* Adds positions to an ascending list of `count`, each once: all of a range of at most `whole`
 * events, the first and the last of a longer one. Returns the new count; more than `capacity` are
 * left out, which *full tells. */
size_t event_ranges_add(uint64_t *positions, size_t count, size_t capacity,
                        const struct event_range *range, uint64_t whole, bool *full);

#endif
