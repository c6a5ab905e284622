/*
 * tools/emitting.h -- events on their way from the command line into the log.
 *
 * Shape    With a spool, or where a daemon serves the store, by the library that other components
 *          use (core/emit/cairn-emit.h); else by an engine of this process. Which of them it was
 *          changes nothing of the answer.
 * Options  Of the verb: key, spool, wait, and EMITTING_FAR_OPTIONS; the global ones: store, socket.
 * Errors   Functions that return an exit code have said what was wrong.
 */
#ifndef TOOLS_EMITTING_H
#define TOOLS_EMITTING_H

#include "core/emission.h"
#include "core/emit/cairn-emit.h"
#include "tools/invocation.h"

/* Where a daemon on another machine is, and who we are there. */
#define EMITTING_FAR_OPTIONS                                                                   \
    {"host", 0, "HOST:PORT", "a daemon on another machine, over TLS", false},                  \
        {"certificate", 0, "FILE", "for --host: ours, PEM", false},                            \
        {"certificate-key", 0, "FILE", "for --host: its key, PEM", false},                     \
    {                                                                                          \
        "authorities", 0, "FILE", "for --host: who signs the daemon's certificate, PEM", false \
    }

struct emitting; /* opaque */

/* On EXIT_DONE *out is the caller's: emitting_finish. */
MUST_CHECK enum exit_code emitting_open(struct invocation *invocation, struct emitting **out);

/* Takes one event; `why` (a sentence, lent until the next call) is set with EXIT_USAGE, for an
 * event that cannot be: nothing is said of that. */
MUST_CHECK enum exit_code emitting_add(struct emitting *emitting, const struct cairn_event *event,
                                       const char **why);
/* Sends what there is; *waits is true if something is not delivered yet. Does not wait for it. */
MUST_CHECK enum exit_code emitting_send(struct emitting *emitting, bool *waits);

/* Delivers the rest unless `code` is a failure already, says what has become of all events, and
 * closes. */
enum exit_code emitting_finish(struct emitting **emitting, enum exit_code code);

/* The key that --key or CAIRN_EMITTER_KEY names, for a speaker whose head is not known yet. */
MUST_CHECK enum exit_code emitting_speaker(const struct invocation *invocation,
                                           struct speaker *out);
/* Its path; EXIT_USAGE if none is named. */
MUST_CHECK enum exit_code emitting_key(const struct invocation *invocation, const char **path);

/* Where the daemon is that the command line names, as options of the library; false if it names
 * none. */
bool emitting_daemon(const struct invocation *invocation, struct cairn_emit_options *out);

/* What a code of the library is for the shell. */
enum exit_code emitting_exit(enum cairn_emit_code code);

#endif
