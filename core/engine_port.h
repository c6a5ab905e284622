/*
 * core/engine_port.h -- writing through the engine of another process.
 *
 * Shape    An engine that is opened for reading with a port takes submissions, what is said, and
 *          commands as one that writes does, and hands them to the port; what came of them is the
 *          other engine's word. After each answer this engine looks at the store again, so that
 *          whoever writes reads what was written. Where the port leads, the core does not know.
 * Errors   A call of the port fails only where nothing can be said of what was asked any more: that
 *          is final for the engine, as a failure of the log is. A refusal is in the receipt or the
 *          verdict. What was said and refused fails `flush`, and so the engine: it was the writer's
 *          own word. UNCERTAIN from `commands` is looked into: what is in the log was done, and its
 *          verdict is there. What is not there stays uncertain: it may be done yet.
 * Source   DESIGN.md 10; docs/decisions/0038.
 */
#ifndef CORE_ENGINE_PORT_H
#define CORE_ENGINE_PORT_H

#include "core/engine.h"

struct engine_port {
    void *context;
    /* Durable, or refused, when it returns. */
    struct status (*submit)(void *context, struct bytes submission, struct receipt *receipt);
    /* May be gathered until `flush`. The draft is lent for the call. LIMIT and MALFORMED, as
     * emission_add, are of this draft alone. */
    struct status (*say)(void *context, enum engine_voice voice, const struct draft *draft);
    struct status (*flush)(void *context);
    /* All of them, in their order, durable and to be seen in the state when it returns. */
    struct status (*commands)(void *context, const struct request *requests, size_t count,
                              struct verdict *verdicts);
    /* Returns when the writer, or its successor, answers. What a process that was killed has
     * committed may be seen by others only once the next one has opened the log. */
    struct status (*await_writer)(void *context);
};

#endif
