/*
 * core/drive/drive_key.h -- a drive's key, wrapped for each holder.
 *
 * Shape     As file keys are (core/vault/file_key.h): made and wrapped on the user's side, kept
 *           beside the log, named here by the hash of the wrapped bytes. Fetching is the point of
 *           access, and an event each time. With the machine named it is fetched for use there,
 *           which takes that the drive is attached to it. A deposit replaces a holder's wrapped key
 *           and opens no way: it is for the holder, the owner, whoever gave the share, and for a
 *           group whoever may add entries there.
 * State     `drive_key` by drive and holder; `drive_fetched` by session and drive.
 * Decide    drive.key.deposit, fetch.
 * Evolve    drive.key.deposited, fetched.
 *
 * Source    domain.md DRV-15, VLT-05.
 */
#ifndef CORE_DRIVE_DRIVE_KEY_H
#define CORE_DRIVE_DRIVE_KEY_H

#include "core/decision.h"
#include "core/vault/file_key.h"

/* Whether the drive's key was fetched in the actor's session. */
bool drive_key_was_fetched(const struct view *view, const struct actor *actor, struct id drive);

/* The rule that forbids this target beside the owner for a wrapped key of the drive, or
 * RULE_NONE. */
enum rule drive_key_target_refusal(const struct view *view, const struct drive_row *drive,
                                   const struct key_target *target);

#endif
