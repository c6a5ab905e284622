/*
 * core/engine_checks.h -- signatures of many commands, checked ahead of their decisions.
 *
 * Shape    While one command is decided, a stage of its own compares the signatures of the next
 *          ones with the keys that their actors have now. A check says which key it was made with:
 *          if the actor has another one by the time of the decision, it says nothing.
 * Process  For an engine with threads, and more than one command; else everything happens in turn.
 */
#ifndef CORE_ENGINE_CHECKS_H
#define CORE_ENGINE_CHECKS_H

#include "core/engine_parts.h"

struct check {
    struct bytes record;
    struct public_key key;
    bool asked; /* the record has an actor with a key */
    bool holds;
};

void engine_checks_close(struct checks **checks);

/* Begins with the first of these commands, which are lent until the end. */
MUST_CHECK struct status engine_checks_begin(struct engine *engine, const struct request *requests,
                                             size_t count);
/* The check of the next command, lent until the one after it; NULL if there is none. */
const struct check *engine_checks_next(struct engine *engine);
/* Waits for what is still being checked. */
void engine_checks_end(struct engine *engine);

#endif
