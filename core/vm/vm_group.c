#include "core/vm/vm_group.h"

#include "core/dispatch.h"
#include "core/vm/vm.h"

bool vm_group_by_id(const struct view *view, struct id group, struct vm_group_row *out)
{
    struct vm_group_row row = {.group = group};
    if (group.kind != ID_VMGROUP || !view_find(view, ROW_VM_GROUP, &row) || row.deleted) {
        return false;
    }
    *out = row;
    return true;
}

bool vm_group_has(const struct view *view, struct id group, struct id user)
{
    struct vm_group_member_row row = {.group = group, .user = user};
    return view_find(view, ROW_VM_GROUP_MEMBER, &row);
}

/* Decide ---------------------------------------------------------------------------------- */

static enum rule machine_refusal(const struct view *view, const struct actor *actor, struct id vm)
{
    FORBID_UNLESS(vm_by_id(view, vm, NULL), RULE_VM_01C);
    FORBID_UNLESS(vm_manages(view, vm, actor->user, VM_PERMISSION_GROUPS), RULE_VM_11A);
    return RULE_NONE;
}

/* Why the actor may not change a group, or RULE_NONE with *out. */
static enum rule group_refusal(const struct view *view, const struct actor *actor, struct id group,
                               struct vm_group_row *out)
{
    FORBID_UNLESS(vm_group_by_id(view, group, out), RULE_VM_01C);
    return machine_refusal(view, actor, out->vm);
}

void vm_group_create_decide(const struct view *view, const struct actor *actor,
                            const struct vm_group_create *command, struct decision *decision)
{
    struct vm_group_name_row name = {.vm = command->vm, .name = command->name};
    const enum rule refusal = machine_refusal(view, actor, command->vm);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(vm_is_name(command->name) && !view_find(view, ROW_VM_GROUP_NAME, &name),
                  RULE_VM_01D);
    EMIT(EVENT_VM_GROUP_CREATED, NEW(ID_VMGROUP), vm_group_created, .vm = command->vm,
         .name = command->name);
    decision_also(decision, command->vm);
}

void vm_group_delete_decide(const struct view *view, const struct actor *actor,
                            const struct vm_group_delete *command, struct decision *decision)
{
    struct vm_group_row group;
    const enum rule refusal = group_refusal(view, actor, command->group, &group);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VM_GROUP_DELETED, command->group, vm_group_deleted, .vm = group.vm);
    decision_also(decision, group.vm);
}

void vm_group_add_member_decide(const struct view *view, const struct actor *actor,
                                const struct vm_group_add_member *command,
                                struct decision *decision)
{
    struct vm_group_row group;
    const enum rule refusal = group_refusal(view, actor, command->group, &group);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(vm_user_of(view, group.vm, command->user, NULL) &&
                      !vm_group_has(view, command->group, command->user),
                  RULE_VM_11B);
    EMIT(EVENT_VM_GROUP_MEMBER_ADDED, command->group, vm_group_member_added, .vm = group.vm,
         .user = command->user);
    decision_also(decision, group.vm);
    decision_also(decision, command->user);
}

void vm_group_remove_member_decide(const struct view *view, const struct actor *actor,
                                   const struct vm_group_remove_member *command,
                                   struct decision *decision)
{
    struct vm_group_row group;
    const enum rule refusal = group_refusal(view, actor, command->group, &group);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(vm_group_has(view, command->group, command->user), RULE_VM_11B);
    EMIT(EVENT_VM_GROUP_MEMBER_REMOVED, command->group, vm_group_member_removed, .vm = group.vm,
         .user = command->user);
    decision_also(decision, group.vm);
    decision_also(decision, command->user);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vm_group_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct vm_group_created *body)
{
    evolution_put(evolution, ROW_VM_GROUP,
                  &(struct vm_group_row){.group = leaf->on[0], .vm = body->vm, .name = body->name});
    evolution_put(
        evolution, ROW_VM_GROUP_NAME,
        &(struct vm_group_name_row){.vm = body->vm, .name = body->name, .group = leaf->on[0]});
}

static void remove_members(struct evolution *evolution, struct id group)
{
    const struct view view = evolution_view(evolution);
    struct vm_group_member_row row = {.group = group};
    struct view_walk walk = view_walk_of(&view, ROW_VM_GROUP_MEMBER, &row, 1);
    while (view_walk_next(&walk, &row)) {
        evolution_remove(evolution, ROW_VM_GROUP_MEMBER, &row);
    }
}

void vm_group_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct vm_group_deleted *body)
{
    struct vm_group_row row = {.group = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_VM_GROUP, &row)) {
        evolution_remove(evolution, ROW_VM_GROUP_NAME,
                         &(struct vm_group_name_row){.vm = row.vm, .name = row.name});
        row.deleted = true;
        evolution_put(evolution, ROW_VM_GROUP, &row);
        remove_members(evolution, row.group);
    }
}

void vm_group_member_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct vm_group_member_added *body)
{
    evolution_put(evolution, ROW_VM_GROUP_MEMBER,
                  &(struct vm_group_member_row){.group = leaf->on[0], .user = body->user});
}

void vm_group_member_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct vm_group_member_removed *body)
{
    evolution_remove(evolution, ROW_VM_GROUP_MEMBER,
                     &(struct vm_group_member_row){.group = leaf->on[0], .user = body->user});
}

void vm_group_leave_all(struct evolution *evolution, struct id vm, struct id user)
{
    const struct view view = evolution_view(evolution);
    struct vm_group_name_row row = {.vm = vm};
    struct view_walk walk = view_walk_of(&view, ROW_VM_GROUP_NAME, &row, 1);
    while (view_walk_next(&walk, &row)) {
        struct vm_group_member_row member = {.group = row.group, .user = user};
        if (evolution_find(evolution, ROW_VM_GROUP_MEMBER, &member)) {
            evolution_remove(evolution, ROW_VM_GROUP_MEMBER, &member);
        }
    }
}
