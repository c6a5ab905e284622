#include "core/engine_port.h"

#include "core/engine_parts.h"

/* What is not known to have been done must not be gone on from. */
static struct status final(struct engine *engine, struct status status)
{
    if (failed(status) && !failed(engine->failed)) {
        engine->failed = status;
    }
    return status;
}

struct status engine_port_submit(struct engine *engine, struct bytes submission,
                                 engine_acknowledge *acknowledge, void *context)
{
    const struct engine_port *port = engine->options.port;
    struct receipt receipt = {.status = OK};
    if (submission.size > SUBMISSION_MAX) {
        return FAIL(LIMIT, SUBMISSION_MAX);
    }
    TRY(engine_port_flush(engine)); /* what was said before comes before */
    TRY(final(engine, port->submit(port->context, submission, &receipt)));
    engine->since_sync++;
    if (acknowledge != NULL) {
        acknowledge(context, &receipt);
    }
    return OK;
}

struct status engine_port_say(struct engine *engine, enum engine_voice voice,
                              const struct draft *draft)
{
    const struct engine_port *port = engine->options.port;
    struct status status = port->say(port->context, voice, draft);
    engine->since_sync++;
    return status.code == STATUS_LIMIT || status.code == STATUS_MALFORMED ? status
                                                                          : final(engine, status);
}

struct status engine_port_flush(struct engine *engine)
{
    const struct engine_port *port = engine->options.port;
    if (engine->since_sync == 0) {
        return OK;
    }
    TRY(final(engine, port->flush(port->context)));
    engine->since_sync = 0;
    return engine_look_again(engine);
}

struct status engine_port_commands(struct engine *engine, const struct request *requests,
                                   size_t count, struct verdict *verdicts)
{
    const struct engine_port *port = engine->options.port;
    TRY(engine_port_flush(engine));
    TRY(final(engine, port->commands(port->context, requests, count, verdicts)));
    return engine_look_again(engine);
}
