/*
 * The label of a drive: tagged by its owner, raised by what it was written to with.
 */
#include "core/drive/drive_tag.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* RULE_DRV_17B. */
static void its_owner_tags_a_drive_that_is_attached_nowhere(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id project = some_project(world, NONE);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RW), RULE_NONE);
    person_work_on(world, &yard.bob, project, PROJECT_ROLE_MANAGER);
    assert_int_equal(yard_tag(&yard, &yard.bob, drive, NONE, project), RULE_DRV_17B);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, project), RULE_VLT_11C);
    person_work_on(world, &yard.ann, project, PROJECT_ROLE_USER);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, project), RULE_DRV_17B);
    yard_gone(world, drive, vm);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, project), RULE_NONE);
    world_about(world, drive, project, NONE);
    assert_true(yard_is_tagged(world, project, drive));
    assert_true(id_equal(yard_drive_row(world, drive).project, project));
}

/* RULE_DRV_17A: what a command says the tag was must be so. */
static void the_tag_before_is_named_and_right(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id a = some_project(world, NONE), b = some_project(world, a);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    person_join(world, &yard.ann, b, PROJECT_ROLE_MANAGER);
    person_work_on(world, &yard.ann, a, PROJECT_ROLE_MANAGER);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, b, a), RULE_DRV_17A);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, a), RULE_NONE);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, b), RULE_DRV_17A);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, b, b), RULE_DRV_17A);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, a, b), RULE_NONE);
}

/* RULE_PRJ_12A. */
static void lowering_takes_the_projects_role_and_is_an_event_of_its_own(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id project = some_project(world, NONE);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    person_work_on(world, &yard.ann, project, PROJECT_ROLE_USER);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, project), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_CLASSIFICATION_LOWERED), 0);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, project, NONE), RULE_PRJ_12A);
    person_work_on(world, &yard.ann, project, PROJECT_ROLE_MANAGER);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, project, NONE), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_CLASSIFICATION_LOWERED), 1);
    assert_false(yard_is_tagged(world, project, drive));
    assert_false(yard_drive_row(world, drive).has_project);
}

/* PRJ-14a, PRJ-14b. */
static void what_is_attached_to_write_takes_on_what_the_machine_has_seen(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id a = some_project(world, NONE), b = some_project(world, a);
    const struct id plain = yard_drive(&yard, &yard.ann, "plain");
    const struct id source = yard_drive(&yard, &yard.ann, "source");
    const struct id sink = yard_drive(&yard, &yard.ann, "sink");
    person_join(world, &yard.ann, a, PROJECT_ROLE_MANAGER);
    person_work_on(world, &yard.ann, b, PROJECT_ROLE_MANAGER);
    const struct id vm = yard_vm(&yard, &yard.ann, a), low = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, plain, low, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_LABEL_RAISED), 0);
    assert_int_equal(yard_attach(&yard, &yard.ann, sink, vm, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_LABEL_RAISED), 1);
    const struct label_raised *raised = &world->decision.events[1].body.label_raised;
    assert_true(id_equal(raised->object, sink) && id_equal(raised->to, a));
    assert_false(raised->has_from);
    assert_true(id_equal(yard_drive_row(world, sink).project, a));
    assert_true(yard_is_tagged(world, a, sink));
    assert_int_equal(yard_attach(&yard, &yard.ann, source, vm, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(world_decided(world, EVENT_LABEL_RAISED), 0);
    assert_false(yard_drive_row(world, source).has_project);
}

/* Entered behind our back, from below the machine's tag: it counts all the same. */
static void what_has_entered_counts_beside_the_machines_tag(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id a = some_project(world, NONE), b = some_project(world, a);
    const struct id source = yard_drive(&yard, &yard.bob, "source");
    const struct id sink = yard_drive(&yard, &yard.ann, "sink");
    const struct id other = yard_drive(&yard, &yard.ann, "other");
    const struct id vm = yard_vm(&yard, &yard.ann, a);
    person_work_on(world, &yard.bob, b, PROJECT_ROLE_USER);
    person_work_on(world, &yard.ann, a, PROJECT_ROLE_USER);
    assert_int_equal(yard_tag(&yard, &yard.bob, source, NONE, b), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, sink, vm, DRIVE_MODE_RW), RULE_NONE);
    assert_true(id_equal(yard_drive_row(world, sink).project, a));
    yard_seen(world, source, vm, DRIVE_MODE_RO);
    yard_gone(world, source, vm);
    assert_int_equal(yard_attach(&yard, &yard.ann, other, vm, DRIVE_MODE_RW), RULE_NONE);
    assert_true(id_equal(yard_drive_row(world, sink).project, b));
    assert_true(id_equal(yard_drive_row(world, other).project, b));
}

/* A machine that is tagged again takes along what it writes to. */
static void what_a_machine_writes_to_is_raised_with_it(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id a = some_project(world, NONE), b = some_project(world, a);
    const struct id written = yard_drive(&yard, &yard.ann, "written");
    const struct id read = yard_drive(&yard, &yard.ann, "read");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, written, vm, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, read, vm, DRIVE_MODE_RO), RULE_NONE);
    struct view view = world_view(world);
    struct decision *decision = &world->decision;
    decision->count = 0;
    attachment_raise_all(&view, decision, vm, b);
    assert_int_equal(decision->count, 1);
    assert_true(id_equal(decision->events[0].body.label_raised.object, written));
    const union event_body body = {.label_raised = {.object = written, .to = b, .vm = vm}};
    (void)yard_say(world, EVENT_LABEL_RAISED, THE_LOG, NONE, &body);
    assert_true(yard_is_tagged(world, b, written));
    view = world_view(world);
    decision->count = 0;
    attachment_raise_all(&view, decision, vm, a); /* never down */
    assert_int_equal(decision->count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(its_owner_tags_a_drive_that_is_attached_nowhere),
        IN_WORLD(the_tag_before_is_named_and_right),
        IN_WORLD(lowering_takes_the_projects_role_and_is_an_event_of_its_own),
        IN_WORLD(what_is_attached_to_write_takes_on_what_the_machine_has_seen),
        IN_WORLD(what_has_entered_counts_beside_the_machines_tag),
        IN_WORLD(what_a_machine_writes_to_is_raised_with_it),
    };
    return cmocka_run_group_tests_name("core/drive/drive_tag", tests, NULL, NULL);
}
