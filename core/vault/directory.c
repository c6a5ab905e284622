#include "core/vault/directory.h"

#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/group/group.h"
#include "core/identity/user.h"
#include "core/vault/tag.h"

/* Objects and places ---------------------------------------------------------------------- */

static bool file_object(const struct view *view, struct id id, struct vault_object *out)
{
    struct file_row file = {.file = id};
    if (!view_find(view, ROW_FILE, &file) || file.state == FILE_STATE_DELETED) {
        return false;
    }
    *out = (struct vault_object){
        .id = id,
        .parent = file.has_parent ? file.parent : UNTAGGED,
        .name = file.name,
        .owner = file.owner,
        .group = file.has_group ? file.group : UNTAGGED,
        .project = file.has_project ? file.project : UNTAGGED,
    };
    return true;
}

static bool dir_object(const struct view *view, struct id id, struct vault_object *out)
{
    struct dir_row dir = {.dir = id};
    if (!view_find(view, ROW_DIR, &dir) || !dir.has_parent) {
        return false;
    }
    *out = (struct vault_object){
        .id = id,
        .parent = dir.parent,
        .name = dir.name,
        .owner = dir.owner,
        .group = dir.has_group ? dir.group : UNTAGGED,
        .project = dir.has_project ? dir.project : UNTAGGED,
    };
    return true;
}

bool vault_object_by_id(const struct view *view, struct id id, struct vault_object *out)
{
    return (id.kind == ID_FILE && file_object(view, id, out)) ||
           (id.kind == ID_DIR && dir_object(view, id, out));
}

bool vault_place_by_id(const struct view *view, struct id id, struct vault_place *out)
{
    struct vault_object directory;
    struct user_row user;
    *out = (struct vault_place){.id = id};
    if (id.kind == ID_DIR && vault_object_by_id(view, id, &directory)) {
        out->group = directory.group;
        out->owner = directory.group.kind == ID_NONE ? directory.owner : UNTAGGED;
        return true;
    }
    if (id.kind == ID_USER && user_by_id(view, id, &user)) {
        out->owner = id;
        return true;
    }
    out->group = id;
    return group_by_id(view, id, NULL);
}

bool directory_find(const struct view *view, struct id place, struct bytes name, struct id *out)
{
    struct entry_row entry = {.parent = place, .name = name};
    if (!view_find(view, ROW_ENTRY, &entry)) {
        return false;
    }
    *out = entry.object;
    return true;
}

bool directory_is_empty(const struct view *view, struct id place)
{
    struct entry_row entry = {.parent = place};
    struct view_walk entries = view_walk_of(view, ROW_ENTRY, &entry, 1);
    return !view_walk_next(&entries, &entry);
}

bool directory_is_name(struct bytes name)
{
    return group_is_name(name) && !bytes_equal(name, LITERAL(".")) &&
           !bytes_equal(name, LITERAL(".."));
}

/* Who may --------------------------------------------------------------------------------- */

/* Whoever may not read a directory does not write into it; the own top needs no question. */
static enum rule reading_refusal(const struct view *view, const struct actor *actor,
                                 const struct vault_place *place)
{
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    if (place->id.kind == ID_USER) {
        FORBID_UNLESS(id_equal(place->id, actor->user), RULE_VLT_10D);
        return RULE_NONE;
    }
    may_read(view, &reader, place->id, &access);
    return access.allowed ? RULE_NONE : access.rule;
}

enum rule directory_add_refusal(const struct view *view, const struct actor *actor,
                                const struct directory_addition *addition, struct vault_place *out)
{
    struct id taken;
    FORBID_UNLESS(vault_place_by_id(view, addition->place, out), RULE_VLT_01D);
    const bool allowed = out->group.kind == ID_NONE
                             ? id_equal(out->owner, actor->user)
                             : group_allows(view, out->group, actor->user, addition->permission);
    FORBID_UNLESS(allowed, addition->otherwise);
    const enum rule unreadable = reading_refusal(view, actor, out);
    if (unreadable != RULE_NONE) {
        return unreadable;
    }
    FORBID_UNLESS(directory_is_name(addition->name), RULE_VLT_09E);
    FORBID_IF(directory_find(view, addition->place, addition->name, &taken), RULE_VLT_09A);
    return RULE_NONE;
}

