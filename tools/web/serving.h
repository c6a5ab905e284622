/*
 * tools/web/serving.h -- the daemon beside this program, started for a store and watched.
 *
 * Shape    `cairnd` lies where this program does. serving_start returns when it is ready, or has
 *          said why not; serving_wait stays until it has ended, and hands Ctrl-C on to it as a wish
 *          to stop. What it logs as worth a look is shown; with --verbose all of it.
 * Process  It does not outlive this one.
 */
#ifndef TOOLS_WEB_SERVING_H
#define TOOLS_WEB_SERVING_H

#include "tools/invocation.h"

#include <sys/types.h>

enum {
    SERVING_READY_MS = 60000, /* how long it may take: a store may have to be folded */
    SERVING_LINE_MAX = 1024,  /* bytes of a line that it logs; of a longer one the beginning */
};

struct serving {
    const struct invocation *invocation;
    pid_t child;
    int journal; /* what it logs */
    int signals; /* to this process */
    bool ready, stopping;
    size_t used;
    char line[SERVING_LINE_MAX]; /* the last one, while it comes */
    char last[SERVING_LINE_MAX]; /* the last that was shown */
};

struct serving_options {
    const char *store, *listen;
};

/* On EXIT_DONE it is ready, and *out is to be handed to serving_wait. */
MUST_CHECK enum exit_code serving_start(const struct invocation *invocation,
                                        const struct serving_options *options, struct serving *out);
/* Until it has ended, by itself or by a signal to this process. */
MUST_CHECK enum exit_code serving_wait(struct serving *serving);

/* Whether a line of the daemon's log is for whoever started it: a warning or worse. */
bool serving_is_worth(const char *line);

#endif
