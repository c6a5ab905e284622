/*
 * core/project/level.h -- security levels: versioned sets of requirements.
 *
 * Shape    What a level meant at any moment is in the state as of then: an edit is a new version,
 *          and counts for every project under the level from that event on.
 * State    `level` by id, `level_name`. A deleted one stays, and its name stays used.
 * Decide   level.create, edit, delete: by administrators.
 * Evolve   level.created, edited, deleted.
 * Source   domain.md SEC-02, PRJ-07.
 */
#ifndef CORE_PROJECT_LEVEL_H
#define CORE_PROJECT_LEVEL_H

#include "core/decision.h"

/* The level, if there is one and it is not deleted; *out may be NULL. */
bool level_by_id(const struct view *view, struct id level, struct level_row *out);
bool level_by_name(const struct view *view, struct bytes name, struct level_row *out);

/* One line for people. */
void level_describe(const struct level_row *level, struct text *out);

#endif
