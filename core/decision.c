#include "core/decision.h"

#include "store/key.h"

#include <assert.h>

struct decided *decision_add(struct decision *decision, enum event_kind kind, struct id subject)
{
    assert(decision->count < DECISION_EVENTS_MAX);
    struct decided *decided = &decision->events[decision->count++];
    *decided = (struct decided){.kind = kind, .on = {subject}, .on_count = 1};
    return decided;
}

bool decision_is_key(struct bytes text)
{
    struct public_key key;
    return !failed(public_key_read(text, &key));
}
