/*
 * auditd/watcher/look.h -- looks at a host: all that it has, into an arena.
 *
 * Shape    look_host for domains, pools and volumes; then, when the model is known, look_files for
 *          the files that the log knows. A domain that ends while it is looked at is not read.
 * Memory   What was seen is in the arena. Besides, the looker has room for one description.
 * Errors   As the hypervisor; LIMIT beyond the limits below; NO_MEMORY.
 */
#ifndef AUDITD_WATCHER_LOOK_H
#define AUDITD_WATCHER_LOOK_H

#include "auditd/virt/hypervisor.h"
#include "auditd/watcher/model.h"
#include "auditd/watcher/observed.h"
#include "store/hash.h"

enum {
    LOOK_DOMAINS_MAX = 4096,
    LOOK_POOLS_MAX = 1024,
    LOOK_VOLUMES_MAX = 65536,
};

struct looker; /* opaque */

MUST_CHECK struct status looker_open(struct looker **out);
void looker_close(struct looker **looker);

/* `alive` is called now and then; may be NULL. */
struct look_wish {
    struct hypervisor *hypervisor;
    struct arena *arena;
    void (*alive)(void *context);
    void *context;
};
MUST_CHECK struct status look_host(struct looker *looker, const struct look_wish *wish,
                                   struct observed *out);

/* The machines that what was seen is called after: *out is in the arena. */
MUST_CHECK struct status look_names(const struct observed *observed, struct arena *arena,
                                    const uint64_t **out, size_t *count);

/* The files of the model, and the exports; `here`: the host is this machine. `exports` is empty if
 * there is no such file. */
struct look_files_wish {
    const struct model *model;
    bool here;
    const char *exports;
    struct arena *arena;
};
MUST_CHECK struct status look_files(const struct look_files_wish *wish, struct observed *out);

#endif
