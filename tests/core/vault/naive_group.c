#include "tests/core/vault/naive.h"

enum {
    GIVEN_BY_ANYBODY = 1 << GROUP_PERMISSION_ADD_ENTRIES | 1 << GROUP_PERMISSION_CREATE_DIRECTORIES,
    GIVEN_TO_MANAGERS = GIVEN_BY_ANYBODY | 1 << GROUP_PERMISSION_ADD_MEMBERS |
                        1 << GROUP_PERMISSION_REMOVE_MEMBERS |
                        1 << GROUP_PERMISSION_CHANGE_PERMISSIONS |
                        1 << GROUP_PERMISSION_REMOVE_ENTRIES,
};

static const unsigned change = 1u << GROUP_PERMISSION_CHANGE_PERMISSIONS;

bool naive_is_member(const struct naive *naive, int group, int user)
{
    return group < naive->group_count && !naive->groups[group].deleted &&
           naive->groups[group].member[user];
}

bool naive_may(const struct naive *naive, int group, int user, enum group_permission permission)
{
    const struct naive_group *at = &naive->groups[group];
    return naive_is_member(naive, group, user) &&
           (at->owner == user || (at->permissions[user] >> permission & 1) != 0);
}

static bool is_empty(const struct naive *naive, int place)
{
    for (int i = 0; i < naive->node_count; i++) {
        if (naive->nodes[i].alive && naive->nodes[i].place == place) {
            return false;
        }
    }
    return true;
}

static unsigned preset_of(enum group_preset preset)
{
    return preset == GROUP_PRESET_USER ? (unsigned)GIVEN_BY_ANYBODY : (unsigned)GIVEN_TO_MANAGERS;
}

static bool may_change(const struct naive *naive, const struct deed *deed, unsigned granted)
{
    const struct naive_group *group = &naive->groups[deed->group];
    bool gives_back = (granted & change) != 0 && group->gave_up[deed->user];
    return naive_may(naive, deed->group, deed->by, GROUP_PERMISSION_CHANGE_PERMISSIONS) &&
           group->member[deed->user] && group->owner != deed->user &&
           (!gives_back || group->owner == deed->by);
}

static bool may_add(const struct naive *naive, const struct deed *deed)
{
    const struct naive_group *group = &naive->groups[deed->group];
    bool modest = (deed->modes & ~(unsigned)GIVEN_BY_ANYBODY) == 0;
    return naive_may(naive, deed->group, deed->by, GROUP_PERMISSION_ADD_MEMBERS) &&
           !group->member[deed->user] && deed->epoch == group->epoch &&
           (modest || naive_may(naive, deed->group, deed->by, GROUP_PERMISSION_CHANGE_PERMISSIONS));
}

static bool may_tag(const struct naive *naive, const struct deed *deed)
{
    const struct naive_group *group = &naive->groups[deed->group];
    bool knows = deed->by < NAIVE_MEMBERS, leads = deed->by < NAIVE_LEADERS;
    return naive_may(naive, deed->group, deed->by, GROUP_PERMISSION_MODIFY_PROJECT_TAG) &&
           (!group->tagged || knows) && (!deed->yes || knows) &&
           (!group->tagged || deed->yes || leads);
}

