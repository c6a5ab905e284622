/*
 * core/engine_batch.h -- the writer's own events, on their way to one commit; for core/engine*.c.
 *
 * Shape    begin, then any number of write and evolve, then commit: what was written is folded into
 *          the state at once, so that the next decision is taken on it, and is appended, synced and
 *          signed together. Nobody is told of anything before the commit has come back. A position
 *          that was given is the one that the event will have: nothing else is on its way.
 * Undo     What was written and not yet evolved can be taken back (reset). What was evolved, only
 *          between attempt and its end: an attempt is kept or undone as a whole.
 * Errors   A failure of evolve or commit is the engine's, and final.
 */
#ifndef CORE_ENGINE_BATCH_H
#define CORE_ENGINE_BATCH_H

#include "core/engine_parts.h"

enum {
    BATCH_ROOM = DECISION_EVENTS_MAX + 4, /* events that fit whenever a batch is not full */
};

/* Where a batch stands. */
struct batch_mark {
    size_t count, size;
    bool begun[VOICE_COUNT];
    struct emission_mark voices[VOICE_COUNT];
};

/* Everything on its way is committed first. */
MUST_CHECK struct status engine_batch_begin(struct engine *engine);
void engine_batch_close(struct batch **batch);

/* The time that decisions are taken for: the clock's, also while recorded time is held. */
uint64_t engine_batch_now(const struct engine *engine);
/* The same while recorded time is held, so that what was decided says when; else 0. */
uint64_t engine_batch_held_at(const struct engine *engine);
/* The position of the event written next. */
uint64_t engine_batch_next(const struct engine *engine);

struct batch_mark engine_batch_mark(const struct engine *engine);
void engine_batch_reset(struct engine *engine, const struct batch_mark *mark);

/* Writes one event; the draft's command is lent until the commit, all else is copied. Fails as
 * emission_add; with NOT_FOUND for a subject that there is not; LIMIT where the batch is full. */
MUST_CHECK struct status engine_batch_write(struct engine *engine, enum engine_voice voice,
                                            const struct draft *draft);
/* Folds what has been written since the last time. */
MUST_CHECK struct status engine_batch_evolve(struct engine *engine);

/* Begins, and ends, what is kept or undone as a whole. In between nothing is committed. */
MUST_CHECK struct status engine_batch_attempt(struct engine *engine);
void engine_batch_keep(struct engine *engine);
MUST_CHECK struct status engine_batch_undo(struct engine *engine);

/* Commits if a decision might not fit any more. */
MUST_CHECK struct status engine_batch_make_room(struct engine *engine);
/* Signs, appends, syncs; hands what was appended to the index. */
MUST_CHECK struct status engine_batch_commit(struct engine *engine);

#endif
