#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/group/group.h"
#include "core/identity/user.h"

static bool is_known_user(const struct view *view, struct id id)
{
    struct user_row user;
    return user_by_id(view, id, &user) && !user.deleted;
}

/* Members --------------------------------------------------------------------------------- */

/* Whoever adds somebody without being allowed to change permissions gives those of a user. */
static bool may_give(const struct view *view, const struct actor *actor,
                     const struct group_add_member *command)
{
    unsigned set = group_permission_set(command->permissions, command->permissions_count);
    return (set & ~group_preset_set(GROUP_PRESET_USER)) == 0 ||
           group_allows(view, command->group, actor->user, GROUP_PERMISSION_CHANGE_PERMISSIONS);
}

/* Older keys come in their order, and from somebody who holds them: content of before the last new
 * key is read with these. */
static bool may_hand_on(const struct view *view, const struct actor *actor,
                        const struct group_add_member *command)
{
    uint64_t last = 0;
    for (size_t i = 0; i < command->older_epochs_count; i++) {
        struct group_key_row key = {
            .group = command->group, .user = actor->user, .epoch = command->older_epochs[i]};
        if (key.epoch <= last || key.epoch >= command->epoch ||
            !view_find(view, ROW_GROUP_KEY, &key)) {
            return false;
        }
        last = command->older_epochs[i];
    }
    return command->older_epochs_count == command->older_wrapped_count;
}

void group_add_member_decide(const struct view *view, const struct actor *actor,
                             const struct group_add_member *command, struct decision *decision)
{
    struct group_row group;
    REFUSE_UNLESS(group_by_id(view, command->group, &group), RULE_GRP_01D);
    REFUSE_UNLESS(group_allows(view, command->group, actor->user, GROUP_PERMISSION_ADD_MEMBERS),
                  RULE_GRP_02A);
    REFUSE_UNLESS(may_give(view, actor, command), RULE_GRP_04A);
    REFUSE_UNLESS(is_known_user(view, command->user), RULE_GRP_02D);
    REFUSE_IF(group_has_member(view, command->group, command->user, NULL), RULE_GRP_02D);
    REFUSE_IF(group.members >= GROUP_MEMBERS_MAX, RULE_GRP_02E);
    REFUSE_UNLESS(command->epoch == group.epoch, RULE_GRP_01F);
    REFUSE_UNLESS(may_hand_on(view, actor, command), RULE_GRP_01G);
    EMIT(EVENT_GROUP_MEMBER_ADDED, command->group, group_member_added, .user = command->user,
         .epoch = command->epoch, .wrapped = command->wrapped, .permissions = command->permissions,
         .permissions_count = command->permissions_count, .older_epochs = command->older_epochs,
         .older_epochs_count = command->older_epochs_count, .older_wrapped = command->older_wrapped,
         .older_wrapped_count = command->older_wrapped_count);
    decision_also(decision, command->user);
    EMIT(EVENT_NOTIFY_SENT, command->user, notify_sent, .about = command->group,
         .what = LITERAL("member of a group"));
}

void group_remove_member_decide(const struct view *view, const struct actor *actor,
                                const struct group_remove_member *command,
                                struct decision *decision)
{
    struct group_row group;
    REFUSE_UNLESS(group_by_id(view, command->group, &group), RULE_GRP_01D);
    REFUSE_UNLESS(group_allows(view, command->group, actor->user, GROUP_PERMISSION_REMOVE_MEMBERS),
                  RULE_GRP_02A);
    REFUSE_UNLESS(group_has_member(view, command->group, command->user, NULL), RULE_GRP_02D);
    REFUSE_IF(id_equal(group.owner, command->user), RULE_GRP_02D);
    EMIT(EVENT_GROUP_MEMBER_REMOVED, command->group, group_member_removed, .user = command->user);
    decision_also(decision, command->user);
}

void group_leave_decide(const struct view *view, const struct actor *actor,
                        const struct group_leave *command, struct decision *decision)
{
    struct group_row group;
    REFUSE_UNLESS(group_by_id(view, command->group, &group), RULE_GRP_01D);
    REFUSE_UNLESS(group_has_member(view, command->group, actor->user, NULL), RULE_GRP_02D);
    REFUSE_IF(id_equal(group.owner, actor->user), RULE_GRP_03B);
    EMIT(EVENT_GROUP_LEFT, command->group, group_left, .user = actor->user);
    decision_also(decision, actor->user);
}

