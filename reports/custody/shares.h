/*
 * reports/custody/shares.h -- who gave a drive to whom, and by which right each of them could.
 *
 * Shape    A share rests on the right of whoever gave it: being the drive's owner, or a share
 *          before it, in that mode or a higher one, which was in force then, with the giver or a
 *          group that the giver was a member of. Followed back it is a chain that begins at the
 *          owner; of several the shortest is told. A share whose giver had no right that the log
 *          knows of says so.
 * Limits   SHARES_MAX of one drive; more is LIMIT.
 * Memory   The caller's, about 400 KiB.
 * Errors   As query_run; those of the state; LIMIT.
 * Source   domain.md DRV-10, DRV-13, Q32.
 */
#ifndef REPORTS_CUSTODY_SHARES_H
#define REPORTS_CUSTODY_SHARES_H

#include "core/view.h"
#include "reports/custody/stays.h"

enum {
    SHARES_MAX = 2048,
};

#define SHARE_OWNER SIZE_MAX          /* it rests on owning the drive */
#define SHARE_NO_RIGHT (SIZE_MAX - 1) /* on nothing that is known */

struct share {
    struct id by, target; /* by ID_NONE: an emitter */
    bool mode_known;
    enum drive_mode mode;
    struct stay_event from, until; /* STAY_NEVER: in force */
    size_t rests_on;               /* a share before it, SHARE_OWNER or SHARE_NO_RIGHT */
    uint32_t depth;                /* shares from the owner to it, this one included; 0: none */
};

struct shares {
    struct id drive, owner; /* owner ID_NONE: not known */
    uint64_t created;       /* the event; STAY_NEVER: not known */
    struct share list[SHARES_MAX];
    size_t count;
};

struct shares_question {
    struct log_snapshot *log;
    struct index_snapshot *index; /* may be NULL */
    struct view view;             /* for who was in which group; its state may be NULL */
    struct id drive;
};

MUST_CHECK struct status shares_find(const struct shares_question *question, struct shares *out);

#endif
