/*
 * reports/footer.h -- what an answer rests on: how many events, of which time, whether they are
 * all, and at which position of the log it was given.
 *
 * Shape    37 of 48213 events in 2026-03-01T00:00:00Z..2026-04-01T00:00:00Z, complete (0 gaps, 12
 *          not indexed yet)
 *          tree 48213 root pJ0pVb... 3.1 ms
 *
 *          Complete is an answer that was not cut short, over a log in which no emitter's counter
 *          has a gap, and for which no body was asked that has been erased. What the index does not
 *          cover yet was scanned: that is told for its cost, and takes nothing from the answer.
 * Memory   The caller's.
 * Source   interface.md 6.8.
 */
#ifndef REPORTS_FOOTER_H
#define REPORTS_FOOTER_H

#include "reports/query.h"

struct footer {
    /* What the caller knows; footer_of sets it from a query. */
    uint64_t rows;
    const char *what; /* that the rows are, when not events: `findings`; NULL: events */
    struct moment_range range;
    bool cut;           /* there is more than the rows */
    bool asked_for_cut; /* and no more was asked for: then it is no fault */
    uint64_t uncovered; /* events that the index did not cover */
    uint64_t erased;    /* bodies that are no more */
    /* What footer_look finds. */
    uint64_t size;      /* events of the log */
    struct digest root; /* of its tree */
    uint64_t gaps;      /* numbers that are missing in the emitters' counters */
};

/* What a query that has run says. */
struct footer footer_of(const struct query *query, const struct query_outcome *outcome);

/* Looks at the log as the answer saw it. Fails as the log does; CORRUPT where the root is
 * another one than its checkpoint's, or the emitters have counted fewer events than there are. */
MUST_CHECK struct status footer_look(struct log_snapshot *log, struct footer *footer);

bool footer_is_complete(const struct footer *footer);

/* The two lines. Times are shown in the zone. FOOTER_LINE_SIZE bytes are enough for either. */
enum {
    FOOTER_LINE_SIZE = 256,
};
void footer_write(const struct footer *footer, const struct zone *zone, struct text *out);
void footer_write_position(const struct footer *footer, uint64_t took_us, struct text *out);

#endif
