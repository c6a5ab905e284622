#include "core/decision.h"
#include "core/dispatch.h"
#include "core/evolution.h"

/* Default shut (PRN-02): what is not decided yet is refused, and folds into nothing. */

void reconcile_run_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct reconcile_run *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void reconcile_mismatch_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct reconcile_mismatch *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}

void reconcile_cleared_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct reconcile_cleared *body)
{
    (void)evolution;
    (void)leaf;
    (void)body;
}
