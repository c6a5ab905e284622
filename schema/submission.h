/*
 * schema/submission.h -- what an emitter hands to the writer: 1 to 1,000 events under one
 * signature.
 *
 * Shape    "cairn-submission-v1\n", u16 size and name of the emitter, u64 emitter_n of the first
 *          event, u16 count, then for each event u16 size and statement, u32 size and salt || body,
 *          u32 size and command record (0: none), and last u16 size and signature. Big-endian.
 *          The signature is over the emitter's chain value after the last event (store/hash.h).
 * Limits   SUBMISSION_MAX bytes, SUBMISSION_EVENTS_MAX events; each part its own of limits.h.
 * Source   DESIGN.md 4; docs/FORMAT.md.
 */
#ifndef SCHEMA_SUBMISSION_H
#define SCHEMA_SUBMISSION_H

#include "schema/limits.h"
#include "schema/text.h"

struct submission {
    struct bytes emitter;
    uint64_t first_n; /* emitter_n of the first event */
    uint32_t count;
    struct bytes events; /* undecoded, for submission_next */
    struct bytes signature;
};

struct submission_event {
    struct bytes statement;
    struct bytes body;    /* salt || body */
    struct bytes command; /* empty: none */
};

/* Checks the frame from end to end; slices are lent from `bytes`. MALFORMED at the byte, LIMIT. */
MUST_CHECK struct status submission_decode(struct bytes bytes, struct submission *out);

/* Takes the next event off `*events` (submission.events, to begin with). Only for what
 * submission_decode has accepted, and `count` times. */
struct submission_event submission_next(struct bytes *events);

/* Writing, in order: begin, an event at a time, end. The text is full if it does not fit; the
 * count is written at the end. */
void submission_begin(struct text *out, struct bytes emitter, uint64_t first_n);
void submission_put(struct text *out, const struct submission_event *event);
void submission_end(struct text *out, uint32_t count, struct bytes signature);

#endif
