#include "core/vm/vm_user.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/user.h"
#include "core/vm/vm.h"
#include "core/vm/vm_group.h"
#include "core/vm/vm_profile.h"

/* Decide ---------------------------------------------------------------------------------- */

enum rule vm_giving_refusal(const struct view *view, const struct actor *actor,
                            const struct vm_giving *giving, struct vm_row *out)
{
    FORBID_UNLESS(vm_by_id(view, giving->vm, out), RULE_VM_01C);
    FORBID_UNLESS(vm_manages(view, giving->vm, actor->user, giving->needs), RULE_VM_06A);
    FORBID_IF((giving->gives & ~vm_permissions(view, giving->vm, actor->user)) != 0, RULE_VM_06F);
    return RULE_NONE;
}

static struct vm_giving users_of(struct id vm)
{
    return (struct vm_giving){.vm = vm, .needs = VM_PERMISSION_USERS};
}

/* What somebody is given: a profile of the machine, or permissions of their own. */
struct gift {
    struct id profile; /* ID_NONE: none */
    enum vm_role role;
    unsigned permissions;
};

/* Why a profile of a machine cannot be used, or RULE_NONE with *gift. */
static enum rule profile_refusal(const struct view *view, const struct vm_row *vm,
                                 struct id profile, struct gift *gift)
{
    struct vm_profile_row row;
    FORBID_UNLESS(vm_is_connected(vm), RULE_VM_08A);
    FORBID_UNLESS(vm_profile_by_id(view, profile, &row), RULE_VM_01C);
    FORBID_UNLESS(id_equal(row.vm, vm->vm), RULE_VM_08C);
    *gift = (struct gift){.profile = profile,
                          .role = row.role,
                          .permissions = vm_permission_set(row.permissions, row.permissions_count)};
    return RULE_NONE;
}

/* Who may be changed, or let in: no owner, and by a manager nobody who has more. */
static enum rule target_refusal(const struct view *view, const struct actor *actor,
                                const struct vm_row *vm, const struct vm_user_row *user)
{
    FORBID_IF(id_equal(vm->owner, user->user), RULE_VM_06D);
    const unsigned has = vm_permission_set(user->permissions, user->permissions_count);
    FORBID_IF((has & ~vm_permissions(view, vm->vm, actor->user)) != 0, RULE_VM_06F);
    return RULE_NONE;
}

/* The user whom a command changes, who is one. */
static enum rule change_refusal(const struct view *view, const struct actor *actor,
                                const struct vm_user_row *named, struct vm_row *vm,
                                struct vm_user_row *out)
{
    const struct vm_giving giving = users_of(named->vm);
    const enum rule refusal = vm_giving_refusal(view, actor, &giving, vm);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    FORBID_IF(id_equal(vm->owner, named->user), RULE_VM_06D);
    FORBID_UNLESS(vm_user_of(view, named->vm, named->user, out), RULE_VM_06E);
    return target_refusal(view, actor, vm, out);
}

/* Who may be let in: a known user, not in it yet, whom the machine's project lets in. */
static enum rule entry_refusal(const struct view *view, const struct vm_row *vm, struct id user,
                               struct user_row *out)
{
    FORBID_UNLESS(user_by_id(view, user, out) && !out->deleted, RULE_IDN_01D);
    FORBID_IF(id_equal(vm->owner, user), RULE_VM_06D);
    FORBID_IF(vm_user_of(view, vm->vm, user, NULL), RULE_VM_06E);
    FORBID_UNLESS(
        vm_project_admits(view, vm->has_project ? vm->project : (struct id){ID_NONE, 0}, user),
        RULE_VM_07B);
    return RULE_NONE;
}

static enum rule gift_refusal(const struct view *view, const struct vm_add_user *command,
                              const struct vm_row *vm, struct gift *gift)
{
    *gift = (struct gift){.role = command->role};
    const enum rule refusal =
        command->has_profile ? profile_refusal(view, vm, command->profile, gift) : RULE_NONE;
    if (refusal != RULE_NONE) {
        return refusal;
    }
    FORBID_UNLESS(gift->role == command->role, RULE_VM_08B);
    return RULE_NONE;
}

