#include "core/effect/reconcile.h"

#include "core/dispatch.h"

bool reconcile_lasts(const struct view *view, const struct digest *identity,
                     struct mismatch_row *out)
{
    struct mismatch_row row = {.identity = *identity};
    if (!view_find(view, ROW_MISMATCH, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool reconcile_newest(const struct view *view, struct id host, struct reconciliation_row *out)
{
    struct reconciliation_row row = {.host = host};
    if (!view_find(view, ROW_RECONCILIATION, &row)) {
        return false;
    }
    *out = row;
    return true;
}

void reconcile_run_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct reconcile_run *body)
{
    evolution_put(evolution, ROW_RECONCILIATION,
                  &(struct reconciliation_row){.host = leaf->on[0],
                                               .checked = body->checked,
                                               .mismatches = body->mismatches,
                                               .as_of = body->as_of,
                                               .ended = leaf->t_utc_us});
}

/* One that is said again has lasted since it was said first. */
void reconcile_mismatch_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct reconcile_mismatch *body)
{
    struct mismatch_row row = {.identity = body->identity};
    if (evolution_find(evolution, ROW_MISMATCH, &row)) {
        return;
    }
    evolution_put(evolution, ROW_MISMATCH,
                  &(struct mismatch_row){.identity = body->identity,
                                         .host = leaf->on[0],
                                         .kind = body->kind,
                                         .object = body->object,
                                         .since_n = leaf->n});
}

/* A host's watcher clears what was said of that host. */
void reconcile_cleared_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct reconcile_cleared *body)
{
    struct mismatch_row row = {.identity = body->identity};
    if (evolution_find(evolution, ROW_MISMATCH, &row) && id_equal(row.host, leaf->on[0])) {
        evolution_remove(evolution, ROW_MISMATCH, &row);
    }
}
