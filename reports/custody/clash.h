/*
 * reports/custody/clash.h -- drives that were at two machines at once, one of which could write.
 *
 * Shape    Stays go in (reports/custody/stays.h), each in its turn; what clashes with one before it
 *          comes out. Two that only read are no clash. By the rules there is none (DRV-14d); one is
 *          what somebody did past them.
 * Limits   CLASH_HELD_MAX stays that may clash with a later one.
 * Source   domain.md DRV-14d, Q5.
 */
#ifndef REPORTS_CUSTODY_CLASH_H
#define REPORTS_CUSTODY_CLASH_H

#include "reports/custody/stays.h"

enum {
    CLASH_HELD_MAX = 4096,
};

struct clash {
    const struct stay *first, *second; /* in the order in which they began; lent for the visit */
    struct stay_event from, until;     /* both were there; STAY_NEVER: and still are */
};

typedef struct status clash_visit(void *context, const struct clash *clash);

struct clashes {
    clash_visit *visit;
    void *context;
    struct stay held[CLASH_HELD_MAX];
    size_t count;
};

void clashes_begin(struct clashes *clashes, clash_visit *visit, void *context);

/* A stay_visit, whose context is the clashes. LIMIT; those of the visit. */
MUST_CHECK struct status clashes_take(void *clashes, const struct stay *stay);

#endif
