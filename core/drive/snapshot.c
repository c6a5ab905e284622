#include "core/drive/snapshot.h"

#include "core/dispatch.h"
#include "core/drive/drive.h"
#include "core/drive/pool.h"
#include "core/effect/effect.h"
#include "core/group/group.h"
#include "core/vault/tag.h"

bool snapshot_by_id(const struct view *view, struct id snapshot, struct snapshot_row *out)
{
    struct snapshot_row row = {.snapshot = snapshot};
    if (snapshot.kind != ID_SNAPSHOT || !view_find(view, ROW_SNAPSHOT, &row) ||
        row.state == SNAPSHOT_STATE_GONE || row.state == SNAPSHOT_STATE_FAILED) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

/* Decide ---------------------------------------------------------------------------------- */

/* The owner's drive, whose volume may be worked on. */
static enum rule drive_refusal(const struct view *view, const struct actor *actor, struct id drive,
                               struct drive_row *out)
{
    enum rule refusal = drive_owner_refusal(view, actor, drive, RULE_DRV_16C, out);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    refusal = drive_work_refusal(view, out);
    return refusal != RULE_NONE ? refusal : drive_detached_refusal(view, drive);
}

void drive_snapshot_create_decide(const struct view *view, const struct actor *actor,
                                  const struct drive_snapshot_create *command,
                                  struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    const enum rule refusal = drive_refusal(view, actor, command->drive, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(group_is_name(command->name), RULE_DRV_01E);
    REFUSE_UNLESS(pool_is_of(view, command->pool, POOL_KIND_SNAPSHOT), RULE_DRV_16C);
    EMIT(EVENT_DRIVE_SNAPSHOT_REQUESTED, NEW(ID_SNAPSHOT), drive_snapshot_requested,
         .drive = command->drive, .name = command->name, .pool = command->pool,
         .has_parent = drive.has_newest, .parent = drive.newest);
    decision_also(decision, command->drive);
    tag_about(decision, drive.has_project ? drive.project : UNTAGGED);
}

static enum rule newest_refusal(const struct view *view, const struct actor *actor,
                                struct id snapshot, struct drive_row *drive)
{
    struct snapshot_row row = {.snapshot = snapshot};
    FORBID_UNLESS(snapshot_by_id(view, snapshot, &row), RULE_DRV_16A);
    const enum rule refusal = drive_refusal(view, actor, row.drive, drive);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    FORBID_UNLESS(drive->has_newest && id_equal(drive->newest, snapshot), RULE_DRV_16A);
    return RULE_NONE;
}

void drive_snapshot_merge_decide(const struct view *view, const struct actor *actor,
                                 const struct drive_snapshot_merge *command,
                                 struct decision *decision)
{
    struct drive_row drive = {.drive = {ID_NONE, 0}};
    const enum rule refusal = newest_refusal(view, actor, command->snapshot, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_DRIVE_SNAPSHOT_MERGE_REQUESTED, command->snapshot, drive_snapshot_merge_requested,
         .drive = drive.drive);
    decision_also(decision, drive.drive);
}

void drive_snapshot_delete_decide(const struct view *view, const struct actor *actor,
                                  const struct drive_snapshot_delete *command,
                                  struct decision *decision)
{
    struct drive_row drive = {.drive = {ID_NONE, 0}};
    const enum rule refusal = newest_refusal(view, actor, command->snapshot, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_DRIVE_SNAPSHOT_DELETE_REQUESTED, command->snapshot, drive_snapshot_delete_requested,
         .drive = drive.drive);
    decision_also(decision, drive.drive);
}

/* Evolve ---------------------------------------------------------------------------------- */

static void begin_work(struct evolution *evolution, const struct leaf *leaf, enum effect_kind kind,
                       struct id drive)
{
    struct drive_row row;
    if (drive_find(evolution, drive, &row)) {
        row.busy = true;
        evolution_put(evolution, ROW_DRIVE, &row);
    }
    effect_ask(evolution, leaf, kind, leaf->on[0], drive);
}

void drive_snapshot_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                     const struct drive_snapshot_requested *body)
{
    evolution_put(evolution, ROW_SNAPSHOT,
                  &(struct snapshot_row){.snapshot = leaf->on[0],
                                         .drive = body->drive,
                                         .name = body->name,
                                         .pool = body->pool,
                                         .has_parent = body->has_parent,
                                         .parent = body->parent,
                                         .state = SNAPSHOT_STATE_REQUESTED});
    begin_work(evolution, leaf, EFFECT_KIND_SNAPSHOT_CREATE, body->drive);
}

void drive_snapshot_merge_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                           const struct drive_snapshot_merge_requested *body)
{
    begin_work(evolution, leaf, EFFECT_KIND_SNAPSHOT_MERGE, body->drive);
}