void vm_add_user_decide(const struct view *view, const struct actor *actor,
                        const struct vm_add_user *command, struct decision *decision)
{
    struct vm_row vm;
    struct user_row user;
    struct gift gift;
    struct vm_user_added body;
    struct vm_giving giving = users_of(command->vm);
    enum rule refusal = vm_giving_refusal(view, actor, &giving, &vm);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = entry_refusal(view, &vm, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = gift_refusal(view, command, &vm, &gift);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    giving.gives = gift.permissions;
    refusal = vm_giving_refusal(view, actor, &giving, &vm);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    body = (struct vm_user_added){.user = command->user,
                                  .key = user.key,
                                  .role = gift.role,
                                  .has_profile = command->has_profile,
                                  .profile = command->profile};
    body.permissions = vm_permission_lent(view, gift.permissions, &body.permissions_count);
    decision_add(decision, EVENT_VM_USER_ADDED, command->vm)->body.vm_user_added = body;
    decision_also(decision, command->user);
}

void vm_remove_user_decide(const struct view *view, const struct actor *actor,
                           const struct vm_remove_user *command, struct decision *decision)
{
    struct vm_row vm;
    struct vm_user_row user, named = {.vm = command->vm, .user = command->user};
    const enum rule refusal = change_refusal(view, actor, &named, &vm, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VM_USER_REMOVED, command->vm, vm_user_removed, .user = command->user);
    decision_also(decision, command->user);
}

void vm_set_role_decide(const struct view *view, const struct actor *actor,
                        const struct vm_set_role *command, struct decision *decision)
{
    struct vm_row vm;
    struct vm_user_row user, named = {.vm = command->vm, .user = command->user};
    const enum rule refusal = change_refusal(view, actor, &named, &vm, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VM_USER_ROLE_CHANGED, command->vm, vm_user_role_changed, .user = command->user,
         .from = user.role, .to = command->role);
    decision_also(decision, command->user);
}

/* A profile in place of the one before, which comes with its role; or, in the role that the user
 * has, permissions of their own (VM-09). */
static enum rule new_gift(const struct view *view, const struct vm_set_profile *command,
                          const struct vm_row *vm, struct gift *gift)
{
    const unsigned own = vm_permission_set(command->permissions, command->permissions_count);
    if (command->has_profile) {
        FORBID_IF(own != 0, RULE_VM_09A);
        return profile_refusal(view, vm, command->profile, gift);
    }
    FORBID_IF((own & ~vm_role_permissions(gift->role)) != 0, RULE_VM_08B);
    gift->permissions = own;
    return RULE_NONE;
}

void vm_set_profile_decide(const struct view *view, const struct actor *actor,
                           const struct vm_set_profile *command, struct decision *decision)
{
    struct vm_row vm;
    struct vm_user_row user, named = {.vm = command->vm, .user = command->user};
    enum rule refusal = change_refusal(view, actor, &named, &vm, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    struct gift gift = {.role = user.role};
    refusal = new_gift(view, command, &vm, &gift);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    struct vm_giving giving = users_of(command->vm);
    giving.gives = gift.permissions;
    refusal = vm_giving_refusal(view, actor, &giving, &vm);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    struct vm_user_profile_set body = {.user = command->user,
                                       .has_from = user.has_profile,
                                       .from = user.profile,
                                       .has_to = command->has_profile,
                                       .to = command->profile,
                                       .role = gift.role};
    body.permissions = vm_permission_lent(view, gift.permissions, &body.permissions_count);
    decision_add(decision, EVENT_VM_USER_PROFILE_SET, command->vm)->body.vm_user_profile_set = body;
    decision_also(decision, command->user);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vm_user_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct vm_user_added *body)
{
    evolution_put(evolution, ROW_VM_USER,
                  &(struct vm_user_row){.vm = leaf->on[0],
                                        .user = body->user,
                                        .key = body->key,
                                        .role = body->role,
                                        .has_profile = body->has_profile,
                                        .profile = body->profile,
                                        .permissions = body->permissions,
                                        .permissions_count = body->permissions_count});
}

void vm_user_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct vm_user_removed *body)
{
    evolution_remove(evolution, ROW_VM_USER,
                     &(struct vm_user_row){.vm = leaf->on[0], .user = body->user});
    vm_group_leave_all(evolution, leaf->on[0], body->user);
}

void vm_user_role_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct vm_user_role_changed *body)
{
    enum vm_permission kept[VM_PERMISSION_COUNT];
    struct vm_user_row row = {.vm = leaf->on[0], .user = body->user};
    if (evolution_find(evolution, ROW_VM_USER, &row)) {
        const unsigned had = vm_permission_set(row.permissions, row.permissions_count);
        row.has_profile = row.has_profile && row.role == body->to;
        row.role = body->to;
        row.permissions_count = vm_permission_list(had & vm_role_permissions(body->to), kept);
        row.permissions = kept;
        evolution_put(evolution, ROW_VM_USER, &row);
    }
}

void vm_user_profile_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct vm_user_profile_set *body)
{
    struct vm_user_row row = {.vm = leaf->on[0], .user = body->user};
    if (evolution_find(evolution, ROW_VM_USER, &row)) {
        row.role = body->role;
        row.has_profile = body->has_to;
        row.profile = body->to;
        row.permissions = body->permissions;
        row.permissions_count = body->permissions_count;
        evolution_put(evolution, ROW_VM_USER, &row);
    }
}

void vm_user_follow(struct evolution *evolution, const struct vm_profile_row *profile)
{
    const struct view view = evolution_view(evolution);
    struct vm_user_row row = {.vm = profile->vm};
    struct view_walk walk = view_walk_of(&view, ROW_VM_USER, &row, 1);
    while (view_walk_next(&walk, &row)) {
        if (row.has_profile && id_equal(row.profile, profile->profile)) {
            row.permissions = profile->permissions;
            row.permissions_count = profile->permissions_count;
            evolution_put(evolution, ROW_VM_USER, &row);
        }
    }
}
