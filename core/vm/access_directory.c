#include "core/vm/access_directory.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/vm/vm.h"

bool access_directory_by_id(const struct view *view, struct id directory, struct accessdir_row *out)
{
    struct accessdir_row row = {.directory = directory};
    if (directory.kind != ID_ACCESSDIR || !view_find(view, ROW_ACCESSDIR, &row) || row.deleted ||
        !vm_by_id(view, row.vm, NULL)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

static bool lists(const struct id *users, size_t count, struct id user)
{
    for (size_t i = 0; i < count; i++) {
        if (id_equal(users[i], user)) {
            return true;
        }
    }
    return false;
}

bool access_directory_allows(const struct view *view, struct id directory, struct id user,
                             enum drive_mode mode)
{
    struct accessdir_row row;
    struct vm_row vm;
    struct vm_user_row place = {.role = VM_ROLE_USER};
    if (!access_directory_by_id(view, directory, &row) || !vm_by_id(view, row.vm, &vm) ||
        !vm_has(view, row.vm, user)) {
        return false;
    }
    if (id_equal(vm.owner, user)) {
        return true;
    }
    (void)vm_user_of(view, row.vm, user, &place);
    switch (row.group) {
    case ACCESS_GROUP_EVERYBODY:
        return true;
    case ACCESS_GROUP_MANAGERS:
        return place.role == VM_ROLE_MANAGER;
    case ACCESS_GROUP_CUSTOM:
        return lists(row.write, row.write_count, user) ||
               (mode == DRIVE_MODE_RO && lists(row.read, row.read_count, user));
    case ACCESS_GROUP_NOBODY:
    case ACCESS_GROUP_COUNT:
        break;
    }
    return false;
}

/* Decide ---------------------------------------------------------------------------------- */

/* Why these lists are not what the group takes, or RULE_NONE. */
static enum rule lists_refusal(const struct view *view, struct id vm,
                               const struct vm_accessdir_set *wanted)
{
    const size_t count = wanted->read_count + wanted->write_count;
    FORBID_UNLESS((wanted->group == ACCESS_GROUP_CUSTOM) == (count > 0), RULE_VM_10C);
    FORBID_IF(count > VM_LIST_MAX, RULE_VM_10C);
    for (size_t i = 0; i < count; i++) {
        const struct id user =
            i < wanted->read_count ? wanted->read[i] : wanted->write[i - wanted->read_count];
        FORBID_UNLESS(vm_user_of(view, vm, user, NULL), RULE_VM_10C);
    }
    return RULE_NONE;
}

/* A drive that a directory lies on is at the machine. */
static enum rule drive_refusal(const struct view *view, struct id drive, struct id vm)
{
    struct drive_row row = {.drive = drive};
    struct attachment_row attachment = {.drive = drive, .vm = vm};
    FORBID_UNLESS(view_find(view, ROW_DRIVE, &row) && row.state != DRIVE_STATE_DELETED,
                  RULE_DRV_01B);
    FORBID_UNLESS(view_find(view, ROW_ATTACHMENT, &attachment), RULE_DRV_14F);
    return RULE_NONE;
}

void vm_accessdir_create_decide(const struct view *view, const struct actor *actor,
                                const struct vm_accessdir_create *command,
                                struct decision *decision)
{
    struct accessdir_name_row name = {.vm = command->vm, .name = command->name};
    REFUSE_UNLESS(vm_by_id(view, command->vm, NULL), RULE_VM_01C);
    REFUSE_UNLESS(vm_manages(view, command->vm, actor->user, VM_PERMISSION_ACCESS_DIRECTORIES),
                  RULE_VM_10A);
    REFUSE_UNLESS(vm_is_name(command->name) && !view_find(view, ROW_ACCESSDIR_NAME, &name),
                  RULE_VM_10D);
    enum rule refusal =
        command->has_drive ? drive_refusal(view, command->drive, command->vm) : RULE_NONE;
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = lists_refusal(view, command->vm,
                            &(struct vm_accessdir_set){.group = command->group,
                                                       .read = command->read,
                                                       .read_count = command->read_count,
                                                       .write = command->write,
                                                       .write_count = command->write_count});
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VM_ACCESSDIR_CREATED, NEW(ID_ACCESSDIR), vm_accessdir_created, .vm = command->vm,
         .name = command->name, .has_drive = command->has_drive, .drive = command->drive,
         .group = command->group, .read = command->read, .read_count = command->read_count,
         .write = command->write, .write_count = command->write_count);
    decision_also(decision, command->vm);
}

void vm_accessdir_set_decide(const struct view *view, const struct actor *actor,
                             const struct vm_accessdir_set *command, struct decision *decision)
{
    struct accessdir_row row;
    REFUSE_UNLESS(access_directory_by_id(view, command->directory, &row), RULE_VM_01C);
    REFUSE_UNLESS(vm_manages(view, row.vm, actor->user, VM_PERMISSION_ACCESS_DIRECTORIES),
                  RULE_VM_10A);
    const enum rule refusal = lists_refusal(view, row.vm, command);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VM_ACCESSDIR_CHANGED, command->directory, vm_accessdir_changed, .vm = row.vm,
         .group = command->group, .read = command->read, .read_count = command->read_count,
         .write = command->write, .write_count = command->write_count);
    decision_also(decision, row.vm);
}

void vm_accessdir_delete_decide(const struct view *view, const struct actor *actor,
                                const struct vm_accessdir_delete *command,
                                struct decision *decision)
{
    struct accessdir_row row;
    REFUSE_UNLESS(access_directory_by_id(view, command->directory, &row), RULE_VM_01C);
    REFUSE_UNLESS(vm_manages(view, row.vm, actor->user, VM_PERMISSION_ACCESS_DIRECTORIES),
                  RULE_VM_10A);
    EMIT(EVENT_VM_ACCESSDIR_DELETED, command->directory, vm_accessdir_deleted, .vm = row.vm);
    decision_also(decision, row.vm);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vm_accessdir_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct vm_accessdir_created *body)
{
    evolution_put(evolution, ROW_ACCESSDIR,
                  &(struct accessdir_row){.directory = leaf->on[0],
                                          .vm = body->vm,
                                          .name = body->name,
                                          .has_drive = body->has_drive,
                                          .drive = body->drive,
                                          .group = body->group,
                                          .read = body->read,
                                          .read_count = body->read_count,
                                          .write = body->write,
                                          .write_count = body->write_count});
    evolution_put(
        evolution, ROW_ACCESSDIR_NAME,
        &(struct accessdir_name_row){.vm = body->vm, .name = body->name, .directory = leaf->on[0]});
}

void vm_accessdir_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct vm_accessdir_changed *body)
{
    struct accessdir_row row = {.directory = leaf->on[0]};
    if (evolution_find(evolution, ROW_ACCESSDIR, &row)) {
        row.group = body->group;
        row.read = body->read;
        row.read_count = body->read_count;
        row.write = body->write;
        row.write_count = body->write_count;
        evolution_put(evolution, ROW_ACCESSDIR, &row);
    }
}

void vm_accessdir_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct vm_accessdir_deleted *body)
{
    struct accessdir_row row = {.directory = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_ACCESSDIR, &row)) {
        evolution_remove(evolution, ROW_ACCESSDIR_NAME,
                         &(struct accessdir_name_row){.vm = row.vm, .name = row.name});
        row.deleted = true;
        evolution_put(evolution, ROW_ACCESSDIR, &row);
    }
}
