#include "core/vm/host.h"

#include "core/dispatch.h"
#include "core/effect/effect.h"
#include "core/vm/vm.h"

bool host_by_id(const struct view *view, struct id host, struct host_row *out)
{
    struct host_row row = {.host = host};
    if (host.kind != ID_HOST || !view_find(view, ROW_HOST, &row) || row.removed) {
        return false;
    }
    if (out != NULL) {
        *out = row;
    }
    return true;
}

bool host_by_name(const struct view *view, struct bytes name, struct host_row *out)
{
    struct host_name_row row = {.name = name};
    return view_find(view, ROW_HOST_NAME, &row) && host_by_id(view, row.host, out);
}

/* Room ------------------------------------------------------------------------------------ */

struct host_load host_load_of(const struct view *view, struct id host)
{
    struct host_load load = {.vms = 0};
    struct host_vm_row row = {.host = host};
    struct view_walk walk = view_walk_of(view, ROW_HOST_VM, &row, 1);
    while (view_walk_next(&walk, &row)) {
        load.vms++;
        load.cores += row.cores;
        load.memory_mib += row.memory_mib;
    }
    return load;
}

/* What is free on a host if the machine fits; 0 if it does not. A machine needs some memory. */
static uint64_t room_of(const struct view *view, const struct host_row *host,
                        const struct host_need *need)
{
    const uint64_t used = host_load_of(view, host->host).memory_mib;
    const uint64_t left = used < host->memory_mib ? host->memory_mib - used : 0;
    return need->cores <= host->cores && need->memory_mib <= left ? left : 0;
}

/* What the walk finds is lent until its next step, so that it is looked up once more. */
static struct id roomiest(const struct view *view, const struct host_need *need)
{
    struct id best = {ID_NONE, 0};
    uint64_t most = 0;
    struct host_row row = {.name = {0}};
    struct view_walk walk = view_walk_of(view, ROW_HOST, &row, 0);
    while (view_walk_next(&walk, &row)) {
        const bool takes = !row.removed && row.state == HOST_STATE_ACTIVE;
        const uint64_t room = takes ? room_of(view, &row, need) : 0;
        if (room > most) {
            most = room;
            best = row.host;
        }
    }
    return best;
}

enum rule host_refusal(const struct view *view, struct id host, const struct host_need *need,
                       struct host_row *out)
{
    if (host.kind == ID_NONE) {
        return host_by_id(view, roomiest(view, need), out) ? RULE_NONE : RULE_VM_02E;
    }
    FORBID_UNLESS(host_by_id(view, host, out), RULE_HST_01C);
    FORBID_UNLESS(out->state == HOST_STATE_ACTIVE, RULE_HST_02B);
    FORBID_UNLESS(room_of(view, out, need) > 0, RULE_VM_02E);
    return RULE_NONE;
}

void host_carry(struct evolution *evolution, const struct vm_row *vm)
{
    evolution_put(
        evolution, ROW_HOST_VM,
        &(struct host_vm_row){
            .host = vm->host, .vm = vm->vm, .cores = vm->cores, .memory_mib = vm->memory_mib});
    if (vm->has_team) {
        evolution_put(
            evolution, ROW_TEAM_VM,
            &(struct team_vm_row){
                .team = vm->team, .vm = vm->vm, .cores = vm->cores, .memory_mib = vm->memory_mib});
    }
}

void host_drop(struct evolution *evolution, const struct vm_row *vm)
{
    evolution_remove(evolution, ROW_HOST_VM, &(struct host_vm_row){.host = vm->host, .vm = vm->vm});
    if (vm->has_team) {
        evolution_remove(evolution, ROW_TEAM_VM,
                         &(struct team_vm_row){.team = vm->team, .vm = vm->vm});
    }
}

/* Decide ---------------------------------------------------------------------------------- */

static bool is_address(struct bytes uri)
{
    for (size_t i = 0; i < uri.size; i++) {
        if (uri.data[i] <= ' ' || uri.data[i] == 0x7f) {
            return false;
        }
    }
    return uri.size > 0 && uri.size <= VM_ADDRESS_MAX;
}

static bool has_address(const struct view *view, struct bytes uri)
{
    struct host_row row = {.name = {0}};
    struct view_walk walk = view_walk_of(view, ROW_HOST, &row, 0);
    while (view_walk_next(&walk, &row)) {
        if (!row.removed && bytes_equal(row.uri, uri)) {
            return true;
        }
    }
    return false;
}

void host_register_decide(const struct view *view, const struct actor *actor,
                          const struct host_register *command, struct decision *decision)
{
    struct host_name_row name = {.name = command->name};
    REFUSE_UNLESS(actor->role >= USER_ROLE_SUPER_ADMIN, RULE_HST_01A);
    REFUSE_UNLESS(vm_is_name(command->name), RULE_VM_01D);
    REFUSE_IF(view_find(view, ROW_HOST_NAME, &name), RULE_HST_01A);
    REFUSE_IF(!is_address(command->uri) || has_address(view, command->uri), RULE_HST_01A);
    EMIT(EVENT_HOST_REGISTERED, NEW(ID_HOST), host_registered, .name = command->name,
         .uri = command->uri, .has_realm = command->has_realm, .realm = command->realm,
         .cores = command->cores, .memory_mib = command->memory_mib);
}

