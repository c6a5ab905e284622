#include "tests/auditd/vmc/policy_steps.h"

#include <stdio.h>

static uint32_t below(struct stage *stage, uint32_t bound)
{
    return world_random(&stage->seed, bound);
}

/* Steps ----------------------------------------------------------------------------------- */

static struct id somebody(struct stage *stage)
{
    return stage->people[below(stage, PEOPLE)].user;
}

static size_t some_permissions(struct stage *stage, struct step *step)
{
    size_t count = 0;
    const bool many = below(stage, 2) == 0;
    for (unsigned i = 0; i < VM_PERMISSION_COUNT; i++) {
        if (below(stage, many ? 2 : 6) == 0) {
            step->permissions[count++] = (enum vm_permission)i;
        }
    }
    return count;
}

static struct id some_object(struct stage *stage, const struct id *objects, size_t count,
                             enum id_kind kind)
{
    return count == 0 ? (struct id){kind, 999999} : objects[below(stage, (uint32_t)count)];
}

static enum vm_role some_role(struct stage *stage)
{
    return below(stage, 2) == 0 ? VM_ROLE_USER : VM_ROLE_MANAGER;
}

static void add_user(struct stage *stage, struct step *step)
{
    const bool with_profile = below(stage, 3) == 0;
    const struct id profile =
        some_object(stage, stage->profiles, stage->profile_count, ID_VMPROFILE);
    step->command = COMMAND_VM_ADD_USER;
    step->kind = EVENT_VM_USER_ADDED;
    step->subject = stage->vm;
    step->fields.vm_add_user = (struct vm_add_user){.vm = stage->vm,
                                                    .user = somebody(stage),
                                                    .role = some_role(stage),
                                                    .has_profile = with_profile,
                                                    .profile = profile};
    step->body.vm_user_added = (struct vm_user_added){.user = step->fields.vm_add_user.user,
                                                      .role = step->fields.vm_add_user.role,
                                                      .has_profile = with_profile,
                                                      .profile = profile};
}

static void change_user(struct stage *stage, struct step *step)
{
    const struct id user = somebody(stage);
    step->subject = stage->vm;
    if (below(stage, 3) == 0) {
        step->command = COMMAND_VM_REMOVE_USER;
        step->kind = EVENT_VM_USER_REMOVED;
        step->fields.vm_remove_user = (struct vm_remove_user){.vm = stage->vm, .user = user};
        step->body.vm_user_removed = (struct vm_user_removed){.user = user};
        return;
    }
    step->command = COMMAND_VM_SET_ROLE;
    step->kind = EVENT_VM_USER_ROLE_CHANGED;
    step->fields.vm_set_role =
        (struct vm_set_role){.vm = stage->vm, .user = user, .role = some_role(stage)};
    step->body.vm_user_role_changed =
        (struct vm_user_role_changed){.user = user, .to = step->fields.vm_set_role.role};
}

static void set_profile(struct stage *stage, struct step *step)
{
    const bool with_profile = below(stage, 2) == 0;
    const size_t count = with_profile ? 0 : some_permissions(stage, step);
    const struct id profile =
        some_object(stage, stage->profiles, stage->profile_count, ID_VMPROFILE);
    step->command = COMMAND_VM_SET_PROFILE;
    step->kind = EVENT_VM_USER_PROFILE_SET;
    step->subject = stage->vm;
    step->fields.vm_set_profile = (struct vm_set_profile){.vm = stage->vm,
                                                          .user = somebody(stage),
                                                          .has_profile = with_profile,
                                                          .profile = profile,
                                                          .permissions = step->permissions,
                                                          .permissions_count = count};
    step->body.vm_user_profile_set =
        (struct vm_user_profile_set){.user = step->fields.vm_set_profile.user,
                                     .has_to = with_profile,
                                     .to = profile,
                                     .permissions = step->permissions,
                                     .permissions_count = count};
}

static void change_profile(struct stage *stage, struct step *step)
{
    const size_t count = some_permissions(stage, step);
    const struct id profile =
        some_object(stage, stage->profiles, stage->profile_count, ID_VMPROFILE);
    const uint32_t what = below(stage, 5);
    step->subject = profile;
    if (what == 0) {
        step->command = COMMAND_VM_PROFILE_DELETE;
        step->kind = EVENT_VM_PROFILE_DELETED;
        step->fields.vm_profile_delete = (struct vm_profile_delete){.profile = profile};
        step->body.vm_profile_deleted = (struct vm_profile_deleted){.vm = stage->vm};
    } else if (what < 3) {
        step->command = COMMAND_VM_PROFILE_EDIT;
        step->kind = EVENT_VM_PROFILE_EDITED;
        step->fields.vm_profile_edit = (struct vm_profile_edit){
            .profile = profile, .permissions = step->permissions, .permissions_count = count};
        step->body.vm_profile_edited = (struct vm_profile_edited){
            .vm = stage->vm, .permissions = step->permissions, .permissions_count = count};
    } else {
        const struct vm_profile_create create = {.vm = stage->vm,
                                                 .name = bytes_of_string(step->name),
                                                 .role = some_role(stage),
                                                 .permissions = step->permissions,
                                                 .permissions_count = count};
        step->command = COMMAND_VM_PROFILE_CREATE;
        step->kind = EVENT_VM_PROFILE_CREATED;
        step->fields.vm_profile_create = create;
        step->body.vm_profile_created =
            (struct vm_profile_created){.vm = stage->vm,
                                        .name = create.name,
                                        .role = create.role,
                                        .permissions = step->permissions,
                                        .permissions_count = count};
    }
}

