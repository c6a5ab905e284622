/*
 * Machines: how they come and go, where, for whom, and what counts while they are up.
 */
#include "core/effect/effect.h"
#include "core/vm/host.h"
#include "core/vm/vm.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static union command_fields shutdown_of(struct id vm)
{
    return (union command_fields){.vm_shutdown = {.vm = vm}};
}

static union command_fields deletion_of(struct id vm)
{
    return (union command_fields){.vm_delete = {.vm = vm}};
}

static bool is_due(struct world *world, uint64_t request, enum effect_kind kind, struct id object)
{
    struct effect_due_row row;
    struct view view = world_view(world);
    return effect_is_due(&view, request, &row) && row.effect == kind &&
           id_equal(row.object, object);
}

/* The world answers a request. */
static void answer(struct world *world, uint64_t request, enum effect_kind kind, bool done)
{
    struct decided event = {
        .kind = done ? EVENT_EFFECT_DONE : EVENT_EFFECT_FAILED, .on = {THE_LOG}, .on_count = 1};
    if (done) {
        event.body.effect_done = (struct effect_done){.request = request, .effect = kind};
    } else {
        event.body.effect_failed =
            (struct effect_failed){.request = request, .effect = kind, .why = LITERAL("no")};
    }
    (void)world_say(world, &event);
}

static uint64_t machines_on(struct world *world, struct id host)
{
    struct view view = world_view(world);
    return host_load_of(&view, host).vms;
}

static enum vm_state state_of(struct world *world, struct id vm)
{
    return lab_row(world, vm).state;
}

static struct id add_team(struct world *world, const struct person *member)
{
    const struct id team = {ID_TEAM, world->n};
    (void)world_put(world, ROW_TEAM, &(struct team_row){.team = team, .name = LITERAL("t")});
    (void)world_put(world, ROW_TEAM_MEMBER,
                    &(struct team_member_row){.team = team, .user = member->user});
    return team;
}

/* VM-02f, VM-04b. */
static void a_machine_is_started_from_a_configuration_by_its_owner(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    const union command_fields fields = {.vm_start = {.config = config}};
    person_refused(world, &lab.bob, COMMAND_VM_START, &fields, RULE_VM_02F);
    person_refused(world, &lab.root, COMMAND_VM_START, &fields, RULE_VM_02F);
    const struct id vm = {ID_VM, person_must(world, &lab.ann, COMMAND_VM_START, &fields)};
    const struct digest sha256 = some_digest(1);
    const struct vm_start_requested *body = &world->decision.events[0].body.vm_start_requested;
    assert_true(digest_equal(&body->brick_sha256, &sha256));
    assert_true(id_equal(body->owner, lab.ann.user));
    assert_true(is_due(world, vm.n, EFFECT_KIND_DOMAIN_START, vm));
    const struct vm_row row = lab_row(world, vm);
    assert_int_equal(row.run, vm.n);
    assert_int_equal(row.state, VM_STATE_REQUESTED);
    assert_int_equal(row.cores, LAB_CORES);
    assert_true(id_equal(row.host, lab.host));
}

static void a_machine_is_called_what_is_asked_for_or_after_its_recipe(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 4);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    const struct id first = lab_start(world, &lab.ann, config);
    const struct id second = lab_start(world, &lab.ann, config);
    struct vm_row row;
    char memory[64];
    struct text name = TEXT_IN(memory);
    text_put_literal(&name, "one-");
    text_put_u64(&name, second.n);
    struct view view = world_view(world);
    assert_true(vm_by_name(&view, lab.ann.user, LITERAL("one"), &row));
    assert_true(id_equal(row.vm, first));
    assert_true(vm_by_name(&view, lab.ann.user, text_bytes(&name), &row));
    assert_true(id_equal(row.vm, second));
    union command_fields fields = {
        .vm_start = {.config = config, .has_name = true, .name = LITERAL("one")}};
    person_refused(world, &lab.ann, COMMAND_VM_START, &fields, RULE_VM_01D);
    fields.vm_start.name = LITERAL("a/b");
    person_refused(world, &lab.ann, COMMAND_VM_START, &fields, RULE_VM_01D);
    lab_end(world, first);
    fields = deletion_of(first);
    (void)person_must(world, &lab.ann, COMMAND_VM_DELETE, &fields);
    fields = (union command_fields){
        .vm_start = {.config = config, .has_name = true, .name = LITERAL("one")}};
    (void)person_must(world, &lab.ann, COMMAND_VM_START, &fields);
}

