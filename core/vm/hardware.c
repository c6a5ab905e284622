#include "core/vm/hardware.h"

#include "core/dispatch.h"
#include "core/evolution.h"
#include "core/identity/team.h"
#include "core/identity/user.h"
#include "core/vm/brick.h"
#include "core/vm/vm.h"

bool hardware_by_id(const struct view *view, struct id hardware, struct hardware_row *out)
{
    struct hardware_row row = {.hardware = hardware};
    if (hardware.kind != ID_HARDWARE || !view_find(view, ROW_HARDWARE, &row)) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool hardware_by_name(const struct view *view, struct bytes name, struct hardware_row *out)
{
    struct hardware_name_row row = {.name = name};
    return view_find(view, ROW_HARDWARE_NAME, &row) && hardware_by_id(view, row.hardware, out);
}

bool hardware_is_open_to(const struct view *view, struct id hardware, struct id user)
{
    struct hardware_access_row row = {.hardware = hardware};
    struct view_walk walk = view_walk_of(view, ROW_HARDWARE_ACCESS, &row, 1);
    while (view_walk_next(&walk, &row)) {
        if (id_equal(row.target, user) ||
            (row.target.kind == ID_TEAM && team_has_member(view, row.target, user))) {
            return true;
        }
    }
    return false;
}

/* Decide ---------------------------------------------------------------------------------- */

static struct digest digest_of(const struct view *view, struct bytes text)
{
    return decision_hash(view, &text, 1);
}

static bool is_size(uint64_t cores, uint64_t memory_mib)
{
    return cores >= 1 && cores <= HARDWARE_CORES_MAX && memory_mib >= HARDWARE_MEMORY_MIN_MIB &&
           memory_mib <= HARDWARE_MEMORY_MAX_MIB;
}

void hw_create_decide(const struct view *view, const struct actor *actor,
                      const struct hw_create *command, struct decision *decision)
{
    struct hardware_name_row name = {.name = command->name};
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_VM_19A);
    REFUSE_UNLESS(vm_is_name(command->name) && !view_find(view, ROW_HARDWARE_NAME, &name),
                  RULE_VM_01D);
    REFUSE_UNLESS(vm_are_names(command->devices, command->devices_count), RULE_VM_01D);
    REFUSE_UNLESS(brick_by_id(view, command->brick, NULL), RULE_VM_20A);
    REFUSE_UNLESS(is_size(command->cores, command->memory_mib), RULE_VM_19B);
    EMIT(EVENT_HW_CREATED, NEW(ID_HARDWARE), hw_created, .name = command->name,
         .brick = command->brick, .cores = command->cores, .memory_mib = command->memory_mib,
         .devices = command->devices, .devices_count = command->devices_count,
         .has_instructions = command->has_instructions, .instructions = command->instructions);
    decision_also(decision, command->brick);
}

/* Why these are nobody to open a setup to, or RULE_NONE. */
static enum rule targets_refusal(const struct view *view, const struct id *targets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct user_row user;
        struct team_row team;
        if (targets[i].kind == ID_TEAM) {
            FORBID_UNLESS(team_by_id(view, targets[i], &team) && !team.deleted, RULE_TEA_02D);
        } else {
            FORBID_UNLESS(user_by_id(view, targets[i], &user) && !user.deleted, RULE_IDN_01D);
        }
    }
    return RULE_NONE;
}

void hw_manage_access_decide(const struct view *view, const struct actor *actor,
                             const struct hw_manage_access *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_VM_19A);
    REFUSE_UNLESS(hardware_by_id(view, command->hardware, NULL), RULE_VM_01C);
    const enum rule refusal = targets_refusal(view, command->added, command->added_count);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_HW_ACCESS_CHANGED, command->hardware, hw_access_changed, .added = command->added,
         .added_count = command->added_count, .removed = command->removed,
         .removed_count = command->removed_count);
}

void hw_change_image_decide(const struct view *view, const struct actor *actor,
                            const struct hw_change_image *command, struct decision *decision)
{
    struct hardware_row hardware;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_VM_19A);
    REFUSE_UNLESS(hardware_by_id(view, command->hardware, &hardware), RULE_VM_01C);
    REFUSE_UNLESS(brick_by_id(view, command->brick, NULL), RULE_VM_20A);
    EMIT(EVENT_HW_IMAGE_CHANGED, command->hardware, hw_image_changed, .from = hardware.brick,
         .to = command->brick);
    decision_also(decision, command->brick);
}

void hw_replace_instructions_decide(const struct view *view, const struct actor *actor,
                                    const struct hw_replace_instructions *command,
                                    struct decision *decision)
{
    struct hardware_row hardware;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_VM_19A);
    REFUSE_UNLESS(hardware_by_id(view, command->hardware, &hardware), RULE_VM_01C);
    EMIT(EVENT_HW_INSTRUCTIONS_REPLACED, command->hardware, hw_instructions_replaced,
         .has_from = hardware.has_instructions, .from = hardware.instructions,
         .to = digest_of(view, command->instructions));
}

/* Evolve ---------------------------------------------------------------------------------- */

void hw_created_evolve(struct evolution *evolution, const struct leaf *leaf,
                       const struct hw_created *body)
{
    const struct view view = evolution_view(evolution);
    evolution_put(evolution, ROW_HARDWARE,
                  &(struct hardware_row){.hardware = leaf->on[0],
                                         .name = body->name,
                                         .brick = body->brick,
                                         .cores = body->cores,
                                         .memory_mib = body->memory_mib,
                                         .devices = body->devices,
                                         .devices_count = body->devices_count,
                                         .has_instructions = body->has_instructions,
                                         .instructions = digest_of(&view, body->instructions)});
    evolution_put(evolution, ROW_HARDWARE_NAME,
                  &(struct hardware_name_row){.name = body->name, .hardware = leaf->on[0]});
}

/* Who is in both lists has it no more. */
void hw_access_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct hw_access_changed *body)
{
    for (size_t i = 0; i < body->added_count; i++) {
        evolution_put(
            evolution, ROW_HARDWARE_ACCESS,
            &(struct hardware_access_row){.hardware = leaf->on[0], .target = body->added[i]});
    }
    for (size_t i = 0; i < body->removed_count; i++) {
        evolution_remove(
            evolution, ROW_HARDWARE_ACCESS,
            &(struct hardware_access_row){.hardware = leaf->on[0], .target = body->removed[i]});
    }
}

void hw_image_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct hw_image_changed *body)
{
    struct hardware_row row = {.hardware = leaf->on[0]};
    if (evolution_find(evolution, ROW_HARDWARE, &row)) {
        row.brick = body->to;
        evolution_put(evolution, ROW_HARDWARE, &row);
    }
}

void hw_instructions_replaced_evolve(struct evolution *evolution, const struct leaf *leaf,
                                     const struct hw_instructions_replaced *body)
{
    struct hardware_row row = {.hardware = leaf->on[0]};
    if (evolution_find(evolution, ROW_HARDWARE, &row)) {
        row.has_instructions = true;
        row.instructions = body->to;
        evolution_put(evolution, ROW_HARDWARE, &row);
    }
}
