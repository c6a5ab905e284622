/*
 * auditd/watcher/model.h -- what the log says that a host has: machines, disks, pools, files.
 *
 * Shape    Folded from a view, once for each comparison, by the URI that the host is registered
 *          under. Machines are those that the host carries or is to carry, and those whose names
 *          the host shows (`named`), wherever the log has them. What was asked for and has not been
 *          answered is `due`: it may be there or not.
 * Memory   Everything is in the arena given, and lives as long as it; what is looked up meanwhile
 *          is in the view's.
 * Limits   below. Errors: LIMIT beyond them; NO_MEMORY: the arena is full; as the view is troubled.
 * Source   domain.md HST-05, DRV-02, DRV-14, DRV-16, DRV-19, VM-02.
 */
#ifndef AUDITD_WATCHER_MODEL_H
#define AUDITD_WATCHER_MODEL_H

#include "core/view.h"
#include "store/hash.h"

enum {
    MODEL_MACHINES_MAX = 4096, /* of a host */
    MODEL_DISKS_MAX = 128,     /* drives and media of a machine */
    MODEL_POOLS_MAX = 512,
    MODEL_VOLUMES_MAX = 32768, /* drives, layers, images and media in the pools of a host */
    MODEL_DUE_MAX = 4096,      /* requests that the world has not answered */
    MODEL_LASTING_MAX = 8192,  /* what differs and lasts */
    MODEL_EXPORTS_MAX = 1024,
};

/* A drive or medium that is to be at a machine, or was seen there. */
struct model_disk {
    struct id what; /* drive or iso */
    enum attachment_state state;
    bool asked; /* by a request; not only seen */
    bool read_only;
    struct bytes path;
    bool due;          /* the request is not answered */
    uint64_t asked_us; /* when it was made */
};

struct model_machine {
    uint64_t vm, run;
    struct bytes uuid;
    struct id host; /* that the log has it on */
    enum vm_state state;
    bool due;            /* a start, stop or deletion is not answered */
    uint64_t changed_us; /* when the last of asked, started, ended, answered was */
    uint64_t asked_us;   /* when the run was asked for */
    bool has_started;
    uint64_t started_us;
    bool has_xml;
    struct digest xml; /* when it started */
    struct bytes boot; /* the file that it boots from; empty: not known */
    const struct model_disk *disks;
    size_t disk_count;
};

struct model_pool {
    struct id pool;
    enum pool_kind kind;
    struct bytes name; /* as libvirt has it */
    struct bytes path;
    bool ready;
};

/* What was seen of a file, and when. */
struct model_file {
    struct bytes path;
    uint64_t size, allocated, inode, modified_us;
    bool has_backing;
    struct bytes backing;
    bool attached;
    uint64_t seen_n;
};

struct model_volume {
    struct id what; /* drive, snapshot, iso or brick */
    struct bytes path;
    bool settled; /* of a drive: nothing is being done with it, so that its file must be there */
    bool below;   /* it lies below the file that the drive is now */
    bool is_raw;
    uint64_t size;        /* of a drive, as a guest sees it */
    struct bytes backing; /* the path of what lies below; empty: nothing does */
    bool written;         /* somebody has it read-write, or is to have */
    bool has_last;
    struct model_file last; /* as it was seen last */
};

struct model_due {
    uint64_t request;
    enum effect_kind effect;
    struct id object, about;
};

struct model_lasting {
    struct digest identity;
    enum mismatch_kind kind;
    struct bytes object;
};

struct model_export {
    struct id nfs;
    struct bytes server, path;
    bool revoked;
    bool due;
};

struct model {
    struct id host;
    uint64_t as_of; /* the newest event that counts */
    uint64_t now_us;
    struct bytes origin;
    const struct model_machine *machines;
    size_t machine_count;
    const struct model_pool *pools;
    size_t pool_count;
    const struct model_volume *volumes;
    size_t volume_count;
    const struct model_due *due;
    size_t due_count;
    const struct model_lasting *lasting;
    size_t lasting_count;
    const struct model_export *exports;
    size_t export_count;
};

struct model_wish {
    const struct view *view;
    struct bytes uri;
    struct bytes origin;
    struct hasher *hasher;
    const uint64_t *named; /* machines that the host shows by name */
    size_t named_count;
};

/* NOT_FOUND: no host is registered under this URI. */
MUST_CHECK struct status model_build(const struct model_wish *wish, struct arena *arena,
                                     struct model *out);

/* The machine of this number; NULL: none that is known here. */
const struct model_machine *model_machine(const struct model *model, uint64_t vm);
/* The volume at this path; NULL: none that the log knows. */
const struct model_volume *model_volume_at(const struct model *model, struct bytes path);
/* Whether something that concerns this object is asked for and not answered. */
bool model_is_due(const struct model *model, struct id object);

#endif
