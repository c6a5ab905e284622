/*
 * reports/custody/share_rows.h -- who has or had a drive, and along which chain: one row for each
 * share.
 *
 * Shape    The chain is read from the owner on: `ann (user:13) rw> ben (user:14) ro> lab (group:7)`
 *          and so on.
 *          Narrowed down to a user: shares with the user, or with a group that the user was a
 *          member of while it was in force.
 * Source   domain.md Q32.
 */
#ifndef REPORTS_CUSTODY_SHARE_ROWS_H
#define REPORTS_CUSTODY_SHARE_ROWS_H

#include "reports/custody/shares.h"
#include "reports/rows.h"

struct share_rows {
    struct shares_question question; /* its view is of the end, whose names count */
    struct id user;                  /* ID_NONE: everybody */
    bool has_mode;
    enum drive_mode mode;
    bool in_force;         /* only those */
    struct shares *shares; /* memory */
    struct rows *out;
    uint64_t count, without_right;
};

/* All of it, to the end of the rows. */
MUST_CHECK struct status share_rows_write(struct share_rows *rows);

#endif
