#include "reports/alerts/world.h"

#include "core/project/label.h"

/* Which differences are somebody's work, and which may be a fault. */
static enum world_rule mismatch_rule(enum mismatch_kind kind)
{
    switch (kind) {
    case MISMATCH_KIND_DOMAIN_UNKNOWN:
    case MISMATCH_KIND_DOMAIN_CHANGED:
    case MISMATCH_KIND_DOMAIN_REVERTED:
    case MISMATCH_KIND_DOMAIN_MIGRATED:
    case MISMATCH_KIND_DISK_UNKNOWN:
    case MISMATCH_KIND_DISK_CHANGED:
    case MISMATCH_KIND_INTERFACE_UNKNOWN:
    case MISMATCH_KIND_ISO_WRITABLE:
    case MISMATCH_KIND_VOLUME_MISSING:
    case MISMATCH_KIND_VOLUME_CHANGED:
    case MISMATCH_KIND_EXPORT_UNKNOWN:
        return WORLD_TAMPERED;
    case MISMATCH_KIND_DOMAIN_MISSING:
    case MISMATCH_KIND_DISK_MISSING:
    case MISMATCH_KIND_VOLUME_UNKNOWN:
    case MISMATCH_KIND_POOL_MISSING:
    case MISMATCH_KIND_START_UNANSWERED:
    case MISMATCH_KIND_EXPORT_MISSING:
    case MISMATCH_KIND_COUNT:
        break;
    }
    return WORLD_DIFFERS;
}

/* Drives ------------------------------------------------------------------------------------ */

static struct id label_of(const struct view *view, struct id object)
{
    struct drive_row drive = {.drive = object};
    struct vm_row vm = {.vm = object};
    if (object.kind == ID_DRIVE && view_find(view, ROW_DRIVE, &drive) && drive.has_project) {
        return drive.project;
    }
    return object.kind == ID_VM && view_find(view, ROW_VM, &vm) && vm.has_project
               ? vm.project
               : (struct id){ID_NONE, 0};
}

/* What was asked for has been decided: labels are looked at where nobody was asked. */
static enum world_rule attached(const struct view *before, const struct leaf *leaf,
                                const struct drive_attached *body)
{
    struct attachment_row row = {.drive = leaf->on[0], .vm = body->vm};
    if (view_find(before, ROW_ATTACHMENT, &row) && row.has_request) {
        return WORLD_RULES;
    }
    return label_dominates(before, label_of(before, body->vm), label_of(before, leaf->on[0]))
               ? DRIVE_UNASKED
               : LABEL_CROSSED;
}

static uint64_t *find_format(struct world_watch *watch, struct id drive)
{
    for (size_t i = 0; i < WORLD_FORMATS_MAX; i++) {
        if (watch->formats[i] == drive.n) {
            return &watch->formats[i];
        }
    }
    return NULL;
}

static void formatted(struct world_watch *watch, struct id drive)
{
    uint64_t *slot = find_format(watch, drive);
    if (slot == NULL) {
        slot = &watch->formats[watch->next++ % WORLD_FORMATS_MAX];
    }
    *slot = drive.n;
}

static bool was_formatted(const struct view *before, struct id drive)
{
    struct drive_row row = {.drive = drive};
    return view_find(before, ROW_DRIVE, &row) && row.has_cipher;
}

static enum world_rule encrypted(struct world_watch *watch, const struct view *before,
                                 struct id drive)
{
    uint64_t *slot = find_format(watch, drive);
    if (slot != NULL) {
        *slot = 0;
    }
    return was_formatted(before, drive) ? WORLD_RULES : DRIVE_ORDER;
}

static enum world_rule made_available(struct world_watch *watch, const struct view *before,
                                      struct id drive)
{
    return find_format(watch, drive) == NULL && was_formatted(before, drive) ? WORLD_RULES
                                                                             : DRIVE_ORDER;
}

/* Machines ---------------------------------------------------------------------------------- */

/* A guest may end by itself, or because it was asked to. */
static enum world_rule stopped(const struct view *before, const struct leaf *leaf,
                               const struct vm_stopped *body)
{
    struct vm_row row = {.vm = leaf->on[0]};
    const bool asked = view_find(before, ROW_VM, &row) && row.state == VM_STATE_STOPPING;
    return asked || body->cause == STOP_CAUSE_SHUT_DOWN ? WORLD_RULES : MACHINE_ENDED;
}

