#include "auditd/vmc/policy_parts.h"

static struct status differs(const struct policy_asked *asked)
{
    return FAIL_BECAUSE(KEY, asked->fact->n, policy_differs);
}

static struct status not_his(const struct policy_asked *asked)
{
    return FAIL_BECAUSE(KEY, asked->fact->n, policy_not_his);
}

/* What goes with a role: statistics and groups are managers' alone. */
static unsigned role_permissions(enum vm_role role)
{
    const unsigned all = (1U << VM_PERMISSION_COUNT) - 1;
    return role == VM_ROLE_MANAGER
               ? all
               : all & ~(1U << VM_PERMISSION_STATISTICS | 1U << VM_PERMISSION_GROUPS);
}

static struct policy_profile *find_profile(struct policy *policy, uint64_t profile)
{
    for (size_t i = 0; i < policy->profile_count; i++) {
        if (policy->profiles[i].present && policy->profiles[i].profile == profile) {
            return &policy->profiles[i];
        }
    }
    return NULL;
}

/* Nobody gives what he has not, nor touches somebody who has it. */
static bool is_within(const struct policy_asked *asked, unsigned permissions)
{
    return asked->actor->is_owner || (permissions & ~asked->actor->permissions) == 0;
}

/* The user whom a command changes, who is one, and whom the actor may change. */
static struct status find_target(struct policy *policy, const struct policy_asked *asked,
                                 struct id user, struct policy_user **out)
{
    *out = policy_find_user(policy, user);
    if (!policy_manages(asked->actor, VM_PERMISSION_USERS) || *out == NULL || !(*out)->present ||
        (*out)->is_owner || !is_within(asked, (*out)->permissions)) {
        return not_his(asked);
    }
    return OK;
}

/* Users ----------------------------------------------------------------------------------- */

static struct status slot_for(struct policy *policy, struct id user, struct policy_user **out)
{
    *out = policy_find_user(policy, user);
    if (*out == NULL) {
        if (policy->user_count == POLICY_USERS_MAX) {
            return FAIL(LIMIT, POLICY_USERS_MAX);
        }
        *out = &policy->users[policy->user_count++];
        (*out)->user = user;
    }
    return OK;
}

static struct status add_user(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_user_added *body = &asked->body->vm_user_added;
    const struct vm_add_user *wish = &asked->fields->vm_add_user;
    struct policy_user added = {.user = wish->user, .role = wish->role, .present = true}, *slot;
    if (!id_equal(wish->vm, policy->vm) || !id_equal(wish->user, body->user) ||
        wish->role != body->role || wish->has_profile != body->has_profile ||
        (wish->has_profile && !id_equal(wish->profile, body->profile))) {
        return differs(asked);
    }
    const struct policy_profile *profile =
        wish->has_profile ? find_profile(policy, wish->profile.n) : NULL;
    if (wish->has_profile && (profile == NULL || profile->role != wish->role)) {
        return not_his(asked);
    }
    added.profile = profile == NULL ? 0 : profile->profile;
    added.permissions = profile == NULL ? 0 : profile->permissions;
    slot = policy_find_user(policy, wish->user);
    if (!policy_manages(asked->actor, VM_PERMISSION_USERS) ||
        !is_within(asked, added.permissions) || (slot != NULL && slot->present)) {
        return not_his(asked);
    }
    TRY(public_key_read(body->key, &added.key));
    TRY(slot_for(policy, wish->user, &slot));
    *slot = added;
    return OK;
}

static struct status remove_user(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_remove_user *wish = &asked->fields->vm_remove_user;
    struct policy_user *user;
    if (!id_equal(wish->vm, policy->vm) ||
        !id_equal(wish->user, asked->body->vm_user_removed.user)) {
        return differs(asked);
    }
    TRY(find_target(policy, asked, wish->user, &user));
    user->present = false;
    user->permissions = 0;
    user->profile = 0;
    for (size_t i = 0; i < policy->group_count; i++) {
        policy_set_put(policy->groups[i].members, (size_t)(user - policy->users), false);
    }
    return OK;
}

static struct status set_role(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_set_role *wish = &asked->fields->vm_set_role;
    const struct vm_user_role_changed *body = &asked->body->vm_user_role_changed;
    struct policy_user *user;
    if (!id_equal(wish->vm, policy->vm) || !id_equal(wish->user, body->user) ||
        wish->role != body->to) {
        return differs(asked);
    }
    TRY(find_target(policy, asked, wish->user, &user));
    user->profile = user->role == wish->role ? user->profile : 0;
    user->role = wish->role;
    user->permissions &= role_permissions(wish->role);
    return OK;
}

