#include "auditd/vmc/policy_parts.h"

static struct status differs(const struct policy_asked *asked)
{
    return FAIL_BECAUSE(KEY, asked->fact->n, policy_differs);
}

static struct status not_his(const struct policy_asked *asked)
{
    return FAIL_BECAUSE(KEY, asked->fact->n, policy_not_his);
}

/* Directories ----------------------------------------------------------------------------- */

const struct policy_directory *policy_directory(const struct policy *policy, size_t index)
{
    return index < policy->directory_count ? &policy->directories[index] : NULL;
}

static struct policy_directory *find_directory(struct policy *policy, uint64_t directory)
{
    for (size_t i = 0; i < policy->directory_count; i++) {
        if (policy->directories[i].present && policy->directories[i].directory == directory) {
            return &policy->directories[i];
        }
    }
    return NULL;
}

bool policy_allows(const struct policy *policy, const struct policy_directory *directory,
                   size_t slot, enum drive_mode mode)
{
    const struct policy_user *user = policy_slot(policy, slot);
    if (user == NULL || !user->present || !directory->present) {
        return false;
    }
    if (user->is_owner) {
        return true;
    }
    switch (directory->group) {
    case ACCESS_GROUP_EVERYBODY:
        return true;
    case ACCESS_GROUP_MANAGERS:
        return user->role == VM_ROLE_MANAGER;
    case ACCESS_GROUP_CUSTOM:
        return policy_set_has(directory->write, slot) ||
               (mode == DRIVE_MODE_RO && policy_set_has(directory->read, slot));
    case ACCESS_GROUP_NOBODY:
    case ACCESS_GROUP_COUNT:
        break;
    }
    return false;
}

/* Users of the machine, as slots; false if one is none. */
static bool read_list(struct policy *policy, const struct id *users, size_t count,
                      uint64_t out[static POLICY_SET_WORDS])
{
    memset(out, 0, POLICY_SET_WORDS * sizeof out[0]);
    for (size_t i = 0; i < count; i++) {
        const struct policy_user *user = policy_find_user(policy, users[i]);
        if (user == NULL || !user->present || user->is_owner) {
            return false;
        }
        policy_set_put(out, (size_t)(user - policy->users), true);
    }
    return true;
}

/* Who a directory is for; the lists are there exactly if they say something. */
static struct status take_lists(struct policy *policy, const struct policy_asked *asked,
                                const struct vm_accessdir_set *wish, struct policy_directory *out)
{
    const bool custom = wish->group == ACCESS_GROUP_CUSTOM;
    if (!policy_manages(asked->actor, VM_PERMISSION_ACCESS_DIRECTORIES) ||
        custom != (wish->read_count + wish->write_count > 0) ||
        !read_list(policy, wish->read, wish->read_count, out->read) ||
        !read_list(policy, wish->write, wish->write_count, out->write)) {
        return not_his(asked);
    }
    out->group = wish->group;
    return OK;
}

/* A name is one component of a path and nothing else. */
static bool is_name(struct bytes name)
{
    bool dots = bytes_equal(name, LITERAL(".")) || bytes_equal(name, LITERAL(".."));
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '/' || name.data[i] < ' ' || name.data[i] == 0x7f) {
            return false;
        }
    }
    return name.size > 0 && name.size <= POLICY_NAME_MAX && !dots;
}

static bool has_name(const struct policy *policy, struct bytes name)
{
    for (size_t i = 0; i < policy->directory_count; i++) {
        if (policy->directories[i].present &&
            bytes_equal(bytes_of_string(policy->directories[i].name), name)) {
            return true;
        }
    }
    return false;
}

static struct status create_directory(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_accessdir_create *wish = &asked->fields->vm_accessdir_create;
    const struct vm_accessdir_created *body = &asked->body->vm_accessdir_created;
    const struct vm_accessdir_set lists = {.group = wish->group,
                                           .read = wish->read,
                                           .read_count = wish->read_count,
                                           .write = wish->write,
                                           .write_count = wish->write_count};
    struct policy_directory made = {.directory = asked->fact->subject.n, .present = true};
    if (!id_equal(wish->vm, policy->vm) || !id_equal(body->vm, policy->vm) ||
        !bytes_equal(wish->name, body->name) || wish->has_drive != body->has_drive ||
        (wish->has_drive && !id_equal(wish->drive, body->drive)) || wish->group != body->group) {
        return differs(asked);
    }
    TRY(take_lists(policy, asked, &lists, &made));
    if (!is_name(wish->name) || has_name(policy, wish->name)) {
        return not_his(asked);
    }
    if (policy->directory_count == POLICY_DIRECTORIES_MAX) {
        return FAIL(LIMIT, POLICY_DIRECTORIES_MAX);
    }
    memcpy(made.name, wish->name.data, wish->name.size);
    made.drive = wish->has_drive ? wish->drive.n : 0;
    policy->directories[policy->directory_count++] = made;
    return OK;
}

