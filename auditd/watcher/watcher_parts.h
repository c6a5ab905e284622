/*
 * auditd/watcher/watcher_parts.h -- for watcher.c and watched.c: what a watcher keeps of each host.
 */
#ifndef AUDITD_WATCHER_WATCHER_PARTS_H
#define AUDITD_WATCHER_WATCHER_PARTS_H

#include "auditd/watcher/look.h"
#include "auditd/watcher/speech.h"
#include "auditd/watcher/watcher.h"

enum {
    STOPS_REMEMBERED = 256,
    REVERTS_REMEMBERED = 64,
    PENDING_MAX = 1024,
};

/* Why a domain ended, which only the callback tells. */
struct remembered_stop {
    char uuid[HYPERVISOR_UUID_SIZE];
    enum stop_cause cause;
};

struct watched {
    struct hypervisor *hypervisor;
    bool here;  /* it is this machine */
    bool told;  /* libvirt has told something since the last look */
    bool again; /* something was found that has to be found again */
    uint64_t told_us, looked_us, whole_us, tried_us;
    struct status trouble;

    bool has_run; /* a comparison has been told */
    uint64_t mismatches;
    uint64_t untold; /* comparisons since */

    struct remembered_stop stops[STOPS_REMEMBERED];
    size_t stop_next;
    uint64_t reverts[REVERTS_REMEMBERED]; /* machines that went back to a snapshot */
    size_t revert_count;
    uint64_t logins_us; /* logins up to here were told; 0: not looked at yet */

    struct digest pending[PENDING_MAX]; /* found once */
    size_t pending_count;
};

struct watcher {
    struct watcher_options options;
    struct hasher *hasher;
    struct looker *looker;
    struct speech *speech;
    struct arena arena, rows;
    struct status trouble; /* of the view */
    struct status sent;
    struct watched hosts[WATCHER_HOSTS_MAX];
    size_t host_count;
};

/* What came of a comparison. */
struct host_outcome {
    struct id host;
    uint64_t checked, mismatches, as_of;
    uint64_t said; /* facts, differences and their ends */
    bool unsure;   /* something was found for the first time */
};

/* Looks at a host, compares it with the log, and says what is new. NOT_FOUND: the log knows no such
 * host. */
MUST_CHECK struct status watched_compare(struct watcher *watcher, struct watched *host,
                                         uint64_t now_us, struct host_outcome *out);

#endif
