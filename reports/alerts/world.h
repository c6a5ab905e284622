/*
 * reports/alerts/world.h -- what goes wrong in the world: rules over what watchers and controllers
 * say of hosts, machines and drives.
 *
 * Shape    Rules like those of reports/alerts/failure.h, which hands the events over, and the state
 *          as it was before each. A rule about an order remembers drives that were formatted and
 *          are not encrypted yet.
 * Limits   WORLD_FORMATS_MAX drives between the two; of more, the oldest is forgotten.
 * Source   domain.md HST-05, DRV-07a, DRV-14c, DRV-14e, DRV-19a, DRV-20b, VM-02, VM-03a, VLT-04b,
 *          VLT-16a.
 */
#ifndef REPORTS_ALERTS_WORLD_H
#define REPORTS_ALERTS_WORLD_H

#include "core/view.h"
#include "schema/leaf.h"

enum {
    WORLD_FORMATS_MAX = 1024,
};

enum world_rule {
    WORLD_TAMPERED,
    WORLD_DIFFERS,
    DRIVE_UNASKED,
    DRIVE_TAKEN,
    DRIVE_ORDER,
    LABEL_CROSSED,
    MEDIUM_WRITABLE,
    SHARE_WRITABLE,
    MACHINE_ENDED,
    MACHINE_MIGRATED,
    OWNER_KEY_CHANGED,
    STORAGE_VISIBLE,
    STORAGE_TOUCHED,
    HOST_LOGIN,
    WORLD_RULES, /* how many there are; none */
};

struct world_watch {
    uint64_t formats[WORLD_FORMATS_MAX]; /* drives; 0: none */
    size_t next;
};

/* Whether the body of this kind is needed. */
bool world_wants_body(enum event_kind kind);

/* The next event: the rule that it breaks, or WORLD_RULES. `before` is the state before it. */
enum world_rule world_event(struct world_watch *watch, const struct view *before,
                            const struct leaf *leaf, const union event_body *body);

#endif