bool naive_group_allows(const struct naive *naive, const struct deed *deed)
{
    const int by = deed->by;
    const struct naive_group *group = &naive->groups[deed->group];
    if (deed->kind == COMMAND_GROUP_CREATE) {
        return true;
    }
    if (deed->group >= naive->group_count || group->deleted) {
        return false;
    }
    switch ((unsigned)deed->kind) {
    case COMMAND_GROUP_ADD_MEMBER:
        return may_add(naive, deed);
    case COMMAND_GROUP_REMOVE_MEMBER:
        return naive_may(naive, deed->group, by, GROUP_PERMISSION_REMOVE_MEMBERS) &&
               group->member[deed->user] && group->owner != deed->user;
    case COMMAND_GROUP_LEAVE:
        return group->member[by] && group->owner != by;
    case COMMAND_GROUP_ROTATE_KEY:
        return deed->right && deed->epoch == group->epoch + 1 &&
               (naive_may(naive, deed->group, by, GROUP_PERMISSION_ADD_MEMBERS) ||
                naive_may(naive, deed->group, by, GROUP_PERMISSION_REMOVE_MEMBERS));
    case COMMAND_GROUP_FETCH_KEY:
        return group->member[by] && (!group->tagged || by < NAIVE_MEMBERS) &&
               group->key[by][deed->epoch];
    case COMMAND_GROUP_SET_PERMISSION:
        return may_change(naive, deed, deed->yes ? 1u << deed->permission : 0);
    case COMMAND_GROUP_APPLY_PRESET:
        return may_change(naive, deed, preset_of(deed->preset));
    case COMMAND_GROUP_PROMOTE_OWNER:
        return group->owner == by && deed->user != by && group->member[deed->user];
    case COMMAND_GROUP_SET_PROJECT:
        return may_tag(naive, deed);
    case COMMAND_GROUP_LIST_MEMBERS:
        return group->member[by];
    case COMMAND_GROUP_DELETE:
        return group->owner == by && is_empty(naive, PLACE_GROUP + deed->group);
    default:
        return false;
    }
}

static void forget(struct naive_group *group, int user)
{
    group->member[user] = false;
    group->due = true;
    memset(group->key[user], 0, sizeof group->key[user]);
}

static void permit(struct naive_group *group, const struct deed *deed, unsigned permissions)
{
    bool had = (group->permissions[deed->user] & change) != 0;
    bool has = (permissions & change) != 0;
    if (has) {
        group->gave_up[deed->user] = false;
    } else if (had && deed->by == deed->user) {
        group->gave_up[deed->user] = true;
    }
    group->permissions[deed->user] = permissions;
}

static void rotate(struct naive_group *group)
{
    group->epoch++;
    group->due = false;
    for (int user = 0; user < NAIVE_USERS; user++) {
        group->key[user][group->epoch] = group->member[user];
    }
}

static void create(struct naive *naive, const struct deed *deed, struct id id)
{
    struct naive_group *group = &naive->groups[naive->group_count++];
    *group = (struct naive_group){.id = id, .owner = deed->by, .epoch = 1};
    group->member[deed->by] = group->key[deed->by][1] = true;
    group->permissions[deed->by] = (1u << GROUP_PERMISSION_COUNT) - 1;
}

void naive_group_happens(struct naive *naive, const struct deed *deed, struct id id)
{
    struct naive_group *group = &naive->groups[deed->group];
    const unsigned bit = 1u << deed->permission;
    switch ((unsigned)deed->kind) {
    case COMMAND_GROUP_CREATE:
        create(naive, deed, id);
        break;
    case COMMAND_GROUP_ADD_MEMBER:
        group->member[deed->user] = group->key[deed->user][group->epoch] = true;
        group->permissions[deed->user] = deed->modes;
        group->gave_up[deed->user] = false;
        break;
    case COMMAND_GROUP_REMOVE_MEMBER:
        forget(group, deed->user);
        break;
    case COMMAND_GROUP_LEAVE:
        forget(group, deed->by);
        break;
    case COMMAND_GROUP_ROTATE_KEY:
        rotate(group);
        break;
    case COMMAND_GROUP_SET_PERMISSION:
        permit(group, deed,
               deed->yes ? group->permissions[deed->user] | bit
                         : group->permissions[deed->user] & ~bit);
        break;
    case COMMAND_GROUP_APPLY_PRESET:
        permit(group, deed, preset_of(deed->preset));
        break;
    case COMMAND_GROUP_PROMOTE_OWNER:
        group->owner = deed->user;
        group->permissions[deed->user] = (1u << GROUP_PERMISSION_COUNT) - 1;
        group->gave_up[deed->user] = false;
        break;
    case COMMAND_GROUP_SET_PROJECT:
        group->tagged = deed->yes;
        break;
    case COMMAND_GROUP_DELETE:
        group->deleted = true;
        group->tagged = false;
        break;
    default:
        break;
    }
}
