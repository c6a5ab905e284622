/*
 * core/drive/drive.h -- encrypted drives: made, converted, formatted, deleted; what was seen of
 * them.
 *
 * Shape     A drive is made with its key wrapped for its owner (drive_key.h), and its volume is
 *           made after it: initializing, then blank. The first machine that has it attached formats
 *           it, which makes it ready; a second time takes the owner's word. While its volume is
 *           worked on it is busy. Nothing of what is inside is known here: that it is formatted and
 *           encrypted is what the machine's controller says.
 * Rooms     pool.h where volumes lie; drive_key.h and drive_share.h who may have it; attachment.h
 *           where it is; drive_tag.h its label; snapshot.h what it was; iso.h and nfs.h what is
 *           read-only beside it; drive_effect.h what the world has answered.
 * State     `drive` by id, `drive_name` by owner and name, `team_drive`, `drive_file`.
 * Decide    drive.create, convert, format, delete.
 * Evolve    drive.created, convert_requested, converted, format_requested, formatted,
 *           file_observed, deleted. Effects: volume_create, volume_convert, volume_delete.
 *
 * Source    domain.md DRV-01 to DRV-09, DRV-18, DRV-21, TEA-03.
 */
#ifndef CORE_DRIVE_DRIVE_H
#define CORE_DRIVE_DRIVE_H

#include "core/access/access.h"
#include "core/decision.h"
#include "core/evolution.h"

#define DRIVE_MIB (UINT64_C(1) << 20)
#define DRIVE_SIZE_MIN (16 * DRIVE_MIB)
#define DRIVE_SIZE_MAX (DRIVE_MIB << 26) /* 64 TiB */

/* The drive, if there is one and it is not deleted; *out may be NULL. */
bool drive_by_id(const struct view *view, struct id drive, struct drive_row *out);
/* A user's drive of this name, deleted or not there: false. */
bool drive_by_name(const struct view *view, struct id owner, struct bytes name,
                   struct drive_row *out);

/* In which mode the reader may use the drive, by core/access: rw for whoever may edit it, ro for
 * whoever may read it. False: not at all. What was asked last is in *access. */
bool drive_mode_for(const struct view *view, const struct reader *reader, struct id drive,
                    enum drive_mode *mode, struct access *access);

/* Rules that several commands have, or RULE_NONE. The drive is there, and the actor owns it: else
 * `otherwise`; and its volume is there and at rest; and it is attached nowhere. */
enum rule drive_owner_refusal(const struct view *view, const struct actor *actor, struct id drive,
                              enum rule otherwise, struct drive_row *out);
enum rule drive_work_refusal(const struct view *view, const struct drive_row *drive);
enum rule drive_detached_refusal(const struct view *view, struct id drive);

/* For evolve: the user who gave the command; ID_NONE: it was no user's. */
struct id drive_actor(const struct leaf *leaf);
/* For evolve: a drive's row, deleted or not. */
bool drive_find(struct evolution *evolution, struct id drive, struct drive_row *out);

/* The volume was made, or could not; work on it has ended, well or not. */
void drive_made(struct evolution *evolution, struct id drive, bool done, struct bytes path);
void drive_rests(struct evolution *evolution, struct id drive);

/* One line for people. */
void drive_describe(const struct drive_row *drive, struct text *out);

#endif
