/*
 * Setups of hardware: what is on offer, from which image, and for whom.
 */
#include "core/vm/hardware.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static union command_fields offer(const struct lab *lab, const char *name, uint64_t cores,
                                  uint64_t memory_mib)
{
    return (union command_fields){.hw_create = {.name = bytes_of_string(name),
                                                .brick = lab->brick,
                                                .cores = cores,
                                                .memory_mib = memory_mib}};
}

static union command_fields access_for(struct id hardware, const struct id *added,
                                       const struct id *removed)
{
    return (union command_fields){.hw_manage_access = {.hardware = hardware,
                                                       .added = added,
                                                       .added_count = added != NULL,
                                                       .removed = removed,
                                                       .removed_count = removed != NULL}};
}

/* VM-19a, VM-20a, VM-01c. */
static void setups_are_changed_by_administrators(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id unknown = {ID_HARDWARE, 99999};
    union command_fields fields = offer(&lab, "big", 4, 4096);
    person_refused(world, &lab.ann, COMMAND_HW_CREATE, &fields, RULE_VM_19A);
    fields.hw_create.brick = (struct id){ID_BRICK, 99999};
    person_refused(world, &lab.admin, COMMAND_HW_CREATE, &fields, RULE_VM_20A);
    fields = access_for(lab.hardware, &lab.ann.user, NULL);
    person_refused(world, &lab.ann, COMMAND_HW_MANAGE_ACCESS, &fields, RULE_VM_19A);
    fields = access_for(unknown, &lab.ann.user, NULL);
    person_refused(world, &lab.admin, COMMAND_HW_MANAGE_ACCESS, &fields, RULE_VM_01C);
    fields = (union command_fields){
        .hw_change_image = {.hardware = lab.hardware, .brick = {ID_BRICK, 99999}}};
    person_refused(world, &lab.ann, COMMAND_HW_CHANGE_IMAGE, &fields, RULE_VM_19A);
    person_refused(world, &lab.admin, COMMAND_HW_CHANGE_IMAGE, &fields, RULE_VM_20A);
    fields.hw_change_image.hardware = unknown;
    person_refused(world, &lab.admin, COMMAND_HW_CHANGE_IMAGE, &fields, RULE_VM_01C);
    fields = (union command_fields){
        .hw_replace_instructions = {.hardware = unknown, .instructions = LITERAL("none")}};
    person_refused(world, &lab.ann, COMMAND_HW_REPLACE_INSTRUCTIONS, &fields, RULE_VM_19A);
    person_refused(world, &lab.admin, COMMAND_HW_REPLACE_INSTRUCTIONS, &fields, RULE_VM_01C);
}

/* VM-19b, VM-01d. */
static void a_setup_has_a_name_and_a_size(void **state)
{
    static const struct {
        uint64_t cores, memory_mib;
        bool good;
    } sizes[] = {{1, 16, true},          {4096, 64 << 20, true}, {0, 1024, false},
                 {4097, 1024, false},    {1, 15, false},         {1, (64 << 20) + 1, false},
                 {UINT32_MAX, 1, false}, {2, 2048, true}};
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        const union command_fields fields = offer(&lab, name, sizes[i].cores, sizes[i].memory_mib);
        const enum rule refused = person_try(world, &lab.admin, COMMAND_HW_CREATE, &fields);
        assert_int_equal(refused, sizes[i].good ? RULE_NONE : RULE_VM_19B);
    }
    union command_fields fields = offer(&lab, "small", 1, 1024);
    person_refused(world, &lab.admin, COMMAND_HW_CREATE, &fields, RULE_VM_01D);
    const struct bytes device = LITERAL("gpu/0");
    fields = offer(&lab, "gpu", 1, 1024);
    fields.hw_create.devices = &device;
    fields.hw_create.devices_count = 1;
    person_refused(world, &lab.admin, COMMAND_HW_CREATE, &fields, RULE_VM_01D);
}

