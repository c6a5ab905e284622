#include "core/vault/tag.h"

#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/group/group.h"
#include "core/project/label.h"
#include "core/vault/directory.h"

static struct id tag_of_group(const struct view *view, struct id id)
{
    struct group_row group;
    return group_by_id(view, id, &group) && group.has_project ? group.project : UNTAGGED;
}

struct id tag_of_place(const struct view *view, struct id place)
{
    struct vault_object directory;
    const size_t used = view->arena->used;
    while (place.kind == ID_DIR && vault_object_by_id(view, place, &directory)) {
        view->arena->used = used; /* a deep tree takes no more memory than a flat one */
        if (directory.project.kind != ID_NONE) {
            return directory.project;
        }
        place = directory.parent.kind == ID_NONE ? directory.group : directory.parent;
    }
    return place.kind == ID_GROUP ? tag_of_group(view, place) : UNTAGGED;
}

struct id tag_of(const struct view *view, struct id object)
{
    struct vault_object found;
    if (object.kind != ID_FILE || !vault_object_by_id(view, object, &found)) {
        return tag_of_place(view, object);
    }
    if (found.project.kind != ID_NONE) {
        return found.project;
    }
    return tag_of_place(view, found.parent.kind == ID_NONE ? found.group : found.parent);
}

void tag_about(struct decision *decision, struct id subject)
{
    if (subject.kind != ID_NONE) {
        decision_also(decision, subject);
    }
}

void tag_note_lowered(const struct view *view, struct decision *decision,
                      const struct tag_change *change)
{
    enum direction direction = label_direction(view, change->from, change->to);
    if (direction == DIRECTION_UP) {
        return;
    }
    EMIT(EVENT_CLASSIFICATION_LOWERED, THE_LOG, classification_lowered, .object = change->object,
         .from = change->from, .has_to = change->to.kind != ID_NONE, .to = change->to,
         .direction = direction, .reason = change->reason);
    tag_about(decision, change->object);
    tag_about(decision, change->from);
    tag_about(decision, change->to);
}

static void emit_change(struct decision *decision, const struct tag_change *change,
                        enum direction direction)
{
    const bool has_from = change->from.kind != ID_NONE, has_to = change->to.kind != ID_NONE;
    if (change->object.kind == ID_FILE) {
        EMIT(EVENT_VAULT_FILE_PROJECT_CHANGED, change->object, vault_file_project_changed,
             .has_from = has_from, .from = change->from, .has_to = has_to, .to = change->to,
             .direction = direction);
    } else {
        EMIT(EVENT_VAULT_DIR_PROJECT_CHANGED, change->object, vault_dir_project_changed,
             .has_from = has_from, .from = change->from, .has_to = has_to, .to = change->to,
             .direction = direction);
    }
    tag_about(decision, change->to);
    tag_about(decision, change->from);
}

void tag_keep(struct decision *decision, struct id object, struct id tag)
{
    emit_change(decision, &(struct tag_change){.object = object, .to = tag}, DIRECTION_UP);
}

/* Decide ---------------------------------------------------------------------------------- */

/* In a group it takes the group's permission and the project's role (1.18-7); the label that
 * counts is the one that the object has in effect before and after. */
static void set_project(const struct view *view, const struct actor *actor,
                        const struct tag_change *wanted, struct decision *decision)
{
    struct vault_object object;
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(vault_object_by_id(view, wanted->object, &object), RULE_VLT_01D);
    REFUSE_UNLESS(object.group.kind == ID_NONE || group_allows(view, object.group, actor->user,
                                                               GROUP_PERMISSION_MODIFY_PROJECT_TAG),
                  RULE_VLT_11A);
    may_change_project(view, &reader, wanted->object, &access);
    REFUSE_UNLESS(access.allowed, access.rule);
    const struct id above = object.parent.kind == ID_NONE ? object.group : object.parent;
    const struct tag_change change = {
        .object = object.id,
        .from = tag_of(view, object.id),
        .to = wanted->to.kind == ID_NONE ? tag_of_place(view, above) : wanted->to,
        .reason = wanted->reason,
    };
    const enum rule refusal = label_refusal(view, actor, change.from, change.to, change.reason);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    emit_change(decision,
                &(struct tag_change){.object = object.id, .from = object.project, .to = wanted->to},
                label_direction(view, change.from, change.to));
    tag_note_lowered(view, decision, &change);
}

void vault_file_set_project_decide(const struct view *view, const struct actor *actor,
                                   const struct vault_file_set_project *command,
                                   struct decision *decision)
{
    set_project(view, actor,
                &(struct tag_change){.object = command->file,
                                     .to = command->has_project ? command->project : UNTAGGED,
                                     .reason = command->reason},
                decision);
}

void vault_dir_set_project_decide(const struct view *view, const struct actor *actor,
                                  const struct vault_dir_set_project *command,
                                  struct decision *decision)
{
    set_project(view, actor,
                &(struct tag_change){.object = command->dir,
                                     .to = command->has_project ? command->project : UNTAGGED,
                                     .reason = command->reason},
                decision);
}

/* Evolve ---------------------------------------------------------------------------------- */

void tag_retag(struct evolution *evolution, struct id object, struct id from, struct id to)
{
    if (id_equal(from, to)) {
        return;
    }
    if (from.kind != ID_NONE) {
        evolution_remove(evolution, ROW_TAGGED,
                         &(struct tagged_row){.project = from, .object = object});
    }
    if (to.kind != ID_NONE) {
        evolution_put(evolution, ROW_TAGGED, &(struct tagged_row){.project = to, .object = object});
    }
}

void vault_file_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                       const struct vault_file_project_changed *body)
{
    struct file_row file = {.file = leaf->on[0]};
    if (!evolution_find(evolution, ROW_FILE, &file)) {
        return;
    }
    tag_retag(evolution, file.file, file.has_project ? file.project : UNTAGGED,
              body->has_to ? body->to : UNTAGGED);
    file.has_project = body->has_to;
    file.project = body->to;
    evolution_put(evolution, ROW_FILE, &file);
}

void vault_dir_project_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                      const struct vault_dir_project_changed *body)
{
    struct dir_row dir = {.dir = leaf->on[0]};
    if (!evolution_find(evolution, ROW_DIR, &dir)) {
        return;
    }
    tag_retag(evolution, dir.dir, dir.has_project ? dir.project : UNTAGGED,
              body->has_to ? body->to : UNTAGGED);
    dir.has_project = body->has_to;
    dir.project = body->to;
    evolution_put(evolution, ROW_DIR, &dir);
}
