/*
 * core/drive/pool.h -- directories of one kind of volumes, as libvirt knows them.
 *
 * Shape     A pool is defined once, for good: images to boot from, drives, layers of snapshots, or
 *           ISO images, each in a directory of its own that all its hosts reach. It is ready when
 *           the world has answered; what is asked of it meanwhile waits behind that.
 * State     `pool` by id, `pool_name`.
 * Decide    pool.define.
 * Evolve    pool.defined; its effect is pool_define.
 *
 * Source    domain.md DRV-05.
 */
#ifndef CORE_DRIVE_POOL_H
#define CORE_DRIVE_POOL_H

#include "core/decision.h"
#include "core/evolution.h"

enum {
    POOL_PATH_MAX = 512, /* bytes */
    POOL_HOSTS_MAX = 256,
};

/* The pool, if there is one; *out may be NULL. */
bool pool_by_id(const struct view *view, struct id pool, struct pool_row *out);
bool pool_by_name(const struct view *view, struct bytes name, struct pool_row *out);

/* Whether there is such a pool, and it is of this kind. */
bool pool_is_of(const struct view *view, struct id pool, enum pool_kind kind);

/* An absolute path of at most POOL_PATH_MAX bytes, its parts named and none of them `.` or `..`,
 * without a slash at the end and without control characters. */
bool pool_is_path(struct bytes path);

/* The world has it, or could not. */
void pool_ended(struct evolution *evolution, struct id pool, bool done);

#endif
