/*
 * auditd/watcher/speech.h -- what a watcher has found, as the events that it signs.
 *
 * Shape    Events go through core/emit, into the spool, and from there to the daemon; speech_turn
 *          sends on, and waits for nothing. Speech is heard when all that was said is in the log:
 *          speech_is_heard, then with the position of the last. Until then nobody looks again, so
 *          that nothing is said twice.
 * Errors   IO with cairn_emit's own sentence in speech_error; what does not fit the spool is
 *          counted as lost by it, and said.
 */
#ifndef AUDITD_WATCHER_SPEECH_H
#define AUDITD_WATCHER_SPEECH_H

#include "auditd/watcher/compare.h"
#include "auditd/watcher/logins.h"

struct speech; /* opaque */

struct speech_options {
    const char *key;    /* the watcher's key file */
    const char *socket; /* the daemon's */
    const char *spool;  /* a directory; empty: in memory */
};
/* KEY: the key file cannot be used; IN_USE; IO. *out is the caller's also on failure, to ask for
 * the sentence. */
MUST_CHECK struct status speech_open(const struct speech_options *options, struct speech **out);
void speech_close(struct speech **speech);
const char *speech_error(const struct speech *speech);

/* Sends what waits, and takes what is answered. */
MUST_CHECK struct status speech_turn(struct speech *speech);
/* Events that were taken and are not known to be in the log. */
uint64_t speech_waiting(const struct speech *speech);
/* The position of the newest event that is known to be in the log; false if none is. */
bool speech_position(const struct speech *speech, uint64_t *out);

/* A fact; `cause` is of what stopped. */
MUST_CHECK struct status speech_fact(struct speech *speech, struct id host,
                                     const struct finding *fact, enum stop_cause cause,
                                     uint64_t now_us);
MUST_CHECK struct status speech_mismatch(struct speech *speech, struct id host,
                                         const struct finding *finding,
                                         const struct digest *identity);
MUST_CHECK struct status speech_cleared(struct speech *speech, struct id host,
                                        const struct digest *identity);
MUST_CHECK struct status speech_run(struct speech *speech, struct id host,
                                    const struct reconcile_run *run);
MUST_CHECK struct status speech_login(struct speech *speech, struct id host,
                                      const struct login *login);

#endif
