#include "core/dispatch.h"
#include "core/drive/attachment.h"
#include "core/effect/ending.h"
#include "core/vault/tag.h"
#include "core/vm/host.h"
#include "core/vm/vm.h"
#include "core/vm/vm_controller.h"

/* Decide ---------------------------------------------------------------------------------- */

void vm_shutdown_decide(const struct view *view, const struct actor *actor,
                        const struct vm_shutdown *command, struct decision *decision)
{
    struct vm_row vm;
    REFUSE_UNLESS(vm_by_id(view, command->vm, &vm), RULE_VM_01C);
    REFUSE_UNLESS(id_equal(vm.owner, actor->user), RULE_VM_15A);
    REFUSE_UNLESS(vm_is_up(&vm), RULE_VM_15C);
    EMIT(EVENT_VM_SHUTDOWN_REQUESTED, command->vm, vm_shutdown_requested, .host = vm.host,
         .has_reason = command->has_reason, .reason = command->reason);
}

void vm_delete_decide(const struct view *view, const struct actor *actor,
                      const struct vm_delete *command, struct decision *decision)
{
    struct vm_row vm;
    REFUSE_UNLESS(vm_by_id(view, command->vm, &vm), RULE_VM_01C);
    REFUSE_UNLESS(id_equal(vm.owner, actor->user), RULE_VM_22A);
    REFUSE_UNLESS(vm.state == VM_STATE_STOPPED || vm.state == VM_STATE_FAILED, RULE_VM_22B);
    decision_add(decision, EVENT_VM_DELETED, command->vm);
}

/* Evolve ---------------------------------------------------------------------------------- */

static bool find(struct evolution *evolution, struct id vm, struct vm_row *out)
{
    *out = (struct vm_row){.vm = vm};
    return evolution_find(evolution, ROW_VM, out);
}

static bool is_over(const struct vm_row *vm)
{
    return vm->state == VM_STATE_STOPPED || vm->state == VM_STATE_FAILED ||
           vm->state == VM_STATE_DELETED;
}

/* The run is over: nothing counts any more, and nothing is at the machine. */
static void end_run(struct evolution *evolution, const struct leaf *leaf, struct vm_row *vm,
                    enum vm_state state)
{
    host_drop(evolution, vm);
    attachment_end_all(evolution, leaf, vm->vm);
    vm_controller_end(evolution, vm->vm);
    vm->state = vm->state == VM_STATE_DELETED ? vm->state : state;
    vm->has_ended = true;
    vm->ended = leaf->t_utc_us;
    evolution_put(evolution, ROW_VM, vm);
}

/* Also one that nobody asked for: what runs, runs, and takes its part of the host. */
void vm_domain_started_evolve(struct evolution *evolution, const struct leaf *leaf,
                              const struct vm_domain_started *body)
{
    struct vm_row vm;
    if (!find(evolution, leaf->on[0], &vm)) {
        return;
    }
    if (is_over(&vm)) {
        vm.has_ended = false;
        host_carry(evolution, &vm);
    }
    if (vm.state != VM_STATE_REGISTERED && vm.state != VM_STATE_STOPPING &&
        vm.state != VM_STATE_DELETED) {
        vm.state = VM_STATE_RUNNING;
    }
    vm.has_uuid = true;
    vm.uuid = body->uuid;
    vm.has_xml = true;
    vm.xml = body->xml;
    vm.has_started = true;
    vm.started = leaf->t_utc_us;
    evolution_put(evolution, ROW_VM, &vm);
}

void vm_start_failed_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct vm_start_failed *body)
{
    struct vm_row vm;
    (void)body;
    if (find(evolution, leaf->on[0], &vm) &&
        (vm.state == VM_STATE_REQUESTED || vm.state == VM_STATE_RUNNING)) {
        end_run(evolution, leaf, &vm, VM_STATE_FAILED);
    }
}

