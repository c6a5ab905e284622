/*
 * auditd/watcher/observed.h -- what a host shows: domains, pools, volumes, files, exports.
 *
 * Shape    Plain data, so that it can be compared without a host (auditd/watcher/compare.h). What
 *          could not be looked at says so, and nothing is concluded from it.
 * Memory   In the arena of whoever looked (auditd/watcher/look.h), and lives as long as it.
 */
#ifndef AUDITD_WATCHER_OBSERVED_H
#define AUDITD_WATCHER_OBSERVED_H

#include "auditd/virt/domain_read.h"
#include "schema/bytes.h"

struct seen_domain {
    struct bytes name, uuid;
    bool active;
    uint64_t snapshots;
    bool read; /* what follows is known */
    bool is_ours;
    uint64_t vm, run; /* as its metadata say */
    const struct domain_disk *disks;
    size_t disk_count;
    const struct domain_interface *interfaces;
    size_t interface_count;
    size_t other_count; /* devices of other kinds by which it reaches the host */
    struct bytes other; /* the first of them */
    struct digest xml;  /* of what it is, less what is compared by itself */
};

struct seen_pool {
    struct bytes name, path;
    bool active;
    bool listed; /* its volumes are known */
};

struct seen_volume {
    size_t pool;
    struct bytes name, path, backing;
};

/* A file that the log knows the path of. */
struct seen_file {
    bool looked; /* it could be looked at */
    bool there;
    bool whole; /* inode, sizes and times are known: it is on this machine */
    uint64_t size, allocated, inode, modified_us;
    bool has_backing; /* whether something lies below is known */
    struct bytes backing;
    bool has_virtual;
    uint64_t virtual_size; /* as a guest sees it */
};

struct seen_export {
    struct bytes path, clients;
};

struct observed {
    const struct seen_domain *domains;
    size_t domain_count;
    const struct seen_pool *pools;
    size_t pool_count;
    const struct seen_volume *volumes;
    size_t volume_count;
    const struct seen_file *files; /* of model.volumes, one by one */
    bool has_exports;
    const struct seen_export *exports;
    size_t export_count;
};

#endif
