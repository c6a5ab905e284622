/*
 * The tags of machines: up, and down only where nothing that entered would be lowered with it.
 */
#include "core/vm/vm_label.h"
#include "tests/core/vm/lab.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A tree of projects: federal above texas and florida, and dallas below texas. */
struct scene {
    struct lab lab;
    struct id federal, texas, florida, dallas, vm;
};

static struct scene scene_begin(struct world *world, enum project_role role)
{
    struct scene scene = {.lab = lab_begin(world, 2)};
    struct person *ann = &scene.lab.ann;
    scene.federal = some_project(world, NOBODY);
    scene.texas = some_project(world, scene.federal);
    scene.florida = some_project(world, scene.federal);
    scene.dallas = some_project(world, scene.texas);
    const struct id all[] = {scene.federal, scene.texas, scene.florida, scene.dallas};
    for (size_t i = 0; i < 4; i++) {
        person_join(world, ann, all[i], role);
    }
    person_login(world, ann);
    scene.vm = lab_machine(world, &scene.lab, ann, "one");
    return scene;
}

static union command_fields tag(struct id vm, struct id from, struct id to, const char *reason)
{
    return (union command_fields){
        .vm_set_project = {.vm = vm,
                           .has_from = from.kind != ID_NONE,
                           .from = from,
                           .has_project = to.kind != ID_NONE,
                           .project = to,
                           .has_reason = reason != NULL,
                           .reason = bytes_of_string(reason == NULL ? "" : reason)}};
}

static void move(struct world *world, const struct scene *scene, struct id from, struct id to)
{
    const union command_fields fields = tag(scene->vm, from, to, "a test");
    (void)person_must(world, &scene->lab.ann, COMMAND_VM_SET_PROJECT, &fields);
}

static void enter(struct world *world, const struct scene *scene, struct id label)
{
    (void)world_put(
        world, ROW_VM_LABEL,
        &(struct vm_label_row){.vm = scene->vm, .label = label, .by = {ID_DRIVE, 1}, .since_n = 1});
}

/* VM-14a, VM-14c, VM-01c. */
static void a_machine_is_tagged_by_its_owner_who_knows_what_it_carries(void **state)
{
    struct world *world = *state;
    const struct scene scene = scene_begin(world, PROJECT_ROLE_USER);
    union command_fields fields = tag(scene.vm, NOBODY, scene.federal, NULL);
    person_refused(world, &scene.lab.bob, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_14C);
    person_refused(world, &scene.lab.root, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_14C);
    fields = tag(scene.lab.host, NOBODY, scene.federal, NULL);
    person_refused(world, &scene.lab.ann, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_01C);
    fields = tag(scene.vm, scene.texas, scene.federal, NULL);
    person_refused(world, &scene.lab.ann, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_14A);
    move(world, &scene, NOBODY, scene.federal);
    fields = tag(scene.vm, NOBODY, scene.texas, NULL);
    person_refused(world, &scene.lab.ann, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_14A);
    struct tagged_row tagged = {.project = scene.federal, .object = scene.vm};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_TAGGED, &tagged));
    assert_true(id_equal(lab_row(world, scene.vm).project, scene.federal));
}

/* VM-14b: of a chain, what entered bounds the way down; aside there is none once something of the
 * branch entered. */
static void a_tag_is_lowered_only_if_nothing_of_it_entered(void **state)
{
    struct world *world = *state;
    const struct scene scene = scene_begin(world, PROJECT_ROLE_MANAGER);
    const struct person *ann = &scene.lab.ann;
    move(world, &scene, NOBODY, scene.dallas);
    move(world, &scene, scene.dallas, scene.florida);
    assert_int_equal(world_decided(world, EVENT_CLASSIFICATION_LOWERED), 1);
    move(world, &scene, scene.florida, scene.dallas);
    enter(world, &scene, scene.federal);
    move(world, &scene, scene.dallas, scene.federal);
    move(world, &scene, scene.federal, scene.dallas);
    enter(world, &scene, scene.texas);
    union command_fields fields = tag(scene.vm, scene.dallas, scene.federal, "a test");
    person_refused(world, ann, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_14B);
    fields = tag(scene.vm, scene.dallas, scene.florida, "a test");
    person_refused(world, ann, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_14B);
    fields = tag(scene.vm, scene.dallas, NOBODY, "a test");
    person_refused(world, ann, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_14B);
    move(world, &scene, scene.dallas, scene.texas);
}