static size_t some_users(struct stage *stage, struct id out[static PEOPLE])
{
    size_t count = 0;
    for (size_t i = 0; i < PEOPLE; i++) {
        if (below(stage, 5) == 0) {
            out[count++] = stage->people[i].user;
        }
    }
    return count;
}

static void change_directory(struct stage *stage, struct step *step)
{
    const enum access_group group = (enum access_group)below(stage, ACCESS_GROUP_COUNT);
    const bool lists = group == ACCESS_GROUP_CUSTOM || below(stage, 8) == 0;
    const size_t read = lists ? some_users(stage, step->read) : 0;
    const size_t write = lists ? some_users(stage, step->write) : 0;
    const struct id directory =
        some_object(stage, stage->directories, stage->directory_count, ID_ACCESSDIR);
    const uint32_t what = below(stage, 6);
    step->subject = directory;
    if (what == 0) {
        step->command = COMMAND_VM_ACCESSDIR_DELETE;
        step->kind = EVENT_VM_ACCESSDIR_DELETED;
        step->fields.vm_accessdir_delete = (struct vm_accessdir_delete){.directory = directory};
        step->body.vm_accessdir_deleted = (struct vm_accessdir_deleted){.vm = stage->vm};
    } else if (what < 4) {
        step->command = COMMAND_VM_ACCESSDIR_SET;
        step->kind = EVENT_VM_ACCESSDIR_CHANGED;
        step->fields.vm_accessdir_set = (struct vm_accessdir_set){.directory = directory,
                                                                  .group = group,
                                                                  .read = step->read,
                                                                  .read_count = read,
                                                                  .write = step->write,
                                                                  .write_count = write};
        step->body.vm_accessdir_changed = (struct vm_accessdir_changed){.vm = stage->vm,
                                                                        .group = group,
                                                                        .read = step->read,
                                                                        .read_count = read,
                                                                        .write = step->write,
                                                                        .write_count = write};
    } else {
        step->command = COMMAND_VM_ACCESSDIR_CREATE;
        step->kind = EVENT_VM_ACCESSDIR_CREATED;
        step->fields.vm_accessdir_create =
            (struct vm_accessdir_create){.vm = stage->vm,
                                         .name = bytes_of_string(step->name),
                                         .group = group,
                                         .read = step->read,
                                         .read_count = read,
                                         .write = step->write,
                                         .write_count = write};
        step->body.vm_accessdir_created =
            (struct vm_accessdir_created){.vm = stage->vm,
                                          .name = bytes_of_string(step->name),
                                          .group = group,
                                          .read = step->read,
                                          .read_count = read,
                                          .write = step->write,
                                          .write_count = write};
    }
}

static void change_group(struct stage *stage, struct step *step)
{
    const struct id group = some_object(stage, stage->groups, stage->group_count, ID_VMGROUP);
    const struct id user = somebody(stage);
    step->subject = group;
    switch (below(stage, 6)) {
    case 0:
        step->command = COMMAND_VM_GROUP_CREATE;
        step->kind = EVENT_VM_GROUP_CREATED;
        step->fields.vm_group_create =
            (struct vm_group_create){.vm = stage->vm, .name = bytes_of_string(step->name)};
        step->body.vm_group_created =
            (struct vm_group_created){.vm = stage->vm, .name = bytes_of_string(step->name)};
        break;
    case 1:
        step->command = COMMAND_VM_GROUP_DELETE;
        step->kind = EVENT_VM_GROUP_DELETED;
        step->fields.vm_group_delete = (struct vm_group_delete){.group = group};
        step->body.vm_group_deleted = (struct vm_group_deleted){.vm = stage->vm};
        break;
    case 2:
        step->command = COMMAND_VM_GROUP_REMOVE_MEMBER;
        step->kind = EVENT_VM_GROUP_MEMBER_REMOVED;
        step->fields.vm_group_remove_member =
            (struct vm_group_remove_member){.group = group, .user = user};
        step->body.vm_group_member_removed =
            (struct vm_group_member_removed){.vm = stage->vm, .user = user};
        break;
    default:
        step->command = COMMAND_VM_GROUP_ADD_MEMBER;
        step->kind = EVENT_VM_GROUP_MEMBER_ADDED;
        step->fields.vm_group_add_member =
            (struct vm_group_add_member){.group = group, .user = user};
        step->body.vm_group_member_added =
            (struct vm_group_member_added){.vm = stage->vm, .user = user};
        break;
    }
}

void policy_step_make(struct stage *stage, struct step *step)
{
    static void (*const makers[])(struct stage *, struct step *) = {
        add_user,       add_user,         change_user,  set_profile,
        change_profile, change_directory, change_group, set_profile,
    };
    memset(step, 0, sizeof *step);
    (void)snprintf(step->name, sizeof step->name, "n%u", (unsigned)stage->n);
    /* The owner more often than others, or nothing ever happens. */
    step->actor = below(stage, 2) == 0 ? 0 : below(stage, PEOPLE);
    makers[below(stage, sizeof makers / sizeof makers[0])](stage, step);
}
