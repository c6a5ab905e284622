#include "core/dispatch.h"
#include "core/drive/attachment.h"
#include "core/effect/effect.h"
#include "core/identity/team.h"
#include "core/identity/user.h"
#include "core/project/certification.h"
#include "core/project/membership.h"
#include "core/vault/tag.h"
#include "core/vm/brick.h"
#include "core/vm/config.h"
#include "core/vm/hardware.h"
#include "core/vm/host.h"
#include "core/vm/vm.h"

/* A machine that is to run; of one that is made its recipe, too. */
struct start {
    struct config_row config;
    struct hardware_row hardware;
    struct brick_row brick;
    struct host_row host;
    struct bytes name, owner_key;
};

/* Teams ----------------------------------------------------------------------------------- */

/* The machines of a team that are up, and this one, within what it has (TEA-03). */
static enum rule quota_refusal(const struct view *view, struct id team,
                               const struct host_need *need)
{
    struct team_row row;
    struct host_need used = *need;
    struct team_vm_row counted = {.team = team};
    FORBID_UNLESS(team_by_id(view, team, &row) && !row.deleted, RULE_TEA_02D);
    struct view_walk walk = view_walk_of(view, ROW_TEAM_VM, &counted, 1);
    while (view_walk_next(&walk, &counted)) {
        used.cores += counted.cores;
        used.memory_mib += counted.memory_mib;
    }
    FORBID_IF((row.has_cores && used.cores > row.cores) ||
                  (row.has_memory_mib && used.memory_mib > row.memory_mib),
              RULE_VM_02C);
    return RULE_NONE;
}

/* Names ----------------------------------------------------------------------------------- */

static bool is_taken(const struct view *view, struct id owner, struct bytes name)
{
    struct vm_name_row row = {.owner = owner, .name = name};
    return view_find(view, ROW_VM_NAME, &row);
}

/* The recipe's name; of its second machine with the number that this one will have. */
static struct bytes name_after(const struct view *view, const struct config_row *config)
{
    enum {
        SIZE = VM_NAME_MAX + 24,
    };
    if (!is_taken(view, config->owner, config->name)) {
        return config->name;
    }
    struct text text = {.data = arena_take(view->arena, SIZE), .capacity = SIZE};
    if (text.data == NULL) {
        *view->trouble = FAIL(NO_MEMORY, SIZE);
        return (struct bytes){0};
    }
    text_put_bytes(&text, config->name);
    text_put_char(&text, '-');
    text_put_u64(&text, decision_made(view, ID_VM).n);
    return text_bytes(&text);
}

/* Decide ---------------------------------------------------------------------------------- */

static struct id project_of(const struct config_row *config)
{
    return config->has_project ? config->project : UNTAGGED;
}

/* Now, and when the session was opened (1.18-9). */
static bool is_admitted(const struct view *view, const struct actor *actor, struct id project)
{
    return project.kind == ID_NONE || (membership_granted(view, actor, project, NULL) &&
                                       certification_granted(view, actor, project, NULL));
}

/* What the recipe is made of, as it is now. */
static enum rule recipe_refusal(const struct view *view, const struct actor *actor,
                                struct id config, struct start *start)
{
    FORBID_UNLESS(config_by_id(view, config, &start->config), RULE_VM_01C);
    FORBID_UNLESS(id_equal(start->config.owner, actor->user), RULE_VM_02F);
    FORBID_UNLESS(hardware_by_id(view, start->config.hardware, &start->hardware) &&
                      brick_by_id(view, start->hardware.brick, &start->brick),
                  RULE_VM_01C);
    FORBID_UNLESS(hardware_is_open_to(view, start->config.hardware, actor->user), RULE_VM_01B);
    FORBID_UNLESS(is_admitted(view, actor, project_of(&start->config)), RULE_VM_07B);
    return RULE_NONE;
}

/* A team that it counts for, and a host that takes it. */
static enum rule place_refusal(const struct view *view, const struct vm_start *command,
                               struct start *start)
{
    const struct host_need need = {start->hardware.cores, start->hardware.memory_mib};
    const struct config_row *config = &start->config;
    if (config->has_team) {
        FORBID_UNLESS(team_has_member(view, config->team, config->owner), RULE_TEA_02C);
        const enum rule refusal = quota_refusal(view, config->team, &need);
        if (refusal != RULE_NONE) {
            return refusal;
        }
    }
    return host_refusal(view, command->has_host ? command->host : (struct id){ID_NONE, 0}, &need,
                        &start->host);
}

static struct attachment_wish wish_of(const struct view *view, const struct config_row *config,
                                      size_t i)
{
    return (struct attachment_wish){.drive = config->drives[i],
                                    .vm = decision_made(view, ID_VM),
                                    .mode = config->modes[i],
                                    .label = project_of(config)};
}

static enum rule drives_refusal(const struct view *view, const struct actor *actor,
                                const struct config_row *config)
{
    for (size_t i = 0; i < config->drives_count; i++) {
        const struct attachment_wish wish = wish_of(view, config, i);
        const enum rule refusal = attachment_refusal(view, actor, &wish);
        if (refusal != RULE_NONE) {
            return refusal;
        }
    }
    return RULE_NONE;
}