enum rule directory_change_refusal(const struct view *view, const struct actor *actor,
                                   const struct directory_entry *entry, struct vault_object *object,
                                   struct vault_place *place)
{
    struct id id;
    FORBID_UNLESS(vault_place_by_id(view, entry->parent, place), RULE_VLT_01D);
    const bool in_group = place->group.kind != ID_NONE;
    FORBID_UNLESS(in_group ? group_has_member(view, place->group, actor->user, NULL)
                           : id_equal(place->owner, actor->user),
                  RULE_VLT_09D);
    FORBID_UNLESS(directory_find(view, entry->parent, entry->name, &id) &&
                      vault_object_by_id(view, id, object),
                  RULE_VLT_01D);
    FORBID_IF(in_group && !id_equal(object->owner, actor->user) &&
                  !group_allows(view, place->group, actor->user, GROUP_PERMISSION_REMOVE_ENTRIES),
              RULE_VLT_09D);
    return reading_refusal(view, actor, place);
}

/* Decide ---------------------------------------------------------------------------------- */

void vault_dir_create_decide(const struct view *view, const struct actor *actor,
                             const struct vault_dir_create *command, struct decision *decision)
{
    struct vault_place place;
    const enum rule refusal = directory_add_refusal(
        view, actor,
        &(struct directory_addition){command->parent, command->name,
                                     GROUP_PERMISSION_CREATE_DIRECTORIES, RULE_VLT_01B},
        &place);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VAULT_DIR_CREATED, NEW(ID_DIR), vault_dir_created, .parent = command->parent,
         .name = command->name, .owner = actor->user, .has_group = place.group.kind != ID_NONE,
         .group = place.group);
    decision_also(decision, command->parent);
}

void vault_dir_rename_entry_decide(const struct view *view, const struct actor *actor,
                                   const struct vault_dir_rename_entry *command,
                                   struct decision *decision)
{
    struct vault_object object;
    struct vault_place place;
    struct id taken;
    const enum rule refusal = directory_change_refusal(
        view, actor, &(struct directory_entry){command->parent, command->name}, &object, &place);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(directory_is_name(command->to), RULE_VLT_09E);
    REFUSE_IF(directory_find(view, command->parent, command->to, &taken), RULE_VLT_09A);
    EMIT(EVENT_VAULT_DIR_ENTRY_RENAMED, THE_LOG, vault_dir_entry_renamed, .parent = command->parent,
         .name = command->name, .to = command->to, .object = object.id);
    decision_also(decision, object.id);
    decision_also(decision, command->parent);
}

/* A file in no directory is still of its group, and has kept the label that it had. */
void vault_dir_remove_entry_decide(const struct view *view, const struct actor *actor,
                                   const struct vault_dir_remove_entry *command,
                                   struct decision *decision)
{
    struct vault_object object;
    struct vault_place place;
    const enum rule refusal = directory_change_refusal(
        view, actor, &(struct directory_entry){command->parent, command->name}, &object, &place);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(object.id.kind == ID_DIR && !directory_is_empty(view, object.id), RULE_VLT_09F);
    const struct id tag = tag_of(view, object.id);
    if (object.id.kind == ID_FILE && object.project.kind == ID_NONE &&
        !id_equal(tag, tag_of_place(view, object.group))) {
        tag_keep(decision, object.id, tag);
    }
    EMIT(EVENT_VAULT_DIR_ENTRY_REMOVED, THE_LOG, vault_dir_entry_removed, .parent = command->parent,
         .name = command->name, .object = object.id);
    decision_also(decision, object.id);
    decision_also(decision, command->parent);
}

/* Whoever lacks only what the project asks for sees that things are there (VLT-08, 1.18-6). */
static bool sees_entries(const struct view *view, const struct reader *reader,
                         const struct vault_place *place)
{
    return access_sees(view, reader, place->id) >= ACCESS_SEES_ATTRIBUTES;
}

