#include "core/audit/finding.h"

#include "core/decision.h"
#include "core/dispatch.h"
#include "core/evolution.h"

bool finding_verification(const struct view *view, struct verification_row *out)
{
    struct verification_row row = {.log = THE_LOG};
    if (!view_find(view, ROW_VERIFICATION, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool finding_clock(const struct view *view, struct bytes source, struct clock_row *out)
{
    struct clock_row row = {.source = source};
    if (!view_find(view, ROW_CLOCK, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool finding_query(const struct view *view, struct bytes name, struct saved_query_row *out)
{
    struct saved_query_row row = {.name = name};
    if (!view_find(view, ROW_SAVED_QUERY, &row)) {
        return false;
    }
    *out = row;
    return true;
}

/* Evolve ---------------------------------------------------------------------------------- */

void audit_verified_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct audit_verified *body)
{
    evolution_put(evolution, ROW_VERIFICATION,
                  &(struct verification_row){.log = THE_LOG,
                                             .size = body->size,
                                             .root = body->root,
                                             .findings = body->findings,
                                             .ended = leaf->t_utc_us});
}

void clock_compared_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct clock_compared *body)
{
    evolution_put(evolution, ROW_CLOCK,
                  &(struct clock_row){.source = body->source,
                                      .synchronised = body->synchronised,
                                      .offset_us = body->offset_us,
                                      .behind = body->behind,
                                      .tool = body->tool,
                                      .compared = leaf->t_utc_us});
}

void audit_query_saved_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct audit_query_saved *body)
{
    evolution_put(evolution, ROW_SAVED_QUERY,
                  &(struct saved_query_row){.name = body->name,
                                            .question = body->question,
                                            .has_about = body->has_about,
                                            .about = body->about,
                                            .has_control = body->has_control,
                                            .control = body->control,
                                            .by = body->by,
                                            .since = leaf->t_utc_us});
}

void audit_query_forgotten_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct audit_query_forgotten *body)
{
    (void)leaf;
    evolution_remove(evolution, ROW_SAVED_QUERY, &(struct saved_query_row){.name = body->name});
}
