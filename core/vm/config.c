#include "core/vm/config.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/team.h"
#include "core/project/label.h"
#include "core/vault/tag.h"
#include "core/vm/hardware.h"
#include "core/vm/vm.h"

bool config_by_id(const struct view *view, struct id config, struct config_row *out)
{
    struct config_row row = {.config = config};
    if (config.kind != ID_CONFIG || !view_find(view, ROW_CONFIG, &row) || row.deleted) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool config_by_name(const struct view *view, struct id owner, struct bytes name,
                    struct config_row *out)
{
    struct config_name_row row = {.owner = owner, .name = name};
    return view_find(view, ROW_CONFIG_NAME, &row) && config_by_id(view, row.config, out);
}

/* Decide ---------------------------------------------------------------------------------- */

static bool is_drive(const struct view *view, struct id drive)
{
    struct drive_row row = {.drive = drive};
    return drive.kind == ID_DRIVE && view_find(view, ROW_DRIVE, &row) &&
           row.state != DRIVE_STATE_DELETED;
}

static bool is_listed(const struct id *drives, size_t count, struct id drive)
{
    for (size_t i = 0; i < count; i++) {
        if (id_equal(drives[i], drive)) {
            return true;
        }
    }
    return false;
}

/* What a recipe is made of. */
struct parts {
    struct id hardware;
    const struct id *drives;
    size_t drives_count, modes_count;
};

/* Why the actor's recipe cannot be made of these, or RULE_NONE. Whether a drive may be attached is
 * asked when the machine is started. */
static enum rule parts_refusal(const struct view *view, const struct actor *actor,
                               const struct parts *parts)
{
    FORBID_UNLESS(hardware_by_id(view, parts->hardware, NULL), RULE_VM_01C);
    FORBID_UNLESS(hardware_is_open_to(view, parts->hardware, actor->user), RULE_VM_01B);
    FORBID_UNLESS(parts->drives_count <= VM_DRIVES_MAX && parts->drives_count == parts->modes_count,
                  RULE_VM_01E);
    for (size_t i = 0; i < parts->drives_count; i++) {
        FORBID_UNLESS(is_drive(view, parts->drives[i]), RULE_DRV_01B);
        FORBID_IF(is_listed(parts->drives, i, parts->drives[i]), RULE_VM_01E);
    }
    return RULE_NONE;
}

static enum rule team_refusal(const struct view *view, struct id team, struct id user)
{
    struct team_row row;
    FORBID_UNLESS(team_by_id(view, team, &row) && !row.deleted && team_has_member(view, team, user),
                  RULE_TEA_02D);
    return RULE_NONE;
}

void vm_config_create_decide(const struct view *view, const struct actor *actor,
                             const struct vm_config_create *command, struct decision *decision)
{
    const struct parts parts = {command->hardware, command->drives, command->drives_count,
                                command->modes_count};
    REFUSE_UNLESS(vm_is_name(command->name) &&
                      !config_by_name(view, actor->user, command->name, &(struct config_row){0}),
                  RULE_VM_01D);
    enum rule refusal = parts_refusal(view, actor, &parts);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = command->has_team ? team_refusal(view, command->team, actor->user) : RULE_NONE;
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = label_refusal(view, actor, UNTAGGED,
                            command->has_project ? command->project : UNTAGGED, (struct bytes){0});
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VM_CONFIG_CREATED, NEW(ID_CONFIG), vm_config_created, .name = command->name,
         .owner = actor->user, .hardware = command->hardware, .drives = command->drives,
         .drives_count = command->drives_count, .modes = command->modes,
         .modes_count = command->modes_count, .has_project = command->has_project,
         .project = command->project, .has_team = command->has_team, .team = command->team,
         .service = command->service);
    decision_also(decision, command->hardware);
}

void vm_config_edit_decide(const struct view *view, const struct actor *actor,
                           const struct vm_config_edit *command, struct decision *decision)
{
    struct config_row config;
    REFUSE_UNLESS(config_by_id(view, command->config, &config), RULE_VM_01C);
    REFUSE_UNLESS(id_equal(config.owner, actor->user), RULE_VM_01A);
    const struct parts parts = {command->has_hardware ? command->hardware : config.hardware,
                                command->drives, command->drives_count, command->modes_count};
    const enum rule refusal = parts_refusal(view, actor, &parts);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VM_CONFIG_EDITED, command->config, vm_config_edited, .version = config.version + 1,
         .hardware = parts.hardware, .drives = command->drives,
         .drives_count = command->drives_count, .modes = command->modes,
         .modes_count = command->modes_count);
}

void vm_config_delete_decide(const struct view *view, const struct actor *actor,
                             const struct vm_config_delete *command, struct decision *decision)
{
    struct config_row config;
    REFUSE_UNLESS(config_by_id(view, command->config, &config), RULE_VM_01C);
    REFUSE_UNLESS(id_equal(config.owner, actor->user), RULE_VM_01A);
    decision_add(decision, EVENT_VM_CONFIG_DELETED, command->config);
}

/* Evolve ---------------------------------------------------------------------------------- */

void vm_config_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_config_created *body)
{
    const struct id config = leaf->on[0];
    evolution_put(evolution, ROW_CONFIG,
                  &(struct config_row){.config = config,
                                       .name = body->name,
                                       .version = 1,
                                       .owner = body->owner,
                                       .hardware = body->hardware,
                                       .drives = body->drives,
                                       .drives_count = body->drives_count,
                                       .modes = body->modes,
                                       .modes_count = body->modes_count,
                                       .has_project = body->has_project,
                                       .project = body->project,
                                       .has_team = body->has_team,
                                       .team = body->team,
                                       .service = body->service});
    evolution_put(
        evolution, ROW_CONFIG_NAME,
        &(struct config_name_row){.owner = body->owner, .name = body->name, .config = config});
    tag_retag(evolution, config, UNTAGGED, body->has_project ? body->project : UNTAGGED);
}

void vm_config_edited_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct vm_config_edited *body)
{
    struct config_row row = {.config = leaf->on[0]};
    if (evolution_find(evolution, ROW_CONFIG, &row)) {
        row.version = body->version;
        row.hardware = body->hardware;
        row.drives = body->drives;
        row.drives_count = body->drives_count;
        row.modes = body->modes;
        row.modes_count = body->modes_count;
        evolution_put(evolution, ROW_CONFIG, &row);
    }
}

void vm_config_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_config_deleted *body)
{
    struct config_row row = {.config = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_CONFIG, &row)) {
        evolution_remove(evolution, ROW_CONFIG_NAME,
                         &(struct config_name_row){.owner = row.owner, .name = row.name});
        tag_retag(evolution, row.config, row.has_project ? row.project : UNTAGGED, UNTAGGED);
        row.deleted = true;
        evolution_put(evolution, ROW_CONFIG, &row);
    }
}
