/*
 * core/project/project.h -- projects: tags with members, in a tree below Unlocked.
 *
 * Shape     Unlocked is the absence of a tag (ID_NONE) and no project, so that it is never deleted,
 *           never under a level and never asked for. A parent is fixed at birth: the tree has no
 *           cycle, and is at most LABEL_DEPTH_MAX deep.
 * State     `project` by id, `project_name`, `subproject` (what is below), `subadmin` (who manages
 *           from outside), `level_use` (which projects are under a level).
 * Decide    project.create, edit, delete, set_level, set_pi, assign_subadmin, unassign_subadmin.
 * Evolve    project.created, edited, deleted, level_set, pi_set, subadmin_assigned and _unassigned.
 * Source    domain.md PRJ-01, PRJ-06, PRJ-08, PRJ-16, IDN-19.
 */
#ifndef CORE_PROJECT_PROJECT_H
#define CORE_PROJECT_PROJECT_H

#include "core/decision.h"

/* The project, if there is one and it is not deleted; *out may be NULL. */
bool project_by_id(const struct view *view, struct id project, struct project_row *out);
bool project_by_name(const struct view *view, struct bytes name, struct project_row *out);

/* Whether the user manages the project from outside. The role is the caller's to check. */
bool project_is_assigned(const struct view *view, struct id project, struct id user);

/* Whether the actor is the project's PI, now and when the session was opened. */
bool project_is_pi(const struct view *view, const struct actor *actor, struct id project);

/* One line for people. */
void project_describe(const struct project_row *project, struct text *out);

#endif
