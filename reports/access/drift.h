/*
 * reports/access/drift.h -- sessions whose rights are other ones than when they were opened.
 *
 * Shape    What a session's rights are known by (core/identity/session.h) is compared with what it
 *          was at login, over the life of the session, at each event and moment that can change it
 *          (reports/access/basis.h). For each stretch in which it differs: what changed it, what
 *          the session did in it, and which of its accesses to files somebody who had logged in
 *          anew could not have made: those were kept.
 * Kept     What is revoked ends at once (domain.md 1.18-9), so that nothing is kept, unless the
 *          store was written by rules that say otherwise.
 * Limits   DRIFT_KEPT_MAX positions of kept accesses are told; their number always.
 * Source   domain.md 2.2 Q14; IDN-09, 1.18-9.
 */
#ifndef REPORTS_ACCESS_DRIFT_H
#define REPORTS_ACCESS_DRIFT_H

#include "reports/access/interval.h"
#include "reports/query.h"

enum {
    DRIFT_KEPT_MAX = 256,
};

struct drift {
    struct id session, user;
    uint64_t opened_n;
    struct interval_moment from, to;
    bool by_event;         /* from.n changed the rights; else something ran out by itself */
    enum interval_end end; /* INTERVAL_STILL: with the session, or the stretch asked about */
    uint64_t act_count;    /* events of the session in it */
    uint64_t kept_count;
    uint64_t kept[DRIFT_KEPT_MAX];
};

struct drift_question {
    struct view view; /* its moment does not matter */
    struct log_snapshot *log;
    struct index_snapshot *index;    /* NULL: the log is scanned */
    struct interval_moment from, to; /* as an interval_question has them */
    struct id user;                  /* ID_NONE: all */
};

typedef struct status drift_visit(void *context, const struct drift *drift);

/* Calls `visit` with each stretch, session by session. Fails as log, index and state do, or as the
 * visit does. */
MUST_CHECK struct status drift_each(const struct drift_question *question, struct basis *basis,
                                    drift_visit *visit, void *context);

#endif
