/*
 * tools/following.h -- events as they come: what tail and query --follow do once they have shown
 * what there is.
 *
 * Process  Works on a store that was opened for reading, so that whoever writes can go on; ends by
 *          a signal, or when the output does.
 */
#ifndef TOOLS_FOLLOWING_H
#define TOOLS_FOLLOWING_H

#include "reports/query.h"
#include "tools/invocation.h"

struct following {
    struct invocation *invocation;
    struct engine *engine;
    struct rows *rows;   /* begun */
    struct query *query; /* its range, order and limit are this module's */
    uint64_t next;       /* the first position not looked at yet */
};

/* Shows what has come since the last look. */
MUST_CHECK struct status following_look(struct following *following);
/* The same, again and again, until it is interrupted. */
MUST_CHECK struct status following_stay(struct following *following);

#endif
