/*
 * core/effect/effect.h -- what the log has asked of the world, and how that went.
 *
 * Shape     An event that asks for something real (a volume, a domain, a device) is the request;
 *           its number names what is done for it, at most once. A process of the daemon begins it,
 *           and says that it did, before it acts; then it says how it ended: by effect.done or
 *           effect.failed, or by an event of the context that tells more (drive.converted). What
 *           somebody else saw of it is another matter, and another emitter's.
 * State     `effect` by request: all there ever were; `effect_due`: those that have not ended.
 * Evolve    effect.begun, effect.done, effect.failed; the events that ask call effect_ask, those
 *           that answer effect_answer.
 *
 * Source    DESIGN.md 1 (effects follow events), 10; domain.md HST-05.
 */
#ifndef CORE_EFFECT_EFFECT_H
#define CORE_EFFECT_EFFECT_H

#include "core/evolution.h"

enum {
    EFFECT_PATH_MAX = 1024, /* bytes of a path that an answer tells */
    EFFECT_WHY_MAX = 512,   /* bytes of a reason */
};

/* The request of this number; false if that event has asked for nothing. */
bool effect_of(const struct view *view, uint64_t request, struct effect_row *out);
/* Likewise, if it has not ended. */
bool effect_is_due(const struct view *view, uint64_t request, struct effect_due_row *out);

/* Of an evolve: the event at hand asks for this, for `object`, in regard to `about` (ID_NONE: to
 * nothing else). An event asks for one thing. */
void effect_ask(struct evolution *evolution, const struct leaf *leaf, enum effect_kind kind,
                struct id object, struct id about);

/* How a request ended. */
struct effect_answer {
    uint64_t request;
    enum effect_kind effect;
    bool done;
    struct bytes path; /* empty: none */
    struct bytes why;  /* of what failed */
};

/* Of an evolve: the event at hand ends a request. The row as it is from here on goes to *out. False
 * if there is no such request that is due: then nothing changes, for what has ended has ended. */
bool effect_answer(struct evolution *evolution, const struct leaf *leaf,
                   const struct effect_answer *answer, struct effect_row *out);

/* `effect_ask` of one that is of no interest any more, such as a device of a domain that is gone:
 * it is due no longer, and failed with this reason. */
void effect_forget(struct evolution *evolution, const struct leaf *leaf, uint64_t request,
                   struct bytes why);

#endif
