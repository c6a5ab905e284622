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

bool decision_is_key(const struct view *view, struct bytes text)
{
    struct public_key key;
    struct status status = public_key_read(text, &key);
    if (status.code == STATUS_NO_MEMORY && !failed(*view->trouble)) {
        *view->trouble = status;
    }
    return !failed(status);
}
