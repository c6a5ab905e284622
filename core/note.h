/*
 * core/note.h -- what the writer says in its own voice, on behalf of processes beside it.
 *
 * Shape    A note is an event as it is meant: kind, subjects, body. Who speaks may say the kinds
 *          that are his: an operator what the command line records, a reader what auditors do, and
 *          so on; all else is refused. What it says is held against the state: what is there, what
 *          has not been said already, whose name it gives. notes_say is for the writer; the other
 *          processes write a note (note_write) and send it.
 * State    Notes that have been said and not yet flushed are not in the state. One about the same
 *          thing as such a one waits until that is flushed, so that nothing is said twice.
 * Errors   KEY: the speaker may not say this. MALFORMED, LIMIT, NOT_FOUND, EXISTS, CONFLICT: it is
 *          not so. None of them is a failure of the engine.
 * Source   DESIGN.md 10; docs/decisions/0038.
 */
#ifndef CORE_NOTE_H
#define CORE_NOTE_H

#include "core/engine.h"

enum {
    NOTE_PATH_MAX = 2048,            /* bytes of a path or query that an auditor asked for */
    NOTE_WHY_MAX = 256,              /* bytes of a reason */
    NOTE_SIZE_MAX = BODY_MAX + 4096, /* bytes of a written note */
};

enum note_role {
    NOTE_OPERATOR,    /* whoever runs the command line */
    NOTE_READER,      /* the process that shows auditors their pages */
    NOTE_ALERTS,      /* the process that raises alerts */
    NOTE_INGEST,      /* the process that takes submissions in */
    NOTE_SUPERVISOR,  /* the process that starts the others */
    NOTE_CONTROLLERS, /* the process that speaks with the controllers in machines */
    NOTE_VIRT,        /* the process that does what the log asks of hosts */
    NOTE_ROLE_COUNT,
};

struct note_speaker {
    enum note_role role;
    struct bytes name; /* of an operator: what `by` of a note is; else empty */
};

/* OK, or why this speaker may not have it said now. `view` is at the head. */
MUST_CHECK struct status note_decide(const struct view *view, const struct note_speaker *speaker,
                                     const struct draft *draft);
/* Whose emitter says it. */
enum engine_voice note_voice(enum event_kind kind);

/* A note as it comes. */
struct note {
    struct draft draft; /* its body is the one here */
    union event_body body;
};

/* Writes a draft as the payload of MESSAGE_NOTE (schema/wire/message.h), for `out` with room for
 * NOTE_SIZE_MAX bytes. MALFORMED of a draft with an actor, a cause or a rule: no note has any;
 * LIMIT. */
MUST_CHECK struct status note_write(const struct draft *draft, struct text *out);
/* Reads one; what is lent is lent from the payload and the arena. MALFORMED, LIMIT; NO_MEMORY. */
MUST_CHECK struct status note_read(struct bytes payload, struct arena *arena, struct note *out);

/* The writer's ------------------------------------------------------------------------------ */

struct notes; /* opaque: what has been said since the last flush */

/* On success *out is the caller's: notes_close. NO_MEMORY. */
MUST_CHECK struct status notes_open(struct engine *engine, struct notes **out);
void notes_close(struct notes **notes);
/* Decides, and says it if it is so; flushes before, if need be. On OK it is durable after the next
 * engine_flush. engine_failure tells a failure of the engine from a refusal. */
MUST_CHECK struct status notes_say(struct notes *notes, const struct note_speaker *speaker,
                                   const struct note *note);

#endif
