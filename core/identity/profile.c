#include "core/identity/profile.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/permission.h"
#include "core/identity/user.h"

bool profile_by_id(const struct view *view, struct id profile, struct profile_row *out)
{
    struct profile_row row = {.profile = profile};
    if (!view_find(view, ROW_PROFILE, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool profile_by_name(const struct view *view, struct bytes name, struct profile_row *out)
{
    struct profile_name_row row = {.name = name};
    return view_find(view, ROW_PROFILE_NAME, &row) && profile_by_id(view, row.profile, out);
}

static bool lives(const struct view *view, struct id profile, struct profile_row *out)
{
    return profile_by_id(view, profile, out) && !out->deleted;
}

static bool may_edit(const struct view *view, const struct actor *actor)
{
    return actor->role >= USER_ROLE_ADMIN || user_can(view, actor, USER_PERMISSION_EDIT_PROFILES);
}

/* What is asked for, each once. */
static const enum user_permission *lent(const struct view *view, const enum user_permission *list,
                                        size_t count, size_t *lent_count)
{
    return permission_lent(view, permission_set(list, count), lent_count);
}

/* Decide ---------------------------------------------------------------------------------- */

void profile_create_decide(const struct view *view, const struct actor *actor,
                           const struct profile_create *command, struct decision *decision)
{
    struct profile_row known;
    REFUSE_UNLESS(may_edit(view, actor), RULE_IDN_14A);
    REFUSE_IF(profile_by_name(view, command->name, &known), RULE_IDN_14B);
    struct profile_created body = {.name = command->name, .role = command->role};
    body.permissions =
        lent(view, command->permissions, command->permissions_count, &body.permissions_count);
    decision_add(decision, EVENT_PROFILE_CREATED, NEW(ID_PROFILE))->body.profile_created = body;
}

void profile_edit_decide(const struct view *view, const struct actor *actor,
                         const struct profile_edit *command, struct decision *decision)
{
    struct profile_row profile;
    REFUSE_UNLESS(may_edit(view, actor), RULE_IDN_14A);
    REFUSE_UNLESS(lives(view, command->profile, &profile), RULE_IDN_14B);
    struct profile_edited body = {.version = profile.version + 1, .role = command->role};
    body.permissions =
        lent(view, command->permissions, command->permissions_count, &body.permissions_count);
    decision_add(decision, EVENT_PROFILE_EDITED, profile.profile)->body.profile_edited = body;
}

void profile_delete_decide(const struct view *view, const struct actor *actor,
                           const struct profile_delete *command, struct decision *decision)
{
    struct profile_row profile;
    REFUSE_UNLESS(may_edit(view, actor), RULE_IDN_14A);
    REFUSE_UNLESS(lives(view, command->profile, &profile), RULE_IDN_14B);
    decision_add(decision, EVENT_PROFILE_DELETED, profile.profile);
}

void user_apply_profile_decide(const struct view *view, const struct actor *actor,
                               const struct user_apply_profile *command, struct decision *decision)
{
    struct user_row user;
    struct profile_row profile;
    enum rule refusal = user_change_refusal(view, actor, command->user, &user);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(lives(view, command->profile, &profile), RULE_IDN_14B);
    REFUSE_UNLESS(actor->role > user.role, RULE_IDN_10A);
    REFUSE_IF(profile.role > actor->role, RULE_IDN_02B);
    uint32_t has = permission_set(user.permissions, user.permissions_count);
    uint32_t wanted = permission_set(profile.permissions, profile.permissions_count);
    REFUSE_IF((wanted & ~has & ~permission_of(view, actor)) != 0, RULE_IDN_10B);
    struct user_profile_applied body = {
        .profile = profile.profile, .version = profile.version, .role = profile.role};
    body.added = permission_lent(view, wanted & ~has, &body.added_count);
    body.removed = permission_lent(view, has & ~wanted, &body.removed_count);
    decision_add(decision, EVENT_USER_PROFILE_APPLIED, user.user)->body.user_profile_applied = body;
    decision_also(decision, profile.profile);
}

/* Evolve ---------------------------------------------------------------------------------- */

void profile_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct profile_created *body)
{
    evolution_put(evolution, ROW_PROFILE,
                  &(struct profile_row){.profile = leaf->on[0],
                                        .name = body->name,
                                        .version = 1,
                                        .role = body->role,
                                        .permissions = body->permissions,
                                        .permissions_count = body->permissions_count});
    evolution_put(evolution, ROW_PROFILE_NAME,
                  &(struct profile_name_row){.name = body->name, .profile = leaf->on[0]});
}

void profile_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct profile_edited *body)
{
    struct profile_row row = {.profile = leaf->on[0]};
    if (evolution_find(evolution, ROW_PROFILE, &row)) {
        row.version = body->version;
        row.role = body->role;
        row.permissions = body->permissions;
        row.permissions_count = body->permissions_count;
        evolution_put(evolution, ROW_PROFILE, &row);
    }
}

void profile_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct profile_deleted *body)
{
    struct profile_row row = {.profile = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_PROFILE, &row)) {
        row.deleted = true;
        evolution_put(evolution, ROW_PROFILE, &row);
    }
}

void user_profile_applied_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct user_profile_applied *body)
{
    struct user_row row = {.user = leaf->on[0]};
    enum user_permission list[USER_PERMISSION_COUNT];
    if (evolution_find(evolution, ROW_USER, &row)) {
        uint32_t set = permission_set(row.permissions, row.permissions_count);
        set |= permission_set(body->added, body->added_count);
        set &= ~permission_set(body->removed, body->removed_count);
        evolution_remove(evolution, ROW_ROLE,
                         &(struct role_row){.role = row.role, .user = row.user});
        row.role = body->role;
        row.permissions = list;
        row.permissions_count = permission_list(set, list);
        evolution_put(evolution, ROW_USER, &row);
        evolution_put(evolution, ROW_ROLE, &(struct role_row){.role = row.role, .user = row.user});
    }
}
