/*
 * core/note_world.h -- of notes, those that tell what became of a request to the world.
 *
 * Shape    Something is begun only if it was asked for and has not ended; it ends only if it was
 *          begun, by the event that its kind ends by, about the object that the request was about.
 *          A machine has failed to start only if one has been waited for.
 * Source   core/effect/effect.h; docs/decisions/0038.
 */
#ifndef CORE_NOTE_WORLD_H
#define CORE_NOTE_WORLD_H

#include "core/decision.h"
#include "core/emission.h"

/* OK, or why it cannot be said now. Each is for the kinds in its name. */
MUST_CHECK struct status note_check_begun(const struct view *view, const struct draft *draft);
/* effect.done and effect.failed. */
MUST_CHECK struct status note_check_ended(const struct view *view, const struct draft *draft);
/* The events that tell more: drive.converted, drive.snapshot.created, merged and deleted,
 * host.utilisation_checked, vm.xml_fetched. */
MUST_CHECK struct status note_check_answer(const struct view *view, const struct draft *draft);
/* vm.start_failed. */
MUST_CHECK struct status note_check_start_failed(const struct view *view,
                                                 const struct draft *draft);

/* What no other waiting note may be about: the request, or the machine. */
void note_about_request(const struct draft *draft, struct text *out);

#endif
