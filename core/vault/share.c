#include "core/vault/share.h"

#include "core/access/access.h"
#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/permission.h"
#include "core/identity/setting.h"
#include "core/identity/user.h"
#include "core/vault/directory.h"
#include "core/vault/file.h"
#include "core/vault/file_key.h"
#include "core/vault/tag.h"
#include "schema/time.h"

bool share_in_force(const struct view *view, struct id file, struct id target,
                    struct share_row *out)
{
    struct share_row row = {.file = file, .target = target};
    if (!view_find(view, ROW_SHARE, &row) || (row.has_expires && row.expires <= view->now_utc_us)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

/* Decide ---------------------------------------------------------------------------------- */

/* Whether a share with this target would stand beside what it has anyway. */
static bool has_it_anyway(const struct file_row *file, struct id target)
{
    return id_equal(file->owner, target) || (file->has_group && id_equal(file->group, target));
}

/* Until when a share is in force; 0: it does not end by itself. */
static uint64_t end_of_share(const struct view *view, const struct vault_file_share *command)
{
    const uint64_t life = setting_seconds(view, SETTING_SHARE_LIFE);
    if (command->has_expires) {
        return command->expires;
    }
    return life == 0 ? 0 : view->now_utc_us + life * TIME_SECOND_US;
}

static enum rule share_refusal(const struct view *view, const struct actor *actor,
                               const struct vault_file_share *command)
{
    struct file_row file;
    struct access access;
    const struct reader reader = {.user = actor->user, .session = actor->session};
    FORBID_UNLESS(file_by_id(view, command->file, &file), RULE_VLT_01D);
    may_share(view, &reader, command->file, &access);
    FORBID_UNLESS(access.allowed, access.rule);
    FORBID_UNLESS(user_can(view, actor, USER_PERMISSION_SHARE), RULE_VLT_10A);
    FORBID_UNLESS(file_key_was_fetched(view, actor, command->file), RULE_VLT_05A);
    FORBID_IF(has_it_anyway(&file, command->target), RULE_VLT_10E);
    return file_key_target_refusal(
        view, &(struct key_target){command->target, command->has_epoch, command->epoch});
}

void vault_file_share_decide(const struct view *view, const struct actor *actor,
                             const struct vault_file_share *command, struct decision *decision)
{
    const enum rule refusal = share_refusal(view, actor, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_IF(command->has_expires && command->expires <= view->now_utc_us, RULE_VLT_10C);
    const uint64_t end = end_of_share(view, command);
    EMIT(EVENT_VAULT_FILE_SHARED, command->file, vault_file_shared, .target = command->target,
         .wrapped = command->wrapped, .has_epoch = command->has_epoch, .epoch = command->epoch,
         .can_view = command->can_view, .can_download = command->can_download,
         .can_edit = command->can_edit, .has_expires = end != 0, .expires = end);
    decision_also(decision, command->target);
}

/* Whoever a file is shared with may give that up. */
void vault_file_unshare_decide(const struct view *view, const struct actor *actor,
                               const struct vault_file_unshare *command, struct decision *decision)
{
    struct access access;
    struct share_row share = {.file = command->file, .target = command->target};
    const struct reader reader = {.user = actor->user, .session = actor->session};
    REFUSE_UNLESS(file_by_id(view, command->file, NULL), RULE_VLT_01D);
    may_share(view, &reader, command->file, &access);
    REFUSE_UNLESS(access.allowed || id_equal(command->target, actor->user), access.rule);
    REFUSE_UNLESS(view_find(view, ROW_SHARE, &share), RULE_VLT_10E);
    EMIT(EVENT_VAULT_FILE_UNSHARED, command->file, vault_file_unshared, .target = command->target);
    decision_also(decision, command->target);
}

/* Out of the former owner's tree, with the label that it had there. */
static void hand_over_place(const struct view *view, const struct vault_object *file,
                            struct id user, struct decision *decision)
{
    const struct id tag = tag_of(view, file->id);
    if (file->project.kind == ID_NONE && tag.kind != ID_NONE) {
        tag_keep(decision, file->id, tag);
    }
    EMIT(EVENT_VAULT_DIR_ENTRY_MOVED, THE_LOG, vault_dir_entry_moved, .object = file->id,
         .parent = file->parent, .name = file->name, .target = user, .to = file->name);
    decision_also(decision, file->id);
    decision_also(decision, file->parent);
    decision_also(decision, user);
}

void vault_file_transfer_decide(const struct view *view, const struct actor *actor,
                                const struct vault_file_transfer *command,
                                struct decision *decision)
{
    struct vault_object file;
    struct user_row user;
    struct id taken;
    struct file_key_row key = {.file = command->file, .holder = command->user};
    REFUSE_UNLESS(vault_object_by_id(view, command->file, &file), RULE_VLT_01D);
    REFUSE_UNLESS(id_equal(file.owner, actor->user), RULE_VLT_12A);
    REFUSE_IF(id_equal(command->user, actor->user), RULE_VLT_12A);
    REFUSE_UNLESS(user_by_id(view, command->user, &user) && !user.deleted, RULE_VLT_12B);
    REFUSE_UNLESS(view_find(view, ROW_FILE_KEY, &key), RULE_VLT_12B);
    const bool moves = file.group.kind == ID_NONE && file.parent.kind != ID_NONE;
    REFUSE_IF(moves && directory_find(view, command->user, file.name, &taken), RULE_VLT_09A);
    if (moves) {
        hand_over_place(view, &file, command->user, decision);
    }
    EMIT(EVENT_VAULT_FILE_OWNER_CHANGED, command->file, vault_file_owner_changed,
         .from = actor->user, .to = command->user);
    decision_also(decision, command->user);
    decision_also(decision, actor->user);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vault_file_shared_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vault_file_shared *body)
{
    evolution_put(evolution, ROW_SHARE,
                  &(struct share_row){.file = leaf->on[0],
                                      .target = body->target,
                                      .can_view = body->can_view,
                                      .can_download = body->can_download,
                                      .can_edit = body->can_edit,
                                      .has_expires = body->has_expires,
                                      .expires = body->expires});
    evolution_put(evolution, ROW_FILE_KEY,
                  &(struct file_key_row){.file = leaf->on[0],
                                         .holder = body->target,
                                         .wrapped = body->wrapped,
                                         .has_epoch = body->has_epoch,
                                         .epoch = body->epoch});
}

void vault_file_unshared_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct vault_file_unshared *body)
{
    evolution_remove(evolution, ROW_SHARE,
                     &(struct share_row){.file = leaf->on[0], .target = body->target});
    evolution_remove(evolution, ROW_FILE_KEY,
                     &(struct file_key_row){.file = leaf->on[0], .holder = body->target});
}

void vault_file_owner_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                     const struct vault_file_owner_changed *body)
{
    struct file_row file = {.file = leaf->on[0]};
    if (!evolution_find(evolution, ROW_FILE, &file)) {
        return;
    }
    file.owner = body->to;
    evolution_put(evolution, ROW_FILE, &file);
    evolution_remove(evolution, ROW_FILE_KEY,
                     &(struct file_key_row){.file = leaf->on[0], .holder = body->from});
    evolution_remove(evolution, ROW_SHARE,
                     &(struct share_row){.file = leaf->on[0], .target = body->to});
}
