/*
 * auditd/watcher/watcher.h -- an independent pair of eyes on the hosts.
 *
 * Shape    A watcher reads the store and the hosts, and writes neither: what it finds it signs with
 *          a key of its own, and sends to the daemon like anybody else. Libvirt's callbacks make it
 *          look at once; besides, it looks now and then, so that it finds whatever it was not told
 *          of. Requests change nothing here; only what is seen does.
 *
 *              TRY(watcher_open(&options, &watcher));
 *              for each host:  TRY(watcher_add(watcher, hypervisor, &number));
 *              in a loop:      TRY(watcher_turn(watcher, now_us));
 *
 *          The hypervisors are the caller's, who connects them and lets libvirt work
 *          (hypervisor_turn), and passes on what they tell: watcher_event.
 *          A difference that may come and go while one side is looked at after the other is said
 *          when it was found twice in a row, a moment apart.
 * Memory   About 150 MiB of address space, of which what the hosts have is used.
 * Limits   WATCHER_HOSTS_MAX.
 * Errors   As the engine fails, which is final. That a host cannot be reached, or the daemon is
 *          away, is no failure: nothing is concluded, and the journal is told.
 * Source   domain.md HST-05, DRV-02, DRV-14, VM-02; DESIGN.md 1.
 */
#ifndef AUDITD_WATCHER_WATCHER_H
#define AUDITD_WATCHER_WATCHER_H

#include "auditd/journal.h"
#include "auditd/virt/hypervisor.h"
#include "core/engine.h"
#include "schema/settings.h"

enum {
    WATCHER_HOSTS_MAX = 16,
};

struct watcher; /* opaque */

struct watcher_options {
    struct engine *engine; /* of the store, to read; the watcher looks again by itself */
    const struct settings *settings;
    const struct journal *journal;
    const char *socket;           /* of the daemon */
    const char *spool;            /* a directory of the watcher's own; empty: in memory */
    void (*alive)(void *context); /* called now and then during a long look; may be NULL */
    void *context;
};

/* Reads the key. KEY, IN_USE, IO, NO_MEMORY. On success *out is the caller's. */
MUST_CHECK struct status watcher_open(const struct watcher_options *options, struct watcher **out);
void watcher_close(struct watcher **watcher);

/* A host to watch; the hypervisor is lent. LIMIT. */
MUST_CHECK struct status watcher_add(struct watcher *watcher, struct hypervisor *hypervisor);
/* What a hypervisor of these has told: looks soon. A listener may call it. */
void watcher_event(struct watcher *watcher, const struct hypervisor_event *event);

/* Sends what waits, and looks at the hosts whose turn it is. */
MUST_CHECK struct status watcher_turn(struct watcher *watcher, uint64_t now_us);

#endif
