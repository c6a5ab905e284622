#include "core/drive/attachment.h"

#include "core/dispatch.h"
#include "core/drive/drive.h"
#include "core/drive/drive_tag.h"
#include "core/effect/effect.h"
#include "core/project/label.h"
#include "core/vault/tag.h"
#include "core/vm/vm.h"

/* Machines -------------------------------------------------------------------------------- */

enum rule attachment_machine_refusal(const struct view *view, const struct actor *actor,
                                     struct id vm, enum rule otherwise, struct vm_row *out)
{
    struct vm_row row = {.vm = vm};
    FORBID_UNLESS(vm_by_id(view, vm, &row) && vm_is_up(&row), otherwise);
    FORBID_UNLESS(vm_allows(view, vm, actor->user, VM_PERMISSION_DRIVES), otherwise);
    *out = row;
    return RULE_NONE;
}

/* Decide ---------------------------------------------------------------------------------- */

static bool is_full(const struct view *view, struct id vm)
{
    struct vm_attachment_row row = {.vm = vm};
    struct view_walk walk = view_walk_of(view, ROW_VM_ATTACHMENT, &row, 1);
    size_t count = 0;
    while (count < ATTACHMENTS_MAX && view_walk_next(&walk, &row)) {
        count++;
    }
    return count == ATTACHMENTS_MAX;
}

/* Read-only in many places, or read-write in one. */
static enum rule place_refusal(const struct view *view, const struct attachment_wish *wish)
{
    struct attachment_row row = {.drive = wish->drive, .vm = wish->vm};
    size_t count = 0;
    FORBID_IF(view_find(view, ROW_ATTACHMENT, &row), RULE_DRV_14F);
    struct view_walk walk = view_walk_of(view, ROW_ATTACHMENT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        FORBID_IF(row.mode == DRIVE_MODE_RW || wish->mode == DRIVE_MODE_RW, RULE_DRV_14D);
        count++;
    }
    FORBID_IF(count >= ATTACHMENTS_MAX || is_full(view, wish->vm), RULE_DRV_14G);
    return RULE_NONE;
}

static enum rule mode_refusal(const struct view *view, const struct actor *actor,
                              const struct attachment_wish *wish)
{
    struct access access;
    enum drive_mode mode;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    FORBID_UNLESS(drive_mode_for(view, &reader, wish->drive, &mode, &access), access.rule);
    if (mode < wish->mode) {
        may_edit(view, &reader, wish->drive, &access);
        FORBID_UNLESS(access.allowed, access.rule);
    }
    return RULE_NONE;
}

enum rule attachment_refusal(const struct view *view, const struct actor *actor,
                             const struct attachment_wish *wish)
{
    struct drive_row drive = {.drive = wish->drive};
    FORBID_UNLESS(drive_by_id(view, wish->drive, &drive), RULE_DRV_01B);
    enum rule refusal = drive_work_refusal(view, &drive);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    refusal = mode_refusal(view, actor, wish);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    refusal = place_refusal(view, wish);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    const struct id label = drive.has_project ? drive.project : UNTAGGED;
    FORBID_UNLESS(label_dominates(view, wish->label, label), RULE_DRV_14C);
    return RULE_NONE;
}

void attachment_raise_all(const struct view *view, struct decision *decision, struct id vm,
                          struct id label)
{
    struct vm_attachment_row of = {.vm = vm};
    const struct id to = drive_label_join(view, vm, label);
    struct view_walk walk = view_walk_of(view, ROW_VM_ATTACHMENT, &of, 1);
    size_t raised = 0;
    while (raised < ATTACHMENTS_MAX && view_walk_next(&walk, &of)) {
        struct attachment_row row = {.drive = of.drive, .vm = vm};
        const size_t before = decision->count;
        if (view_find(view, ROW_ATTACHMENT, &row) && row.mode == DRIVE_MODE_RW) {
            drive_raise_label(
                view, decision,
                &(struct drive_raising){
                    .drive = of.drive, .vm = vm, .from = access_label(view, of.drive), .to = to});
        }
        raised += decision->count - before;
    }
}

