/*
 * reports/whatif/whatif.h -- what other rules would have made of the decisions in the log.
 *
 * Shape    whatif_at takes the decision that an event records again: as it was decided, and under
 *          the policy, each on the state as it was then. Where the two differ, or the reason does,
 *          `visit` is told. The events of one decision count once, if they come in order.
 * First    order: what a decision that flips would have changed for the ones after it is not
 *          followed. Nobody is removed from a group because she could not have been added.
 * Many     A command that is done for all or for none is asked as a whole: one item that would have
 *          been refused refuses them all, and only without any is it done.
 * Unlike   A decision that does not come out as recorded even under the rules in force, because the
 *          program's rules have changed since, is counted, shown, and never a flip.
 * Errors   CORRUPT, IO, NO_MEMORY, or that of the visit.
 * Source   domain.md Q39; DESIGN.md 13.
 */
#ifndef REPORTS_WHATIF_WHATIF_H
#define REPORTS_WHATIF_WHATIF_H

#include "reports/whatif/added.h"

enum whatif_change {
    WHATIF_SAME,
    WHATIF_ALLOWED, /* was refused, would have been done */
    WHATIF_REFUSED, /* was done, would have been refused */
    WHATIF_REASON,  /* refused both ways, for another reason */
    WHATIF_UNLIKE,  /* not as recorded, even under the rules in force */
    WHATIF_CHANGE_COUNT,
};

/* Why a command is refused; neither: it is done. */
struct whatif_reason {
    enum rule rule;
    enum whatif_added added;
};

struct whatif_flip {
    enum whatif_change change;
    const struct replay_found *found;
    struct whatif_reason was, would_be;
};

typedef struct status whatif_visit(void *context, const struct whatif_flip *flip);

struct whatif {
    struct replay replay;
    const struct whatif_policy *policy; /* lent */
    whatif_visit *visit;
    void *context;
    uint64_t done[WHATIF_CHANGE_COUNT]; /* decisions */
    /* which were asked last */
    uint64_t last_n, last_bulk;
    /* the items of a command for all or none */
    struct whatif_reason items[BULK_ITEMS_MAX];
};

/* Sets up memory; `replay` is initialised (replay_init) by the caller. */
void whatif_init(struct whatif *whatif, const struct whatif_policy *policy, whatif_visit *visit,
                 void *context);

/* The decision of event `n`, if it records one. */
MUST_CHECK struct status whatif_at(struct whatif *whatif, uint64_t n);

/* All decisions that were asked about. */
uint64_t whatif_asked(const struct whatif *whatif);

/* `CLS-02a`, `two_man_export`, or `done`. */
const char *whatif_reason_name(const struct whatif_reason *reason);

#endif