/* VM-02c. */
static void the_machines_that_run_for_a_team_are_within_its_cores_and_memory(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 10);
    const struct id team = add_team(world, &lab.ann);
    const struct id config =
        lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one", .team = team});
    const union command_fields start = {.vm_start = {.config = config}};
    struct team_row quota = {.team = team, .name = LITERAL("t"), .has_cores = true};
    quota.cores = 2 * LAB_CORES;
    (void)world_put(world, ROW_TEAM, &quota);
    const struct id first = lab_start(world, &lab.ann, config);
    (void)lab_start(world, &lab.ann, config);
    person_refused(world, &lab.ann, COMMAND_VM_START, &start, RULE_VM_02C);
    lab_run(world, first);
    person_refused(world, &lab.ann, COMMAND_VM_START, &start, RULE_VM_02C);
    lab_end(world, first);
    (void)lab_start(world, &lab.ann, config);
    quota.has_cores = false;
    quota.has_memory_mib = true;
    quota.memory_mib = 3 * LAB_MEMORY - 1;
    (void)world_put(world, ROW_TEAM, &quota);
    person_refused(world, &lab.ann, COMMAND_VM_START, &start, RULE_VM_02C);
    quota.memory_mib++;
    (void)world_put(world, ROW_TEAM, &quota);
    (void)lab_start(world, &lab.ann, config);
    (void)world_remove(world, ROW_TEAM_MEMBER,
                       &(struct team_member_row){.team = team, .user = lab.ann.user});
    person_refused(world, &lab.ann, COMMAND_VM_START, &start, RULE_TEA_02C);
}

/* VM-07b: the owner, too. */
static void a_tagged_machine_is_started_by_an_active_member(void **state)
{
    struct world *world = *state;
    struct lab lab = lab_begin(world, 2);
    const struct id project = some_project(world, NOBODY);
    person_work_on(world, &lab.ann, project, PROJECT_ROLE_USER);
    const struct id config =
        lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one", .project = project});
    const struct id vm = lab_start(world, &lab.ann, config);
    struct tagged_row tagged = {.project = project, .object = vm};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_TAGGED, &tagged));
    assert_true(vm_allows(&view, vm, lab.ann.user, VM_PERMISSION_DRIVES));
    (void)world_remove(world, ROW_MEMBERSHIP,
                       &(struct membership_row){.project = project, .user = lab.ann.user});
    const union command_fields start = {.vm_start = {.config = config}};
    person_refused(world, &lab.ann, COMMAND_VM_START, &start, RULE_VM_07B);
    view = world_view(world);
    assert_false(vm_has(&view, vm, lab.ann.user));
    assert_false(vm_allows(&view, vm, lab.ann.user, VM_PERMISSION_DRIVES));
    const union command_fields stop = shutdown_of(vm);
    (void)person_must(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop);
}

/* What is asked for, what a watcher sees, and what the controller tells, in whatever order. */
static void a_run_goes_from_requested_to_stopped(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 4);
    const struct id vm = lab_machine(world, &lab, &lab.ann, "one");
    assert_int_equal(machines_on(world, lab.host), 1);
    lab_run(world, vm);
    assert_int_equal(state_of(world, vm), VM_STATE_RUNNING);
    assert_true(lab_row(world, vm).has_uuid);
    lab_connect(world, vm);
    assert_int_equal(state_of(world, vm), VM_STATE_REGISTERED);
    const union command_fields stop = shutdown_of(vm);
    const uint64_t request = person_must(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop);
    assert_int_equal(state_of(world, vm), VM_STATE_STOPPING);
    assert_true(is_due(world, request, EFFECT_KIND_DOMAIN_STOP, vm));
    answer(world, request, EFFECT_KIND_DOMAIN_STOP, true);
    assert_int_equal(state_of(world, vm), VM_STATE_STOPPING);
    assert_int_equal(machines_on(world, lab.host), 1);
    lab_end(world, vm);
    assert_int_equal(state_of(world, vm), VM_STATE_STOPPED);
    assert_int_equal(machines_on(world, lab.host), 0);
    const struct id eager = lab_machine(world, &lab, &lab.ann, "two");
    lab_connect(world, eager);
    lab_run(world, eager);
    assert_int_equal(state_of(world, eager), VM_STATE_REGISTERED);
}

