#include "core/decision.h"

#include <assert.h>

struct decided *decision_add(struct decision *decision, enum event_kind kind, struct id subject)
{
    assert(decision->count < DECISION_EVENTS_MAX);
    struct decided *decided = &decision->events[decision->count++];
    *decided = (struct decided){.kind = kind, .on = {subject}, .on_count = 1};
    return decided;
}
