/*
 * auditd/watcher/compare.h -- what happened on a host, and what differs between it and the log.
 *
 * Shape    Pure: the same model and the same host make the same findings, in the same order. A
 *          fact is something that happened and is to be said once: a domain began, a disk came. A
 *          mismatch is a state of things that nobody asked for, or that was asked for and is not
 *          there; it is found as long as it lasts.
 *          What was asked for and not answered is awaited until `deadline_us`; what was answered
 *          may show `grace_us` later.
 * Memory   Texts of findings are lent for the visit.
 * Errors   As the visit fails.
 * Source   domain.md HST-05, DRV-02, DRV-03, DRV-14, DRV-19, VM-02; DESIGN.md 1.
 */
#ifndef AUDITD_WATCHER_COMPARE_H
#define AUDITD_WATCHER_COMPARE_H

#include "auditd/watcher/model.h"
#include "auditd/watcher/observed.h"

enum finding_kind {
    FINDING_STARTED,
    FINDING_STOPPED,
    FINDING_MIGRATED,
    FINDING_ATTACHED,
    FINDING_DETACHED,
    FINDING_ISO_ATTACHED,
    FINDING_ISO_DETACHED,
    FINDING_FILE,
    FINDING_MISMATCH,
};

enum {
    FINDING_TEXT_MAX = 900, /* bytes of an object, or of what was expected or seen */
    SETTLE_US = 2000000,    /* a file that was written to so lately may be written to yet */
};

struct finding {
    enum finding_kind kind;
    struct id about; /* the machine, or the drive of a file */
    struct id what;  /* the drive or medium */

    const struct model_machine *machine;
    const struct seen_domain *domain;
    const struct domain_disk *disk;
    const struct model_volume *volume;
    const struct seen_file *file;
    bool asked; /* of what stopped or was detached */
    bool also;  /* of what was attached: a mismatch says it, too, and it is said with that only */

    enum mismatch_kind mismatch;
    const char *object, *expected, *observed; /* expected, observed: empty if there is none */
};
typedef struct status finding_visit(void *context, const struct finding *finding);

struct comparison {
    const struct model *model;
    const struct observed *observed;
    uint64_t grace_us, deadline_us;
    /* Whether a drive was in use by something after this event; NULL: nothing was. */
    bool (*used_since)(void *context, struct id drive, uint64_t n);
    finding_visit *visit;
    void *context;

    uint64_t checked; /* filled in: domains, disks, pools and files that were compared */
};

MUST_CHECK struct status compare(struct comparison *comparison);

#endif
