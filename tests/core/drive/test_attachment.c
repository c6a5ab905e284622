/*
 * Drives at machines: asked for, seen, in one place to write and in many to read.
 */
#include "core/effect/effect.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* RULE_DRV_14A. */
static void the_mode_asked_for_is_within_the_mode_shared(void **state)
{
    struct yard yard = yard_of(*state);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.bob, NONE);
    assert_int_equal(yard_attach(&yard, &yard.bob, drive, vm, DRIVE_MODE_RO), RULE_CLS_04A);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.bob, drive, vm, DRIVE_MODE_RW), RULE_DRV_14A);
    assert_int_equal(yard_attach(&yard, &yard.bob, drive, vm, DRIVE_MODE_RO), RULE_NONE);
}

/* RULE_DRV_14B. */
static void a_machine_is_up_and_the_actor_may_handle_its_drives(void **state)
{
    struct yard yard = yard_of(*state);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.bob, NONE);
    static const enum vm_state down[] = {VM_STATE_STOPPING, VM_STATE_STOPPED, VM_STATE_FAILED,
                                         VM_STATE_DELETED};
    static const enum vm_state up[] = {VM_STATE_REQUESTED, VM_STATE_RUNNING, VM_STATE_REGISTERED};
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_DRV_14B);
    assert_int_equal(
        yard_attach(&yard, &yard.ann, drive, (struct id){ID_VM, 999999}, DRIVE_MODE_RO),
        RULE_DRV_14B);
    yard_vm_user(&yard, vm, &yard.ann);
    for (size_t i = 0; i < 4; i++) {
        yard_vm_state(&yard, vm, down[i]);
        assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_DRV_14B);
    }
    for (size_t i = 0; i < 3; i++) {
        yard_vm_state(&yard, vm, up[i]);
        assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_NONE);
        yard_gone(yard.world, drive, vm);
    }
}

/* RULE_DRV_14C, PRJ-13a. */
static void the_drives_label_is_the_machines_or_above_it(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id a = some_project(world, NONE), b = some_project(world, a);
    const struct id c = some_project(world, NONE);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    person_work_on(world, &yard.ann, a, PROJECT_ROLE_MANAGER);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, a), RULE_NONE);
    person_join(world, &yard.ann, b, PROJECT_ROLE_MANAGER);
    person_work_on(world, &yard.ann, c, PROJECT_ROLE_MANAGER);
    world_activate(world, yard.ann.session, a);
    const struct id untagged = yard_vm(&yard, &yard.ann, NONE), same = yard_vm(&yard, &yard.ann, a);
    const struct id below = yard_vm(&yard, &yard.ann, b), beside = yard_vm(&yard, &yard.ann, c);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, untagged, DRIVE_MODE_RO), RULE_DRV_14C);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, beside, DRIVE_MODE_RO), RULE_DRV_14C);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, same, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, below, DRIVE_MODE_RO), RULE_NONE);
    assert_true(yard_has_entered(world, same, a));
    assert_true(yard_has_entered(world, below, a));
    assert_false(yard_has_entered(world, beside, a));
}

/* RULE_DRV_14D: whatever state an attachment is in, and whoever asked for it. */
static void what_is_attached_to_write_is_attached_nowhere_else(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id one = yard_vm(&yard, &yard.ann, NONE), two = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, one, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, two, DRIVE_MODE_RO), RULE_DRV_14D);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, two, DRIVE_MODE_RW), RULE_DRV_14D);
    yard_seen(world, drive, one, DRIVE_MODE_RW);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, two, DRIVE_MODE_RO), RULE_DRV_14D);
    assert_int_equal(yard_detach(&yard, &yard.ann, drive, one), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, two, DRIVE_MODE_RO), RULE_DRV_14D);
    yard_gone(world, drive, one);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, two, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, one, DRIVE_MODE_RW), RULE_DRV_14D);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, one, DRIVE_MODE_RO), RULE_NONE);
}

/* DRV-14e: seen and never asked for. It counts, and its label has entered. */
static void what_nobody_asked_for_counts_all_the_same(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id a = some_project(world, NONE);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id one = yard_vm(&yard, &yard.bob, NONE), two = yard_vm(&yard, &yard.ann, a);
    struct attachment_row row;
    person_work_on(world, &yard.ann, a, PROJECT_ROLE_MANAGER);
    assert_int_equal(yard_tag(&yard, &yard.ann, drive, NONE, a), RULE_NONE);
    yard_seen(world, drive, one, DRIVE_MODE_RW);
    assert_true(yard_attachment(world, drive, one, &row));
    assert_int_equal(row.state, ATTACHMENT_STATE_ATTACHED);
    assert_false(row.has_request || row.has_by);
    assert_true(yard_has_entered(world, one, a));
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, two, DRIVE_MODE_RO), RULE_DRV_14D);
    assert_int_equal(yard_detach(&yard, &yard.ann, drive, one), RULE_NONE);
    yard_gone(world, drive, one);
    assert_false(yard_attachment(world, drive, one, NULL));
}