static void emit_start(const struct start *start, struct decision *decision)
{
    const struct config_row *config = &start->config;
    EMIT(EVENT_VM_START_REQUESTED, NEW(ID_VM), vm_start_requested, .name = start->name,
         .owner = config->owner, .owner_key = start->owner_key, .config = config->config,
         .host = start->host.host, .hardware = config->hardware, .brick = start->brick.brick,
         .brick_sha256 = start->brick.sha256, .cores = start->hardware.cores,
         .memory_mib = start->hardware.memory_mib, .has_project = config->has_project,
         .project = config->project, .has_team = config->has_team, .team = config->team,
         .service = config->service);
    decision_also(decision, config->config);
    decision_also(decision, start->host.host);
    tag_about(decision, project_of(config));
}

void vm_start_decide(const struct view *view, const struct actor *actor,
                     const struct vm_start *command, struct decision *decision)
{
    struct start start;
    struct user_row owner;
    enum rule refusal = recipe_refusal(view, actor, command->config, &start);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    REFUSE_UNLESS(user_by_id(view, actor->user, &owner), RULE_IDN_01D);
    start.owner_key = owner.key;
    start.name = command->has_name ? command->name : name_after(view, &start.config);
    REFUSE_UNLESS(vm_is_name(start.name) && !is_taken(view, actor->user, start.name), RULE_VM_01D);
    refusal = place_refusal(view, command, &start);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = drives_refusal(view, actor, &start.config);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    emit_start(&start, decision);
    for (size_t i = 0; i < start.config.drives_count; i++) {
        const struct attachment_wish wish = wish_of(view, &start.config, i);
        attachment_request(view, decision, &wish);
    }
}

void vm_power_up_decide(const struct view *view, const struct actor *actor,
                        const struct vm_power_up *command, struct decision *decision)
{
    struct vm_row vm;
    struct host_row host;
    REFUSE_UNLESS(actor->role >= USER_ROLE_ADMIN, RULE_VM_16A);
    REFUSE_UNLESS(vm_by_id(view, command->vm, &vm), RULE_VM_01C);
    REFUSE_UNLESS(vm.service && (vm.state == VM_STATE_STOPPED || vm.state == VM_STATE_FAILED),
                  RULE_VM_16A);
    const struct host_need need = {vm.cores, vm.memory_mib};
    enum rule refusal = vm.has_team ? quota_refusal(view, vm.team, &need) : RULE_NONE;
    REFUSE_IF(refusal != RULE_NONE, refusal);
    refusal = host_refusal(view, command->has_host ? command->host : (struct id){ID_NONE, 0}, &need,
                           &host);
    REFUSE_IF(refusal != RULE_NONE, refusal);
    EMIT(EVENT_VM_SERVICE_POWERED_UP, command->vm, vm_service_powered_up, .host = host.host);
    decision_also(decision, host.host);
}

/* Evolve ---------------------------------------------------------------------------------- */

/* A run begins: it counts for its host and team from here on. */
static void begin_run(struct evolution *evolution, const struct leaf *leaf, struct vm_row *vm)
{
    vm->state = VM_STATE_REQUESTED;
    vm->run = leaf->n;
    vm->asked = leaf->t_utc_us;
    vm->has_uuid = vm->has_started = vm->has_ended = false;
    evolution_put(evolution, ROW_VM, vm);
    host_carry(evolution, vm);
    effect_ask(evolution, leaf, EFFECT_KIND_DOMAIN_START, vm->vm, vm->host);
}

void vm_start_requested_evolve(struct evolution *evolution, const struct leaf *leaf,
                               const struct vm_start_requested *body)
{
    struct vm_row vm = {.vm = leaf->on[0],
                        .name = body->name,
                        .owner = body->owner,
                        .owner_key = body->owner_key,
                        .config = body->config,
                        .host = body->host,
                        .hardware = body->hardware,
                        .brick = body->brick,
                        .cores = body->cores,
                        .memory_mib = body->memory_mib,
                        .has_project = body->has_project,
                        .project = body->project,
                        .has_team = body->has_team,
                        .team = body->team,
                        .service = body->service};
    begin_run(evolution, leaf, &vm);
    evolution_put(evolution, ROW_VM_NAME,
                  &(struct vm_name_row){.owner = vm.owner, .name = vm.name, .vm = vm.vm});
    tag_retag(evolution, vm.vm, UNTAGGED, vm.has_project ? vm.project : UNTAGGED);
}

void vm_service_powered_up_evolve(struct evolution *evolution, const struct leaf *leaf,
                                  const struct vm_service_powered_up *body)
{
    struct vm_row vm = {.vm = leaf->on[0]};
    if (evolution_find(evolution, ROW_VM, &vm)) {
        vm.host = body->host;
        begin_run(evolution, leaf, &vm);
    }
}