static struct status change_directory(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_accessdir_set *wish = &asked->fields->vm_accessdir_set;
    struct policy_directory *directory = find_directory(policy, wish->directory.n);
    if (!id_equal(wish->directory, asked->fact->subject) ||
        wish->group != asked->body->vm_accessdir_changed.group) {
        return differs(asked);
    }
    if (directory == NULL) {
        return not_his(asked);
    }
    struct policy_directory changed = *directory;
    TRY(take_lists(policy, asked, wish, &changed));
    *directory = changed;
    return OK;
}

static struct status delete_directory(struct policy *policy, const struct policy_asked *asked)
{
    const struct id wanted = asked->fields->vm_accessdir_delete.directory;
    struct policy_directory *directory = find_directory(policy, wanted.n);
    if (!id_equal(wanted, asked->fact->subject)) {
        return differs(asked);
    }
    if (directory == NULL || !policy_manages(asked->actor, VM_PERMISSION_ACCESS_DIRECTORIES)) {
        return not_his(asked);
    }
    directory->present = false;
    return OK;
}

/* Groups ---------------------------------------------------------------------------------- */

static struct policy_group *find_group(struct policy *policy, uint64_t group)
{
    for (size_t i = 0; i < policy->group_count; i++) {
        if (policy->groups[i].present && policy->groups[i].group == group) {
            return &policy->groups[i];
        }
    }
    return NULL;
}

bool policy_group_has(const struct policy *policy, uint64_t group, struct id user)
{
    for (size_t i = 0; i < policy->group_count; i++) {
        if (!policy->groups[i].present || policy->groups[i].group != group) {
            continue;
        }
        for (size_t slot = 0; slot < policy->user_count; slot++) {
            if (id_equal(policy->users[slot].user, user)) {
                return policy_set_has(policy->groups[i].members, slot);
            }
        }
    }
    return false;
}

static struct status create_group(struct policy *policy, const struct policy_asked *asked)
{
    const struct vm_group_create *wish = &asked->fields->vm_group_create;
    if (!id_equal(wish->vm, policy->vm) ||
        !bytes_equal(wish->name, asked->body->vm_group_created.name)) {
        return differs(asked);
    }
    if (!policy_manages(asked->actor, VM_PERMISSION_GROUPS)) {
        return not_his(asked);
    }
    if (policy->group_count == POLICY_GROUPS_MAX) {
        return FAIL(LIMIT, POLICY_GROUPS_MAX);
    }
    policy->groups[policy->group_count++] =
        (struct policy_group){.group = asked->fact->subject.n, .present = true};
    return OK;
}

static struct status delete_group(struct policy *policy, const struct policy_asked *asked)
{
    const struct id wanted = asked->fields->vm_group_delete.group;
    struct policy_group *group = find_group(policy, wanted.n);
    if (!id_equal(wanted, asked->fact->subject)) {
        return differs(asked);
    }
    if (group == NULL || !policy_manages(asked->actor, VM_PERMISSION_GROUPS)) {
        return not_his(asked);
    }
    group->present = false;
    return OK;
}

static struct status change_member(struct policy *policy, const struct policy_asked *asked,
                                   struct id wanted, struct id user, bool is_in)
{
    struct policy_group *group = find_group(policy, wanted.n);
    const struct policy_user *found = policy_find_user(policy, user);
    if (!id_equal(wanted, asked->fact->subject)) {
        return differs(asked);
    }
    if (group == NULL || found == NULL || !found->present || (is_in && found->is_owner) ||
        !policy_manages(asked->actor, VM_PERMISSION_GROUPS) ||
        policy_set_has(group->members, (size_t)(found - policy->users)) == is_in) {
        return not_his(asked);
    }
    policy_set_put(group->members, (size_t)(found - policy->users), is_in);
    return OK;
}

struct status policy_take_places(struct policy *policy, const struct policy_asked *asked)
{
    const union command_fields *fields = asked->fields;
    switch ((int)asked->fact->kind) {
    case EVENT_VM_ACCESSDIR_CREATED:
        return create_directory(policy, asked);
    case EVENT_VM_ACCESSDIR_CHANGED:
        return change_directory(policy, asked);
    case EVENT_VM_ACCESSDIR_DELETED:
        return delete_directory(policy, asked);
    case EVENT_VM_GROUP_CREATED:
        return create_group(policy, asked);
    case EVENT_VM_GROUP_DELETED:
        return delete_group(policy, asked);
    case EVENT_VM_GROUP_MEMBER_ADDED:
        return id_equal(fields->vm_group_add_member.user, asked->body->vm_group_member_added.user)
                   ? change_member(policy, asked, fields->vm_group_add_member.group,
                                   fields->vm_group_add_member.user, true)
                   : differs(asked);
    case EVENT_VM_GROUP_MEMBER_REMOVED:
        return id_equal(fields->vm_group_remove_member.user,
                        asked->body->vm_group_member_removed.user)
                   ? change_member(policy, asked, fields->vm_group_remove_member.group,
                                   fields->vm_group_remove_member.user, false)
                   : differs(asked);
    default:
        return OK;
    }
}
