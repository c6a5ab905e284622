#include "tests/core/access/places.h"

#include <string.h>

enum {
    EPOCH = 1
};

/* Groups ------------------------------------------------------------------------------------- */

struct id place_group(struct world *world, struct id owner, struct id project)
{
    const struct group_row row = {.group = {ID_GROUP, world->n},
                                  .name = LITERAL("a group"),
                                  .owner = owner,
                                  .key = LITERAL("its key"),
                                  .epoch = EPOCH,
                                  .has_project = project.kind != ID_NONE,
                                  .project = project};
    world_put(world, ROW_GROUP, &row);
    place_group_member(world, row.group, owner, 0);
    return row.group;
}

void place_group_again(struct world *world, struct id group, struct id project, bool deleted)
{
    struct group_row row = {.group = group};
    struct view view = world_view(world);
    if (view_find(&view, ROW_GROUP, &row)) {
        row.has_project = project.kind != ID_NONE;
        row.project = project;
        row.deleted = deleted;
        world_put(world, ROW_GROUP, &row);
    }
}

void place_group_member(struct world *world, struct id group, struct id user, unsigned permissions)
{
    enum group_permission list[GROUP_PERMISSION_COUNT];
    struct group_member_row row = {.group = group, .user = user, .permissions = list};
    for (unsigned i = 0; i < GROUP_PERMISSION_COUNT; i++) {
        if ((permissions >> i & 1) != 0) {
            list[row.permissions_count++] = (enum group_permission)i;
        }
    }
    world_put(world, ROW_GROUP_MEMBER, &row);
    world_put(world, ROW_GROUP_KEY,
              &(struct group_key_row){.group = group, .user = user, .epoch = EPOCH});
}

void place_group_leave(struct world *world, struct id group, struct id user)
{
    world_remove(world, ROW_GROUP_MEMBER, &(struct group_member_row){.group = group, .user = user});
    world_remove(world, ROW_GROUP_KEY,
                 &(struct group_key_row){.group = group, .user = user, .epoch = EPOCH});
}

/* The tree ----------------------------------------------------------------------------------- */

struct id place_dir(struct world *world, const struct place *at)
{
    const struct dir_row row = {.dir = {ID_DIR, world->n},
                                .has_parent = at->parent.kind != ID_NONE,
                                .parent = at->parent,
                                .name = LITERAL("a directory"),
                                .owner = at->owner,
                                .has_group = at->group.kind != ID_NONE,
                                .group = at->group,
                                .has_project = at->project.kind != ID_NONE,
                                .project = at->project};
    world_put(world, ROW_DIR, &row);
    return row.dir;
}

void place_file_again(struct world *world, struct id file, const struct place *at)
{
    const struct file_row row = {.file = file,
                                 .has_parent = at->parent.kind != ID_NONE,
                                 .parent = at->parent,
                                 .name = LITERAL("a file"),
                                 .owner = at->owner,
                                 .has_group = at->group.kind != ID_NONE,
                                 .group = at->group,
                                 .has_project = at->project.kind != ID_NONE,
                                 .project = at->project,
                                 .state = FILE_STATE_SEALED,
                                 .version = 1,
                                 .created = world->now_us};
    world_put(world, ROW_FILE, &row);
}

struct id place_file(struct world *world, const struct place *at)
{
    struct id file = {ID_FILE, world->n};
    place_file_again(world, file, at);
    place_key(world, file, at->owner);
    if (at->group.kind != ID_NONE) {
        place_key(world, file, at->group);
    }
    return file;
}

void place_key(struct world *world, struct id file, struct id holder)
{
    world_put(world, ROW_FILE_KEY,
              &(struct file_key_row){.file = file,
                                     .holder = holder,
                                     .has_epoch = holder.kind == ID_GROUP,
                                     .epoch = holder.kind == ID_GROUP ? EPOCH : 0});
}

void place_no_key(struct world *world, struct id file, struct id holder)
{
    world_remove(world, ROW_FILE_KEY, &(struct file_key_row){.file = file, .holder = holder});
}

void place_share(struct world *world, struct id file, struct id target, const char *modes,
                 uint64_t expires_utc_us)
{
    world_put(world, ROW_SHARE,
              &(struct share_row){.file = file,
                                  .target = target,
                                  .can_view = strchr(modes, 'v') != NULL,
                                  .can_download = strchr(modes, 'd') != NULL,
                                  .can_edit = strchr(modes, 'e') != NULL,
                                  .has_expires = expires_utc_us != 0,
                                  .expires = expires_utc_us});
    place_key(world, file, target);
}

void place_unshare(struct world *world, struct id file, struct id target)
{
    world_remove(world, ROW_SHARE, &(struct share_row){.file = file, .target = target});
    place_no_key(world, file, target);
}
