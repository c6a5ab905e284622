#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/group/group.h"
#include "core/identity/permission.h"
#include "core/project/label.h"
#include "core/vault/directory.h"
#include "core/vault/tag.h"

/* Decide ---------------------------------------------------------------------------------- */

void group_create_decide(const struct view *view, const struct actor *actor,
                         const struct group_create *command, struct decision *decision)
{
    REFUSE_UNLESS(user_can(view, actor, USER_PERMISSION_CREATE_GROUPS), RULE_GRP_01C);
    REFUSE_UNLESS(group_is_name(command->name), RULE_GRP_01E);
    REFUSE_UNLESS(command->key.size == GROUP_KEY_SIZE, RULE_GRP_01A);
    EMIT(EVENT_GROUP_CREATED, NEW(ID_GROUP), group_created, .name = command->name,
         .owner = actor->user, .key = command->key, .wrapped = command->wrapped);
    decision_also(decision, actor->user);
}

void group_set_project_decide(const struct view *view, const struct actor *actor,
                              const struct group_set_project *command, struct decision *decision)
{
    struct group_row group;
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    const struct id to = command->has_project ? command->project : UNTAGGED;
    REFUSE_UNLESS(group_by_id(view, command->group, &group), RULE_GRP_01D);
    REFUSE_UNLESS(
        group_allows(view, command->group, actor->user, GROUP_PERMISSION_MODIFY_PROJECT_TAG),
        RULE_GRP_09A);
    may_change_project(view, &reader, command->group, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    const struct id from = group.has_project ? group.project : UNTAGGED;
    const enum rule refusal = label_refusal(view, actor, from, to, command->reason);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_GROUP_PROJECT_CHANGED, command->group, group_project_changed,
         .has_from = group.has_project, .from = group.project, .has_to = command->has_project,
         .to = command->project, .direction = label_direction(view, from, to));
    tag_about(decision, to);
    tag_about(decision, from);
    tag_note_lowered(view, decision,
                     &(struct tag_change){command->group, from, to, command->reason});
}

void group_delete_decide(const struct view *view, const struct actor *actor,
                         const struct group_delete *command, struct decision *decision)
{
    struct group_row group;
    REFUSE_UNLESS(group_by_id(view, command->group, &group), RULE_GRP_01D);
    REFUSE_UNLESS(id_equal(group.owner, actor->user), RULE_GRP_15A);
    REFUSE_UNLESS(directory_is_empty(view, command->group), RULE_GRP_15B);
    decision_add(decision, EVENT_GROUP_DELETED, command->group);
}

/* Evolve ---------------------------------------------------------------------------------- */

void group_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct group_created *body)
{
    enum group_permission all[GROUP_PERMISSION_COUNT];
    const struct id group = leaf->on[0];
    evolution_put(evolution, ROW_GROUP,
                  &(struct group_row){.group = group,
                                      .name = body->name,
                                      .owner = body->owner,
                                      .key = body->key,
                                      .epoch = 1,
                                      .members = 1});
    evolution_put(evolution, ROW_GROUP_NAME,
                  &(struct group_name_row){.name = body->name, .group = group});
    evolution_put(evolution, ROW_GROUP_MEMBER,
                  &(struct group_member_row){
                      .group = group,
                      .user = body->owner,
                      .permissions = all,
                      .permissions_count = group_permission_list(~0u, all),
                      .since_epoch = 1,
                  });
    evolution_put(evolution, ROW_GROUP_KEY,
                  &(struct group_key_row){
                      .group = group, .user = body->owner, .epoch = 1, .wrapped = body->wrapped});
}

void group_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct group_project_changed *body)
{
    struct group_row group = {.group = leaf->on[0]};
    if (!evolution_find(evolution, ROW_GROUP, &group)) {
        return;
    }
    tag_retag(evolution, group.group, group.has_project ? group.project : UNTAGGED,
              body->has_to ? body->to : UNTAGGED);
    group.has_project = body->has_to;
    group.project = body->to;
    evolution_put(evolution, ROW_GROUP, &group);
}

void group_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct group_deleted *body)
{
    struct group_row group = {.group = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_GROUP, &group)) {
        tag_retag(evolution, group.group, group.has_project ? group.project : UNTAGGED, UNTAGGED);
        group.deleted = true;
        evolution_put(evolution, ROW_GROUP, &group);
    }
}