static enum world_rule key_learned(const struct view *before, const struct leaf *leaf,
                                   const struct vm_owner_key_learned *body)
{
    struct vm_controller_row row = {.vm = leaf->on[0]};
    struct vm_row vm = {.vm = leaf->on[0]};
    const bool known = view_find(before, ROW_VM_CONTROLLER, &row) && row.has_owner_key;
    if (known && !digest_equal(&row.owner_key, &body->key)) {
        return OWNER_KEY_CHANGED;
    }
    return view_find(before, ROW_VM, &vm) && !id_equal(vm.owner, body->owner) ? OWNER_KEY_CHANGED
                                                                              : WORLD_RULES;
}

/* Storage ----------------------------------------------------------------------------------- */

static enum world_rule root_set(const struct view *before,
                                const struct vault_storage_root_set *body)
{
    for (size_t i = 0; i < body->visible_to_count; i++) {
        struct host_name_row row = {.name = body->visible_to[i]};
        if (view_find(before, ROW_HOST_NAME, &row)) {
            return STORAGE_VISIBLE;
        }
    }
    return WORLD_RULES;
}

bool world_wants_body(enum event_kind kind)
{
    return kind == EVENT_RECONCILE_MISMATCH || kind == EVENT_DRIVE_ATTACHED ||
           kind == EVENT_DRIVE_DETACHED || kind == EVENT_DRIVE_FORMATTED ||
           kind == EVENT_DRIVE_ENCRYPTION_ENABLED || kind == EVENT_DRIVE_MADE_AVAILABLE ||
           kind == EVENT_ISO_ATTACHED || kind == EVENT_NFS_MOUNTED || kind == EVENT_VM_STOPPED ||
           kind == EVENT_VM_MIGRATED || kind == EVENT_VM_OWNER_KEY_LEARNED ||
           kind == EVENT_VAULT_STORAGE_ROOT_SET || kind == EVENT_VAULT_STORAGE_ACCESS_OBSERVED ||
           kind == EVENT_HOST_ADMIN_LOGIN;
}

static enum world_rule of_a_drive(struct world_watch *watch, const struct view *before,
                                  const struct leaf *leaf, const union event_body *body)
{
    switch ((unsigned)leaf->kind) {
    case EVENT_DRIVE_ATTACHED:
        return attached(before, leaf, &body->drive_attached);
    case EVENT_DRIVE_DETACHED:
        return body->drive_detached.cause == DETACH_CAUSE_OBSERVED ? DRIVE_TAKEN : WORLD_RULES;
    case EVENT_DRIVE_FORMATTED:
        formatted(watch, leaf->on[0]);
        return WORLD_RULES;
    case EVENT_DRIVE_ENCRYPTION_ENABLED:
        return encrypted(watch, before, leaf->on[0]);
    case EVENT_DRIVE_MADE_AVAILABLE:
        return made_available(watch, before, leaf->on[0]);
    case EVENT_ISO_ATTACHED:
        return body->iso_attached.read_only && body->iso_attached.cdrom ? WORLD_RULES
                                                                        : MEDIUM_WRITABLE;
    default:
        return WORLD_RULES;
    }
}

enum world_rule world_event(struct world_watch *watch, const struct view *before,
                            const struct leaf *leaf, const union event_body *body)
{
    switch ((unsigned)leaf->kind) {
    case EVENT_RECONCILE_MISMATCH:
        return mismatch_rule(body->reconcile_mismatch.kind);
    case EVENT_NFS_MOUNTED:
        return body->nfs_mounted.mode == DRIVE_MODE_RW ? SHARE_WRITABLE : WORLD_RULES;
    case EVENT_VM_STOPPED:
        return stopped(before, leaf, &body->vm_stopped);
    case EVENT_VM_MIGRATED:
        return MACHINE_MIGRATED;
    case EVENT_VM_OWNER_KEY_LEARNED:
        return key_learned(before, leaf, &body->vm_owner_key_learned);
    case EVENT_VAULT_STORAGE_ROOT_SET:
        return root_set(before, &body->vault_storage_root_set);
    case EVENT_VAULT_STORAGE_ACCESS_OBSERVED:
        return STORAGE_TOUCHED;
    case EVENT_HOST_ADMIN_LOGIN:
        return HOST_LOGIN;
    default:
        return of_a_drive(watch, before, leaf, body);
    }
}
