/*
 * core/engine_asking.h -- one signed command on its way through the engine; for core/engine*.c.
 *
 * Shape    ask_read, ask_authenticate, then for each object that the command is about ask_decide
 *          and ask_answer: what was decided, or the refusal, is written and folded, and committed
 *          with the rest of the batch.
 * Errors   Of the engine, or of this command alone: of the latter nothing is in the log then.
 */
#ifndef CORE_ENGINE_ASKING_H
#define CORE_ENGINE_ASKING_H

#include "core/command_record.h"
#include "core/engine_batch.h"
#include "core/engine_checks.h"

enum {
    ASKING_ARENA = 256 << 10, /* bytes for what one decision looks at */
};

struct asking {
    struct engine *engine;
    struct bytes record, source;
    const struct check *check; /* of its signature, made ahead; NULL: none */
    struct command_record command;
    struct digest digest; /* of the record */
    struct actor actor;
    char actor_text[NAME_MAX_SIZE + 24]; /* user:12 */
    union command_fields fields;
    struct decision decision;
    struct id bulk; /* the command over many that this is one of; ID_NONE: none */
    uint64_t item;  /* which one, from 1 */
    struct arena arena;
    struct status trouble;
    uint8_t memory[ASKING_ARENA];
};

/* Reads the record, not yet the fields. MALFORMED, LIMIT; BAD_SIGNATURE: for another log. */
MUST_CHECK struct status ask_read(struct asking *asking);
/* The rules that hold for every command; RULE_NONE, or *refused. */
MUST_CHECK struct status ask_authenticate(struct asking *asking, enum rule *refused);
/* Decodes what the command is about, once more. MALFORMED. */
MUST_CHECK struct status ask_fields(struct asking *asking, struct bytes fields);
/* The state that it is decided on; what is wrong with it is noted in `trouble`. */
struct view ask_view(struct asking *asking);
/* Decides; asking->decision is what came of it. */
MUST_CHECK struct status ask_decide(struct asking *asking);
/* Writes what was decided, all of it or nothing. */
MUST_CHECK struct status ask_answer(struct asking *asking);
/* Writes a refusal, about the log and the things that the fields name. */
MUST_CHECK struct status ask_refuse(struct asking *asking, enum rule rule, struct bytes fields);

/* Writes one event of this command: actor, session, project, source and, unless it is one of many,
 * the record itself. */
MUST_CHECK struct status ask_write(struct asking *asking, enum engine_voice voice,
                                   const struct decided *decided, enum rule refused);

/* engine_bulk.c: a command over many objects, authenticated. */
MUST_CHECK struct status ask_bulk(struct asking *asking, struct verdict *verdict);
/* And its refusal as a whole. */
MUST_CHECK struct status ask_refuse_bulk(struct asking *asking, enum rule rule);

#endif
