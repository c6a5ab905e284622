#include "core/engine_port.h"

#include "core/engine_parts.h"
#include "store/hash.h"

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

/* What became of commands on their way ---------------------------------------------------- */

static bool is_answer_to(const struct leaf *leaf, const struct digest *record)
{
    return leaf->has_command && digest_equal(&leaf->command, record);
}

/* The events of one command stand together. Of one over many the log says more than a verdict. */
static struct status take_event(const struct leaf *leaf, struct verdict *verdict)
{
    if (leaf->kind == EVENT_BULK_OPENED) {
        return FAIL(UNCERTAIN, 0);
    }
    if (verdict->count == 0) {
        verdict->first = leaf->n;
    }
    verdict->count++;
    return leaf->outcome != OUTCOME_DENIED || rule_read(leaf->rule, &verdict->refused)
               ? OK
               : FAIL(UNCERTAIN, 0);
}

static struct status find_events(struct log_snapshot *log, uint64_t from,
                                 const struct digest *record, struct verdict *verdict)
{
    *verdict = (struct verdict){.refused = RULE_NONE};
    for (uint64_t n = from; n < log_snapshot_size(log); n++) {
        struct bytes bytes;
        struct leaf leaf;
        TRY(log_read_leaf(log, n, &bytes));
        TRY(leaf_decode(bytes, &leaf));
        TRY(is_answer_to(&leaf, record) ? take_event(&leaf, verdict) : OK);
    }
    return OK;
}

/* Whether all of them, or none, are in the log from `from` on: else UNCERTAIN. */
static struct status look_for(struct engine *engine, uint64_t from, const struct request *requests,
                              size_t count, struct verdict *verdicts)
{
    size_t done = 0;
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    TRY(log_snapshot_open(engine->log, &log));
    for (size_t i = 0; i < count; i++) {
        struct digest record = hash_bytes(hasher, requests[i].record);
        TRY(find_events(log, from, &record, &verdicts[i]));
        done += verdicts[i].count > 0;
    }
    return done == count ? OK : done == 0 ? FAIL(NOT_FOUND, 0) : FAIL(UNCERTAIN, 0);
}

/* The commands on their way, and the size of the log when they were given. */
struct journey {
    const struct request *requests;
    size_t count;
    uint64_t from;
};

static struct status look_again_for(struct engine *engine, const struct journey *journey,
                                    struct verdict *verdicts)
{
    TRY(engine_look_again(engine));
    return look_for(engine, journey->from, journey->requests, journey->count, verdicts);
}

/* The writer answers questions before it does what came with them: hence twice. */
static struct status resolve(struct engine *engine, struct status status,
                             const struct journey *journey, struct verdict *verdicts)
{
    const struct engine_port *port = engine->options.port;
    if (status.code != STATUS_UNCERTAIN) {
        return final(engine, status);
    }
    struct status found = look_again_for(engine, journey, verdicts);
    for (unsigned i = 0; i < 2 && found.code == STATUS_NOT_FOUND; i++) {
        found = port->await_writer(port->context);
        found = failed(found) ? found : look_again_for(engine, journey, verdicts);
    }
    return failed(found) ? final(engine, status) : OK;
}

struct status engine_port_commands(struct engine *engine, const struct request *requests,
                                   size_t count, struct verdict *verdicts)
{
    const struct engine_port *port = engine->options.port;
    TRY(engine_port_flush(engine));
    const struct journey journey = {requests, count, log_head_of(engine->log)->size};
    struct status status = port->commands(port->context, requests, count, verdicts);
    TRY(failed(status) ? resolve(engine, status, &journey, verdicts) : OK);
    return engine_look_again(engine);
}