void attachment_request(const struct view *view, struct decision *decision,
                        const struct attachment_wish *wish)
{
    const struct id label = access_label(view, wish->drive);
    EMIT(EVENT_DRIVE_ATTACH_REQUESTED, wish->drive, drive_attach_requested, .vm = wish->vm,
         .mode = wish->mode, .has_label = label.kind != ID_NONE, .label = label);
    decision_also(decision, wish->vm);
    tag_about(decision, label);
    attachment_raise_all(view, decision, wish->vm, wish->label);
    if (wish->mode == DRIVE_MODE_RW) {
        drive_raise_label(
            view, decision,
            &(struct drive_raising){.drive = wish->drive,
                                    .vm = wish->vm,
                                    .from = label,
                                    .to = drive_label_join(view, wish->vm, wish->label)});
    }
}

void attachment_request_end(struct decision *decision, const struct attachment_row *row,
                            enum detach_cause cause)
{
    EMIT(EVENT_DRIVE_DETACH_REQUESTED, row->drive, drive_detach_requested, .vm = row->vm,
         .cause = cause);
    decision_also(decision, row->vm);
}

void drive_attach_decide(const struct view *view, const struct actor *actor,
                         const struct drive_attach *command, struct decision *decision)
{
    struct vm_row vm = {.vm = command->vm};
    REFUSE_UNLESS(drive_by_id(view, command->drive, NULL), RULE_DRV_01B);
    enum rule refusal = attachment_machine_refusal(view, actor, command->vm, RULE_DRV_14B, &vm);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    const struct attachment_wish wish = {.drive = command->drive,
                                         .vm = command->vm,
                                         .mode = command->mode,
                                         .label = vm.has_project ? vm.project : UNTAGGED};
    refusal = attachment_refusal(view, actor, &wish);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    attachment_request(view, decision, &wish);
}

/* Whose the drive is, and who has attached it, takes it back wherever it is. */
static bool may_detach(const struct view *view, const struct actor *actor,
                       const struct attachment_row *row)
{
    struct drive_row drive = {.drive = row->drive};
    return (drive_by_id(view, row->drive, &drive) && id_equal(drive.owner, actor->user)) ||
           (row->has_by && id_equal(row->by, actor->user)) ||
           vm_allows(view, row->vm, actor->user, VM_PERMISSION_DRIVES);
}

void drive_detach_decide(const struct view *view, const struct actor *actor,
                         const struct drive_detach *command, struct decision *decision)
{
    struct attachment_row row = {.drive = command->drive, .vm = command->vm};
    REFUSE_UNLESS(drive_by_id(view, command->drive, NULL), RULE_DRV_01B);
    REFUSE_UNLESS(view_find(view, ROW_ATTACHMENT, &row) && row.state != ATTACHMENT_STATE_DETACHING,
                  RULE_DRV_14F);
    REFUSE_UNLESS(may_detach(view, actor, &row), RULE_DRV_14B);
    attachment_request_end(decision, &row, DETACH_CAUSE_ASKED);
}

/* Evolve ---------------------------------------------------------------------------------- */

static bool find(struct evolution *evolution, struct id drive, struct id vm,
                 struct attachment_row *out)
{
    *out = (struct attachment_row){.drive = drive, .vm = vm};
    return evolution_find(evolution, ROW_ATTACHMENT, out);
}

static void put(struct evolution *evolution, const struct attachment_row *row)
{
    evolution_put(evolution, ROW_ATTACHMENT, row);
    evolution_put(evolution, ROW_VM_ATTACHMENT,
                  &(struct vm_attachment_row){.vm = row->vm, .drive = row->drive});
}

static void take_away(struct evolution *evolution, struct id drive, struct id vm)
{
    evolution_remove(evolution, ROW_ATTACHMENT, &(struct attachment_row){.drive = drive, .vm = vm});
    evolution_remove(evolution, ROW_VM_ATTACHMENT,
                     &(struct vm_attachment_row){.vm = vm, .drive = drive});
}

/* What has entered stays, with what it came by first. */
static void taint(struct evolution *evolution, const struct vm_label_row *label)
{
    struct vm_label_row row = {.vm = label->vm, .label = label->label};
    if (label->label.kind == ID_PROJECT && !evolution_find(evolution, ROW_VM_LABEL, &row)) {
        evolution_put(evolution, ROW_VM_LABEL, label);
    }
}

void drive_attach_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_attach_requested *body)
{
    const struct id by = drive_actor(leaf);
    put(evolution, &(struct attachment_row){.drive = leaf->on[0],
                                            .vm = body->vm,
                                            .mode = body->mode,
                                            .state = ATTACHMENT_STATE_REQUESTED,
                                            .has_request = true,
                                            .request = leaf->n,
                                            .has_by = by.kind == ID_USER,
                                            .by = by});
    taint(evolution, &(struct vm_label_row){.vm = body->vm,
                                            .label = body->has_label ? body->label : UNTAGGED,
                                            .by = leaf->on[0],
                                            .since_n = leaf->n});
    effect_ask(evolution, leaf, EFFECT_KIND_DRIVE_ATTACH, leaf->on[0], body->vm);
}

