/*
 * core/bulk/bulk.h -- commands over many objects: what only they may not do, and are they whole.
 *
 * Shape     bulk:N opens with bulk.opened, which carries the signed command; each of its items has
 *           at least one event with `cause` N, `item` from 1 and bulk:N among its subjects;
 *           bulk.closed says how many were done and refused. A bulk_check follows these events, in
 *           their order, and says in the end what is missing: a pure fold, for reports.
 * Source    domain.md BLK-01, BLK-03, BLK-04, DRV-17, VM-14.
 */
#ifndef CORE_BULK_BULK_H
#define CORE_BULK_BULK_H

#include "core/decision.h"

/* What all items of a command have to have in common: the first one's. */
struct bulk_common {
    struct id from; /* the tag that is changed; ID_NONE: none, or another command */
};
struct bulk_common bulk_common_of(enum command_kind kind, const union command_fields *first);

/* Why the actor may not do this to one object of many, though it may be done to one, or RULE_NONE:
 * only its owner deletes what only holders can open (BLK-01a), and those that are tagged at once
 * carry the same tag before (DRV-17a, VM-14a). */
enum rule bulk_refusal(const struct view *view, const struct actor *actor, enum command_kind kind,
                       const union command_fields *fields, const struct bulk_common *common);

struct bulk_check {
    uint64_t n; /* of the event that opened it */
    struct bytes actor;
    uint64_t count;
    uint64_t items;        /* whose events have been seen */
    uint64_t refused;      /* of these */
    bool last_was_refused; /* the one seen last */
    bool closed;
    const char *wrong; /* the first thing that was; static */
};

/* Begins with bulk.opened; `leaf` stays the caller's for as long as the check. */
struct bulk_check bulk_check_of(const struct leaf *leaf, const struct bulk_opened *body);
/* The next event whose cause it is; `closed` is the body if that is bulk.closed, else NULL. */
void bulk_check_follow(struct bulk_check *check, const struct leaf *leaf,
                       const struct bulk_closed *closed);
/* NULL if it is whole, or what is wrong. */
const char *bulk_check_end(const struct bulk_check *check);

#endif