/* PRJ-12a, PRJ-12b, VLT-11c: what holds for every label holds here. */
static void lowering_takes_the_projects_role_and_a_reason(void **state)
{
    struct world *world = *state;
    struct scene scene = scene_begin(world, PROJECT_ROLE_USER);
    struct person *ann = &scene.lab.ann;
    move(world, &scene, NOBODY, scene.texas);
    union command_fields fields = tag(scene.vm, scene.texas, scene.federal, "a test");
    person_refused(world, ann, COMMAND_VM_SET_PROJECT, &fields, RULE_PRJ_12A);
    person_join(world, ann, scene.texas, PROJECT_ROLE_MANAGER);
    person_login(world, ann);
    fields = tag(scene.vm, scene.texas, scene.federal, NULL);
    person_refused(world, ann, COMMAND_VM_SET_PROJECT, &fields, RULE_PRJ_12B);
    const struct id strange = some_project(world, NOBODY);
    fields = tag(scene.vm, scene.texas, strange, "a test");
    person_refused(world, ann, COMMAND_VM_SET_PROJECT, &fields, RULE_VLT_11C);
    move(world, &scene, scene.texas, scene.federal);
}

/* VM-07b. */
static void everybody_in_a_machine_is_let_in_by_its_new_tag(void **state)
{
    struct world *world = *state;
    const struct scene scene = scene_begin(world, PROJECT_ROLE_USER);
    lab_let_in(world, &scene.lab.ann, scene.vm, &scene.lab.bob, VM_ROLE_USER);
    const union command_fields fields = tag(scene.vm, NOBODY, scene.texas, NULL);
    person_refused(world, &scene.lab.ann, COMMAND_VM_SET_PROJECT, &fields, RULE_VM_07B);
    person_join(world, &scene.lab.bob, scene.texas, PROJECT_ROLE_USER);
    (void)person_must(world, &scene.lab.ann, COMMAND_VM_SET_PROJECT, &fields);
}

/* PRJ-14. */
static void what_a_machine_writes_to_takes_its_new_tag_on(void **state)
{
    struct world *world = *state;
    const struct scene scene = scene_begin(world, PROJECT_ROLE_USER);
    const struct drive_row drive = {.drive = {ID_DRIVE, world->n},
                                    .name = LITERAL("data"),
                                    .owner = scene.lab.ann.user,
                                    .pool = scene.lab.pool,
                                    .state = DRIVE_STATE_READY};
    (void)world_put(world, ROW_DRIVE, &drive);
    (void)world_put(world, ROW_ATTACHMENT,
                    &(struct attachment_row){.drive = drive.drive,
                                             .vm = scene.vm,
                                             .mode = DRIVE_MODE_RW,
                                             .state = ATTACHMENT_STATE_ATTACHED});
    (void)world_put(world, ROW_VM_ATTACHMENT,
                    &(struct vm_attachment_row){.vm = scene.vm, .drive = drive.drive});
    move(world, &scene, NOBODY, scene.texas);
    assert_int_equal(world_decided(world, EVENT_LABEL_RAISED), 1);
    struct drive_row row = {.drive = drive.drive};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_DRIVE, &row));
    assert_true(row.has_project && id_equal(row.project, scene.texas));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_machine_is_tagged_by_its_owner_who_knows_what_it_carries),
        IN_WORLD(a_tag_is_lowered_only_if_nothing_of_it_entered),
        IN_WORLD(lowering_takes_the_projects_role_and_a_reason),
        IN_WORLD(everybody_in_a_machine_is_let_in_by_its_new_tag),
        IN_WORLD(what_a_machine_writes_to_takes_its_new_tag_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
