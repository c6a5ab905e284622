/*
 * What is known of a machine's controller, and whose key it has learned; what libvirt says.
 */
#include "core/effect/effect.h"
#include "core/vm/vm_controller.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct vm_controller_row controller(struct world *world, struct id vm)
{
    struct vm_controller_row row;
    struct view view = world_view(world);
    assert_true(vm_controller_of(&view, vm, &row));
    return row;
}

static void knows(struct world *world, struct id vm, unsigned key)
{
    const struct digest expected = some_digest(key);
    const struct vm_controller_row row = controller(world, vm);
    assert_true(row.has_owner_key && digest_equal(&row.owner_key, &expected));
}

static void learn(struct world *world, struct id vm, const struct person *owner, unsigned key)
{
    struct decided event = {.kind = EVENT_VM_OWNER_KEY_LEARNED, .on = {vm}, .on_count = 1};
    event.body.vm_owner_key_learned =
        (struct vm_owner_key_learned){.owner = owner->user, .key = some_digest(key)};
    (void)world_say(world, &event);
}

static bool is_here(struct world *world, struct id vm)
{
    const struct vm_row row = lab_row(world, vm);
    struct view view = world_view(world);
    return vm_controller_is_here(&view, &row);
}

/* VM-03a: in this run, in the next, and whatever a controller says. */
static void a_machine_learns_its_owners_key_once(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct recipe recipe = {.name = "service", .service = true};
    const struct id vm = lab_start(world, &lab.ann, lab_config(world, &lab, &lab.ann, &recipe));
    lab_run(world, vm);
    assert_false(is_here(world, vm));
    lab_connect(world, vm);
    assert_true(is_here(world, vm));
    assert_false(controller(world, vm).has_owner_key);
    learn(world, vm, &lab.ann, 1);
    learn(world, vm, &lab.ann, 2);
    knows(world, vm, 1);
    lab_end(world, vm);
    const union command_fields up = {.vm_power_up = {.vm = vm}};
    (void)person_must(world, &lab.admin, COMMAND_VM_POWER_UP, &up);
    assert_false(is_here(world, vm));
    lab_connect(world, vm);
    assert_true(is_here(world, vm));
    learn(world, vm, &lab.bob, 3);
    knows(world, vm, 1);
}

static void what_a_controller_enforces_is_known_until_the_run_is_over(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    struct decided event = {.kind = EVENT_VM_POLICY_APPLIED, .on = {vm}, .on_count = 1};
    event.body.vm_policy_applied = (struct vm_policy_applied){.up_to = 77, .users = 1};
    assert_false(controller(world, vm).has_applied);
    (void)world_say(world, &event);
    assert_int_equal(controller(world, vm).applied, 77);
    event = (struct decided){.kind = EVENT_VM_CONTROLLER_RESTARTED, .on = {vm}, .on_count = 1};
    event.body.vm_controller_restarted.to = LITERAL("2");
    (void)world_say(world, &event);
    assert_true(bytes_equal(controller(world, vm).version, LITERAL("2")));
    lab_end(world, vm);
    assert_false(controller(world, vm).has_applied);
}

/* VM-17a. */
static void controllers_are_restarted_by_administrators_in_machines_that_run(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_machine(world, &lab, &lab.ann, "one");
    union command_fields fields = {.vm_restart_controller = {.vm = vm}};
    person_refused(world, &lab.ann, COMMAND_VM_RESTART_CONTROLLER, &fields, RULE_VM_17A);
    person_refused(world, &lab.admin, COMMAND_VM_RESTART_CONTROLLER, &fields, RULE_VM_17A);
    lab_run(world, vm);
    const uint64_t request = person_must(world, &lab.admin, COMMAND_VM_RESTART_CONTROLLER, &fields);
    struct effect_due_row due;
    struct view view = world_view(world);
    assert_true(effect_is_due(&view, request, &due));
    assert_int_equal(due.effect, EFFECT_KIND_CONTROLLER_RESTART);
    assert_true(id_equal(due.object, vm) && id_equal(due.about, lab.host));
    lab_end(world, vm);
    person_refused(world, &lab.admin, COMMAND_VM_RESTART_CONTROLLER, &fields, RULE_VM_17A);
    fields.vm_restart_controller.vm = lab.host;
    person_refused(world, &lab.admin, COMMAND_VM_RESTART_CONTROLLER, &fields, RULE_VM_01C);
}

/* VM-18a. */
static void the_description_of_a_machine_is_fetched_by_super_administrators(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id vm = lab_connected(world, &lab, &lab.ann, "one");
    union command_fields fields = {.vm_fetch_xml = {.vm = vm}};
    struct effect_due_row due;
    person_refused(world, &lab.admin, COMMAND_VM_FETCH_XML, &fields, RULE_VM_18A);
    person_refused(world, &lab.ann, COMMAND_VM_FETCH_XML, &fields, RULE_VM_18A);
    const uint64_t request = person_must(world, &lab.root, COMMAND_VM_FETCH_XML, &fields);
    struct view view = world_view(world);
    assert_true(effect_is_due(&view, request, &due));
    assert_int_equal(due.effect, EFFECT_KIND_XML_FETCH);
    struct decided answer = {.kind = EVENT_VM_XML_FETCHED, .on = {vm}, .on_count = 1};
    answer.body.vm_xml_fetched =
        (struct vm_xml_fetched){.request = request, .by = lab.root.user, .size = 1};
    (void)world_say(world, &answer);
    view = world_view(world);
    assert_false(effect_is_due(&view, request, &due));
    fields.vm_fetch_xml.vm = lab.host;
    person_refused(world, &lab.root, COMMAND_VM_FETCH_XML, &fields, RULE_VM_01C);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_machine_learns_its_owners_key_once),
        IN_WORLD(what_a_controller_enforces_is_known_until_the_run_is_over),
        IN_WORLD(controllers_are_restarted_by_administrators_in_machines_that_run),
        IN_WORLD(the_description_of_a_machine_is_fetched_by_super_administrators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
