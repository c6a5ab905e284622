/*
 * core/repetition.h -- whether what an emitter sends again is what the log has.
 *
 * Shape    Whoever was not told sends once more. The numbers of such events are in the log; so are
 *          the events only if each has the same statement, body and command. Something else under a
 *          number that is taken comes from a second holder of the key, or from an emitter that has
 *          forgotten what it said.
 * Cost     An event is looked for beyond the index from the newest back, and within it by halving,
 *          for an emitter's counter grows with the position.
 * Source   DESIGN.md 4 (emitter and emitter_n).
 */
#ifndef CORE_REPETITION_H
#define CORE_REPETITION_H

#include "store/index.h"
#include "store/log.h"

/* Compares a well-formed submission, all of whose numbers are in the log. DIVERGED at the first
 * number under which the log has another event; FOLD if an event is in the log and the index does
 * not know it; CORRUPT, IO. `index` may be NULL: then the log is scanned. The signature is not
 * looked at: one over the same events may differ. */
MUST_CHECK struct status repetition_check(struct log_snapshot *log, struct index_snapshot *index,
                                          struct bytes submission);

#endif
