#include "core/vault/file.h"

#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/group/group.h"
#include "core/identity/permission.h"
#include "core/project/certification.h"
#include "core/project/label.h"
#include "core/project/membership.h"
#include "core/vault/chunk.h"
#include "core/vault/directory.h"
#include "core/vault/tag.h"

bool file_by_id(const struct view *view, struct id id, struct file_row *out)
{
    struct file_row row = {.file = id};
    if (id.kind != ID_FILE || !view_find(view, ROW_FILE, &row) || row.state == FILE_STATE_DELETED) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

/* Create ---------------------------------------------------------------------------------- */

/* In a group's directory the group's wrapped key comes with the file, and elsewhere none does. */
static enum rule key_refusal(const struct view *view, const struct vault_place *place,
                             const struct vault_file_create *command)
{
    const bool in_group = place->group.kind != ID_NONE;
    FORBID_IF(command->has_group_wrapped != in_group || command->has_epoch != in_group,
              RULE_VLT_01A);
    return in_group ? group_key_refusal(view, place->group, command->epoch) : RULE_NONE;
}

/* A file that is born with a tag of its own has one above what it would inherit. */
static enum rule birth_tag_refusal(const struct view *view, const struct actor *actor,
                                   const struct vault_place *place,
                                   const struct vault_file_create *command)
{
    const struct id inherited = tag_of_place(view, command->parent);
    if (!command->has_project || id_equal(inherited, command->project)) {
        return RULE_NONE;
    }
    FORBID_IF(place->group.kind != ID_NONE && !group_allows(view, place->group, actor->user,
                                                            GROUP_PERMISSION_MODIFY_PROJECT_TAG),
              RULE_VLT_11A);
    return label_refusal(view, actor, inherited, command->project, (struct bytes){0});
}

/* A file that its maker could not write would only take the name: what it will carry, the own tag
 * or the place's, is asked for now. */
static enum rule writing_refusal(const struct view *view, const struct actor *actor,
                                 const struct vault_place *place,
                                 const struct vault_file_create *command)
{
    struct access access;
    struct membership_row member = {.restrictions_count = 0};
    const struct reader reader = {.user = actor->user, .session = actor->session};
    if (!command->has_project) {
        may_edit(view, &reader, place->id, &access);
        return access.allowed ? RULE_NONE : access.rule;
    }
    FORBID_UNLESS(membership_granted(view, actor, command->project, &member) &&
                      certification_granted(view, actor, command->project, NULL) &&
                      id_equal(actor->project, command->project),
                  place->group.kind != ID_NONE ? RULE_CLS_02A : RULE_CLS_03A);
    FORBID_IF(membership_forbids(&member, RESTRICTION_READ_ONLY), RULE_VLT_07A);
    return RULE_NONE;
}

void vault_file_create_decide(const struct view *view, const struct actor *actor,
                              const struct vault_file_create *command, struct decision *decision)
{
    struct vault_place place;
    REFUSE_UNLESS(user_can(view, actor, USER_PERMISSION_UPLOAD), RULE_VLT_01C);
    enum rule refusal = directory_add_refusal(
        view, actor,
        &(struct directory_addition){command->parent, command->name, GROUP_PERMISSION_ADD_ENTRIES,
                                     RULE_VLT_01B},
        &place);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = key_refusal(view, &place, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = birth_tag_refusal(view, actor, &place, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = writing_refusal(view, actor, &place, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VAULT_FILE_CREATED, NEW(ID_FILE), vault_file_created, .parent = command->parent,
         .name = command->name, .has_type = command->has_type, .type = command->type,
         .owner = actor->user, .has_group = place.group.kind != ID_NONE, .group = place.group,
         .has_project = command->has_project, .project = command->project,
         .wrapped = command->wrapped, .has_group_wrapped = command->has_group_wrapped,
         .group_wrapped = command->group_wrapped, .has_epoch = command->has_epoch,
         .epoch = command->epoch, .created = view->now_utc_us, .chunk_size = CHUNK_SIZE);
    decision_also(decision, command->parent);
    tag_about(decision, command->has_project ? command->project : UNTAGGED);
}

/* Verbs ----------------------------------------------------------------------------------- */

/* The rule that forbids a verb on a file, or RULE_NONE. */
static enum rule verb_refusal(const struct view *view, const struct actor *actor,
                              enum access_verb verb, struct id file, struct access *access)
{
    const struct reader reader = {.user = actor->user, .session = actor->session};
    FORBID_UNLESS(file_by_id(view, file, NULL), RULE_VLT_01D);
    access_of(verb, view, &reader, file, access);
    return access->allowed ? RULE_NONE : access->rule;
}

void vault_file_seal_decide(const struct view *view, const struct actor *actor,
                            const struct vault_file_seal *command, struct decision *decision)
{
    struct file_row file;
    struct access access;
    enum rule refusal = verb_refusal(view, actor, ACCESS_EDIT, command->file, &access);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(file_by_id(view, command->file, &file), RULE_VLT_01D);
    REFUSE_UNLESS(file.state == FILE_STATE_WRITING, RULE_VLT_03C);
    refusal = chunk_seal_refusal(view, &file, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VAULT_FILE_SEALED, command->file, vault_file_sealed, .version = file.version,
         .size = command->size, .chunks = command->chunks, .root = command->root);
}

void vault_file_edit_decide(const struct view *view, const struct actor *actor,
                            const struct vault_file_edit *command, struct decision *decision)
{
    struct file_row file;
    struct access access;
    const enum rule refusal = verb_refusal(view, actor, ACCESS_EDIT, command->file, &access);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(file_by_id(view, command->file, &file), RULE_VLT_01D);
    EMIT(EVENT_VAULT_FILE_EDITED, command->file, vault_file_edited, .version = file.version + 1);
}

void vault_file_view_decide(const struct view *view, const struct actor *actor,
                            const struct vault_file_view *command, struct decision *decision)
{
    struct file_row file;
    struct access access;
    const enum rule refusal = verb_refusal(view, actor, ACCESS_VIEW, command->file, &access);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(file_by_id(view, command->file, &file), RULE_VLT_01D);
    REFUSE_UNLESS(file.state == FILE_STATE_SEALED, RULE_VLT_03C);
    EMIT(EVENT_VAULT_FILE_VIEWED, command->file, vault_file_viewed, .class = access.class);
    tag_about(decision, tag_of(view, command->file));
}

void vault_file_download_decide(const struct view *view, const struct actor *actor,
                                const struct vault_file_download *command,
                                struct decision *decision)
{
    struct file_row file;
    struct access access;
    const enum rule refusal = verb_refusal(view, actor, ACCESS_DOWNLOAD, command->file, &access);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(file_by_id(view, command->file, &file), RULE_VLT_01D);
    REFUSE_UNLESS(file.state == FILE_STATE_SEALED, RULE_VLT_03C);
    EMIT(EVENT_VAULT_FILE_DOWNLOADED, command->file, vault_file_downloaded, .class = access.class,
         .destination = command->destination);
    tag_about(decision, tag_of(view, command->file));
}

void vault_file_delete_decide(const struct view *view, const struct actor *actor,
                              const struct vault_file_delete *command, struct decision *decision)
{
    struct access access;
    struct file_key_row key = {.file = command->file};
    uint64_t keys = 0;
    const enum rule refusal = verb_refusal(view, actor, ACCESS_DELETE, command->file, &access);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    struct view_walk walk = view_walk_of(view, ROW_FILE_KEY, &key, 1);
    while (view_walk_next(&walk, &key)) {
        keys++;
    }
    EMIT(EVENT_VAULT_FILE_DELETED, command->file, vault_file_deleted, .keys = keys);
}

void vault_history_fetch_decide(const struct view *view, const struct actor *actor,
                                const struct vault_history_fetch *command,
                                struct decision *decision)
{
    struct access access;
    const enum rule refusal = verb_refusal(view, actor, ACCESS_HISTORY, command->file, &access);
    REFUSE_IF(refusal == RULE_VLT_01D, refusal);
    REFUSE_IF(refusal != RULE_NONE, RULE_VLT_13A);
    decision_add(decision, EVENT_VAULT_HISTORY_READ, command->file);
}

/* Evolve ---------------------------------------------------------------------------------- */

static void put_keys(struct evolution *evolution, struct id file,
                     const struct vault_file_created *body)
{
    evolution_put(
        evolution, ROW_FILE_KEY,
        &(struct file_key_row){.file = file, .holder = body->owner, .wrapped = body->wrapped});
    if (body->has_group && body->has_group_wrapped) {
        evolution_put(evolution, ROW_FILE_KEY,
                      &(struct file_key_row){.file = file,
                                             .holder = body->group,
                                             .wrapped = body->group_wrapped,
                                             .has_epoch = body->has_epoch,
                                             .epoch = body->epoch});
    }
}

void vault_file_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vault_file_created *body)
{
    const struct id file = leaf->on[0];
    const bool placed = body->parent.n != ID_NEW; /* nothing is in itself */
    evolution_put(evolution, ROW_FILE,
                  &(struct file_row){.file = file,
                                     .has_parent = placed,
                                     .parent = body->parent,
                                     .name = body->name,
                                     .has_type = body->has_type,
                                     .type = body->type,
                                     .owner = body->owner,
                                     .has_group = body->has_group,
                                     .group = body->group,
                                     .has_project = body->has_project,
                                     .project = body->project,
                                     .state = FILE_STATE_WRITING,
                                     .version = 1,
                                     .created = body->created});
    if (placed) {
        evolution_put(
            evolution, ROW_ENTRY,
            &(struct entry_row){.parent = body->parent, .name = body->name, .object = file});
    }
    put_keys(evolution, file, body);
    tag_retag(evolution, file, UNTAGGED, body->has_project ? body->project : UNTAGGED);
}

void vault_file_sealed_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vault_file_sealed *body)
{
    struct file_row file = {.file = leaf->on[0]};
    if (evolution_find(evolution, ROW_FILE, &file)) {
        file.state = FILE_STATE_SEALED;
        file.version = body->version;
        file.size = body->size;
        file.chunks = body->chunks;
        file.root = body->root;
        evolution_put(evolution, ROW_FILE, &file);
    }
}

void vault_file_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vault_file_edited *body)
{
    struct file_row file = {.file = leaf->on[0]};
    if (evolution_find(evolution, ROW_FILE, &file)) {
        file.state = FILE_STATE_WRITING;
        file.version = body->version;
        evolution_put(evolution, ROW_FILE, &file);
    }
}

