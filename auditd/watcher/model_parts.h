/*
 * auditd/watcher/model_parts.h -- for model.c and model_volumes.c: a model in the making.
 */
#ifndef AUDITD_WATCHER_MODEL_PARTS_H
#define AUDITD_WATCHER_MODEL_PARTS_H

#include "auditd/watcher/model.h"

struct making {
    const struct model_wish *wish;
    struct arena *arena;
    struct model *model;
};

/* The array of so many of such a size; NO_MEMORY. */
MUST_CHECK struct status making_take(struct making *making, size_t count, size_t size, void **out);
/* PATH/NAME, in the arena. */
struct bytes making_join(struct making *making, struct bytes directory, struct bytes name);

/* Pools first: volumes are in them. */
MUST_CHECK struct status making_pools(struct making *making);
MUST_CHECK struct status making_volumes(struct making *making);
/* The path of a medium; empty if its pool is none of this host's. */
struct bytes making_iso_path(struct making *making, struct id iso);
/* The pool with this id; NULL: none of this host's. */
const struct model_pool *making_pool(const struct making *making, struct id pool);

#endif
