/*
 * core/identity/profile.h -- versioned templates of role and permissions.
 *
 * Shape     A profile is stamped: what it says is copied to the user, with the difference it makes
 *           in the event, and a later edition of the profile changes nobody.
 * State     `profile` by id, with its newest version; `profile_name`.
 * Decide    profile.create, edit, delete; user.apply_profile.
 * Evolve    profile.created, edited, deleted; user.profile_applied.
 *
 * Source    domain.md IDN-14, IDN-15.
 */
#ifndef CORE_IDENTITY_PROFILE_H
#define CORE_IDENTITY_PROFILE_H

#include "core/decision.h"

/* False for one that is unknown; one that is deleted is found. */
bool profile_by_id(const struct view *view, struct id profile, struct profile_row *out);
bool profile_by_name(const struct view *view, struct bytes name, struct profile_row *out);

#endif
