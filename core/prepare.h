/*
 * core/prepare.h -- authenticates submissions: everything that does not depend on the position.
 *
 * Shape    Decodes a submission, checks each statement and body against the catalogue, each
 *          commitment, the emitter's counter and chain, and the signature. What it leaves to the
 *          writer is what only the writer knows: positions, time, and whether subjects exist.
 * State    It holds each emitter's key and where its chain stands, ahead of the log by what is on
 *          its way. Used by one thread at a time.
 * Source   DESIGN.md 1 (authenticate), 4.
 */
#ifndef CORE_PREPARE_H
#define CORE_PREPARE_H

#include "schema/catalogue/catalogue.h"
#include "schema/leaf.h"
#include "schema/submission.h"
#include "store/key.h"
#include "store/log.h"

struct prepare; /* opaque */

struct prepared_event {
    struct leaf leaf; /* a decoded statement */
    struct bytes body, command;
    struct digest hash; /* of a leaf that is folded (core/engine_fold.c); a statement has none */
};

/* One submission on its way; slices are lent from `submission`. */
struct prepared {
    struct bytes submission;
    struct prepared_event *events; /* room for SUBMISSION_EVENTS_MAX */
    uint32_t count;
    struct bytes emitter;
    struct emitter_head head; /* after the last event */
    struct signature signature;
    bool already; /* these numbers of the emitter are in the log, or on their way: nothing was
                     checked, and whether the events are the same is core/repetition.h */
};

MUST_CHECK struct status prepare_open(struct bytes origin, struct prepare **out);
void prepare_close(struct prepare **prepare);

/* Makes an emitter known, or changes what is known of it (its head); one that is retired is known
 * no longer. LIMIT over EMITTERS_MAX; MALFORMED if the key is none. */
MUST_CHECK struct status prepare_emitter(struct prepare *prepare, const struct emitter_row *row,
                                         const struct emitter_head *head);

/* Prepares `prepared->submission`. MALFORMED or LIMIT with the reason; KEY for an emitter that is
 * unknown or retired; BAD_SIGNATURE; GAP at the number expected; CONFLICT if a part of it is in the
 * log and a part is not. Nothing is remembered of a submission that fails. */
MUST_CHECK struct status prepare_submission(struct prepare *prepare, struct prepared *prepared);

#endif
