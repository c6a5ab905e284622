#include "core/drive/drive_tag.h"

#include "core/dispatch.h"
#include "core/drive/drive.h"
#include "core/project/label.h"
#include "core/vault/tag.h"

struct id drive_label_join(const struct view *view, struct id vm, struct id label)
{
    struct vm_label_row row = {.vm = vm};
    struct view_walk walk = view_walk_of(view, ROW_VM_LABEL, &row, 1);
    while (view_walk_next(&walk, &row)) {
        label = label_dominates(view, row.label, label) ? row.label : label;
    }
    return label;
}

void drive_raise_label(const struct view *view, struct decision *decision,
                       const struct drive_raising *raising)
{
    if (raising->to.kind == ID_NONE || id_equal(raising->from, raising->to) ||
        !label_dominates(view, raising->to, raising->from)) {
        return;
    }
    EMIT(EVENT_LABEL_RAISED, THE_LOG, label_raised, .object = raising->drive,
         .has_from = raising->from.kind != ID_NONE, .from = raising->from, .to = raising->to,
         .vm = raising->vm);
    decision_also(decision, raising->drive);
    decision_also(decision, raising->vm);
    tag_about(decision, raising->to);
    tag_about(decision, raising->from);
}

/* Decide ---------------------------------------------------------------------------------- */

static enum rule object_refusal(const struct view *view, const struct actor *actor,
                                const struct drive_set_project *command, struct drive_row *drive)
{
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    enum rule refusal = drive_owner_refusal(view, actor, command->drive, RULE_DRV_17B, drive);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    FORBID_UNLESS(drive->has_project == command->has_from &&
                      (!command->has_from || id_equal(drive->project, command->from)),
                  RULE_DRV_17A);
    refusal = drive_work_refusal(view, drive);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    FORBID_IF(drive_detached_refusal(view, command->drive) != RULE_NONE, RULE_DRV_17B);
    may_change_project(view, &reader, command->drive, &access);
    FORBID_UNLESS(access.allowed, access.rule);
    return RULE_NONE;
}

void drive_set_project_decide(const struct view *view, const struct actor *actor,
                              const struct drive_set_project *command, struct decision *decision)
{
    struct drive_row drive = {.drive = command->drive};
    enum rule refusal = object_refusal(view, actor, command, &drive);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    const struct tag_change change = {
        .object = command->drive,
        .from = drive.has_project ? drive.project : UNTAGGED,
        .to = command->has_project ? command->project : UNTAGGED,
        .reason = command->reason,
    };
    refusal = label_refusal(view, actor, change.from, change.to, change.reason);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_DRIVE_PROJECT_CHANGED, command->drive, drive_project_changed,
         .has_from = drive.has_project, .from = drive.project, .has_to = command->has_project,
         .to = command->project, .direction = label_direction(view, change.from, change.to));
    tag_about(decision, change.to);
    tag_about(decision, change.from);
    tag_note_lowered(view, decision, &change);
}

/* Evolve ---------------------------------------------------------------------------------- */

static void retag(struct evolution *evolution, struct id drive, struct id to)
{
    struct drive_row row;
    if (!drive_find(evolution, drive, &row) || row.state == DRIVE_STATE_DELETED) {
        return;
    }
    tag_retag(evolution, drive, row.has_project ? row.project : UNTAGGED, to);
    row.has_project = to.kind != ID_NONE;
    row.project = to;
    evolution_put(evolution, ROW_DRIVE, &row);
}

void drive_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct drive_project_changed *body)
{
    retag(evolution, leaf->on[0], body->has_to ? body->to : UNTAGGED);
}

void label_raised_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct label_raised *body)
{
    (void)leaf;
    retag(evolution, body->object, body->to);
}