/* VM-15a, VM-15c. */
static void a_machine_that_is_up_is_shut_down_by_its_owner(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const union command_fields stop = shutdown_of(vm), nothing = shutdown_of(lab.host);
    lab_let_in(world, &lab.ann, vm, &lab.bob, VM_ROLE_MANAGER);
    lab_permit(world, &lab.ann, vm, &lab.bob, vm_role_permissions(VM_ROLE_MANAGER));
    person_refused(world, &lab.bob, COMMAND_VM_SHUTDOWN, &stop, RULE_VM_15A);
    person_refused(world, &lab.root, COMMAND_VM_SHUTDOWN, &stop, RULE_VM_15A);
    person_refused(world, &lab.ann, COMMAND_VM_SHUTDOWN, &nothing, RULE_VM_01C);
    (void)person_must(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop);
    person_refused(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop, RULE_VM_15C);
    lab_end(world, vm);
    person_refused(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop, RULE_VM_15C);
}

/* VM-22a, VM-22b, VM-01c. */
static void a_machine_that_is_stopped_is_deleted_by_its_owner_only(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    const union command_fields removal = deletion_of(vm), stop = shutdown_of(vm);
    person_refused(world, &lab.ann, COMMAND_VM_DELETE, &removal, RULE_VM_22B);
    (void)person_must(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop);
    person_refused(world, &lab.ann, COMMAND_VM_DELETE, &removal, RULE_VM_22B);
    lab_end(world, vm);
    person_refused(world, &lab.root, COMMAND_VM_DELETE, &removal, RULE_VM_22A);
    person_refused(world, &lab.bob, COMMAND_VM_DELETE, &removal, RULE_VM_22A);
    const uint64_t request = person_must(world, &lab.ann, COMMAND_VM_DELETE, &removal);
    assert_true(is_due(world, request, EFFECT_KIND_DOMAIN_DELETE, vm));
    person_refused(world, &lab.ann, COMMAND_VM_DELETE, &removal, RULE_VM_01C);
    struct view view = world_view(world);
    assert_false(vm_by_id(&view, vm, NULL));
    assert_false(vm_allows(&view, vm, lab.ann.user, VM_PERMISSION_USERS));
}

/* VM-16a: and VM-02c, VM-02e hold for it as for every other one. */
static void service_machines_are_powered_up_by_administrators_when_they_are_stopped(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct recipe recipe = {.name = "service", .service = true};
    const struct id vm = lab_start(world, &lab.ann, lab_config(world, &lab, &lab.ann, &recipe));
    const union command_fields up = {.vm_power_up = {.vm = vm}};
    person_refused(world, &lab.admin, COMMAND_VM_POWER_UP, &up, RULE_VM_16A);
    lab_end(world, vm);
    person_refused(world, &lab.ann, COMMAND_VM_POWER_UP, &up, RULE_VM_16A);
    const struct id other = lab_machine(world, &lab, &lab.bob, "other");
    person_refused(world, &lab.admin, COMMAND_VM_POWER_UP, &up, RULE_VM_02E);
    lab_end(world, other);
    const union command_fields none = {.vm_power_up = {.vm = other}};
    person_refused(world, &lab.admin, COMMAND_VM_POWER_UP, &none, RULE_VM_16A);
    const uint64_t run = person_must(world, &lab.admin, COMMAND_VM_POWER_UP, &up);
    const struct vm_row row = lab_row(world, vm);
    assert_int_equal(row.run, run);
    assert_int_equal(row.state, VM_STATE_REQUESTED);
    assert_true(is_due(world, run, EFFECT_KIND_DOMAIN_START, vm));
    assert_int_equal(machines_on(world, lab.host), 1);
}

/* VM-02a: in time, or not at all. */
static void a_machine_that_did_not_come_up_is_failed_and_counts_no_more(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 2);
    const struct id vm = lab_machine(world, &lab, &lab.ann, "one");
    const struct id slow = lab_machine(world, &lab, &lab.ann, "two");
    answer(world, vm.n, EFFECT_KIND_DOMAIN_START, false);
    assert_int_equal(state_of(world, vm), VM_STATE_FAILED);
    lab_run(world, slow);
    struct decided late = {.kind = EVENT_VM_START_FAILED, .on = {slow}, .on_count = 1};
    late.body.vm_start_failed.why = LITERAL("its controller was not heard of in 120 s");
    (void)world_say(world, &late);
    assert_int_equal(state_of(world, slow), VM_STATE_FAILED);
    assert_int_equal(machines_on(world, lab.host), 0);
    lab_end(world, slow);
    assert_int_equal(state_of(world, slow), VM_STATE_FAILED);
    const struct id good = lab_connected(world, &lab, &lab.ann, "three");
    late.on[0] = good;
    (void)world_say(world, &late);
    assert_int_equal(state_of(world, good), VM_STATE_REGISTERED);
}

