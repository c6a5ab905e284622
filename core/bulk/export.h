/*
 * core/bulk/export.h -- what leaves as a file.
 *
 * Decide    export.record: rows were written to a file; the event has the hash of its bytes.
 * Source    domain.md BLK-02, BLK-05.
 */
#ifndef CORE_BULK_EXPORT_H
#define CORE_BULK_EXPORT_H

#include "core/decision.h"

/* Whether the actor may take rows out: of one project, or of everything (ID_NONE). */
bool export_is_allowed(const struct view *view, const struct actor *actor, struct id project);

#endif
