/*
 * core/project/requirement.h -- requirements: what a user can be certified for.
 *
 * State    `requirement` by id, `requirement_name`. A deleted one stays, so that levels of the past
 *          keep their meaning, and its name stays used.
 * Decide   requirement.create, edit, delete: by administrators. An edit counts for certifications
 *          that are issued after it.
 * Evolve   requirement.created, edited, deleted.
 * Source   domain.md SEC-01.
 */
#ifndef CORE_PROJECT_REQUIREMENT_H
#define CORE_PROJECT_REQUIREMENT_H

#include "core/decision.h"

/* The requirement, if there is one and it is not deleted; *out may be NULL. */
bool requirement_by_id(const struct view *view, struct id requirement, struct requirement_row *out);
bool requirement_by_name(const struct view *view, struct bytes name, struct requirement_row *out);

/* One line for people. */
void requirement_describe(const struct requirement_row *requirement, struct text *out);

#endif