static void a_machine_that_could_not_be_stopped_goes_on_as_what_it_was(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 3);
    const struct id vms[] = {lab_machine(world, &lab, &lab.ann, "one"),
                             lab_machine(world, &lab, &lab.ann, "two"),
                             lab_connected(world, &lab, &lab.ann, "three")};
    const enum vm_state states[] = {VM_STATE_REQUESTED, VM_STATE_RUNNING, VM_STATE_REGISTERED};
    lab_run(world, vms[1]);
    for (size_t i = 0; i < 3; i++) {
        const union command_fields stop = shutdown_of(vms[i]);
        const uint64_t request = person_must(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop);
        answer(world, request, EFFECT_KIND_DOMAIN_STOP, false);
        assert_int_equal(state_of(world, vms[i]), states[i]);
    }
    const union command_fields stop = shutdown_of(vms[0]);
    const uint64_t request = person_must(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop);
    answer(world, request, EFFECT_KIND_DOMAIN_STOP, true);
    assert_int_equal(state_of(world, vms[0]), VM_STATE_STOPPED);
    assert_int_equal(machines_on(world, lab.host), 2);
}

/* What nobody asked for is seen all the same: it takes its part of the host. */
static void a_domain_that_nobody_asked_for_counts(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    lab_end(world, vm);
    lab_run(world, vm);
    assert_int_equal(state_of(world, vm), VM_STATE_RUNNING);
    assert_int_equal(machines_on(world, lab.host), 1);
    lab_end(world, vm);
    const union command_fields removal = deletion_of(vm);
    (void)person_must(world, &lab.ann, COMMAND_VM_DELETE, &removal);
    lab_run(world, vm);
    assert_int_equal(state_of(world, vm), VM_STATE_DELETED);
    assert_int_equal(machines_on(world, lab.host), 1);
    lab_end(world, vm);
    assert_int_equal(state_of(world, vm), VM_STATE_DELETED);
    assert_int_equal(machines_on(world, lab.host), 0);
}

/* VM-23. */
static void a_machine_that_moved_counts_for_the_host_that_it_moved_to(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id south = lab_host(world, &lab, "south", 1, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    struct decided moved = {.kind = EVENT_VM_MIGRATED, .on = {vm, south}, .on_count = 2};
    moved.body.vm_migrated = (struct vm_migrated){.from = lab.host, .to = south};
    (void)world_say(world, &moved);
    assert_int_equal(machines_on(world, lab.host), 0);
    assert_int_equal(machines_on(world, south), 1);
    lab_end(world, vm);
    assert_int_equal(machines_on(world, south), 0);
    moved.body.vm_migrated = (struct vm_migrated){.from = south, .to = lab.host};
    (void)world_say(world, &moved);
    assert_int_equal(machines_on(world, lab.host), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_machine_is_started_from_a_configuration_by_its_owner),
        IN_WORLD(a_machine_is_called_what_is_asked_for_or_after_its_recipe),
        IN_WORLD(the_machines_that_run_for_a_team_are_within_its_cores_and_memory),
        IN_WORLD(a_tagged_machine_is_started_by_an_active_member),
        IN_WORLD(a_run_goes_from_requested_to_stopped),
        IN_WORLD(a_machine_that_is_up_is_shut_down_by_its_owner),
        IN_WORLD(a_machine_that_is_stopped_is_deleted_by_its_owner_only),
        IN_WORLD(service_machines_are_powered_up_by_administrators_when_they_are_stopped),
        IN_WORLD(a_machine_that_did_not_come_up_is_failed_and_counts_no_more),
        IN_WORLD(a_machine_that_could_not_be_stopped_goes_on_as_what_it_was),
        IN_WORLD(a_domain_that_nobody_asked_for_counts),
        IN_WORLD(a_machine_that_moved_counts_for_the_host_that_it_moved_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
