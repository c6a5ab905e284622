#include "core/vault/storage.h"

#include "core/dispatch.h"
#include "core/evolution.h"

bool storage_root(const struct view *view, struct storage_root_row *out)
{
    struct storage_root_row row = {.log = THE_LOG};
    if (!view_find(view, ROW_STORAGE_ROOT, &row)) {
        return false;
    }
    *out = row;
    return true;
}

/* Decide ---------------------------------------------------------------------------------- */

void vault_storage_set_root_decide(const struct view *view, const struct actor *actor,
                                   const struct vault_storage_set_root *command,
                                   struct decision *decision)
{
    (void)view;
    REFUSE_UNLESS(actor->role == USER_ROLE_SUPER_ADMIN, RULE_VLT_04A);
    REFUSE_UNLESS(command->path.size > 0 && command->path.data[0] == '/', RULE_VLT_04C);
    EMIT(EVENT_VAULT_STORAGE_ROOT_SET, THE_LOG, vault_storage_root_set, .path = command->path,
         .visible_to = command->visible_to, .visible_to_count = command->visible_to_count);
}

void vault_backup_record_decide(const struct view *view, const struct actor *actor,
                                const struct vault_backup_record *command,
                                struct decision *decision)
{
    (void)view;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_VLT_15C);
    REFUSE_IF(command->keys, RULE_VLT_15B);
    EMIT(EVENT_VAULT_BACKUP_RECORDED, THE_LOG, vault_backup_recorded, .set = command->set,
         .files = command->files, .chunks = command->chunks, .root = command->root,
         .destination = command->destination);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vault_storage_root_set_evolve(struct evolution *evolution, const struct leaf *leaf,
                                   const struct vault_storage_root_set *body)
{
    evolution_put(evolution, ROW_STORAGE_ROOT,
                  &(struct storage_root_row){.log = leaf->on[0],
                                             .path = body->path,
                                             .visible_to = body->visible_to,
                                             .visible_to_count = body->visible_to_count});
}
