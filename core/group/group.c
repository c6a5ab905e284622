#include "core/group/group.h"

#include "core/dispatch.h"

bool group_by_id(const struct view *view, struct id group, struct group_row *out)
{
    struct group_row row = {.group = group};
    if (group.kind != ID_GROUP || !view_find(view, ROW_GROUP, &row) || row.deleted) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool group_has_member(const struct view *view, struct id group, struct id user,
                      struct group_member_row *out)
{
    struct group_member_row row = {.group = group, .user = user};
    if (user.kind != ID_USER || !group_by_id(view, group, NULL) ||
        !view_find(view, ROW_GROUP_MEMBER, &row)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool group_allows(const struct view *view, struct id group, struct id user,
                  enum group_permission permission)
{
    struct group_row row;
    struct group_member_row member;
    if (!group_by_id(view, group, &row) || !group_has_member(view, group, user, &member)) {
        return false;
    }
    unsigned set = group_permission_set(member.permissions, member.permissions_count);
    return id_equal(row.owner, user) || (set >> permission & 1) != 0;
}

enum rule group_key_refusal(const struct view *view, struct id group, uint64_t epoch)
{
    struct group_row row = {.group = group};
    FORBID_UNLESS(group_by_id(view, group, &row), RULE_GRP_01D);
    FORBID_IF(row.rotation_due, RULE_GRP_02C);
    FORBID_UNLESS(epoch == row.epoch, RULE_GRP_01F);
    return RULE_NONE;
}

bool group_is_name(struct bytes name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] < ' ' || name.data[i] == 0x7f || name.data[i] == '/') {
            return false;
        }
    }
    return name.size > 0 && name.size <= GROUP_NAME_MAX;
}

/* Permissions ----------------------------------------------------------------------------- */

unsigned group_permission_set(const enum group_permission *list, size_t count)
{
    unsigned set = 0;
    for (size_t i = 0; i < count; i++) {
        set |= 1u << list[i];
    }
    return set;
}

size_t group_permission_list(unsigned set, enum group_permission out[static GROUP_PERMISSION_COUNT])
{
    size_t count = 0;
    for (unsigned i = 0; i < GROUP_PERMISSION_COUNT; i++) {
        if ((set >> i & 1) != 0) {
            out[count++] = (enum group_permission)i;
        }
    }
    return count;
}

unsigned group_preset_set(enum group_preset preset)
{
    unsigned user = 1u << GROUP_PERMISSION_ADD_ENTRIES | 1u << GROUP_PERMISSION_CREATE_DIRECTORIES;
    if (preset == GROUP_PRESET_USER) {
        return user;
    }
    return user | 1u << GROUP_PERMISSION_ADD_MEMBERS | 1u << GROUP_PERMISSION_REMOVE_MEMBERS |
           1u << GROUP_PERMISSION_CHANGE_PERMISSIONS | 1u << GROUP_PERMISSION_REMOVE_ENTRIES;
}

/* Decide ---------------------------------------------------------------------------------- */

void group_list_members_decide(const struct view *view, const struct actor *actor,
                               const struct group_list_members *command, struct decision *decision)
{
    struct group_row group;
    REFUSE_UNLESS(group_by_id(view, command->group, &group), RULE_GRP_01D);
    REFUSE_UNLESS(group_has_member(view, command->group, actor->user, NULL) ||
                      actor->role >= USER_ROLE_ADMIN,
                  RULE_GRP_14A);
    EMIT(EVENT_GROUP_MEMBERS_LISTED, command->group, group_members_listed, .count = group.members);
}
