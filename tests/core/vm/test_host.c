/*
 * Hosts: who registers them, what they take, and how all their machines are shut down.
 */
#include "core/vm/host.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static union command_fields registration(const char *name, const char *uri)
{
    return (union command_fields){.host_register = {.name = bytes_of_string(name),
                                                    .uri = bytes_of_string(uri),
                                                    .cores = 4,
                                                    .memory_mib = 4096}};
}

static union command_fields change(struct id host, enum host_state state, const char *reason)
{
    return (union command_fields){
        .host_change_state = {.host = host, .state = state, .reason = bytes_of_string(reason)}};
}

/* HST-01a. */
static void
hosts_are_registered_and_removed_by_super_administrators_each_name_and_address_once(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    union command_fields fields = registration("south", "qemu:///south");
    person_refused(world, &lab.admin, COMMAND_HOST_REGISTER, &fields, RULE_HST_01A);
    const struct id south = {ID_HOST,
                             person_must(world, &lab.root, COMMAND_HOST_REGISTER, &fields)};
    person_refused(world, &lab.root, COMMAND_HOST_REGISTER, &fields, RULE_HST_01A);
    fields = registration("east", "qemu:///south");
    person_refused(world, &lab.root, COMMAND_HOST_REGISTER, &fields, RULE_HST_01A);
    fields = registration("east", "a b");
    person_refused(world, &lab.root, COMMAND_HOST_REGISTER, &fields, RULE_HST_01A);
    fields = registration("east", "");
    person_refused(world, &lab.root, COMMAND_HOST_REGISTER, &fields, RULE_HST_01A);
    fields = registration("e/ast", "qemu:///east");
    person_refused(world, &lab.root, COMMAND_HOST_REGISTER, &fields, RULE_VM_01D);
    const union command_fields removal = {.host_remove = {.host = south}};
    person_refused(world, &lab.admin, COMMAND_HOST_REMOVE, &removal, RULE_HST_01A);
    (void)person_must(world, &lab.root, COMMAND_HOST_REMOVE, &removal);
    fields = registration("south", "qemu:///south");
    (void)person_must(world, &lab.root, COMMAND_HOST_REGISTER, &fields);
    struct view view = world_view(world);
    struct host_row row;
    assert_true(host_by_name(&view, LITERAL("south"), &row));
    assert_false(host_by_id(&view, south, NULL));
}

/* HST-01b. */
static void a_host_is_removed_when_it_carries_no_machine(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_machine(world, &lab, &lab.ann, "one");
    const union command_fields removal = {.host_remove = {.host = lab.host}};
    person_refused(world, &lab.root, COMMAND_HOST_REMOVE, &removal, RULE_HST_01B);
    lab_run(world, vm);
    person_refused(world, &lab.root, COMMAND_HOST_REMOVE, &removal, RULE_HST_01B);
    lab_end(world, vm);
    (void)person_must(world, &lab.root, COMMAND_HOST_REMOVE, &removal);
}

/* HST-01c. */
static void a_host_that_is_removed_or_unknown_is_not_used(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    const struct id hosts[] = {lab.host, {ID_HOST, 99999}, {ID_VM, lab.host.n}};
    const union command_fields removal = {.host_remove = {.host = lab.host}};
    (void)person_must(world, &lab.root, COMMAND_HOST_REMOVE, &removal);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        union command_fields fields = {.host_remove = {.host = hosts[i]}};
        person_refused(world, &lab.root, COMMAND_HOST_REMOVE, &fields, RULE_HST_01C);
        fields = change(hosts[i], HOST_STATE_OFFLINE, "a test");
        person_refused(world, &lab.root, COMMAND_HOST_CHANGE_STATE, &fields, RULE_HST_01C);
        fields = (union command_fields){.host_check_utilisation = {.host = hosts[i]}};
        person_refused(world, &lab.root, COMMAND_HOST_CHECK_UTILISATION, &fields, RULE_HST_01C);
        fields = (union command_fields){
            .host_shutdown_vms = {.host = hosts[i], .reason = LITERAL("a test")}};
        person_refused(world, &lab.root, COMMAND_HOST_SHUTDOWN_VMS, &fields, RULE_HST_01C);
        fields = (union command_fields){
            .vm_start = {.config = config, .has_host = true, .host = hosts[i]}};
        person_refused(world, &lab.ann, COMMAND_VM_START, &fields, RULE_HST_01C);
    }
}

/* HST-02a, HST-02b. */
static void a_host_that_is_not_active_takes_no_new_machine(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 2);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    const struct id running = lab_start(world, &lab.ann, config);
    union command_fields fields = change(lab.host, HOST_STATE_MAINTENANCE, "new memory");
    person_refused(world, &lab.admin, COMMAND_HOST_CHANGE_STATE, &fields, RULE_HST_02A);
    (void)person_must(world, &lab.root, COMMAND_HOST_CHANGE_STATE, &fields);
    person_refused(world, &lab.root, COMMAND_HOST_CHANGE_STATE, &fields, RULE_HST_02A);
    fields = change(lab.host, HOST_STATE_ACTIVE, "");
    person_refused(world, &lab.root, COMMAND_HOST_CHANGE_STATE, &fields, RULE_HST_02A);
    fields =
        (union command_fields){.vm_start = {.config = config, .has_host = true, .host = lab.host}};
    person_refused(world, &lab.ann, COMMAND_VM_START, &fields, RULE_HST_02B);
    fields = (union command_fields){.vm_start = {.config = config}};
    person_refused(world, &lab.ann, COMMAND_VM_START, &fields, RULE_VM_02E);
    const struct vm_row row = lab_row(world, running);
    assert_true(vm_is_up(&row));
}

