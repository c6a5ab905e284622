/*
 * core/drive/snapshot.h -- what a drive was at a moment.
 *
 * Shape     The snapshots of a drive are a path (DRV-16a): each stands on the one before. What is
 *           written since lies in a layer of its own, which is the drive's file from then on. To
 *           merge the newest is to give it up and keep what was written since; to delete it is to
 *           go back to it. Both take a drive that is attached nowhere. Tag and access are the
 *           drive's (DRV-16b).
 * State     `snapshot` by id; `drive` has its newest.
 * Decide    drive.snapshot.create, merge, delete.
 * Evolve    drive.snapshot.requested, created, merge_requested, merged, delete_requested, deleted.
 *           Effects: snapshot_create, snapshot_merge, snapshot_delete, for the snapshot in regard
 *           to its drive.
 *
 * Source    domain.md DRV-16, 1.18-15.
 */
#ifndef CORE_DRIVE_SNAPSHOT_H
#define CORE_DRIVE_SNAPSHOT_H

#include "core/decision.h"
#include "core/evolution.h"

/* The snapshot, if there is one, ready or not; *out may be NULL. */
bool snapshot_by_id(const struct view *view, struct id snapshot, struct snapshot_row *out);

/* For evolve: what the world has answered without telling more. */
void snapshot_ended(struct evolution *evolution, const struct effect_row *effect);

#endif
