/*
 * reports/access/basis.h -- what an answer rests on, and when the first of it changes.
 *
 * Shape    An answer that core gives over a view is a function of the rows it looks at, and of how
 *          the view's `now` compares with times in them. A basis watches the view while the answer
 *          is found. It notes every row that is looked at, those that are not there, and all rows
 *          of each walk; and of what is found the fields that are times, as the catalogue has them.
 *          So whatever way the answer was found: until the first event that makes a version of
 *          such a row, and until the first of these times, it is the same.
 * Limits   BASIS_ROWS_MAX rows and walks, BASIS_BYTES_MAX bytes of keys. Of an answer that rests on
 *          more, every event counts as a change: that is slow, and as true.
 * Source   DESIGN.md 6 and 13.
 */
#ifndef REPORTS_ACCESS_BASIS_H
#define REPORTS_ACCESS_BASIS_H

#include "core/view.h"

enum {
    BASIS_ROWS_MAX = 1024,
    BASIS_SLOTS = 2 * BASIS_ROWS_MAX,
    BASIS_BYTES_MAX = 64 << 10,
};

struct basis_row {
    enum row_table table;
    bool prefix;
    uint32_t at, size; /* of the key, in `bytes` */
};

/* The caller's memory; its members are this module's own. */
struct basis {
    struct view_watcher watcher;
    uint64_t as_of_n, now_utc_us;
    uint64_t until_utc_us; /* the first time beyond `now` */
    struct basis_row rows[BASIS_ROWS_MAX];
    size_t row_count, byte_count;
    bool full;
    uint16_t slots[BASIS_SLOTS]; /* row + 1; 0: free */
    uint8_t bytes[BASIS_BYTES_MAX];
};

/* Begins anew and watches the view, whose moment is the one of the answer to come. The view looks
 * at the basis until its watcher is set to NULL. */
void basis_watch(struct basis *basis, struct view *view);

/* The first event that changes a row of it; UINT64_MAX: none does. Of too much, the next event, be
 * there one or not. Fails as the state does. */
MUST_CHECK struct status basis_next_event(const struct basis *basis, struct state *state,
                                          uint64_t *n);

/* The first moment beyond `now` at which something in it begins or ends by itself; UINT64_MAX:
 * nothing does. */
uint64_t basis_next_time(const struct basis *basis);

#endif