void host_remove_decide(const struct view *view, const struct actor *actor,
                        const struct host_remove *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_SUPER_ADMIN, RULE_HST_01A);
    REFUSE_UNLESS(host_by_id(view, command->host, NULL), RULE_HST_01C);
    REFUSE_IF(host_load_of(view, command->host).vms > 0, RULE_HST_01B);
    decision_add(decision, EVENT_HOST_REMOVED, command->host);
}

void host_change_state_decide(const struct view *view, const struct actor *actor,
                              const struct host_change_state *command, struct decision *decision)
{
    struct host_row host;
    REFUSE_UNLESS(actor->role >= USER_ROLE_SUPER_ADMIN, RULE_HST_02A);
    REFUSE_UNLESS(host_by_id(view, command->host, &host), RULE_HST_01C);
    REFUSE_IF(host.state == command->state || command->reason.size == 0, RULE_HST_02A);
    EMIT(EVENT_HOST_STATE_CHANGED, command->host, host_state_changed, .from = host.state,
         .to = command->state, .reason = command->reason);
}

void host_check_utilisation_decide(const struct view *view, const struct actor *actor,
                                   const struct host_check_utilisation *command,
                                   struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_SUPER_ADMIN, RULE_HST_03A);
    REFUSE_UNLESS(host_by_id(view, command->host, NULL), RULE_HST_01C);
    decision_add(decision, EVENT_HOST_LOOK_REQUESTED, command->host);
}

/* Each machine that is up, as far as there is room. */
static void shut_down_all(const struct view *view, const struct host_shutdown_vms *command,
                          struct decision *decision)
{
    struct host_vm_row row = {.host = command->host};
    struct view_walk walk = view_walk_of(view, ROW_HOST_VM, &row, 1);
    while (decision->count < DECISION_EVENTS_MAX && view_walk_next(&walk, &row)) {
        struct vm_row vm;
        if (vm_by_id(view, row.vm, &vm) && vm_is_up(&vm)) {
            EMIT(EVENT_VM_SHUTDOWN_REQUESTED, row.vm, vm_shutdown_requested, .host = command->host,
                 .has_reason = true, .reason = command->reason);
        }
    }
}

void host_shutdown_vms_decide(const struct view *view, const struct actor *actor,
                              const struct host_shutdown_vms *command, struct decision *decision)
{
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_HST_04A);
    REFUSE_UNLESS(host_by_id(view, command->host, NULL), RULE_HST_01C);
    REFUSE_IF(command->reason.size == 0, RULE_HST_04A);
    EMIT(EVENT_HOST_VMS_SHUTDOWN, command->host, host_vms_shutdown, .reason = command->reason);
    shut_down_all(view, command, decision);
    decision->events[0].body.host_vms_shutdown.count = decision->count - 1;
}

/* Evolve ---------------------------------------------------------------------------------- */

void host_registered_evolve(struct evolution *evolution, const struct leaf *leaf,
                            const struct host_registered *body)
{
    evolution_put(evolution, ROW_HOST,
                  &(struct host_row){.host = leaf->on[0],
                                     .name = body->name,
                                     .uri = body->uri,
                                     .has_realm = body->has_realm,
                                     .realm = body->realm,
                                     .cores = body->cores,
                                     .memory_mib = body->memory_mib,
                                     .state = HOST_STATE_ACTIVE});
    evolution_put(evolution, ROW_HOST_NAME,
                  &(struct host_name_row){.name = body->name, .host = leaf->on[0]});
}

void host_removed_evolve(struct evolution *evolution, const struct leaf *leaf,
                         const struct host_removed *body)
{
    struct host_row row = {.host = leaf->on[0]};
    (void)body;
    if (evolution_find(evolution, ROW_HOST, &row)) {
        evolution_remove(evolution, ROW_HOST_NAME, &(struct host_name_row){.name = row.name});
        row.removed = true;
        evolution_put(evolution, ROW_HOST, &row);
    }
}

void host_state_changed_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct host_state_changed *body)
{
    struct host_row row = {.host = leaf->on[0]};
    if (evolution_find(evolution, ROW_HOST, &row)) {
        row.state = body->to;
        evolution_put(evolution, ROW_HOST, &row);
    }
}

void host_look_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                                const struct host_look_requested *body)
{
    (void)body;
    effect_ask(evolution, leaf, EFFECT_KIND_HOST_LOOK, leaf->on[0], (struct id){ID_NONE, 0});
}

void host_utilisation_checked_evolve(struct evolution *evolution, const struct leaf *leaf,
                                     const struct host_utilisation_checked *body)
{
    struct effect_row row;
    (void)effect_answer(evolution, leaf,
                        &(struct effect_answer){.request = body->request,
                                                .effect = EFFECT_KIND_HOST_LOOK,
                                                .done = true},
                        &row);
}