void vm_shutdown_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct vm_shutdown_requested *body)
{
    struct vm_row vm;
    if (find(evolution, leaf->on[0], &vm)) {
        vm.state = is_over(&vm) ? vm.state : VM_STATE_STOPPING;
        evolution_put(evolution, ROW_VM, &vm);
    }
    effect_ask(evolution, leaf, EFFECT_KIND_DOMAIN_STOP, leaf->on[0], body->host);
}

void vm_stopped_evolve(struct evolution *evolution, const struct leaf *leaf,
                       const struct vm_stopped *body)
{
    struct vm_row vm;
    (void)body;
    if (find(evolution, leaf->on[0], &vm)) {
        end_run(evolution, leaf, &vm,
                vm.state == VM_STATE_FAILED ? VM_STATE_FAILED : VM_STATE_STOPPED);
    }
}

void vm_migrated_evolve(struct evolution *evolution, const struct leaf *leaf,
                        const struct vm_migrated *body)
{
    struct vm_row vm;
    if (!find(evolution, leaf->on[0], &vm)) {
        return;
    }
    const bool counts = !is_over(&vm);
    if (counts) {
        host_drop(evolution, &vm);
    }
    vm.host = body->to;
    evolution_put(evolution, ROW_VM, &vm);
    if (counts) {
        host_carry(evolution, &vm);
    }
}

void vm_deleted_evolve(struct evolution *evolution, const struct leaf *leaf,
                       const struct vm_deleted *body)
{
    struct vm_row vm;
    (void)body;
    if (find(evolution, leaf->on[0], &vm)) {
        evolution_remove(evolution, ROW_VM_NAME,
                         &(struct vm_name_row){.owner = vm.owner, .name = vm.name});
        tag_retag(evolution, vm.vm, vm.has_project ? vm.project : UNTAGGED, UNTAGGED);
        vm.state = VM_STATE_DELETED;
        evolution_put(evolution, ROW_VM, &vm);
        effect_ask(evolution, leaf, EFFECT_KIND_DOMAIN_DELETE, vm.vm, vm.host);
    }
}

/* What the world answers ------------------------------------------------------------------ */

/* One that could not be stopped goes on as what it was. */
static void go_on(struct evolution *evolution, struct vm_row *vm)
{
    const struct view view = evolution_view(evolution);
    if (vm_controller_is_here(&view, vm)) {
        vm->state = VM_STATE_REGISTERED;
    } else {
        vm->state = vm->has_started ? VM_STATE_RUNNING : VM_STATE_REQUESTED;
    }
    evolution_put(evolution, ROW_VM, vm);
}

/* A run that could not begin is over, also if it was to end already. */
static void start_ended(struct evolution *evolution, const struct leaf *leaf,
                        const struct effect_row *effect, struct vm_row *vm)
{
    if (effect->state == EFFECT_STATE_FAILED && effect->request == vm->run && !is_over(vm)) {
        end_run(evolution, leaf, vm, VM_STATE_FAILED);
    }
}

/* What nobody has seen start, nobody will see stop. */
static void stop_ended(struct evolution *evolution, const struct leaf *leaf,
                       const struct effect_row *effect, struct vm_row *vm)
{
    if (vm->state != VM_STATE_STOPPING) {
        return;
    }
    if (effect->state == EFFECT_STATE_FAILED) {
        go_on(evolution, vm);
    } else if (!vm->has_started) {
        end_run(evolution, leaf, vm, VM_STATE_STOPPED);
    }
}

void vm_effect_ended(struct evolution *evolution, const struct leaf *leaf,
                     const struct effect_row *effect)
{
    struct vm_row vm;
    if (effect->object.kind != ID_VM || !find(evolution, effect->object, &vm)) {
        return;
    }
    if (effect->effect == EFFECT_KIND_DOMAIN_START) {
        start_ended(evolution, leaf, effect, &vm);
    } else if (effect->effect == EFFECT_KIND_DOMAIN_STOP) {
        stop_ended(evolution, leaf, effect, &vm);
    }
}
