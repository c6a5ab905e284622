/*
 * core/drive/drive_tag.h -- the label of a drive: tagged by its owner, raised by what it was
 * written to with.
 *
 * Shape     A drive is tagged by its owner while it is attached nowhere, as files are
 *           (core/project/label.h): up freely, down and sideways by whoever may lower a label,
 *           which is an event of its own. Of drives that are tagged at once each item names the tag
 *           that it carries before, and all the same one, or none of them is tagged
 *           (core/bulk/bulk.h). What is attached read-write takes on the label of what it is
 *           attached to: the join of the machine's tag and of all that ever entered it, which are a
 *           chain (PRJ-14).
 * State     `drive`, `tagged`.
 * Decide    drive.set_project.
 * Evolve    drive.project_changed, label.raised.
 *
 * Source    domain.md DRV-17, PRJ-12 to PRJ-14.
 */
#ifndef CORE_DRIVE_DRIVE_TAG_H
#define CORE_DRIVE_DRIVE_TAG_H

#include "core/decision.h"

/* The label that comes of this one together with all that has entered the machine. */
struct id drive_label_join(const struct view *view, struct id vm, struct id label);

/* Adds label.raised, if the label is above the drive's. */
struct drive_raising {
    struct id drive, vm;
    struct id from, to;
};
void drive_raise_label(const struct view *view, struct decision *decision,
                       const struct drive_raising *raising);

#endif
