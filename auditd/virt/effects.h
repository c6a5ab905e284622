/*
 * auditd/virt/effects.h -- what the log has asked of the world is done, at most once.
 *
 * Shape    A turn walks what is due (core/effect/effect.h), in the order of its requests. Of each:
 *          effect.begun is said and durable; then the world is looked at, for what an earlier
 *          attempt may have done, and only what is missing is done; then its end is said.
 *          What may pass (no connection, a host that is busy) is tried again after a pause that
 *          grows, [virt] attempts times in all; what will not is effect.failed at once, with the
 *          words of libvirt or qemu-img. An attempt that was begun and never ended counts, too:
 *          after the last one the world is looked at, and nothing is done any more.
 *          Beside this a turn says vm.start_failed of machines whose time is over, and removes
 *          disks that machines booted from and need no more.
 * State    The log's; here only when to try what again, and what was answered a moment ago.
 * Limits   EFFECTS_HOSTS_MAX hosts; EFFECTS_KNOWN_MAX requests that wait for their next attempt.
 * Errors   Of a turn: those of the engine. What fails in the world is an event.
 * Source   DESIGN.md 1, 10; domain.md HST-05; docs/decisions/0054.
 */
#ifndef AUDITD_VIRT_EFFECTS_H
#define AUDITD_VIRT_EFFECTS_H

#include "auditd/virt/hypervisor.h"
#include "core/engine.h"
#include "schema/settings.h"

enum {
    EFFECTS_HOSTS_MAX = 16,
    EFFECTS_KNOWN_MAX = 1024,
};

struct effects; /* opaque */

struct effects_options {
    struct engine *engine;           /* to read */
    const struct settings *settings; /* lent */
    const char *runtime;             /* the directory of the daemon's sockets; lent */
    uint64_t pause_us;               /* before a second attempt; the third waits four times that */
    /* Has the writer say it; durable on OK. NOT_FOUND, CONFLICT, MALFORMED, KEY: refused. */
    struct status (*say)(void *context, const struct draft *draft);
    /* Brings the engine to what is in the log by now; NULL: engine_look_again. */
    struct status (*look)(void *context);
    void (*alive)(void *context); /* now and then, while something takes its time; may be NULL */
    uint64_t (*clock)(void *context); /* UTC us; NULL: the engine's */
    void *context;
};

/* Makes a hypervisor for each URI of [virt] uri; none is connected yet. LIMIT, NO_MEMORY, IO. */
MUST_CHECK struct status effects_open(const struct effects_options *options, struct effects **out);
void effects_close(struct effects **effects);

/* Does some of what is due and not waiting, and returns. */
MUST_CHECK struct status effects_turn(struct effects *effects);

/* The hosts, in the order of the setting. */
size_t effects_host_count(const struct effects *effects);
struct hypervisor *effects_host(struct effects *effects, size_t index);

struct effects_counts {
    uint64_t begun, done, failed, retried;
    uint64_t waiting; /* due, not answered */
};
const struct effects_counts *effects_counts(const struct effects *effects);

#endif
