/*
 * core/audit/case.h -- investigations: events, notes and holds in one folder.
 *
 * Shape     A case lends events a place; they stay where they are. A hold says that what the case
 *           rests on is kept, until a moment or until it is released; one on hold is not closed.
 *           The text of a note is in the event's body and nowhere else, so that it can be erased.
 * State     `case` by id, `case_name` by name; `case_event`, `case_note`: what is in it.
 * Decide    case.create, add, note, hold, release, close.
 * Evolve    case.created, events_added, noted, held, released, closed.
 * Limits    CASE_ADD_MAX events at a time.
 *
 * Source    domain.md AUD-09; NIST SP 800-171 r2 3.3.5.
 */
#ifndef CORE_AUDIT_CASE_H
#define CORE_AUDIT_CASE_H

#include "core/decision.h"

enum {
    CASE_NAME_MAX = 64, /* bytes */
    CASE_ADD_MAX = 500,
};

bool case_by_id(const struct view *view, struct id folder, struct case_row *out);
bool case_by_name(const struct view *view, struct bytes name, struct case_row *out);

/* Whether what it rests on is to be kept at the view's now. */
bool case_is_held(const struct view *view, const struct case_row *folder);

#endif
