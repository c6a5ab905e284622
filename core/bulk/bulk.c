#include "core/bulk/bulk.h"

/* Refusing -------------------------------------------------------------------------------- */

/* The owner of what the command deletes, if it is something that only its holders can open. */
static bool owner_of(const struct view *view, enum command_kind kind,
                     const union command_fields *fields, struct id *owner)
{
    if (kind == COMMAND_GROUP_DELETE) {
        struct group_row group = {.group = fields->group_delete.group};
        bool found = view_find(view, ROW_GROUP, &group);
        *owner = group.owner;
        return found;
    }
    if (kind == COMMAND_VAULT_FILE_DELETE) {
        struct file_row file = {.file = fields->vault_file_delete.file};
        bool found = view_find(view, ROW_FILE, &file);
        *owner = file.owner;
        return found;
    }
    if (kind == COMMAND_DRIVE_DELETE) {
        struct drive_row drive = {.drive = fields->drive_delete.drive};
        bool found = view_find(view, ROW_DRIVE, &drive);
        *owner = drive.owner;
        return found;
    }
    if (kind == COMMAND_VM_DELETE) {
        struct vm_row vm = {.vm = fields->vm_delete.vm};
        bool found = view_find(view, ROW_VM, &vm);
        *owner = vm.owner;
        return found;
    }
    return false;
}

struct bulk_common bulk_common_of(enum command_kind kind, const union command_fields *first)
{
    struct bulk_common common = {.from = {ID_NONE, 0}};
    if (kind == COMMAND_DRIVE_SET_PROJECT && first->drive_set_project.has_from) {
        common.from = first->drive_set_project.from;
    } else if (kind == COMMAND_VM_SET_PROJECT && first->vm_set_project.has_from) {
        common.from = first->vm_set_project.from;
    }
    return common;
}

enum rule bulk_refusal(const struct view *view, const struct actor *actor, enum command_kind kind,
                       const union command_fields *fields, const struct bulk_common *common)
{
    struct id owner;
    const struct bulk_common own = bulk_common_of(kind, fields);
    FORBID_IF(owner_of(view, kind, fields, &owner) && !id_equal(owner, actor->user), RULE_BLK_01A);
    FORBID_UNLESS(id_equal(own.from, common->from),
                  kind == COMMAND_VM_SET_PROJECT ? RULE_VM_14A : RULE_DRV_17A);
    return RULE_NONE;
}

/* Whole or not ---------------------------------------------------------------------------- */

struct bulk_check bulk_check_of(const struct leaf *leaf, const struct bulk_opened *body)
{
    return (struct bulk_check){.n = leaf->n, .actor = leaf->actor, .count = body->count};
}

static const char *follow_item(struct bulk_check *check, const struct leaf *leaf)
{
    bool again = leaf->item == check->items && leaf->item > 0;
    if (check->closed) {
        return "an item comes after the end";
    }
    if (!again && leaf->item != check->items + 1) {
        return "an item is missing";
    }
    if (leaf->item > check->count) {
        return "there are more items than were asked for";
    }
    bool refused = leaf->outcome == OUTCOME_DENIED;
    check->refused += refused && !(again && check->last_was_refused);
    check->last_was_refused = refused || (again && check->last_was_refused);
    check->items = leaf->item;
    return NULL;
}

static const char *follow_end(struct bulk_check *check, const struct bulk_closed *closed)
{
    bool twice = check->closed;
    check->closed = true;
    if (twice) {
        return "it ends twice";
    }
    return closed->refused == check->refused && closed->done + closed->refused == check->items
               ? NULL
               : "the end counts other items than there are";
}

void bulk_check_follow(struct bulk_check *check, const struct leaf *leaf,
                       const struct bulk_closed *closed)
{
    const char *wrong;
    if (leaf->cause != check->n) {
        wrong = "an event is of another command";
    } else if (!bytes_equal(leaf->actor, check->actor)) {
        wrong = "an event is another user's";
    } else {
        wrong = closed != NULL ? follow_end(check, closed) : follow_item(check, leaf);
    }
    check->wrong = check->wrong == NULL ? wrong : check->wrong;
}

const char *bulk_check_end(const struct bulk_check *check)
{
    if (check->wrong != NULL) {
        return check->wrong;
    }
    if (check->items < check->count) {
        return "items are missing at the end";
    }
    return check->closed ? NULL : "the end is missing";
}
