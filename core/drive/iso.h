/*
 * core/drive/iso.h -- read-only media, and the machines that they are in.
 *
 * Shape     An administrator registers an image by the hash of its bytes. Whoever may attach drives
 *           to a machine puts a medium into it: always as a cdrom, always read-only; what a watcher
 *           sees otherwise is told by the watcher (iso.attached says how it is).
 * State     `iso` by id, `iso_name`, `iso_attachment` by machine and medium.
 * Decide    iso.register, attach, detach.
 * Evolve    iso.registered, attach_requested, detach_requested, attached, detached. Effects:
 *           iso_attach, iso_detach, for the medium in regard to the machine.
 *
 * Source    domain.md DRV-19.
 */
#ifndef CORE_DRIVE_ISO_H
#define CORE_DRIVE_ISO_H

#include "core/decision.h"
#include "core/evolution.h"

/* The medium, if it is registered; *out may be NULL. */
bool iso_by_id(const struct view *view, struct id iso, struct iso_row *out);
bool iso_by_name(const struct view *view, struct bytes name, struct iso_row *out);

/* For evolve: what the world has answered. */
void iso_ended(struct evolution *evolution, const struct effect_row *effect);

#endif
