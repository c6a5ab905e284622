#include "core/identity/team.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/permission.h"
#include "core/identity/user.h"

bool team_by_id(const struct view *view, struct id team, struct team_row *out)
{
    struct team_row row = {.team = team};
    if (!view_find(view, ROW_TEAM, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool team_by_name(const struct view *view, struct bytes name, struct team_row *out)
{
    struct team_name_row row = {.name = name};
    return view_find(view, ROW_TEAM_NAME, &row) && team_by_id(view, row.team, out);
}

bool team_has_member(const struct view *view, struct id team, struct id user)
{
    struct team_member_row row = {.team = team, .user = user};
    return view_find(view, ROW_TEAM_MEMBER, &row);
}

/* Decide ---------------------------------------------------------------------------------- */

static bool may_keep(const struct view *view, const struct actor *actor)
{
    return actor->role >= USER_ROLE_ADMIN || (actor->role == USER_ROLE_SUB_ADMIN &&
                                              user_can(view, actor, USER_PERMISSION_CREATE_TEAMS));
}

/* Why the actor may not change that team (TEA-02b, TEA-02d), or RULE_NONE with *out. */
static enum rule refusal_of(const struct view *view, const struct actor *actor, struct id team,
                            struct team_row *out)
{
    FORBID_UNLESS(may_keep(view, actor), RULE_TEA_02B);
    return team_by_id(view, team, out) && !out->deleted ? RULE_NONE : RULE_TEA_02D;
}

static bool is_user(const struct view *view, struct id user)
{
    struct user_row row;
    return user_by_id(view, user, &row) && !row.deleted;
}

void team_create_decide(const struct view *view, const struct actor *actor,
                        const struct team_create *command, struct decision *decision)
{
    struct team_row known;
    REFUSE_UNLESS(may_keep(view, actor), RULE_TEA_02B);
    REFUSE_IF(team_by_name(view, command->name, &known), RULE_TEA_02D);
    REFUSE_UNLESS(is_user(view, command->user), RULE_IDN_01D);
    EMIT(EVENT_TEAM_CREATED, NEW(ID_TEAM), team_created, .name = command->name,
         .user = command->user);
    decision_also(decision, command->user);
}

void team_delete_decide(const struct view *view, const struct actor *actor,
                        const struct team_delete *command, struct decision *decision)
{
    struct team_row team;
    enum rule refusal = refusal_of(view, actor, command->team, &team);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(team.members > 1, RULE_TEA_01B);
    struct team_deleted body = {0};
    struct team_member_row member = {.team = team.team};
    struct view_walk walk = view_walk_of(view, ROW_TEAM_MEMBER, &member, 1);
    while (view_walk_next(&walk, &member)) {
        body = (struct team_deleted){.has_user = true, .user = member.user};
    }
    decision_add(decision, EVENT_TEAM_DELETED, command->team)->body.team_deleted = body;
}

void team_add_member_decide(const struct view *view, const struct actor *actor,
                            const struct team_add_member *command, struct decision *decision)
{
    struct team_row team;
    enum rule refusal = refusal_of(view, actor, command->team, &team);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(is_user(view, command->user), RULE_IDN_01D);
    REFUSE_IF(team_has_member(view, command->team, command->user), RULE_TEA_02C);
    EMIT(EVENT_TEAM_MEMBER_ADDED, command->team, team_member_added, .user = command->user);
    decision_also(decision, command->user);
}

void team_remove_member_decide(const struct view *view, const struct actor *actor,
                               const struct team_remove_member *command, struct decision *decision)
{
    struct team_row team;
    enum rule refusal = refusal_of(view, actor, command->team, &team);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(team_has_member(view, command->team, command->user), RULE_TEA_02C);
    REFUSE_IF(team.members <= 1, RULE_TEA_01A);
    EMIT(EVENT_TEAM_MEMBER_REMOVED, command->team, team_member_removed, .user = command->user);
    decision_also(decision, command->user);
}

void team_set_quota_decide(const struct view *view, const struct actor *actor,
                           const struct team_set_quota *command, struct decision *decision)
{
    struct team_row team;
    enum rule refusal = refusal_of(view, actor, command->team, &team);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_TEAM_QUOTA_SET, command->team, team_quota_set, .has_cores = command->has_cores,
         .cores = command->cores, .has_memory_mib = command->has_memory_mib,
         .memory_mib = command->memory_mib, .has_drives = command->has_drives,
         .drives = command->drives, .has_storage_mib = command->has_storage_mib,
         .storage_mib = command->storage_mib);
}

/* Evolve ---------------------------------------------------------------------------------- */

void team_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct team_created *body)
{
    evolution_put(evolution, ROW_TEAM,
                  &(struct team_row){.team = leaf->on[0], .name = body->name, .members = 1});
    evolution_put(evolution, ROW_TEAM_NAME,
                  &(struct team_name_row){.name = body->name, .team = leaf->on[0]});
    evolution_put(evolution, ROW_TEAM_MEMBER,
                  &(struct team_member_row){.team = leaf->on[0], .user = body->user});
}

void team_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct team_deleted *body)
{
    struct team_row row = {.team = leaf->on[0]};
    if (evolution_find(evolution, ROW_TEAM, &row)) {
        row.deleted = true;
        row.members = 0;
        evolution_put(evolution, ROW_TEAM, &row);
    }
    if (body->has_user) {
        evolution_remove(evolution, ROW_TEAM_MEMBER,
                         &(struct team_member_row){.team = leaf->on[0], .user = body->user});
    }
}

void team_member_added_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct team_member_added *body)
{
    struct team_row row = {.team = leaf->on[0]};
    evolution_put(evolution, ROW_TEAM_MEMBER,
                  &(struct team_member_row){.team = leaf->on[0], .user = body->user});
    if (evolution_find(evolution, ROW_TEAM, &row)) {
        row.members++;
        evolution_put(evolution, ROW_TEAM, &row);
    }
}

void team_member_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct team_member_removed *body)
{
    struct team_row row = {.team = leaf->on[0]};
    evolution_remove(evolution, ROW_TEAM_MEMBER,
                     &(struct team_member_row){.team = leaf->on[0], .user = body->user});
    if (evolution_find(evolution, ROW_TEAM, &row)) {
        row.members -= row.members > 0 ? 1 : 0;
        evolution_put(evolution, ROW_TEAM, &row);
    }
}

void team_quota_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct team_quota_set *body)
{
    struct team_row row = {.team = leaf->on[0]};
    if (evolution_find(evolution, ROW_TEAM, &row)) {
        row.has_cores = body->has_cores;
        row.cores = body->cores;
        row.has_memory_mib = body->has_memory_mib;
        row.memory_mib = body->memory_mib;
        row.has_drives = body->has_drives;
        row.drives = body->drives;
        row.has_storage_mib = body->has_storage_mib;
        row.storage_mib = body->storage_mib;
        evolution_put(evolution, ROW_TEAM, &row);
    }
}
