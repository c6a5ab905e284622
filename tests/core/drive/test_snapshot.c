/*
 * Snapshots of drives: a path of which only the newest goes.
 */
#include "core/drive/snapshot.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum rule keeping(struct yard *yard, const struct person *by, struct id drive,
                         const char *name)
{
    const union command_fields fields = {.drive_snapshot_create = {.drive = drive,
                                                                   .name = bytes_of_string(name),
                                                                   .pool = yard->snapshots}};
    return person_try(yard->world, by, COMMAND_DRIVE_SNAPSHOT_CREATE, &fields);
}

static enum rule merging(struct yard *yard, const struct person *by, struct id snapshot)
{
    const union command_fields fields = {.drive_snapshot_merge = {.snapshot = snapshot}};
    return person_try(yard->world, by, COMMAND_DRIVE_SNAPSHOT_MERGE, &fields);
}

static enum rule throwing(struct yard *yard, const struct person *by, struct id snapshot)
{
    const union command_fields fields = {.drive_snapshot_delete = {.snapshot = snapshot}};
    return person_try(yard->world, by, COMMAND_DRIVE_SNAPSHOT_DELETE, &fields);
}

/* A snapshot that is there. */
static struct id keep(struct yard *yard, struct id drive, const char *path)
{
    assert_int_equal(keeping(yard, &yard->ann, drive, "s"), RULE_NONE);
    const struct id snapshot = {ID_SNAPSHOT, first_event(yard->world)};
    const struct drive_snapshot_requested *asked =
        &yard->world->decision.events[0].body.drive_snapshot_requested;
    const union event_body body = {.drive_snapshot_created = {.request = snapshot.n,
                                                              .drive = drive,
                                                              .has_parent = asked->has_parent,
                                                              .parent = asked->parent,
                                                              .path = bytes_of_string(path)}};
    (void)yard_say(yard->world, EVENT_DRIVE_SNAPSHOT_CREATED, snapshot, drive, &body);
    return snapshot;
}

static void expect_newest(struct yard *yard, struct id drive, struct id snapshot, const char *path)
{
    const struct drive_row row = yard_drive_row(yard->world, drive);
    assert_int_equal(row.has_newest, snapshot.kind != ID_NONE);
    assert_true(!row.has_newest || id_equal(row.newest, snapshot));
    assert_true(bytes_equal(row.path, bytes_of_string(path)));
    assert_false(row.busy);
}

/* RULE_DRV_16A: and what the drive's file is, follows. */
static void only_the_newest_is_merged_or_deleted(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id first = keep(&yard, drive, "/s/1"), second = keep(&yard, drive, "/s/2");
    expect_newest(&yard, drive, second, "/s/2");
    assert_int_equal(merging(&yard, &yard.ann, first), RULE_DRV_16A);
    assert_int_equal(throwing(&yard, &yard.ann, first), RULE_DRV_16A);
    assert_int_equal(merging(&yard, &yard.ann, (struct id){ID_SNAPSHOT, 999999}), RULE_DRV_16A);
    assert_int_equal(merging(&yard, &yard.ann, second), RULE_NONE);
    const union event_body merged = {.drive_snapshot_merged = {.request = first_event(world),
                                                               .drive = drive,
                                                               .path = LITERAL("/s/1")}};
    assert_int_equal(throwing(&yard, &yard.ann, first), RULE_DRV_21A);
    (void)yard_say(world, EVENT_DRIVE_SNAPSHOT_MERGED, second, drive, &merged);
    expect_newest(&yard, drive, first, "/s/1");
    assert_int_equal(throwing(&yard, &yard.ann, first), RULE_NONE);
    const union event_body deleted = {.drive_snapshot_deleted = {.request = first_event(world),
                                                                 .drive = drive,
                                                                 .path = LITERAL("/p/d.qcow2")}};
    (void)yard_say(world, EVENT_DRIVE_SNAPSHOT_DELETED, first, drive, &deleted);
    expect_newest(&yard, drive, NONE, "/p/d.qcow2");
    assert_int_equal(throwing(&yard, &yard.ann, first), RULE_DRV_16A);
}

/* RULE_DRV_16C. */
static void its_owner_makes_snapshots_in_a_pool_of_them_while_it_is_attached_nowhere(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    const union command_fields fields = {
        .drive_snapshot_create = {.drive = drive, .name = LITERAL("s"), .pool = yard.drives}};
    assert_int_equal(keeping(&yard, &yard.root, drive, "s"), RULE_DRV_16C);
    assert_int_equal(person_try(world, &yard.ann, COMMAND_DRIVE_SNAPSHOT_CREATE, &fields),
                     RULE_DRV_16C);
    assert_int_equal(keeping(&yard, &yard.ann, drive, ""), RULE_DRV_01E);
    assert_int_equal(keeping(&yard, &yard.ann, (struct id){ID_DRIVE, 999999}, "s"), RULE_DRV_01B);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(keeping(&yard, &yard.ann, drive, "s"), RULE_DRV_04B);
    yard_gone(world, drive, vm);
    assert_int_equal(keeping(&yard, &yard.ann, drive, "s"), RULE_NONE);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_DRV_21A);
}

static void what_fails_leaves_the_drive_as_it_was(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    assert_int_equal(keeping(&yard, &yard.ann, drive, "s"), RULE_NONE);
    const struct id failed = {ID_SNAPSHOT, first_event(world)};
    yard_ended(world, failed.n, false, NULL);
    expect_newest(&yard, drive, NONE, "/pools/drives/d.qcow2");
    assert_int_equal(merging(&yard, &yard.ann, failed), RULE_DRV_16A);
    const struct id kept = keep(&yard, drive, "/s/1");
    assert_int_equal(merging(&yard, &yard.ann, kept), RULE_NONE);
    yard_ended(world, first_event(world), false, NULL);
    expect_newest(&yard, drive, kept, "/s/1");
    struct view view = world_view(world);
    struct snapshot_row row;
    assert_true(snapshot_by_id(&view, kept, &row));
    assert_int_equal(row.state, SNAPSHOT_STATE_READY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(only_the_newest_is_merged_or_deleted),
        IN_WORLD(its_owner_makes_snapshots_in_a_pool_of_them_while_it_is_attached_nowhere),
        IN_WORLD(what_fails_leaves_the_drive_as_it_was),
    };
    return cmocka_run_group_tests_name("core/drive/snapshot", tests, NULL, NULL);
}