/* RULE_DRV_14F. */
static void it_is_attached_once_and_detached_once(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_detach(&yard, &yard.ann, drive, vm), RULE_DRV_14F);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_DRV_14F);
    assert_int_equal(yard_detach(&yard, &yard.bob, drive, vm), RULE_DRV_14B);
    assert_int_equal(yard_detach(&yard, &yard.ann, drive, vm), RULE_NONE);
    assert_int_equal(yard_detach(&yard, &yard.ann, drive, vm), RULE_DRV_14F);
}

/* RULE_DRV_14G: on the side of the drive and of the machine. */
static void there_are_only_so_many_at_a_time(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id other = yard_drive(&yard, &yard.ann, "other");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE), free = yard_vm(&yard, &yard.ann, NONE);
    for (uint64_t i = 0; i < ATTACHMENTS_MAX; i++) {
        (void)world_put(world, ROW_ATTACHMENT,
                        &(struct attachment_row){.drive = drive, .vm = {ID_VM, 1000000 + i}});
        (void)world_put(world, ROW_VM_ATTACHMENT,
                        &(struct vm_attachment_row){.vm = vm, .drive = {ID_DRIVE, 1000000 + i}});
    }
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, free, DRIVE_MODE_RO), RULE_DRV_14G);
    assert_int_equal(yard_attach(&yard, &yard.ann, other, vm, DRIVE_MODE_RO), RULE_DRV_14G);
    assert_int_equal(yard_attach(&yard, &yard.ann, other, free, DRIVE_MODE_RO), RULE_NONE);
}

static void what_a_controller_says_of_its_mounts_is_kept(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    struct attachment_row row;
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RW), RULE_NONE);
    const union event_body mounted = {
        .drive_mounted = {.vm = vm, .path = LITERAL("/data"), .mode = DRIVE_MODE_RW}};
    (void)yard_say(world, EVENT_DRIVE_MOUNTED, drive, vm, &mounted);
    assert_true(yard_attachment(world, drive, vm, &row));
    assert_true(bytes_equal(row.mounted, LITERAL("/data")));
    const union event_body unmounted = {.drive_unmounted = {.vm = vm, .path = LITERAL("/data")}};
    (void)yard_say(world, EVENT_DRIVE_UNMOUNTED, drive, vm, &unmounted);
    assert_true(yard_attachment(world, drive, vm, &row));
    assert_false(row.has_mounted);
}

/* Requests about a machine that has ended are due no more. */
static void with_its_machine_all_that_was_attached_ends(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    struct effect_due_row due;
    const struct id one = yard_drive(&yard, &yard.ann, "one");
    const struct id two = yard_drive(&yard, &yard.ann, "two");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE), other = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, one, vm, DRIVE_MODE_RW), RULE_NONE);
    const uint64_t request = first_event(world);
    assert_int_equal(yard_attach(&yard, &yard.ann, two, vm, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, two, other, DRIVE_MODE_RO), RULE_NONE);
    (void)world_put(world, ROW_ISO_ATTACHMENT,
                    &(struct iso_attachment_row){.vm = vm, .iso = {ID_ISO, 1000000}});
    arena_reset(&world->fold_arena);
    const struct leaf leaf = {.n = world->n, .t_utc_us = world->now_us};
    struct evolution evolution = {
        .state = world->state, .n = world->n++, .arena = &world->fold_arena};
    attachment_end_all(&evolution, &leaf, vm);
    must(evolution.status);
    assert_false(yard_attachment(world, one, vm, NULL));
    assert_false(yard_attachment(world, two, vm, NULL));
    assert_true(yard_attachment(world, two, other, NULL));
    struct view view = world_view(world);
    struct iso_attachment_row iso = {.vm = vm, .iso = {ID_ISO, 1000000}};
    assert_false(view_find(&view, ROW_ISO_ATTACHMENT, &iso));
    assert_false(effect_is_due(&view, request, &due));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(the_mode_asked_for_is_within_the_mode_shared),
        IN_WORLD(a_machine_is_up_and_the_actor_may_handle_its_drives),
        IN_WORLD(the_drives_label_is_the_machines_or_above_it),
        IN_WORLD(what_is_attached_to_write_is_attached_nowhere_else),
        IN_WORLD(what_nobody_asked_for_counts_all_the_same),
        IN_WORLD(it_is_attached_once_and_detached_once),
        IN_WORLD(there_are_only_so_many_at_a_time),
        IN_WORLD(what_a_controller_says_of_its_mounts_is_kept),
        IN_WORLD(with_its_machine_all_that_was_attached_ends),
    };
    return cmocka_run_group_tests_name("core/drive/attachment", tests, NULL, NULL);
}
