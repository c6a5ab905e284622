#include "core/drive/drive_share.h"

#include "core/dispatch.h"
#include "core/drive/attachment.h"
#include "core/drive/drive.h"
#include "core/drive/drive_key.h"
#include "core/group/group.h"
#include "core/identity/permission.h"

/* Decide ---------------------------------------------------------------------------------- */

static bool is_full(const struct view *view, struct id drive)
{
    struct drive_share_row share = {.drive = drive};
    struct view_walk walk = view_walk_of(view, ROW_DRIVE_SHARE, &share, 1);
    size_t count = 0;
    while (count < DRIVE_SHARES_MAX && view_walk_next(&walk, &share)) {
        count++;
    }
    return count == DRIVE_SHARES_MAX;
}

/* What somebody else gave is not lowered, nor its key replaced, by a third. */
static enum rule again_refusal(const struct view *view, const struct actor *actor,
                               const struct drive_row *drive, const struct drive_share *command)
{
    struct drive_share_row share = {.drive = command->drive, .target = command->target};
    if (!view_find(view, ROW_DRIVE_SHARE, &share)) {
        FORBID_IF(is_full(view, command->drive), RULE_DRV_10D);
        return RULE_NONE;
    }
    FORBID_UNLESS(id_equal(drive->owner, actor->user) || id_equal(share.by, actor->user) ||
                      command->mode > share.mode,
                  RULE_DRV_10A);
    return RULE_NONE;
}

static enum rule sharer_refusal(const struct view *view, const struct actor *actor,
                                const struct drive_share *command)
{
    struct access access;
    enum drive_mode mode;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    may_share(view, &reader, command->drive, &access);
    FORBID_UNLESS(access.allowed, access.rule);
    FORBID_UNLESS(drive_mode_for(view, &reader, command->drive, &mode, &access) &&
                      mode >= command->mode,
                  RULE_DRV_10A);
    FORBID_UNLESS(user_can(view, actor, USER_PERMISSION_SHARE), RULE_DRV_10A);
    FORBID_UNLESS(drive_key_was_fetched(view, actor, command->drive), RULE_DRV_10C);
    return RULE_NONE;
}

