/*
 * auditd/virt/effect_parts.h -- one request at work; for the files of effects alone.
 *
 * Shape    effects.c says begun and ended; in between it calls the function of the request's kind
 *          (effect_pools.c, effect_files.c, effect_domains.c, effect_devices.c, effect_hosts.c).
 *          Such a function looks first, whether what is asked for is there; before it changes
 *          anything it asks work_may_act. On OK the answer is effect.done, with the work's path and
 *          detail, or the event that it has set.
 *          A failure has its words in the work: work_fail, work_host_failed.
 * Errors   UNREACHABLE and IN_USE may pass, and are tried again. All others end the request.
 */
#ifndef AUDITD_VIRT_EFFECT_PARTS_H
#define AUDITD_VIRT_EFFECT_PARTS_H

#include "auditd/virt/domain_read.h"
#include "auditd/virt/domain_xml.h"
#include "auditd/virt/effects.h"
#include "auditd/virt/names.h"
#include "core/effect/effect.h"
#include "core/view.h"
#include "store/hash.h"

enum {
    WORK_ARENA_SIZE = 256 << 10, /* bytes for the rows of one request */
    WORK_PATH_SIZE = 4096,
};

struct effects_known {
    uint64_t request; /* 0: an empty place */
    uint64_t next_us; /* when to try again */
    bool answered;    /* and the state does not know yet */
    bool due;         /* seen in this turn */
};

struct effects {
    struct effects_options options;
    struct hypervisor *hosts[EFFECTS_HOSTS_MAX];
    size_t host_count;
    struct effects_known known[EFFECTS_KNOWN_MAX];
    struct effects_counts counts;
    struct hasher *hasher;
    struct owner_plan owner; /* of volumes */
    uint64_t next_sweep_us;
    struct arena rows;  /* of a turn */
    struct arena arena; /* of one request */
    struct arena seen_arena;
    struct domain_seen seen; /* the domain that was looked at last */
    struct text xml;         /* that is written or read */
};

struct work {
    struct effects *effects;
    struct view view; /* its rows are in effects->arena */
    struct effect_due_row due;
    uint64_t attempt;
    bool look_only; /* too many attempts have not ended */

    enum event_kind kind; /* of the answer; EVENT_EFFECT_DONE unless set */
    union event_body body;
    struct id on[2];
    size_t on_count;
    struct text path, detail, why;
    char path_memory[EFFECT_PATH_MAX + 1];
    char detail_memory[EFFECT_WHY_MAX + 1];
    char why_memory[2 * HYPERVISOR_ERROR_MAX];
};

/* Whether this is the first attempt: nothing that is there is this request's. */
static inline bool work_is_first(const struct work *work)
{
    return work->due.attempts == 0;
}

/* OK, or CONFLICT of one that may only look. */
MUST_CHECK struct status work_may_act(struct work *work);

/* Fails, with words. */
MUST_CHECK struct status work_fail(struct work *work, struct status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Fails as libvirt did: what was tried, and its words. */
MUST_CHECK struct status work_host_failed(struct work *work, struct hypervisor *host,
                                          struct status status, const char *what);
/* Hands on a failure of libvirt with its words. */
#define TRY_HOST(work, host, what, call)                           \
    do {                                                           \
        struct status try_ = (call);                               \
        if (failed(try_)) {                                        \
            return work_host_failed((work), (host), try_, (what)); \
        }                                                          \
    } while (0)

void work_alive(const struct work *work);

/* The host of this id, connected. NOT_FOUND: not served here; UNREACHABLE. */
MUST_CHECK struct status work_host(struct work *work, struct id host, struct hypervisor **out);
/* The hosts of a pool, connected: the first of them goes to *out. */
MUST_CHECK struct status work_pool_host(struct work *work, const struct pool_row *pool,
                                        struct hypervisor **out);

/* The row of the pool, which lies where settings allow it. */
MUST_CHECK struct status work_pool(struct work *work, struct id pool, struct pool_row *out);
MUST_CHECK struct status work_drive(struct work *work, struct id drive, struct drive_row *out);
MUST_CHECK struct status work_machine(struct work *work, struct id vm, struct vm_row *out);
/* The event that made the request: what it says, in the arena, and which user caused it (may be
 * NULL). CORRUPT, NOT_FOUND if its body is erased. */
MUST_CHECK struct status work_request(struct work *work, enum event_kind kind,
                                      union event_body *body, struct id *by);
/* A C string in the arena. */
const char *work_string(struct work *work, struct bytes text);
/* DIRECTORY/name in the arena. */
const char *work_path(struct work *work, struct bytes directory, const char *name);

/* The domain of a machine as libvirt shows it, in effects->seen: *there is false if there is none.
 * CONFLICT if there is one of that name that is not ours. */
MUST_CHECK struct status work_see(struct work *work, struct hypervisor *host, uint64_t vm,
                                  bool *there);

/* The format that a drive's file in use has. */
const char *drive_format(const struct drive_row *drive);

/* Whether a path lies below one of the directories (absolute, separated by blanks). */
bool is_below(const char *directories, struct bytes path);

/* SHA-256 of a file. Told alive meanwhile. NOT_FOUND, IO. */
MUST_CHECK struct status work_hash_file(struct work *work, const char *path, struct digest *out);

typedef struct status effect_function(struct work *work);
effect_function effect_pool_define, effect_volume_create, effect_volume_delete;
effect_function effect_volume_convert, effect_snapshot_create, effect_snapshot_merge,
    effect_snapshot_delete;
effect_function effect_domain_start, effect_domain_stop, effect_domain_delete,
    effect_controller_restart;
effect_function effect_drive_attach, effect_drive_detach, effect_iso_attach, effect_iso_detach;
effect_function effect_nfs, effect_xml_fetch, effect_host_look;

/* Disks of machines that run no more are removed from the pools of images. */
void effects_sweep(struct effects *effects);
/* vm.start_failed of machines that have had their time. */
MUST_CHECK struct status effects_deadlines(struct effects *effects);

#endif
