/*
 * reports/web/event_parts.h -- the parts of an event's page: what it says, what was signed, and how
 * it is proven.
 *
 * Errors   Those of the log; what does not hold is a part that says so, not a failure.
 */
#ifndef REPORTS_WEB_EVENT_PARTS_H
#define REPORTS_WEB_EVENT_PARTS_H

#include "reports/web/page.h"

/* An event, read once for its page. */
struct event_shown {
    uint64_t n;
    struct bytes bytes; /* of the leaf */
    struct leaf leaf;
    struct digest hash; /* of the leaf */
};

/* The body, field by field as the catalogue has them, and its bytes. */
MUST_CHECK struct status event_put_body(struct visit *visit, const struct event_shown *event);
/* The signed command, likewise. Nothing if the event has none. */
MUST_CHECK struct status event_put_command(struct visit *visit, const struct event_shown *event);
/* The leaf as it was hashed, member by member before that. */
void event_put_leaf(struct visit *visit, const struct event_shown *event);
/* Hash, path, checkpoint, signature, and what to do with them. */
MUST_CHECK struct status event_put_proof(struct visit *visit, const struct event_shown *event);

#endif
