/*
 * reports/custody/stay_rows.h -- where drives were, as rows: one for each stay; and where they
 * should not have been.
 *
 * Shape    Of stays those that lie in a period, in one mode or any, with the events that each rests
 *          on. `with` a user: a row for each stretch of a stay in which the user was in the machine
 *          (reports/custody/presence.h).
 * Errors   Those of stays_each, the state and the rows.
 * Source   domain.md Q4, Q5.
 */
#ifndef REPORTS_CUSTODY_STAY_ROWS_H
#define REPORTS_CUSTODY_STAY_ROWS_H

#include "core/view.h"
#include "reports/custody/clash.h"
#include "reports/rows.h"

struct stay_rows {
    struct stays_question question;
    const struct view *view;    /* whose names count */
    uint64_t from_us, until_us; /* the period */
    uint64_t before_n;          /* only what was there before this event; 0: all */
    bool has_mode;
    enum drive_mode mode; /* one of unknown mode is told, too */
    bool missed;          /* also what was asked for and never came; without a period */
    struct id with;       /* ID_NONE: it is not asked who was there */
    struct stays *stays;  /* memory */
    struct rows *out;
    uint64_t count;
};

/* All of it, to the end of the rows. */
MUST_CHECK struct status stay_rows_write(struct stay_rows *rows);

struct clash_rows {
    struct stays_question question;
    const struct view *view;
    uint64_t from_us, until_us; /* the period: some of the clash lies in it */
    struct stays *stays;        /* memory */
    struct clashes *clashes;
    struct rows *out;
    uint64_t count;
};
MUST_CHECK struct status clash_rows_write(struct clash_rows *rows);

#endif
