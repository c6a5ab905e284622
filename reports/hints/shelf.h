/*
 * reports/hints/shelf.h -- findings put aside, to be told of in another order: the gravest first.
 *
 * Shape    Rules tell of what they find when they know it, which for some is the end of the
 *          history. People read what is grave first, and then in the order of time.
 * Limits   SHELF_MAX findings; one more is refused with the reason.
 * Memory   Copies, in the arena.
 */
#ifndef REPORTS_HINTS_SHELF_H
#define REPORTS_HINTS_SHELF_H

#include "reports/hints/hint.h"

enum {
    SHELF_MAX = 20000,
};

/* The caller's memory; its members are this module's own. */
struct shelf {
    struct arena *arena;
    struct hint **hints;
    size_t count;
};

/* NO_MEMORY. */
MUST_CHECK struct status shelf_init(struct shelf *shelf, struct arena *arena);

/* LIMIT, NO_MEMORY. */
MUST_CHECK struct status shelf_add(struct shelf *shelf, const struct hint *hint);

/* By severity, the gravest first; then by time, then by what they rest on. */
void shelf_sort(struct shelf *shelf);

#endif
