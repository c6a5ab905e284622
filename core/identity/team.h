/*
 * core/identity/team.h -- users who share quotas; teams mean nothing for content.
 *
 * State     `team` by id, `team_name`, `team_member`.
 * Decide    team.create, delete, add_member, remove_member, set_quota.
 * Evolve    team.created, deleted, member_added, member_removed, quota_set.
 *
 * Source    domain.md TEA-01 to TEA-03.
 */
#ifndef CORE_IDENTITY_TEAM_H
#define CORE_IDENTITY_TEAM_H

#include "core/decision.h"

/* False for one that is unknown; one that is deleted is found. */
bool team_by_id(const struct view *view, struct id team, struct team_row *out);
bool team_by_name(const struct view *view, struct bytes name, struct team_row *out);
bool team_has_member(const struct view *view, struct id team, struct id user);

#endif
