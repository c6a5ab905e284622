/*
 * auditd/writer/clerk.h -- what the other processes ask of the writer, done on the engine.
 *
 * Shape    Requests come as frames from a route (a channel, by number) and are answered through
 *          `send`, each once, with the id that it came with. Submissions go to the engine at once
 *          and are answered when they are durable; commands and notes are gathered and done by
 *          clerk_flush, all in as few commits as there is room for. So whoever calls takes
 *          whatever waits, then flushes: while one commit is being synced, the next one gathers.
 * Trust    Who speaks is what the forwarding process says; what is said is checked here anew. A
 *          submission of one of the writer's own emitters is refused: they speak here.
 * Memory   Room for commands and answers is allocated once.
 * Limits   CLERK_PENDING_MAX submissions and CLERK_COMMANDS_MAX commands that wait; more flush.
 * Errors   Those of the engine, which are final: the process ends and is started anew. What cannot
 *          be understood is answered with its failure.
 * Source   DESIGN.md 1, 5, 10; docs/decisions/0045-from-socket-to-log.md.
 */
#ifndef AUDITD_WRITER_CLERK_H
#define AUDITD_WRITER_CLERK_H

#include "core/note.h"
#include "schema/wire/message.h"

enum {
    CLERK_PENDING_MAX = 4096,
    CLERK_COMMANDS_MAX = 256,
    CLERK_COMMAND_BYTES = 8 << 20,
    CLERK_NOTES_MAX = 256,
    CLERK_NOTE_MEMORY = 2 * BODY_MAX,
    CLERK_ANSWER_MAX = 256 << 10, /* bytes of a frame */
};

/* One whole frame for a route. A route that is gone loses it. */
typedef void clerk_send(void *context, uint32_t route, struct bytes frame);

/* How full the disk is, and since when; clerk_set_room. */
struct clerk_room {
    enum daemon_mode mode;
    uint64_t free, total; /* bytes */
    uint64_t used;        /* percent */
};

struct clerk_options {
    struct engine *engine; /* lent */
    clerk_send *send;
    /* Which process a route leads to; false: one that has no notes. */
    bool (*speaker)(void *context, uint32_t route, enum note_role *out);
    void *context;
    const uint8_t *pages; /* of the counters of all processes (auditd/counters.h), for STATUS; or
                             NULL */
};

struct clerk; /* opaque */

/* On success *out is the caller's: clerk_close, before the engine is. NO_MEMORY. */
MUST_CHECK struct status clerk_open(const struct clerk_options *options, struct clerk **out);
void clerk_close(struct clerk **clerk);

/* A frame from a route: a request, or one that is FORWARDED. */
MUST_CHECK struct status clerk_take(struct clerk *clerk, uint32_t route, const struct frame *frame);
/* Does what has been gathered; everything taken so far is durable and answered then. */
MUST_CHECK struct status clerk_flush(struct clerk *clerk);
/* Requests that wait for clerk_flush. */
size_t clerk_gathered(const struct clerk *clerk);
/* Makes what is in the log be in the answers of other processes. Nothing is gathered. */
MUST_CHECK struct status clerk_settle(struct clerk *clerk);
/* Whether something is in the log that others may not see yet. */
bool clerk_is_unsettled(const struct clerk *clerk);

/* From here on only what the room allows is taken; the rest is refused with FULL. */
void clerk_set_room(struct clerk *clerk, const struct clerk_room *room);

/* The writer's own word, about the log or an emitter. Durable with the next flush. */
MUST_CHECK struct status clerk_say(struct clerk *clerk, enum event_kind kind, struct id on,
                                   const union event_body *body);
/* The same about the log, of a note by the supervisor. What cannot be understood is not said. */
MUST_CHECK struct status clerk_say_note(struct clerk *clerk, const struct wire_note *note);

#endif