/* VM-01b: nobody until somebody says so; a user, or a team that the user is in. */
static void a_setup_is_open_to_those_it_was_opened_to(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id team = {ID_TEAM, world->n}, nobody = {ID_USER, 99999};
    (void)world_put(world, ROW_TEAM, &(struct team_row){.team = team, .name = LITERAL("t")});
    (void)world_put(world, ROW_TEAM_MEMBER,
                    &(struct team_member_row){.team = team, .user = lab.bob.user});
    union command_fields fields = offer(&lab, "big", 4, 4096);
    const struct id big = {ID_HARDWARE, person_must(world, &lab.admin, COMMAND_HW_CREATE, &fields)};
    struct view view = world_view(world);
    assert_false(hardware_is_open_to(&view, big, lab.ann.user));
    assert_false(hardware_is_open_to(&view, big, lab.root.user));
    fields = access_for(big, &lab.ann.user, NULL);
    (void)person_must(world, &lab.admin, COMMAND_HW_MANAGE_ACCESS, &fields);
    fields = access_for(big, &team, &lab.cid.user);
    (void)person_must(world, &lab.admin, COMMAND_HW_MANAGE_ACCESS, &fields);
    view = world_view(world);
    assert_true(hardware_is_open_to(&view, big, lab.ann.user));
    assert_true(hardware_is_open_to(&view, big, lab.bob.user));
    assert_false(hardware_is_open_to(&view, big, lab.cid.user));
    fields = access_for(big, &team, &team);
    (void)person_must(world, &lab.admin, COMMAND_HW_MANAGE_ACCESS, &fields);
    view = world_view(world);
    assert_false(hardware_is_open_to(&view, big, lab.bob.user));
    fields = access_for(big, &nobody, NULL);
    person_refused(world, &lab.admin, COMMAND_HW_MANAGE_ACCESS, &fields, RULE_IDN_01D);
    (void)world_put(world, ROW_TEAM,
                    &(struct team_row){.team = team, .name = LITERAL("t"), .deleted = true});
    fields = access_for(big, &team, NULL);
    person_refused(world, &lab.admin, COMMAND_HW_MANAGE_ACCESS, &fields, RULE_TEA_02D);
}

/* VM-20b. */
static void what_is_changed_counts_for_machines_that_are_started_from_then_on(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 2);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    const struct id before = lab_start(world, &lab.ann, config);
    union command_fields fields = {.brick_register = {.name = LITERAL("newer"),
                                                      .pool = lab.pool,
                                                      .file = LITERAL("newer.qcow2"),
                                                      .sha256 = some_digest(2)}};
    const struct id newer = {ID_BRICK,
                             person_must(world, &lab.root, COMMAND_BRICK_REGISTER, &fields)};
    fields = (union command_fields){.hw_change_image = {.hardware = lab.hardware, .brick = newer}};
    (void)person_must(world, &lab.admin, COMMAND_HW_CHANGE_IMAGE, &fields);
    const struct hw_image_changed *changed = &world->decision.events[0].body.hw_image_changed;
    assert_true(id_equal(changed->from, lab.brick) && id_equal(changed->to, newer));
    const struct id after = lab_start(world, &lab.ann, config);
    assert_true(id_equal(lab_row(world, before).brick, lab.brick));
    assert_true(id_equal(lab_row(world, after).brick, newer));
}

/* VM-21. */
static void instructions_are_known_by_their_hash(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    struct hardware_row row;
    union command_fields fields = {
        .hw_replace_instructions = {.hardware = lab.hardware, .instructions = LITERAL("one")}};
    (void)person_must(world, &lab.admin, COMMAND_HW_REPLACE_INSTRUCTIONS, &fields);
    assert_false(world->decision.events[0].body.hw_instructions_replaced.has_from);
    const struct digest one = world->decision.events[0].body.hw_instructions_replaced.to;
    fields.hw_replace_instructions.instructions = LITERAL("two");
    (void)person_must(world, &lab.admin, COMMAND_HW_REPLACE_INSTRUCTIONS, &fields);
    const struct hw_instructions_replaced two =
        world->decision.events[0].body.hw_instructions_replaced;
    assert_true(two.has_from && digest_equal(&two.from, &one));
    assert_false(digest_equal(&two.to, &one));
    struct view view = world_view(world);
    assert_true(hardware_by_name(&view, LITERAL("small"), &row));
    assert_true(row.has_instructions && digest_equal(&row.instructions, &two.to));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(setups_are_changed_by_administrators),
        IN_WORLD(a_setup_has_a_name_and_a_size),
        IN_WORLD(a_setup_is_open_to_those_it_was_opened_to),
        IN_WORLD(what_is_changed_counts_for_machines_that_are_started_from_then_on),
        IN_WORLD(instructions_are_known_by_their_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
