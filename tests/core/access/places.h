/*
 * tests/core/access/places.h -- groups, directories, files and shares, put as rows.
 *
 * Shape    As the events of the vault and of groups would leave them: with keys for whoever is to
 *          hold them.
 */
#ifndef TESTS_CORE_ACCESS_PLACES_H
#define TESTS_CORE_ACCESS_PLACES_H

#include "core/access/access.h"
#include "tests/core/world.h"

enum {
    ALL_PERMISSIONS = (1 << GROUP_PERMISSION_COUNT) - 1,
    USER_PERMISSIONS = 1 << GROUP_PERMISSION_ADD_ENTRIES | 1 << GROUP_PERMISSION_CREATE_DIRECTORIES,
};

/* Where something is, whose it is, and its own tag; ID_NONE where there is none. */
struct place {
    struct id parent, owner, group, project;
};

/* With its owner as member. */
struct id place_group(struct world *world, struct id owner, struct id project);
/* Its row anew: deleted, or with another tag. */
void place_group_again(struct world *world, struct id group, struct id project, bool deleted);
void place_group_member(struct world *world, struct id group, struct id user, unsigned permissions);
void place_group_leave(struct world *world, struct id group, struct id user);

struct id place_dir(struct world *world, const struct place *at);
/* With keys for the owner and the group. */
struct id place_file(struct world *world, const struct place *at);
/* The same file elsewhere, or with another tag. */
void place_file_again(struct world *world, struct id file, const struct place *at);
void place_key(struct world *world, struct id file, struct id holder);
void place_no_key(struct world *world, struct id file, struct id holder);

/* With the key that comes with it. Modes are letters: v, d, e. */
void place_share(struct world *world, struct id file, struct id target, const char *modes,
                 uint64_t expires_utc_us);
void place_unshare(struct world *world, struct id file, struct id target);

#endif