static struct status set_profile(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_set_profile *wish = &asked->fields->vm_set_profile;
    const struct vm_user_profile_set *body = &asked->body->vm_user_profile_set;
    unsigned own = policy_permission_set(wish->permissions, wish->permissions_count);
    struct policy_user *user;
    if (!id_equal(wish->vm, policy->vm) || !id_equal(wish->user, body->user) ||
        wish->has_profile != body->has_to ||
        (wish->has_profile && !id_equal(wish->profile, body->to))) {
        return differs(asked);
    }
    TRY(find_target(policy, asked, wish->user, &user));
    const struct policy_profile *profile =
        wish->has_profile ? find_profile(policy, wish->profile.n) : NULL;
    if (wish->has_profile ? profile == NULL || own != 0
                          : (own & ~role_permissions(user->role)) != 0) {
        return not_his(asked);
    }
    own = profile == NULL ? own : profile->permissions;
    if (!is_within(asked, own)) {
        return not_his(asked);
    }
    user->profile = profile == NULL ? 0 : profile->profile;
    user->role = profile == NULL ? user->role : profile->role;
    user->permissions = own;
    return OK;
}

/* Profiles -------------------------------------------------------------------------------- */

static bool may_have_profile(const struct policy_asked *asked, enum vm_role role,
                             unsigned permissions)
{
    return policy_manages(asked->actor, VM_PERMISSION_USERS) && is_within(asked, permissions) &&
           (permissions & ~role_permissions(role)) == 0;
}

static struct status create_profile(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_profile_create *wish = &asked->fields->vm_profile_create;
    const struct vm_profile_created *body = &asked->body->vm_profile_created;
    const unsigned permissions = policy_permission_set(wish->permissions, wish->permissions_count);
    if (!id_equal(wish->vm, policy->vm) || !id_equal(body->vm, policy->vm) ||
        !bytes_equal(wish->name, body->name) || wish->role != body->role ||
        permissions != policy_permission_set(body->permissions, body->permissions_count)) {
        return differs(asked);
    }
    if (!may_have_profile(asked, wish->role, permissions)) {
        return not_his(asked);
    }
    if (policy->profile_count == POLICY_PROFILES_MAX) {
        return FAIL(LIMIT, POLICY_PROFILES_MAX);
    }
    policy->profiles[policy->profile_count++] =
        (struct policy_profile){.profile = asked->fact->subject.n,
                                .role = wish->role,
                                .permissions = permissions,
                                .present = true};
    return OK;
}

static struct status edit_profile(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_profile_edit *wish = &asked->fields->vm_profile_edit;
    const struct vm_profile_edited *body = &asked->body->vm_profile_edited;
    const unsigned permissions = policy_permission_set(wish->permissions, wish->permissions_count);
    struct policy_profile *profile = find_profile(policy, wish->profile.n);
    if (!id_equal(wish->profile, asked->fact->subject) ||
        permissions != policy_permission_set(body->permissions, body->permissions_count)) {
        return differs(asked);
    }
    if (profile == NULL || !may_have_profile(asked, profile->role, permissions)) {
        return not_his(asked);
    }
    profile->permissions = permissions;
    for (size_t i = 0; i < policy->user_count; i++) {
        if (policy->users[i].present && policy->users[i].profile == profile->profile) {
            policy->users[i].permissions = permissions;
        }
    }
    return OK;
}

static struct status delete_profile(struct policy *policy, const struct policy_asked *asked)
{
    struct policy_profile *profile =
        find_profile(policy, asked->fields->vm_profile_delete.profile.n);
    if (!id_equal(asked->fields->vm_profile_delete.profile, asked->fact->subject)) {
        return differs(asked);
    }
    if (profile == NULL || !may_have_profile(asked, profile->role, 0)) {
        return not_his(asked);
    }
    for (size_t i = 0; i < policy->user_count; i++) {
        if (policy->users[i].present && policy->users[i].profile == profile->profile) {
            return not_his(asked);
        }
    }
    profile->present = false;
    return OK;
}

struct status policy_take_people(struct policy *policy, const struct policy_asked *asked)
{
    switch ((int)asked->fact->kind) {
    case EVENT_VM_USER_ADDED:
        return add_user(policy, asked);
    case EVENT_VM_USER_REMOVED:
        return remove_user(policy, asked);
    case EVENT_VM_USER_ROLE_CHANGED:
        return set_role(policy, asked);
    case EVENT_VM_USER_PROFILE_SET:
        return set_profile(policy, asked);
    case EVENT_VM_PROFILE_CREATED:
        return create_profile(policy, asked);
    case EVENT_VM_PROFILE_EDITED:
        return edit_profile(policy, asked);
    case EVENT_VM_PROFILE_DELETED:
        return delete_profile(policy, asked);
    default:
        return OK;
    }
}