void drive_snapshot_delete_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                            const struct drive_snapshot_delete_requested *body)
{
    begin_work(evolution, leaf, EFFECT_KIND_SNAPSHOT_DELETE, body->drive);
}

/* The drive rests, with this snapshot as its newest and this file. */
static void set_newest(struct evolution *evolution, struct id drive, struct id newest,
                       struct bytes path)
{
    struct drive_row row;
    if (!drive_find(evolution, drive, &row)) {
        return;
    }
    row.busy = false;
    row.has_newest = newest.kind != ID_NONE;
    row.newest = newest;
    row.has_path = path.size > 0 || row.has_path;
    row.path = path.size > 0 ? path : row.path;
    evolution_put(evolution, ROW_DRIVE, &row);
}

static void is_kept(struct evolution *evolution, struct id snapshot, struct bytes path)
{
    struct snapshot_row row = {.snapshot = snapshot};
    if (!evolution_find(evolution, ROW_SNAPSHOT, &row)) {
        return;
    }
    row.state = SNAPSHOT_STATE_READY;
    row.has_path = path.size > 0;
    row.path = path;
    evolution_put(evolution, ROW_SNAPSHOT, &row);
    set_newest(evolution, row.drive, snapshot, path);
}

static void is_gone(struct evolution *evolution, struct id snapshot, struct bytes path)
{
    struct snapshot_row row = {.snapshot = snapshot};
    if (!evolution_find(evolution, ROW_SNAPSHOT, &row)) {
        return;
    }
    row.state = SNAPSHOT_STATE_GONE;
    evolution_put(evolution, ROW_SNAPSHOT, &row);
    set_newest(evolution, row.drive, row.has_parent ? row.parent : UNTAGGED, path);
}

static void answer(struct evolution *evolution, const struct leaf *leaf, uint64_t request,
                   enum effect_kind kind, struct bytes path)
{
    struct effect_row effect;
    const struct effect_answer ended = {
        .request = request, .effect = kind, .done = true, .path = path};
    (void)effect_answer(evolution, leaf, &ended, &effect);
}

void drive_snapshot_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_snapshot_created *body)
{
    answer(evolution, leaf, body->request, EFFECT_KIND_SNAPSHOT_CREATE, body->path);
    is_kept(evolution, leaf->on[0], body->path);
}

void drive_snapshot_merged_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct drive_snapshot_merged *body)
{
    answer(evolution, leaf, body->request, EFFECT_KIND_SNAPSHOT_MERGE, body->path);
    is_gone(evolution, leaf->on[0], body->path);
}

void drive_snapshot_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_snapshot_deleted *body)
{
    answer(evolution, leaf, body->request, EFFECT_KIND_SNAPSHOT_DELETE, body->path);
    is_gone(evolution, leaf->on[0], body->path);
}

/* The world's answers --------------------------------------------------------------------- */

static void has_failed(struct evolution *evolution, const struct effect_row *effect)
{
    struct snapshot_row row = {.snapshot = effect->object};
    if (!evolution_find(evolution, ROW_SNAPSHOT, &row)) {
        return;
    }
    if (effect->effect == EFFECT_KIND_SNAPSHOT_CREATE) {
        row.state = SNAPSHOT_STATE_FAILED;
        evolution_put(evolution, ROW_SNAPSHOT, &row);
    }
    drive_rests(evolution, row.drive);
}

void snapshot_ended(struct evolution *evolution, const struct effect_row *effect)
{
    const struct bytes path = effect->has_path ? effect->path : (struct bytes){0};
    if (effect->state != EFFECT_STATE_DONE) {
        has_failed(evolution, effect);
    } else if (effect->effect == EFFECT_KIND_SNAPSHOT_CREATE) {
        is_kept(evolution, effect->object, path);
    } else {
        is_gone(evolution, effect->object, path);
    }
}
