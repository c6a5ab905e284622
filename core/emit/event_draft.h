/*
 * core/emit/event_draft.h -- a draft from an event as the caller of the library describes it.
 *
 * Errors   MALFORMED with a sentence, which names the field where one is wrong.
 * Memory   The draft is lent from the event, the arena and `body`.
 */
#ifndef CORE_EMIT_EVENT_DRAFT_H
#define CORE_EMIT_EVENT_DRAFT_H

#include "core/emission.h"
#include "core/emit/cairn-emit.h"

enum {
    EVENT_FIELDS_MAX = 128,
};

/* What of an event is wrong is written to `why` besides. */
struct event_draft {
    struct draft draft;
    union event_body body;
    char json_memory[BODY_MAX];
    char why_memory[512];
    struct text why;
};

/* Reads the event; `out` is filled anew. LIMIT, NO_MEMORY besides. */
MUST_CHECK struct status event_draft_read(const struct cairn_event *event, struct arena *arena,
                                          struct event_draft *out);

#endif
