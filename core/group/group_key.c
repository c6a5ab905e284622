#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/group/group.h"

/* Whether the list holds each member, and nobody else: as many as there are members, and each
 * member is among them. */
static bool are_the_members(const struct view *view, const struct group_row *group,
                            const struct group_rotate_key *command)
{
    struct group_member_row member = {.group = group->group};
    struct view_walk members = view_walk_of(view, ROW_GROUP_MEMBER, &member, 1);
    size_t count = 0;
    while (view_walk_next(&members, &member)) {
        size_t at = 0;
        while (at < command->holders_count && !id_equal(command->holders[at], member.user)) {
            at++;
        }
        if (at == command->holders_count) {
            return false;
        }
        count++;
    }
    return count == command->holders_count && count == command->wrapped_count;
}

void group_rotate_key_decide(const struct view *view, const struct actor *actor,
                             const struct group_rotate_key *command, struct decision *decision)
{
    struct group_row group;
    const struct id user = actor->user;
    REFUSE_UNLESS(group_by_id(view, command->group, &group), RULE_GRP_01D);
    REFUSE_UNLESS(group_allows(view, command->group, user, GROUP_PERMISSION_ADD_MEMBERS) ||
                      group_allows(view, command->group, user, GROUP_PERMISSION_REMOVE_MEMBERS),
                  RULE_GRP_02F);
    REFUSE_UNLESS(command->epoch == group.epoch + 1, RULE_GRP_01F);
    REFUSE_UNLESS(command->key.size == GROUP_KEY_SIZE, RULE_GRP_01A);
    REFUSE_UNLESS(are_the_members(view, &group, command), RULE_GRP_01A);
    EMIT(EVENT_GROUP_KEY_ROTATED, command->group, group_key_rotated, .epoch = command->epoch,
         .key = command->key, .holders = command->holders, .holders_count = command->holders_count,
         .wrapped = command->wrapped, .wrapped_count = command->wrapped_count);
}

/* A tagged group asks for more than its key before it gives it (GRP-09b). */
void group_fetch_key_decide(const struct view *view, const struct actor *actor,
                            const struct group_fetch_key *command, struct decision *decision)
{
    struct access access;
    struct group_key_row key = {
        .group = command->group, .user = actor->user, .epoch = command->epoch};
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(group_by_id(view, command->group, NULL), RULE_GRP_01D);
    REFUSE_UNLESS(group_has_member(view, command->group, actor->user, NULL), RULE_GRP_01A);
    may_read(view, &reader, command->group, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    REFUSE_UNLESS(view_find(view, ROW_GROUP_KEY, &key), RULE_GRP_01A);
    EMIT(EVENT_GROUP_KEY_FETCHED, command->group, group_key_fetched, .epoch = command->epoch,
         .wrapped = key.wrapped);
    decision_also(decision, actor->user);
}

/* Evolve ---------------------------------------------------------------------------------- */

void group_key_rotated_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct group_key_rotated *body)
{
    struct group_row group = {.group = leaf->on[0]};
    for (size_t i = 0; i < body->holders_count && i < body->wrapped_count; i++) {
        evolution_put(evolution, ROW_GROUP_KEY,
                      &(struct group_key_row){.group = group.group,
                                              .user = body->holders[i],
                                              .epoch = body->epoch,
                                              .wrapped = body->wrapped[i]});
    }
    if (evolution_find(evolution, ROW_GROUP, &group)) {
        group.key = body->key;
        group.epoch = body->epoch;
        group.rotation_due = false;
        evolution_put(evolution, ROW_GROUP, &group);
    }
}
