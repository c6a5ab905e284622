/*
 * reports/web/integrity.h -- whether the log holds, as far as a page can tell: what was verified
 * and when, the newest checkpoint, whether anything is missing.
 *
 * Shape    What the newest verification found is taken from the state, and compared with the tree
 *          as it is now: the root of the events that were verified must still be the same. The
 *          checkpoint's signature is checked anew. Each event is the next one of one emitter, so
 *          that what the emitters have counted, less the events, is what is missing.
 * Errors   Those of the log and the state.
 */
#ifndef REPORTS_WEB_INTEGRITY_H
#define REPORTS_WEB_INTEGRITY_H

#include "reports/web/page.h"

struct integrity {
    bool checkpointed, checkpoint_holds;
    uint64_t checkpoint_size;
    bool verified; /* ever; never of a narrowed scope, which is not told */
    uint64_t verified_size, verified_us, verified_n, findings;
    bool root_is_the_same; /* of what was verified */
    uint32_t emitters;
    uint64_t missing; /* events that emitters have counted and the log does not have */
};

MUST_CHECK struct status integrity_look(struct visit *visit, struct integrity *out);

/* The verdict: a sign, a sentence, and what it rests on. */
void integrity_put_verdict(struct visit *visit, const struct integrity *integrity);

/* Calls `see` with each emitter and the number of its newest event. */
typedef void integrity_see_emitter(void *context, const struct emitter_row *emitter,
                                   uint64_t emitter_n);
MUST_CHECK struct status integrity_each_emitter(struct visit *visit, integrity_see_emitter *see,
                                                void *context);

#endif