void vault_dir_list_decide(const struct view *view, const struct actor *actor,
                           const struct vault_dir_list *command, struct decision *decision)
{
    struct vault_place place;
    struct entry_row entry = {.parent = command->parent};
    uint64_t entries = 0, locked = 0;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(vault_place_by_id(view, command->parent, &place), RULE_VLT_01D);
    const enum rule refusal = reading_refusal(view, actor, &place);
    REFUSE_IF(refusal != RULE_NONE && !sees_entries(view, &reader, &place), refusal);
    struct view_walk walk = view_walk_of(view, ROW_ENTRY, &entry, 1);
    while (view_walk_next(&walk, &entry)) {
        entries++;
        locked += access_sees(view, &reader, entry.object) != ACCESS_SEES_ALL;
    }
    EMIT(EVENT_VAULT_DIR_LISTED, THE_LOG, vault_dir_listed, .parent = command->parent,
         .entries = entries, .locked = locked);
    decision_also(decision, command->parent);
}

/* Evolve ---------------------------------------------------------------------------------- */

static void enter_file(struct evolution *evolution, const struct entry_row *entry,
                       const struct id *group)
{
    struct file_row file = {.file = entry->object};
    if (evolution_find(evolution, ROW_FILE, &file)) {
        file.has_parent = entry->parent.kind != ID_NONE;
        file.parent = entry->parent;
        file.name = entry->name;
        file.has_group = group == NULL ? file.has_group : group->kind != ID_NONE;
        file.group = group == NULL ? file.group : *group;
        evolution_put(evolution, ROW_FILE, &file);
    }
}

static void enter_dir(struct evolution *evolution, const struct entry_row *entry,
                      const struct id *group)
{
    struct dir_row dir = {.dir = entry->object};
    if (evolution_find(evolution, ROW_DIR, &dir)) {
        dir.has_parent = entry->parent.kind != ID_NONE;
        dir.parent = entry->parent;
        dir.name = entry->name;
        dir.has_group = group == NULL ? dir.has_group : group->kind != ID_NONE;
        dir.group = group == NULL ? dir.group : *group;
        evolution_put(evolution, ROW_DIR, &dir);
    }
}

void directory_enter(struct evolution *evolution, const struct entry_row *entry,
                     const struct id *group)
{
    if (entry->parent.kind != ID_NONE) {
        evolution_put(evolution, ROW_ENTRY, entry);
    }
    if (entry->object.kind == ID_FILE) {
        enter_file(evolution, entry, group);
    } else {
        enter_dir(evolution, entry, group);
    }
}

void vault_dir_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vault_dir_created *body)
{
    const bool placed = body->parent.n != ID_NEW; /* nothing is in itself */
    evolution_put(evolution, ROW_DIR,
                  &(struct dir_row){.dir = leaf->on[0],
                                    .has_parent = placed,
                                    .parent = body->parent,
                                    .name = body->name,
                                    .owner = body->owner,
                                    .has_group = body->has_group,
                                    .group = body->group});
    if (placed) {
        evolution_put(
            evolution, ROW_ENTRY,
            &(struct entry_row){.parent = body->parent, .name = body->name, .object = leaf->on[0]});
    }
}

void vault_dir_entry_renamed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct vault_dir_entry_renamed *body)
{
    (void)leaf;
    if (bytes_equal(body->name, body->to)) {
        return;
    }
    evolution_remove(evolution, ROW_ENTRY,
                     &(struct entry_row){.parent = body->parent, .name = body->name});
    directory_enter(
        evolution,
        &(struct entry_row){.parent = body->parent, .name = body->to, .object = body->object},
        NULL);
}

void vault_dir_entry_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct vault_dir_entry_removed *body)
{
    struct dir_row dir = {.dir = body->object};
    (void)leaf;
    evolution_remove(evolution, ROW_ENTRY,
                     &(struct entry_row){.parent = body->parent, .name = body->name});
    if (body->object.kind == ID_DIR && evolution_find(evolution, ROW_DIR, &dir)) {
        tag_retag(evolution, dir.dir, dir.has_project ? dir.project : UNTAGGED, UNTAGGED);
    }
    directory_enter(
        evolution,
        &(struct entry_row){.parent = UNTAGGED, .name = body->name, .object = body->object}, NULL);
}
