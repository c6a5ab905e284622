/*
 * Recipes: whose they are, and what they are made of.
 */
#include "core/vm/config.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct id add_drive(struct world *world, const struct person *owner)
{
    const struct drive_row row = {.drive = {ID_DRIVE, world->n},
                                  .name = LITERAL("data"),
                                  .owner = owner->user,
                                  .pool = {ID_POOL, 1},
                                  .state = DRIVE_STATE_BLANK};
    (void)world_put(world, ROW_DRIVE, &row);
    return row.drive;
}

static union command_fields creation(const struct lab *lab, const char *name)
{
    return (union command_fields){
        .vm_config_create = {.name = bytes_of_string(name), .hardware = lab->hardware}};
}

static union command_fields edition(struct id config, const struct id *drives, size_t count,
                                    const enum drive_mode *modes, size_t modes_count)
{
    return (union command_fields){.vm_config_edit = {.config = config,
                                                     .drives = drives,
                                                     .drives_count = count,
                                                     .modes = modes,
                                                     .modes_count = modes_count}};
}

/* VM-01a, VM-01c. */
static void a_configuration_is_changed_and_deleted_by_its_owner(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    const union command_fields edit = edition(config, NULL, 0, NULL, 0);
    const union command_fields removal = {.vm_config_delete = {.config = config}};
    const union command_fields start = {.vm_start = {.config = config}};
    person_refused(world, &lab.bob, COMMAND_VM_CONFIG_EDIT, &edit, RULE_VM_01A);
    person_refused(world, &lab.root, COMMAND_VM_CONFIG_EDIT, &edit, RULE_VM_01A);
    person_refused(world, &lab.root, COMMAND_VM_CONFIG_DELETE, &removal, RULE_VM_01A);
    (void)person_must(world, &lab.ann, COMMAND_VM_CONFIG_EDIT, &edit);
    assert_int_equal(world->decision.events[0].body.vm_config_edited.version, 2);
    (void)person_must(world, &lab.ann, COMMAND_VM_CONFIG_DELETE, &removal);
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_EDIT, &edit, RULE_VM_01C);
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_DELETE, &removal, RULE_VM_01C);
    person_refused(world, &lab.ann, COMMAND_VM_START, &start, RULE_VM_01C);
    struct view view = world_view(world);
    assert_false(config_by_id(&view, config, NULL));
}

/* VM-01b: who has it no more starts nothing of it, either. */
static void a_configuration_and_a_start_use_hardware_that_the_actor_has_access_to(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 2);
    union command_fields fields = creation(&lab, "one");
    person_refused(world, &lab.root, COMMAND_VM_CONFIG_CREATE, &fields, RULE_VM_01B);
    fields.vm_config_create.hardware = (struct id){ID_HARDWARE, 99999};
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_CREATE, &fields, RULE_VM_01C);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    const struct id running = lab_start(world, &lab.ann, config);
    fields = (union command_fields){.hw_manage_access = {
                                        .hardware = lab.hardware,
                                        .removed = &lab.ann.user,
                                        .removed_count = 1,
                                    }};
    (void)person_must(world, &lab.admin, COMMAND_HW_MANAGE_ACCESS, &fields);
    fields = (union command_fields){.vm_start = {.config = config}};
    person_refused(world, &lab.ann, COMMAND_VM_START, &fields, RULE_VM_01B);
    fields = edition(config, NULL, 0, NULL, 0);
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_EDIT, &fields, RULE_VM_01B);
    const struct vm_row row = lab_row(world, running);
    assert_true(vm_is_up(&row));
}