/* HST-03a. */
static void the_utilisation_of_hosts_is_looked_at_by_super_administrators(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const union command_fields fields = {.host_check_utilisation = {.host = lab.host}};
    person_refused(world, &lab.admin, COMMAND_HOST_CHECK_UTILISATION, &fields, RULE_HST_03A);
    const uint64_t request = person_must(world, &lab.root, COMMAND_HOST_CHECK_UTILISATION, &fields);
    struct effect_due_row due = {.request = request};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_EFFECT_DUE, &due));
    assert_int_equal(due.effect, EFFECT_KIND_HOST_LOOK);
    struct decided answer = {
        .kind = EVENT_HOST_UTILISATION_CHECKED, .on = {lab.host}, .on_count = 1};
    answer.body.host_utilisation_checked =
        (struct host_utilisation_checked){.request = request, .by = lab.root.user};
    (void)world_say(world, &answer);
    view = world_view(world);
    assert_false(view_find(&view, ROW_EFFECT_DUE, &due));
}

/* HST-04a: one event for each machine that is up, after one that counts them. */
static void all_machines_of_a_host_are_shut_down_by_administrators_with_a_reason(void **state)
{
    struct world *world = *state;
    struct lab lab = lab_begin(world, 3);
    struct id vms[3];
    union command_fields fields = {.host_shutdown_vms = {.host = lab.host}};
    vms[0] = lab_machine(world, &lab, &lab.ann, "one");
    vms[1] = lab_connected(world, &lab, &lab.bob, "two");
    vms[2] = lab_connected(world, &lab, &lab.ann, "three");
    const union command_fields stop = {.vm_shutdown = {.vm = vms[2]}};
    (void)person_must(world, &lab.ann, COMMAND_VM_SHUTDOWN, &stop);
    person_refused(world, &lab.root, COMMAND_HOST_SHUTDOWN_VMS, &fields, RULE_HST_04A);
    fields.host_shutdown_vms.reason = LITERAL("smoke");
    person_refused(world, &lab.ann, COMMAND_HOST_SHUTDOWN_VMS, &fields, RULE_HST_04A);
    (void)person_must(world, &lab.admin, COMMAND_HOST_SHUTDOWN_VMS, &fields);
    assert_int_equal(world->decision.count, 3);
    assert_int_equal(world->decision.events[0].body.host_vms_shutdown.count, 2);
    assert_int_equal(world_decided(world, EVENT_VM_SHUTDOWN_REQUESTED), 2);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(lab_row(world, vms[i]).state, VM_STATE_STOPPING);
    }
    (void)person_must(world, &lab.admin, COMMAND_HOST_SHUTDOWN_VMS, &fields);
    assert_int_equal(world->decision.count, 1);
}

static void
more_machines_than_a_decision_has_room_for_are_shut_down_by_the_same_command_again(void **state)
{
    struct world *world = *state;
    enum {
        MACHINES = DECISION_EVENTS_MAX + 20,
    };
    const struct lab lab = lab_begin(world, MACHINES);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "many"});
    const union command_fields fields = {
        .host_shutdown_vms = {.host = lab.host, .reason = LITERAL("smoke")}};
    for (size_t i = 0; i < MACHINES; i++) {
        (void)lab_start(world, &lab.ann, config);
    }
    (void)person_must(world, &lab.admin, COMMAND_HOST_SHUTDOWN_VMS, &fields);
    assert_int_equal(world->decision.count, DECISION_EVENTS_MAX);
    (void)person_must(world, &lab.admin, COMMAND_HOST_SHUTDOWN_VMS, &fields);
    assert_int_equal(world->decision.events[0].body.host_vms_shutdown.count,
                     MACHINES - (DECISION_EVENTS_MAX - 1));
}

/* VM-02e: of those that have room, the one with the most. */
static void a_machine_goes_where_there_is_most_room(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 2);
    const struct id big = lab_host(world, &lab, "big", LAB_CORES, 3 * LAB_MEMORY + 1);
    const struct id narrow = lab_host(world, &lab, "narrow", LAB_CORES - 1, 100 * LAB_MEMORY);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    const struct id expected[] = {big, big, lab.host, big, lab.host};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct id vm = lab_start(world, &lab.ann, config);
        assert_true(id_equal(lab_row(world, vm).host, expected[i]) ||
                    (i == 2 && id_equal(lab_row(world, vm).host, lab.host)));
    }
    union command_fields fields = {.vm_start = {.config = config}};
    person_refused(world, &lab.ann, COMMAND_VM_START, &fields, RULE_VM_02E);
    fields.vm_start.has_host = true;
    fields.vm_start.host = narrow;
    person_refused(world, &lab.ann, COMMAND_VM_START, &fields, RULE_VM_02E);
    struct view view = world_view(world);
    const struct host_load load = host_load_of(&view, big);
    assert_int_equal(load.vms, 3);
    assert_int_equal(load.memory_mib, 3 * LAB_MEMORY);
    assert_int_equal(load.cores, 3 * LAB_CORES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(
            hosts_are_registered_and_removed_by_super_administrators_each_name_and_address_once),
        IN_WORLD(a_host_is_removed_when_it_carries_no_machine),
        IN_WORLD(a_host_that_is_removed_or_unknown_is_not_used),
        IN_WORLD(a_host_that_is_not_active_takes_no_new_machine),
        IN_WORLD(the_utilisation_of_hosts_is_looked_at_by_super_administrators),
        IN_WORLD(all_machines_of_a_host_are_shut_down_by_administrators_with_a_reason),
        IN_WORLD(
            more_machines_than_a_decision_has_room_for_are_shut_down_by_the_same_command_again),
        IN_WORLD(a_machine_goes_where_there_is_most_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
