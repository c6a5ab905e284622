/*
 * reports/custody/presence.h -- when a user was in a machine.
 *
 * Shape    From the event by which the machine's controller says that the user came in, to the one
 *          by which the last of the user's connections ended, or the machine stopped.
 * Errors   As query_run; those of the visit.
 * Source   domain.md VM-12, Q4.
 */
#ifndef REPORTS_CUSTODY_PRESENCE_H
#define REPORTS_CUSTODY_PRESENCE_H

#include "reports/custody/stays.h"

struct presence_question {
    struct log_snapshot *log;
    struct index_snapshot *index; /* may be NULL */
    struct id vm, user;
};

struct presence {
    struct stay_event from, until; /* STAY_NEVER: it lasts */
};

typedef struct status presence_visit(void *context, const struct presence *presence);

/* In their order; they do not overlap. */
MUST_CHECK struct status presence_each(const struct presence_question *question,
                                       presence_visit *visit, void *context);

#endif
