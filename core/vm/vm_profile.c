#include "core/vm/vm_profile.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/vm/vm.h"
#include "core/vm/vm_user.h"

bool vm_profile_by_id(const struct view *view, struct id profile, struct vm_profile_row *out)
{
    struct vm_profile_row row = {.profile = profile};
    if (profile.kind != ID_VMPROFILE || !view_find(view, ROW_VM_PROFILE, &row) || row.deleted) {
        return false;
    }
    *out = row;
    return true;
}

/* Decide ---------------------------------------------------------------------------------- */

/* Why the actor may not have a profile of this machine, role and permissions, or RULE_NONE. */
static enum rule profile_refusal(const struct view *view, const struct actor *actor,
                                 const struct vm_profile_row *wanted)
{
    struct vm_row vm;
    const struct vm_giving giving = {
        .vm = wanted->vm,
        .needs = VM_PERMISSION_USERS,
        .gives = vm_permission_set(wanted->permissions, wanted->permissions_count)};
    const enum rule refusal = vm_giving_refusal(view, actor, &giving, &vm);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    FORBID_UNLESS(vm_is_connected(&vm), RULE_VM_08A);
    FORBID_IF((giving.gives & ~vm_role_permissions(wanted->role)) != 0, RULE_VM_08B);
    return RULE_NONE;
}

void vm_profile_create_decide(const struct view *view, const struct actor *actor,
                              const struct vm_profile_create *command, struct decision *decision)
{
    struct vm_profile_name_row name = {.vm = command->vm, .name = command->name};
    struct vm_profile_created body = {
        .vm = command->vm, .name = command->name, .role = command->role};
    const unsigned set = vm_permission_set(command->permissions, command->permissions_count);
    const enum rule refusal =
        profile_refusal(view, actor,
                        &(struct vm_profile_row){.vm = command->vm,
                                                 .role = command->role,
                                                 .permissions = command->permissions,
                                                 .permissions_count = command->permissions_count});
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(vm_is_name(command->name) && !view_find(view, ROW_VM_PROFILE_NAME, &name),
                  RULE_VM_01D);
    body.permissions = vm_permission_lent(view, set, &body.permissions_count);
    decision_add(decision, EVENT_VM_PROFILE_CREATED, NEW(ID_VMPROFILE))->body.vm_profile_created =
        body;
    decision_also(decision, command->vm);
}

void vm_profile_edit_decide(const struct view *view, const struct actor *actor,
                            const struct vm_profile_edit *command, struct decision *decision)
{
    struct vm_profile_row profile;
    const unsigned set = vm_permission_set(command->permissions, command->permissions_count);
    REFUSE_UNLESS(vm_profile_by_id(view, command->profile, &profile), RULE_VM_01C);
    struct vm_profile_edited body = {.vm = profile.vm};
    profile.permissions = command->permissions;
    profile.permissions_count = command->permissions_count;
    const enum rule refusal = profile_refusal(view, actor, &profile);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    body.permissions = vm_permission_lent(view, set, &body.permissions_count);
    decision_add(decision, EVENT_VM_PROFILE_EDITED, command->profile)->body.vm_profile_edited =
        body;
    decision_also(decision, profile.vm);
}

static bool is_used(const struct view *view, const struct vm_profile_row *profile)
{
    struct vm_user_row row = {.vm = profile->vm};
    struct view_walk walk = view_walk_of(view, ROW_VM_USER, &row, 1);
    while (view_walk_next(&walk, &row)) {
        if (row.has_profile && id_equal(row.profile, profile->profile)) {
            return true;
        }
    }
    return false;
}

void vm_profile_delete_decide(const struct view *view, const struct actor *actor,
                              const struct vm_profile_delete *command, struct decision *decision)
{
    struct vm_profile_row profile;
    REFUSE_UNLESS(vm_profile_by_id(view, command->profile, &profile), RULE_VM_01C);
    const enum rule refusal = profile_refusal(
        view, actor, &(struct vm_profile_row){.vm = profile.vm, .role = profile.role});
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(is_used(view, &profile), RULE_VM_08C);
    EMIT(EVENT_VM_PROFILE_DELETED, command->profile, vm_profile_deleted, .vm = profile.vm);
    decision_also(decision, profile.vm);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vm_profile_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vm_profile_created *body)
{
    evolution_put(evolution, ROW_VM_PROFILE,
                  &(struct vm_profile_row){.profile = leaf->on[0],
                                           .vm = body->vm,
                                           .name = body->name,
                                           .role = body->role,
                                           .permissions = body->permissions,
                                           .permissions_count = body->permissions_count});
    evolution_put(
        evolution, ROW_VM_PROFILE_NAME,
        &(struct vm_profile_name_row){.vm = body->vm, .name = body->name, .profile = leaf->on[0]});
}

void vm_profile_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_profile_edited *body)
{
    struct vm_profile_row row = {.profile = leaf->on[0]};
    if (evolution_find(evolution, ROW_VM_PROFILE, &row)) {
        row.permissions = body->permissions;
        row.permissions_count = body->permissions_count;
        evolution_put(evolution, ROW_VM_PROFILE, &row);
        vm_user_follow(evolution, &row);
    }
}

void vm_profile_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vm_profile_deleted *body)
{
    struct vm_profile_row row = {.profile = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_VM_PROFILE, &row)) {
        evolution_remove(evolution, ROW_VM_PROFILE_NAME,
                         &(struct vm_profile_name_row){.vm = row.vm, .name = row.name});
        row.deleted = true;
        evolution_put(evolution, ROW_VM_PROFILE, &row);
    }
}