void group_promote_owner_decide(const struct view *view, const struct actor *actor,
                                const struct group_promote_owner *command,
                                struct decision *decision)
{
    struct group_row group;
    REFUSE_UNLESS(group_by_id(view, command->group, &group), RULE_GRP_01D);
    REFUSE_UNLESS(id_equal(group.owner, actor->user), RULE_GRP_03A);
    REFUSE_IF(id_equal(group.owner, command->user), RULE_GRP_03A);
    REFUSE_UNLESS(group_has_member(view, command->group, command->user, NULL), RULE_GRP_03A);
    REFUSE_UNLESS(is_known_user(view, command->user), RULE_GRP_03A);
    EMIT(EVENT_GROUP_OWNER_CHANGED, command->group, group_owner_changed, .from = actor->user,
         .to = command->user);
    decision_also(decision, command->user);
    decision_also(decision, actor->user);
}

/* Permissions ----------------------------------------------------------------------------- */

/* What forbids the actor to make the permissions of a member what `set` says, or RULE_NONE. The
 * member as it is goes to *member. */
static enum rule change_refusal(const struct view *view, const struct actor *actor,
                                struct group_member_row *member, unsigned set)
{
    struct group_row group;
    const unsigned change = 1u << GROUP_PERMISSION_CHANGE_PERMISSIONS;
    FORBID_UNLESS(group_by_id(view, member->group, &group), RULE_GRP_01D);
    FORBID_IF(id_equal(group.owner, member->user), RULE_GRP_05A);
    FORBID_UNLESS(
        group_allows(view, member->group, actor->user, GROUP_PERMISSION_CHANGE_PERMISSIONS),
        RULE_GRP_04A);
    FORBID_UNLESS(group_has_member(view, member->group, member->user, member), RULE_GRP_02D);
    bool regains = (set & change) != 0 && member->gave_up;
    FORBID_IF(regains && !id_equal(group.owner, actor->user), RULE_GRP_06B);
    return RULE_NONE;
}

static void emit_change(struct decision *decision, const struct group_member_row *member,
                        enum group_permission permission, bool to)
{
    unsigned set = group_permission_set(member->permissions, member->permissions_count);
    EMIT(EVENT_GROUP_PERMISSION_CHANGED, member->group, group_permission_changed,
         .user = member->user, .permission = permission, .from = (set >> permission & 1) != 0,
         .to = to);
    decision_also(decision, member->user);
}

void group_set_permission_decide(const struct view *view, const struct actor *actor,
                                 const struct group_set_permission *command,
                                 struct decision *decision)
{
    struct group_member_row member = {.group = command->group, .user = command->user};
    const unsigned set = command->granted ? 1u << command->permission : 0;
    const enum rule refusal = change_refusal(view, actor, &member, set);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    emit_change(decision, &member, command->permission, command->granted);
}

/* A preset is shorthand for single changes (GRP-07a); where nothing changes, one says so. */
void group_apply_preset_decide(const struct view *view, const struct actor *actor,
                               const struct group_apply_preset *command, struct decision *decision)
{
    struct group_member_row member = {.group = command->group, .user = command->user};
    const unsigned to = group_preset_set(command->preset);
    const enum rule refusal = change_refusal(view, actor, &member, to);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    const unsigned from = group_permission_set(member.permissions, member.permissions_count);
    for (unsigned i = 0; i < GROUP_PERMISSION_COUNT; i++) {
        if (((from ^ to) >> i & 1) != 0) {
            emit_change(decision, &member, (enum group_permission)i, (to >> i & 1) != 0);
        }
    }
    if (from == to) {
        emit_change(decision, &member, GROUP_PERMISSION_ADD_ENTRIES, true);
    }
}

/* Evolve ---------------------------------------------------------------------------------- */

static void count_members(struct evolution *evolution, struct id id, bool gone)
{
    struct group_row group = {.group = id};
    if (evolution_find(evolution, ROW_GROUP, &group)) {
        group.members = gone ? group.members - (group.members > 0) : group.members + 1;
        group.rotation_due = group.rotation_due || gone;
        evolution_put(evolution, ROW_GROUP, &group);
    }
}

