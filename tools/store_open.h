/*
 * tools/store_open.h -- the store that a command line names, opened for what the verb needs.
 *
 * Shape    Every failure becomes a sentence and, where somebody can do something about it, a line
 *          that says what. A bar is shown while state and index are folded.
 * Daemon   A store that a daemon writes to is opened beside it (tools/remote.h): what the verb
 *          writes goes through the daemon, with the same result.
 * Process  Only below guard_run (`.guarded` of the verb), because a damaged store may end it.
 */
#ifndef TOOLS_STORE_OPEN_H
#define TOOLS_STORE_OPEN_H

#include "core/engine.h"
#include "tools/invocation.h"

enum store_need {
    STORE_READ,   /* read-only */
    STORE_RECORD, /* for writing if that is possible now, else read-only with a note */
    STORE_WRITE,  /* for writing */
};

/* Opens the store of --store or CAIRN_STORE. On EXIT_DONE *out is the caller's: store_finish, or
 * engine_close after STORE_READ or a failure. */
MUST_CHECK enum exit_code store_open(struct invocation *invocation, enum store_need need,
                                     struct engine **out);

/* The same as STORE_RECORD for who only wants to add a word and says nothing if that cannot be: no
 * sentence, no patience, never for reading only. On success *out is the caller's: engine_finish,
 * engine_close. */
MUST_CHECK struct status store_open_aside(struct invocation *invocation, struct engine **out);

/* The same with wishes: of `wish`, only threaded, rebuild, task and commit_events_max count. */
MUST_CHECK enum exit_code store_open_as(struct invocation *invocation, enum store_need need,
                                        const struct engine_options *wish, struct engine **out);

/* Ends what was written in good order and closes. With a code other than EXIT_DONE it only closes
 * what could not be written, and hands on the more serious of both. */
MUST_CHECK enum exit_code store_finish(struct invocation *invocation, enum exit_code code,
                                       struct engine **engine);

#endif