/* Without a key nobody reads the chunks, wherever copies of them are. */
static void remove_keys(struct evolution *evolution, struct id file)
{
    const struct view view = evolution_view(evolution);
    struct file_key_row key = {.file = file};
    struct share_row share = {.file = file};
    struct view_walk keys = view_walk_of(&view, ROW_FILE_KEY, &key, 1);
    while (view_walk_next(&keys, &key)) {
        evolution_remove(evolution, ROW_FILE_KEY, &key);
    }
    struct view_walk shares = view_walk_of(&view, ROW_SHARE, &share, 1);
    while (view_walk_next(&shares, &share)) {
        evolution_remove(evolution, ROW_SHARE, &share);
    }
}

void vault_file_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vault_file_deleted *body)
{
    struct file_row file = {.file = leaf->on[0]};
    (void)body;
    if (!evolution_find(evolution, ROW_FILE, &file)) {
        return;
    }
    remove_keys(evolution, file.file);
    if (file.has_parent) {
        evolution_remove(evolution, ROW_ENTRY,
                         &(struct entry_row){.parent = file.parent, .name = file.name});
    }
    tag_retag(evolution, file.file, file.has_project ? file.project : UNTAGGED, UNTAGGED);
    file.state = FILE_STATE_DELETED;
    evolution_put(evolution, ROW_FILE, &file);
}

/* Describe -------------------------------------------------------------------------------- */

void file_describe(const struct file_row *file, struct text *out)
{
    id_write(out, file->file);
    text_put_char(out, ' ');
    text_put_printable(out, file->name);
    text_add(out, " (%s, %llu bytes)", file_state_name(file->state),
             (unsigned long long)file->size);
}
