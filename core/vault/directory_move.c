#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/group/group.h"
#include "core/project/label.h"
#include "core/vault/directory.h"
#include "core/vault/file_key.h"
#include "core/vault/tag.h"

struct move {
    const struct vault_dir_move_entry *command;
    struct vault_object object;
    struct vault_place source, target;
    bool crosses; /* from one top to another one */
};

/* Whether `place` is the directory or lies in it. */
static bool is_within(const struct view *view, struct id place, struct id directory)
{
    struct vault_object above;
    const size_t used = view->arena->used;
    while (place.kind == ID_DIR && !id_equal(place, directory) &&
           vault_object_by_id(view, place, &above)) {
        view->arena->used = used;
        place = above.parent;
    }
    return id_equal(place, directory);
}

static enum rule places_refusal(const struct view *view, const struct actor *actor,
                                struct move *move)
{
    const struct vault_dir_move_entry *command = move->command;
    enum rule refusal = directory_change_refusal(
        view, actor, &(struct directory_entry){command->parent, command->name}, &move->object,
        &move->source);
    if (refusal != RULE_NONE) {
        return refusal;
    }
    const bool is_dir = move->object.id.kind == ID_DIR;
    return directory_add_refusal(
        view, actor,
        &(struct directory_addition){command->target, command->to,
                                     is_dir ? GROUP_PERMISSION_CREATE_DIRECTORIES
                                            : GROUP_PERMISSION_ADD_ENTRIES,
                                     RULE_VLT_09D},
        &move->target);
}

/* A directory has no key that could come along for what is in it. */
static enum rule crossing_refusal(const struct view *view, const struct actor *actor,
                                  const struct move *move)
{
    FORBID_UNLESS(id_equal(move->object.owner, actor->user), RULE_VLT_09D);
    FORBID_IF(move->object.id.kind == ID_DIR && !directory_is_empty(view, move->object.id),
              RULE_VLT_09F);
    return RULE_NONE;
}

/* Into a group's directory is shared with the whole group (GRP-08). */
static enum rule sharing_refusal(const struct view *view, const struct actor *actor,
                                 const struct move *move)
{
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    may_share(view, &reader, move->object.id, &access);
    FORBID_UNLESS(access.allowed, access.rule);
    FORBID_UNLESS(file_key_was_fetched(view, actor, move->object.id), RULE_VLT_05A);
    FORBID_UNLESS(move->command->has_group_wrapped && move->command->has_epoch, RULE_VLT_01A);
    return group_key_refusal(view, move->target.group, move->command->epoch);
}

/* What it inherits at the new place counts if that is a label above; else it keeps its own. */
static enum rule keep_label(const struct view *view, const struct actor *actor,
                            const struct move *move, struct decision *decision)
{
    if (move->object.project.kind != ID_NONE) {
        return RULE_NONE;
    }
    const struct id before = tag_of(view, move->object.id);
    const struct id after = tag_of_place(view, move->target.id);
    if (id_equal(before, after)) {
        return RULE_NONE;
    }
    if (label_direction(view, before, after) == DIRECTION_UP) {
        return label_refusal(view, actor, before, after, (struct bytes){0});
    }
    tag_keep(decision, move->object.id, before);
    return RULE_NONE;
}

static void emit_moved(const struct move *move, struct decision *decision)
{
    const struct vault_dir_move_entry *command = move->command;
    const bool into_group =
        move->crosses && move->target.group.kind != ID_NONE && move->object.id.kind == ID_FILE;
    EMIT(EVENT_VAULT_DIR_ENTRY_MOVED, THE_LOG, vault_dir_entry_moved, .object = move->object.id,
         .parent = command->parent, .name = command->name, .target = command->target,
         .to = command->to, .has_from_group = move->source.group.kind != ID_NONE,
         .from_group = move->source.group, .has_to_group = move->target.group.kind != ID_NONE,
         .to_group = move->target.group, .has_group_wrapped = into_group,
         .group_wrapped = command->group_wrapped, .has_epoch = into_group, .epoch = command->epoch);
    decision_also(decision, move->object.id);
    decision_also(decision, command->parent);
    decision_also(decision, command->target);
}

void vault_dir_move_entry_decide(const struct view *view, const struct actor *actor,
                                 const struct vault_dir_move_entry *command,
                                 struct decision *decision)
{
    struct move move = {.command = command};
    enum rule refusal = places_refusal(view, actor, &move);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(is_within(view, command->target, move.object.id), RULE_VLT_09A);
    move.crosses = !id_equal(move.source.group, move.target.group);
    if (move.crosses) {
        refusal = crossing_refusal(view, actor, &move);
        REFUSE_IF(refusal != RULE_NONE, refusal);
    }
    if (move.crosses && move.target.group.kind != ID_NONE && move.object.id.kind == ID_FILE) {
        refusal = sharing_refusal(view, actor, &move);
        REFUSE_IF(refusal != RULE_NONE, refusal);
    }
    refusal = keep_label(view, actor, &move, decision);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    emit_moved(&move, decision);
}

/* Evolve ---------------------------------------------------------------------------------- */

static void move_file_key(struct evolution *evolution, const struct vault_dir_entry_moved *body)
{
    const struct id from = body->has_from_group ? body->from_group : UNTAGGED;
    const struct id to = body->has_to_group ? body->to_group : UNTAGGED;
    if (id_equal(from, to)) {
        return;
    }
    if (body->has_from_group) {
        evolution_remove(evolution, ROW_FILE_KEY,
                         &(struct file_key_row){.file = body->object, .holder = from});
    }
    if (body->has_to_group && body->has_group_wrapped) {
        evolution_put(evolution, ROW_FILE_KEY,
                      &(struct file_key_row){.file = body->object,
                                             .holder = to,
                                             .wrapped = body->group_wrapped,
                                             .has_epoch = body->has_epoch,
                                             .epoch = body->epoch});
        evolution_remove(evolution, ROW_SHARE,
                         &(struct share_row){.file = body->object, .target = to});
    }
}

void vault_dir_entry_moved_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct vault_dir_entry_moved *body)
{
    const struct id group = body->has_to_group ? body->to_group : UNTAGGED;
    (void)leaf;
    if (id_equal(body->parent, body->target) && bytes_equal(body->name, body->to)) {
        return;
    }
    evolution_remove(evolution, ROW_ENTRY,
                     &(struct entry_row){.parent = body->parent, .name = body->name});
    directory_enter(
        evolution,
        &(struct entry_row){.parent = body->target, .name = body->to, .object = body->object},
        &group);
    if (body->object.kind == ID_FILE) {
        move_file_key(evolution, body);
    }
}
