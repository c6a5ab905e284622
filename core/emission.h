/*
 * core/emission.h -- an emitter speaks: drafts of events become one signed submission.
 *
 * Shape    A speaker is an emitter's secret key and where its chain stands. emission_begin, then up
 *          to SUBMISSION_EVENTS_MAX drafts, then emission_end, which signs. The result is what
 *          schema/submission.h describes, wherever it was made: in the writer for its own
 *          subsystems, or at an outside emitter.
 * Memory   An emission holds its own memory and is used again and again.
 * Source   DESIGN.md 4.
 */
#ifndef CORE_EMISSION_H
#define CORE_EMISSION_H

#include "core/decision.h"
#include "schema/submission.h"
#include "store/key.h"
#include "store/log.h"

struct speaker {
    char name[NAME_MAX_SIZE + 1];
    struct secret_key *key; /* owned by whoever made the speaker */
    struct emitter_head head;
};

/* An event as it is meant; all zeroes but kind, on and body is an ordinary one by the emitter. */
struct draft {
    enum event_kind kind;
    struct id on[LEAF_SUBJECTS_MAX];
    size_t on_count;
    const union event_body *body;
    struct bytes actor; /* empty: the emitter itself */
    enum outcome outcome;
    enum rule rule;
    uint64_t at_utc_us;         /* 0: not said */
    bool answers;               /* whether there is a cause */
    uint64_t cause;             /* position of the event answered */
    uint64_t item;              /* of the bulk that `cause` opened, from 1; 0: of none */
    struct bytes source;        /* empty: none */
    struct id project, session; /* ID_NONE: none */
    struct bytes command;       /* the signed record; empty: none */
};

struct emission; /* opaque */

/* On success *out is the caller's: emission_close. NO_MEMORY. */
MUST_CHECK struct status emission_open(struct emission **out);
void emission_close(struct emission **emission);

/* Starts a submission by this speaker; `origin` is the log's name. Whatever was begun before is
 * forgotten. */
void emission_begin(struct emission *emission, const struct speaker *speaker, struct bytes origin);
uint32_t emission_count(const struct emission *emission);

/* Adds one event. LIMIT if it does not fit a leaf, a body or the submission: nothing is added.
 * MALFORMED for a source that a leaf, or a field that a body cannot hold. */
MUST_CHECK struct status emission_add(struct emission *emission, const struct draft *draft);

/* Signs and lends the submission until the next begin; *head is where the chain then stands. */
MUST_CHECK struct status emission_end(struct emission *emission, struct bytes *submission,
                                      struct emitter_head *head);

/* For the writer, which appends its own events itself and makes no submission of them -------- */

/* Where an emission stands. */
struct emission_mark {
    struct emitter_head head;
    uint32_t count;
};
struct emission_mark emission_mark(const struct emission *emission);
/* Takes back what was written since. */
void emission_reset(struct emission *emission, const struct emission_mark *mark);

/* Writes the statement and the body (salt || body) of one event and links it to the chain. LIMIT
 * and MALFORMED as emission_add, and nothing is linked. */
MUST_CHECK struct status emission_write(struct emission *emission, const struct draft *draft,
                                        struct text *statement, struct text *body);
/* Signs what was written so far; *head is where the chain then stands. */
MUST_CHECK struct status emission_sign(const struct emission *emission, struct signature *out,
                                       struct emitter_head *head);

#endif