/* VM-01d. */
static void names_are_the_owners_and_each_is_used_once(void **state)
{
    static const char *const bad[] = {"", "a/b", "a\tb", "a\x7f"};
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    struct config_row row;
    char long_name[VM_NAME_MAX + 2];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const union command_fields fields = creation(&lab, bad[i]);
        person_refused(world, &lab.ann, COMMAND_VM_CONFIG_CREATE, &fields, RULE_VM_01D);
    }
    union command_fields fields = creation(&lab, long_name);
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_CREATE, &fields, RULE_VM_01D);
    const struct id anns = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    fields = creation(&lab, "one");
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_CREATE, &fields, RULE_VM_01D);
    const struct id bobs = lab_config(world, &lab, &lab.bob, &(struct recipe){.name = "one"});
    struct view view = world_view(world);
    assert_true(config_by_name(&view, lab.ann.user, LITERAL("one"), &row));
    assert_true(id_equal(row.config, anns));
    assert_true(config_by_name(&view, lab.bob.user, LITERAL("one"), &row));
    assert_true(id_equal(row.config, bobs));
    fields = (union command_fields){.vm_config_delete = {.config = anns}};
    (void)person_must(world, &lab.ann, COMMAND_VM_CONFIG_DELETE, &fields);
    (void)lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
}

/* VM-01e. */
static void a_configuration_has_at_most_32_drives_each_once_and_with_its_mode(void **state)
{
    struct world *world = *state;
    const struct lab lab = lab_begin(world, 1);
    const struct id config = lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one"});
    struct id drives[VM_DRIVES_MAX + 1];
    enum drive_mode modes[VM_DRIVES_MAX + 1] = {DRIVE_MODE_RO};
    for (size_t i = 0; i <= VM_DRIVES_MAX; i++) {
        drives[i] = add_drive(world, &lab.ann);
    }
    union command_fields fields =
        edition(config, drives, VM_DRIVES_MAX + 1, modes, VM_DRIVES_MAX + 1);
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_EDIT, &fields, RULE_VM_01E);
    fields = edition(config, drives, 2, modes, 1);
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_EDIT, &fields, RULE_VM_01E);
    fields = edition(config, drives, VM_DRIVES_MAX, modes, VM_DRIVES_MAX);
    (void)person_must(world, &lab.ann, COMMAND_VM_CONFIG_EDIT, &fields);
    drives[2] = drives[1];
    fields = edition(config, drives, 3, modes, 3);
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_EDIT, &fields, RULE_VM_01E);
    drives[2] = (struct id){ID_DRIVE, 99999};
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_EDIT, &fields, RULE_DRV_01B);
    struct view view = world_view(world);
    struct config_row row;
    assert_true(config_by_id(&view, config, &row));
    assert_int_equal(row.drives_count, VM_DRIVES_MAX);
}

static void a_tag_and_a_team_are_of_those_who_are_in_them(void **state)
{
    struct world *world = *state;
    struct lab lab = lab_begin(world, 1);
    const struct id project = some_project(world, NOBODY), team = {ID_TEAM, world->n};
    (void)world_put(world, ROW_TEAM, &(struct team_row){.team = team, .name = LITERAL("t")});
    union command_fields fields = creation(&lab, "one");
    fields.vm_config_create.has_team = true;
    fields.vm_config_create.team = team;
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_CREATE, &fields, RULE_TEA_02D);
    fields = creation(&lab, "one");
    fields.vm_config_create.has_project = true;
    fields.vm_config_create.project = project;
    person_refused(world, &lab.ann, COMMAND_VM_CONFIG_CREATE, &fields, RULE_VLT_11C);
    person_work_on(world, &lab.ann, project, PROJECT_ROLE_USER);
    const struct id config =
        lab_config(world, &lab, &lab.ann, &(struct recipe){.name = "one", .project = project});
    struct tagged_row tagged = {.project = project, .object = config};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_TAGGED, &tagged));
    fields = (union command_fields){.vm_config_delete = {.config = config}};
    (void)person_must(world, &lab.ann, COMMAND_VM_CONFIG_DELETE, &fields);
    view = world_view(world);
    assert_false(view_find(&view, ROW_TAGGED, &tagged));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_configuration_is_changed_and_deleted_by_its_owner),
        IN_WORLD(a_configuration_and_a_start_use_hardware_that_the_actor_has_access_to),
        IN_WORLD(names_are_the_owners_and_each_is_used_once),
        IN_WORLD(a_configuration_has_at_most_32_drives_each_once_and_with_its_mode),
        IN_WORLD(a_tag_and_a_team_are_of_those_who_are_in_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
