#include "core/vm/vm_label.h"

#include "core/dispatch.h"
#include "core/drive/attachment.h"
#include "core/evolution.h"
#include "core/project/label.h"
#include "core/vault/tag.h"
#include "core/vm/vm.h"

bool vm_label_holds(const struct view *view, struct id vm, struct id tag)
{
    struct vm_label_row row = {.vm = vm};
    struct view_walk walk = view_walk_of(view, ROW_VM_LABEL, &row, 1);
    while (view_walk_next(&walk, &row)) {
        if (!label_dominates(view, tag, row.label)) {
            return false;
        }
    }
    return true;
}

/* Decide ---------------------------------------------------------------------------------- */

/* Whether a tag lets in everybody who is in the machine. */
static bool admits_all(const struct view *view, const struct vm_row *vm, struct id tag)
{
    struct vm_user_row row = {.vm = vm->vm};
    struct view_walk walk = view_walk_of(view, ROW_VM_USER, &row, 1);
    while (view_walk_next(&walk, &row)) {
        if (!vm_project_admits(view, tag, row.user)) {
            return false;
        }
    }
    return vm_project_admits(view, tag, vm->owner);
}

void vm_set_project_decide(const struct view *view, const struct actor *actor,
                           const struct vm_set_project *command, struct decision *decision)
{
    struct vm_row vm;
    REFUSE_UNLESS(vm_by_id(view, command->vm, &vm), RULE_VM_01C);
    REFUSE_UNLESS(id_equal(vm.owner, actor->user), RULE_VM_14C);
    const struct tag_change change = {.object = command->vm,
                                      .from = vm.has_project ? vm.project : UNTAGGED,
                                      .to = command->has_project ? command->project : UNTAGGED,
                                      .reason = command->reason};
    REFUSE_UNLESS(id_equal(change.from, command->has_from ? command->from : UNTAGGED), RULE_VM_14A);
    REFUSE_UNLESS(vm_label_holds(view, command->vm, change.to), RULE_VM_14B);
    const enum rule refusal = label_refusal(view, actor, change.from, change.to, change.reason);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(admits_all(view, &vm, change.to), RULE_VM_07B);
    EMIT(EVENT_VM_PROJECT_CHANGED, command->vm, vm_project_changed, .has_from = vm.has_project,
         .from = vm.project, .has_to = command->has_project, .to = command->project,
         .direction = label_direction(view, change.from, change.to));
    tag_about(decision, change.to);
    tag_about(decision, change.from);
    tag_note_lowered(view, decision, &change);
    attachment_raise_all(view, decision, command->vm, change.to);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vm_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vm_project_changed *body)
{
    struct vm_row vm = {.vm = leaf->on[0]};
    if (!evolution_find(evolution, ROW_VM, &vm)) {
        return;
    }
    tag_retag(evolution, vm.vm, vm.has_project ? vm.project : UNTAGGED,
              body->has_to ? body->to : UNTAGGED);
    vm.has_project = body->has_to;
    vm.project = body->to;
    evolution_put(evolution, ROW_VM, &vm);
}
