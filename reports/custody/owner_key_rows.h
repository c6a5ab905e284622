/*
 * reports/custody/owner_key_rows.h -- whose key each machine takes orders from, as rows: one for
 * each time that a controller said that it learned one.
 *
 * Shape    The first that a machine learned is pinned for good; the same again, after a restart of
 *          the controller, is none of anybody's concern; another one is the gravest thing that a
 *          machine can say. Which is the first is asked of the log, not of the state. The one that
 *          the owner had when the machine was started is known, too: a key that is not that one was
 *          slipped in.
 * Errors   As query_run; those of the rows.
 * Source   domain.md VM-03a, Q20.
 */
#ifndef REPORTS_CUSTODY_OWNER_KEY_ROWS_H
#define REPORTS_CUSTODY_OWNER_KEY_ROWS_H

#include "core/view.h"
#include "reports/query.h"
#include "reports/rows.h"
#include "store/hash.h"

struct owner_key_rows {
    struct log_snapshot *log;
    struct index_snapshot *index; /* may be NULL */
    struct hasher *hasher;
    struct view view; /* whose names count */
    struct moment_range range;
    struct id vm; /* ID_NONE: all */
    bool failing; /* only what is another key, or not the owner's */
    struct rows *out;
    uint64_t count, wrong; /* rows; of them, another key, or not the owner's */
};

/* All of it, to the end of the rows. */
MUST_CHECK struct status owner_key_rows_write(struct owner_key_rows *rows);

#endif