void drive_share_decide(const struct view *view, const struct actor *actor,
                        const struct drive_share *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    REFUSE_UNLESS(drive_by_id(view, command->drive, &drive), RULE_DRV_01B);
    enum rule refusal = drive_work_refusal(view, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = sharer_refusal(view, actor, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = drive_key_target_refusal(
        view, &drive, &(struct key_target){command->target, command->has_epoch, command->epoch});
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = again_refusal(view, actor, &drive, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_DRIVE_SHARED, command->drive, drive_shared, .target = command->target,
         .mode = command->mode, .wrapped = command->wrapped, .has_epoch = command->has_epoch,
         .epoch = command->epoch);
    decision_also(decision, command->target);
}

/* Who has it still ------------------------------------------------------------------------ */

/* A share that ends; ID_NONE: all of them. */
struct share_end {
    struct id drive, owner, target;
};

static bool has_group_share(const struct view *view, const struct share_end *end, struct id user,
                            enum drive_mode mode)
{
    struct drive_share_row share = {.drive = end->drive};
    struct view_walk walk = view_walk_of(view, ROW_DRIVE_SHARE, &share, 1);
    while (view_walk_next(&walk, &share)) {
        if (share.target.kind == ID_GROUP && share.mode >= mode &&
            !id_equal(share.target, end->target) &&
            group_has_member(view, share.target, user, NULL)) {
            return true;
        }
    }
    return false;
}

/* Whether the share that ends is one that the user has something by. */
static bool is_met(const struct view *view, const struct share_end *end, struct id user)
{
    return id_equal(end->target, user) ||
           (end->target.kind == ID_GROUP && group_has_member(view, end->target, user, NULL));
}

/* Whether the user has the drive in this mode also without the share that ends. */
static bool still_has(const struct view *view, const struct share_end *end, struct id user,
                      enum drive_mode mode)
{
    struct drive_share_row share = {.drive = end->drive, .target = user};
    if (id_equal(user, end->owner)) {
        return true;
    }
    if (end->target.kind == ID_NONE) {
        return false;
    }
    if (!is_met(view, end, user)) {
        return true;
    }
    return (!id_equal(user, end->target) && view_find(view, ROW_DRIVE_SHARE, &share) &&
            share.mode >= mode) ||
           has_group_share(view, end, user, mode);
}

/* What nobody asked for is nobody's whose share has ended: it is a mismatch, not repaired here. */
static void end_attachments(const struct view *view, const struct share_end *end,
                            struct decision *decision)
{
    struct attachment_row row = {.drive = end->drive};
    struct view_walk walk = view_walk_of(view, ROW_ATTACHMENT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        if (row.has_by && row.state != ATTACHMENT_STATE_DETACHING &&
            !still_has(view, end, row.by, row.mode)) {
            attachment_request_end(decision, &row, DETACH_CAUSE_UNSHARED);
        }
    }
}

/* Unshare --------------------------------------------------------------------------------- */

void drive_unshare_decide(const struct view *view, const struct actor *actor,
                          const struct drive_unshare *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    struct drive_share_row share = {.drive = command->drive, .target = command->target};
    REFUSE_UNLESS(drive_by_id(view, command->drive, &drive), RULE_DRV_01B);
    REFUSE_UNLESS(id_equal(drive.owner, actor->user) || id_equal(command->target, actor->user),
                  RULE_DRV_13A);
    REFUSE_UNLESS(view_find(view, ROW_DRIVE_SHARE, &share), RULE_DRV_13A);
    EMIT(EVENT_DRIVE_UNSHARED, command->drive, drive_unshared, .target = command->target);
    decision_also(decision, command->target);
    end_attachments(view, &(struct share_end){command->drive, drive.owner, command->target},
                    decision);
}

/* All with whom the drive is shared, in the view's arena. */
static const struct id *targets_of(const struct view *view, struct id drive, size_t *count)
{
    struct drive_share_row share = {.drive = drive};
    struct id *targets = arena_take(view->arena, DRIVE_SHARES_MAX * sizeof *targets);
    *count = 0;
    if (targets == NULL) {
        *view->trouble = FAIL(NO_MEMORY, DRIVE_SHARES_MAX);
        return NULL;
    }
    struct view_walk walk = view_walk_of(view, ROW_DRIVE_SHARE, &share, 1);
    while (*count < DRIVE_SHARES_MAX && view_walk_next(&walk, &share)) {
        targets[(*count)++] = share.target;
    }
    return targets;
}

void drive_unshare_all_decide(const struct view *view, const struct actor *actor,
                              const struct drive_unshare_all *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    const enum rule refusal =
        drive_owner_refusal(view, actor, command->drive, RULE_DRV_13A, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    struct drive_unshared_all body = {.removed_count = 0};
    body.removed = targets_of(view, command->drive, &body.removed_count);
    decision_add(decision, EVENT_DRIVE_UNSHARED_ALL, command->drive)->body.drive_unshared_all =
        body;
    end_attachments(view, &(struct share_end){.drive = command->drive, .owner = drive.owner},
                    decision);
}

/* Evolve ---------------------------------------------------------------------------------- */

void drive_shared_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct drive_shared *body)
{
    const struct id by = drive_actor(leaf);
    if (by.kind == ID_USER) { /* nobody else gives anything; an event that says so folds, too */
        evolution_put(
            evolution, ROW_DRIVE_SHARE,
            &(struct drive_share_row){
                .drive = leaf->on[0], .target = body->target, .mode = body->mode, .by = by});
    }
    evolution_put(evolution, ROW_DRIVE_KEY,
                  &(struct drive_key_row){.drive = leaf->on[0],
                                          .holder = body->target,
                                          .wrapped = body->wrapped,
                                          .has_epoch = body->has_epoch,
                                          .epoch = body->epoch});
}

static void end_share(struct evolution *evolution, struct id drive, struct id target)
{
    evolution_remove(evolution, ROW_DRIVE_SHARE,
                     &(struct drive_share_row){.drive = drive, .target = target});
    evolution_remove(evolution, ROW_DRIVE_KEY,
                     &(struct drive_key_row){.drive = drive, .holder = target});
}

void drive_unshared_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct drive_unshared *body)
{
    end_share(evolution, leaf->on[0], body->target);
}

void drive_unshared_all_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct drive_unshared_all *body)
{
    for (size_t i = 0; i < body->removed_count; i++) {
        end_share(evolution, leaf->on[0], body->removed[i]);
    }
}
