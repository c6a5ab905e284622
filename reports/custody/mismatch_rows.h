/*
 * reports/custody/mismatch_rows.h -- what hosts had that nobody asked for, or lacked, as rows: one
 * for each difference that a watcher told, with when it was gone.
 *
 * Errors   As query_run; those of the rows.
 * Source   domain.md HST-05, DRV-14e, Q21.
 */
#ifndef REPORTS_CUSTODY_MISMATCH_ROWS_H
#define REPORTS_CUSTODY_MISMATCH_ROWS_H

#include "core/view.h"
#include "reports/query.h"
#include "reports/rows.h"

struct mismatch_rows {
    struct log_snapshot *log;
    struct index_snapshot *index; /* may be NULL */
    const struct view *view;      /* whose names count */
    struct moment_range range;    /* in which it was told */
    struct id host;               /* ID_NONE: all */
    bool uncommanded;             /* only what is there and was never asked for */
    bool lasting;                 /* only what was not gone by the end of the log */
    struct rows *out;
    uint64_t count, lasting_count;
};

/* All of it, to the end of the rows. */
MUST_CHECK struct status mismatch_rows_write(struct mismatch_rows *rows);

/* Whether such a difference is a thing that nobody asked for: a domain, disk, interface, volume,
 * export or medium, or a machine where it is not to be. */
bool mismatch_is_uncommanded(enum mismatch_kind kind);

#endif
