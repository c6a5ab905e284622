/*
 * tests/core/project/making.h -- projects, levels and certifications, made in one line each.
 *
 * Shape    By commands of somebody who may; what is refused fails the test.
 */
#ifndef TESTS_CORE_PROJECT_MAKING_H
#define TESTS_CORE_PROJECT_MAKING_H

#include "tests/core/world.h"

/* An administrator to make things by. */
struct actor making_admin(struct world *world);

struct id making_project(struct world *world, const struct actor *by, const char *name,
                         struct id parent);
void making_member(struct world *world, const struct actor *by, struct id project, struct id user,
                   enum project_role role);
void making_restricted(struct world *world, const struct actor *by,
                       const struct membership_row *as);
void making_pi(struct world *world, const struct actor *by, struct id project, struct id user);
/* Lives in seconds; 0: none. */
struct id making_requirement(struct world *world, const struct actor *by, const char *name,
                             uint64_t default_life, uint64_t max_life);
struct id making_level(struct world *world, const struct actor *by, const char *name,
                       const struct id *requirements, size_t count);
/* ID_NONE: under none. */
void making_set_level(struct world *world, const struct actor *by, struct id project,
                      struct id level);
/* Until a moment, or 0: as long as the requirement says. */
struct id making_cert(struct world *world, const struct actor *by, struct id user,
                      struct id requirement, uint64_t expires_utc_us);
void making_end_of_cert(struct world *world, const struct actor *by, struct id cert);

/* Fields of the commands that tests give again and again. */
union command_fields making_membership(struct id project, struct id user, enum project_role role);

#endif