static void put_key(struct evolution *evolution, struct id group, struct id user, uint64_t epoch,
                    const struct digest *wrapped)
{
    evolution_put(
        evolution, ROW_GROUP_KEY,
        &(struct group_key_row){.group = group, .user = user, .epoch = epoch, .wrapped = *wrapped});
}

static void put_older_keys(struct evolution *evolution, struct id group,
                           const struct group_member_added *body)
{
    uint64_t last = 0;
    for (size_t i = 0; i < body->older_epochs_count && i < body->older_wrapped_count; i++) {
        uint64_t epoch = body->older_epochs[i];
        if (epoch > last && epoch < body->epoch) {
            put_key(evolution, group, body->user, epoch, &body->older_wrapped[i]);
            last = epoch;
        }
    }
}

void group_member_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct group_member_added *body)
{
    enum group_permission list[GROUP_PERMISSION_COUNT];
    unsigned set = group_permission_set(body->permissions, body->permissions_count);
    evolution_put(evolution, ROW_GROUP_MEMBER,
                  &(struct group_member_row){
                      .group = leaf->on[0],
                      .user = body->user,
                      .permissions = list,
                      .permissions_count = group_permission_list(set, list),
                      .since_epoch = body->epoch,
                  });
    put_key(evolution, leaf->on[0], body->user, body->epoch, &body->wrapped);
    put_older_keys(evolution, leaf->on[0], body);
    count_members(evolution, leaf->on[0], false);
}

/* Whoever is no member has no key. */
static void member_gone(struct evolution *evolution, struct id group, struct id user)
{
    const struct view view = evolution_view(evolution);
    struct group_key_row key = {.group = group, .user = user};
    struct view_walk keys = view_walk_of(&view, ROW_GROUP_KEY, &key, 2);
    while (view_walk_next(&keys, &key)) {
        evolution_remove(evolution, ROW_GROUP_KEY, &key);
    }
    evolution_remove(evolution, ROW_GROUP_MEMBER,
                     &(struct group_member_row){.group = group, .user = user});
    count_members(evolution, group, true);
}

void group_member_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct group_member_removed *body)
{
    member_gone(evolution, leaf->on[0], body->user);
}

void group_left_evolve(struct evolution *evolution, const struct leaf *leaf,
                       const struct group_left *body)
{
    member_gone(evolution, leaf->on[0], body->user);
}

/* Whether the member itself did it: what somebody gives up, only the owner gives back. */
static bool is_own_doing(const struct leaf *leaf, struct id user)
{
    struct id actor;
    return !failed(id_read(leaf->actor, &actor)) && id_equal(actor, user);
}

void group_permission_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                     const struct group_permission_changed *body)
{
    enum group_permission list[GROUP_PERMISSION_COUNT];
    struct group_member_row member = {.group = leaf->on[0], .user = body->user};
    if (!evolution_find(evolution, ROW_GROUP_MEMBER, &member)) {
        return;
    }
    unsigned bit = 1u << body->permission;
    unsigned set = group_permission_set(member.permissions, member.permissions_count);
    member.permissions_count = group_permission_list(body->to ? set | bit : set & ~bit, list);
    member.permissions = list;
    if (body->permission == GROUP_PERMISSION_CHANGE_PERMISSIONS) {
        member.gave_up = !body->to && (member.gave_up || is_own_doing(leaf, body->user));
    }
    evolution_put(evolution, ROW_GROUP_MEMBER, &member);
}

void group_owner_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct group_owner_changed *body)
{
    enum group_permission all[GROUP_PERMISSION_COUNT];
    struct group_row group = {.group = leaf->on[0]};
    struct group_member_row member = {.group = leaf->on[0], .user = body->to};
    if (evolution_find(evolution, ROW_GROUP, &group)) {
        group.owner = body->to;
        evolution_put(evolution, ROW_GROUP, &group);
    }
    if (evolution_find(evolution, ROW_GROUP_MEMBER, &member)) {
        member.permissions = all;
        member.permissions_count = group_permission_list(~0u, all);
        member.gave_up = false;
        evolution_put(evolution, ROW_GROUP_MEMBER, &member);
    }
}
