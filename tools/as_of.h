/*
 * tools/as_of.h -- the moment of --as-of, as a view of the state.
 */
#ifndef TOOLS_AS_OF_H
#define TOOLS_AS_OF_H

#include "core/engine.h"
#include "tools/invocation.h"

#define AS_OF_OPTION                                                                         \
    {                                                                                        \
        "as-of", 0, "WHEN", "as it was at a time, or after an event: seq:30377 (now)", false \
    }

/* The view at the moment of --as-of: the last event recorded by then counts, and what expires is
 * compared with that time. Now, if it is not given. Rows live in the arena, failures in *trouble.
 */
MUST_CHECK enum exit_code as_of_view(struct invocation *invocation, struct engine *engine,
                                     struct arena *arena, struct status *trouble, struct view *out);

/* The same at the moment of another option of the verb. */
MUST_CHECK enum exit_code as_of_view_named(struct invocation *invocation, struct engine *engine,
                                           const char *option, struct view *view);

#endif