void drive_detach_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct drive_detach_requested *body)
{
    struct attachment_row row;
    if (find(evolution, leaf->on[0], body->vm, &row)) {
        row.state = ATTACHMENT_STATE_DETACHING;
        row.has_request = true;
        row.request = leaf->n;
        put(evolution, &row);
    }
    effect_ask(evolution, leaf, EFFECT_KIND_DRIVE_DETACH, leaf->on[0], body->vm);
}

void drive_attached_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct drive_attached *body)
{
    struct attachment_row row;
    struct drive_row drive;
    const bool asked = find(evolution, leaf->on[0], body->vm, &row);
    if (!asked || row.state != ATTACHMENT_STATE_DETACHING) {
        row.state = ATTACHMENT_STATE_ATTACHED;
    }
    row.mode = body->mode;
    row.has_device = true;
    row.device = body->device;
    put(evolution, &row);
    if (!asked && drive_find(evolution, leaf->on[0], &drive)) {
        taint(evolution,
              &(struct vm_label_row){.vm = body->vm,
                                     .label = drive.has_project ? drive.project : UNTAGGED,
                                     .by = leaf->on[0],
                                     .since_n = leaf->n});
    }
}

void drive_detached_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct drive_detached *body)
{
    take_away(evolution, leaf->on[0], body->vm);
}

void drive_mounted_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct drive_mounted *body)
{
    struct attachment_row row;
    if (find(evolution, leaf->on[0], body->vm, &row)) {
        row.has_mounted = true;
        row.mounted = body->path;
        put(evolution, &row);
    }
}

void drive_unmounted_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct drive_unmounted *body)
{
    struct attachment_row row;
    if (find(evolution, leaf->on[0], body->vm, &row)) {
        row.has_mounted = false;
        row.mounted = (struct bytes){0};
        put(evolution, &row);
    }
}

/* The world's answers --------------------------------------------------------------------- */

void attachment_ended(struct evolution *evolution, const struct effect_row *effect)
{
    struct attachment_row row;
    const bool done = effect->state == EFFECT_STATE_DONE;
    if (!effect->has_about || !find(evolution, effect->object, effect->about, &row)) {
        return;
    }
    if (effect->effect == EFFECT_KIND_DRIVE_ATTACH) {
        if (!done && !row.has_device) {
            take_away(evolution, row.drive, row.vm);
        }
        return;
    }
    if (done && !row.has_device) {
        take_away(evolution, row.drive, row.vm); /* it was never seen there: nobody will say so */
    } else if (!done && row.state == ATTACHMENT_STATE_DETACHING) {
        row.state = row.has_device ? ATTACHMENT_STATE_ATTACHED : ATTACHMENT_STATE_REQUESTED;
        put(evolution, &row);
    }
}

static void forget(struct evolution *evolution, const struct leaf *leaf, bool has_request,
                   uint64_t request)
{
    if (has_request) {
        effect_forget(evolution, leaf, request, LITERAL("the machine has ended"));
    }
}

static void end_drives(struct evolution *evolution, const struct leaf *leaf, struct id vm)
{
    const struct view view = evolution_view(evolution);
    struct vm_attachment_row of = {.vm = vm};
    struct view_walk walk = view_walk_of(&view, ROW_VM_ATTACHMENT, &of, 1);
    while (view_walk_next(&walk, &of)) {
        struct attachment_row row;
        if (find(evolution, of.drive, vm, &row)) {
            forget(evolution, leaf, row.has_request, row.request);
        }
        take_away(evolution, of.drive, vm);
    }
}

void attachment_end_all(struct evolution *evolution, const struct leaf *leaf, struct id vm)
{
    const struct view view = evolution_view(evolution);
    struct iso_attachment_row row = {.vm = vm};
    end_drives(evolution, leaf, vm);
    struct view_walk walk = view_walk_of(&view, ROW_ISO_ATTACHMENT, &row, 1);
    while (view_walk_next(&walk, &row)) {
        forget(evolution, leaf, row.has_request, row.request);
        evolution_remove(evolution, ROW_ISO_ATTACHMENT, &row);
    }
}
