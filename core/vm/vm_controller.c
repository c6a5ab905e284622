#include "core/vm/vm_controller.h"

#include "core/dispatch.h"
#include "core/effect/effect.h"
#include "core/vm/controller.h"
#include "core/vm/vm.h"

bool vm_controller_of(const struct view *view, struct id vm, struct vm_controller_row *out)
{
    struct vm_controller_row row = {.vm = vm};
    if (!view_find(view, ROW_VM_CONTROLLER, &row)) {
        return false;
    }
    *out = row;
    return true;
}

bool vm_controller_is_here(const struct view *view, const struct vm_row *vm)
{
    struct vm_controller_row row;
    struct id of;
    uint64_t run;
    return vm_controller_of(view, vm->vm, &row) && controller_name_read(row.name, &of, &run) &&
           run == vm->run;
}

/* Decide ---------------------------------------------------------------------------------- */

void vm_restart_controller_decide(const struct view *view, const struct actor *actor,
                                  const struct vm_restart_controller *command,
                                  struct decision *decision)
{
    struct vm_row vm;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_VM_17A);
    REFUSE_UNLESS(vm_by_id(view, command->vm, &vm), RULE_VM_01C);
    REFUSE_UNLESS(vm.state == VM_STATE_RUNNING || vm.state == VM_STATE_REGISTERED, RULE_VM_17A);
    decision_add(decision, EVENT_VM_CONTROLLER_RESTART_REQUESTED, command->vm);
}

void vm_fetch_xml_decide(const struct view *view, const struct actor *actor,
                         const struct vm_fetch_xml *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_SUPER_ADMIN, RULE_VM_18A);
    REFUSE_UNLESS(vm_by_id(view, command->vm, NULL), RULE_VM_01C);
    decision_add(decision, EVENT_VM_XML_REQUESTED, command->vm);
}

/* Evolve ---------------------------------------------------------------------------------- */

static bool find(struct evolution *evolution, struct id vm, struct vm_controller_row *out)
{
    *out = (struct vm_controller_row){.vm = vm};
    return evolution_find(evolution, ROW_VM_CONTROLLER, out);
}

void vm_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                          const struct vm_registered *body)
{
    struct vm_row vm = {.vm = leaf->on[0]};
    struct vm_controller_row row;
    (void)find(evolution, leaf->on[0], &row);
    row.emitter = body->emitter;
    row.name = body->name;
    row.key = body->key;
    row.receive_key = body->receive_key;
    row.version = body->version;
    row.has_applied = false;
    evolution_put(evolution, ROW_VM_CONTROLLER, &row);
    if (evolution_find(evolution, ROW_VM, &vm) &&
        (vm.state == VM_STATE_REQUESTED || vm.state == VM_STATE_RUNNING)) {
        vm.state = VM_STATE_REGISTERED;
        evolution_put(evolution, ROW_VM, &vm);
    }
}

void vm_owner_key_learned_evolve(struct evolution *evolution, const struct leaf *leaf,
                                 const struct vm_owner_key_learned *body)
{
    struct vm_controller_row row;
    if (find(evolution, leaf->on[0], &row) && !row.has_owner_key) {
        row.has_owner_key = true;
        row.owner_key = body->key;
        evolution_put(evolution, ROW_VM_CONTROLLER, &row);
    }
}

void vm_policy_applied_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_policy_applied *body)
{
    struct vm_controller_row row;
    if (find(evolution, leaf->on[0], &row)) {
        row.has_applied = true;
        row.applied = body->up_to;
        evolution_put(evolution, ROW_VM_CONTROLLER, &row);
    }
}

void vm_controller_restart_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                            const struct vm_controller_restart_requested *body)
{
    struct vm_row vm = {.vm = leaf->on[0]};
    (void)body;
    (void)evolution_find(evolution, ROW_VM, &vm);
    effect_ask(evolution, leaf, EFFECT_KIND_CONTROLLER_RESTART, leaf->on[0], vm.host);
}

void vm_controller_restarted_evolve(struct evolution *evolution, const struct leaf *leaf,
                                    const struct vm_controller_restarted *body)
{
    struct vm_controller_row row;
    if (find(evolution, leaf->on[0], &row)) {
        row.version = body->to;
        evolution_put(evolution, ROW_VM_CONTROLLER, &row);
    }
}

void vm_xml_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                             const struct vm_xml_requested *body)
{
    struct vm_row vm = {.vm = leaf->on[0]};
    (void)body;
    (void)evolution_find(evolution, ROW_VM, &vm);
    effect_ask(evolution, leaf, EFFECT_KIND_XML_FETCH, leaf->on[0], vm.host);
}

void vm_xml_fetched_evolve(struct evolution *evolution, const struct leaf *leaf,
                           const struct vm_xml_fetched *body)
{
    struct effect_row row;
    (void)effect_answer(evolution, leaf,
                        &(struct effect_answer){.request = body->request,
                                                .effect = EFFECT_KIND_XML_FETCH,
                                                .done = true},
                        &row);
}

void vm_controller_end(struct evolution *evolution, struct id vm)
{
    struct vm_controller_row row;
    if (find(evolution, vm, &row) && row.has_applied) {
        row.has_applied = false;
        evolution_put(evolution, ROW_VM_CONTROLLER, &row);
    }
}
