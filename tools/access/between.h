/*
 * tools/access/between.h -- the stretch of --between, as moments of the log.
 */
#ifndef TOOLS_ACCESS_BETWEEN_H
#define TOOLS_ACCESS_BETWEEN_H

#include "core/engine.h"
#include "reports/stretch.h"
#include "tools/invocation.h"

#define BETWEEN_OPTION                                                                    \
    {                                                                                     \
        "between", 0, "A..B",                                                             \
            "over a stretch of time: a range, a day, a month (`cairn help times`)", false \
    }

struct between {
    struct log_snapshot *log;
    struct moment_range range; /* as it was said */
    struct stretch stretch;
};

/* The stretch that the option names; without it all there is, until now. Closed by between_close,
 * also after a failure. */
MUST_CHECK enum exit_code between_open(struct invocation *invocation, struct engine *engine,
                                       struct between *out);
void between_close(struct between *between);

#endif
