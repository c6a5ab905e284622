/*
 * Drives: made, converted, formatted, deleted.
 */
#include "core/effect/effect.h"
#include "tests/core/drive/yard.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum rule creating(struct yard *yard, const struct person *by,
                          const union command_fields *fields)
{
    return person_try(yard->world, by, COMMAND_DRIVE_CREATE, fields);
}

static enum rule converting(struct yard *yard, const struct person *by, struct id drive,
                            enum drive_kind kind)
{
    const union command_fields fields = {.drive_convert = {.drive = drive, .kind = kind}};
    return person_try(yard->world, by, COMMAND_DRIVE_CONVERT, &fields);
}

static enum rule deleting(struct yard *yard, const struct person *by, struct id drive)
{
    const union command_fields fields = {.drive_delete = {.drive = drive, .wipe = true}};
    return person_try(yard->world, by, COMMAND_DRIVE_DELETE, &fields);
}

static enum rule formatting(struct yard *yard, const struct person *by, struct id drive,
                            const char *reason)
{
    const union command_fields fields = {
        .drive_format = {.drive = drive, .reason = bytes_of_string(reason)}};
    return person_try(yard->world, by, COMMAND_DRIVE_FORMAT, &fields);
}

static void formatted(struct yard *yard, struct id drive, struct id vm)
{
    const union event_body body = {.drive_formatted = {.vm = vm,
                                                       .os = OPERATING_SYSTEM_LINUX,
                                                       .cipher = DRIVE_CIPHER_LUKS,
                                                       .fs = LITERAL("ext4")}};
    (void)yard_say(yard->world, EVENT_DRIVE_FORMATTED, drive, vm, &body);
}

static void snapshotted(struct yard *yard, const struct person *by, struct id drive)
{
    const union command_fields fields = {
        .drive_snapshot_create = {.drive = drive, .name = LITERAL("s"), .pool = yard->snapshots}};
    const uint64_t n = person_must(yard->world, by, COMMAND_DRIVE_SNAPSHOT_CREATE, &fields);
    yard_ended(yard->world, n, true, "/pools/snapshots/s.qcow2");
}

/* RULE_DRV_01A, RULE_DRV_01D, RULE_DRV_01E. */
static void a_drive_has_a_name_a_size_and_a_place_among_drives(void **state)
{
    struct yard yard = yard_of(*state);
    union command_fields fields = yard_drive_fields(&yard, "d");
    fields.drive_create.pool = yard.media;
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01A);
    fields.drive_create.pool = (struct id){ID_POOL, 999999};
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01A);
    fields.drive_create.pool = yard.drives;
    static const uint64_t bad[] = {0, DRIVE_SIZE_MIN - DRIVE_MIB, DRIVE_SIZE_MIN + 1,
                                   DRIVE_SIZE_MAX + DRIVE_MIB};
    for (size_t i = 0; i < 4; i++) {
        fields.drive_create.size = bad[i];
        assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01D);
    }
    fields.drive_create.size = DRIVE_SIZE_MIN;
    fields.drive_create.name = LITERAL("a/b");
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01E);
    fields.drive_create.name = LITERAL("d");
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_NONE);
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01E);
    assert_int_equal(creating(&yard, &yard.bob, &fields), RULE_NONE);
}

/* RULE_DRV_01F. */
static void no_drive_is_without_a_reader(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    struct user_row row = {.user = yard.ann.user};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_USER, &row));
    row.has_receive_key = false;
    (void)world_put(world, ROW_USER, &row);
    const union command_fields fields = yard_drive_fields(&yard, "d");
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01F);
    assert_int_equal(creating(&yard, &yard.bob, &fields), RULE_NONE);
}

/* RULE_DRV_01C. */
static void a_team_has_as_many_drives_and_as_much_room_as_it_was_given(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id team = {ID_TEAM, world->n};
    struct team_row row = {.team = team, .name = LITERAL("t"), .members = 1};
    union command_fields fields = yard_drive_fields(&yard, "d0");
    fields.drive_create.has_team = true;
    fields.drive_create.team = team;
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_TEA_02D);
    (void)world_put(world, ROW_TEAM, &row);
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01C); /* not in it */
    (void)world_put(world, ROW_TEAM_MEMBER,
                    &(struct team_member_row){.team = team, .user = yard.ann.user});
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_NONE);
    const struct id first = {ID_DRIVE, first_event(world)};
    yard_ended(world, first.n, true, NULL);
    row.has_drives = true;
    row.drives = 1;
    (void)world_put(world, ROW_TEAM, &row);
    fields.drive_create.name = LITERAL("d1");
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01C);
    row.drives = 9;
    row.has_storage_mib = true;
    row.storage_mib = 127;
    (void)world_put(world, ROW_TEAM, &row);
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_DRV_01C);
    assert_int_equal(deleting(&yard, &yard.ann, first), RULE_NONE);
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_NONE);
}

/* RULE_CLS_03A, RULE_VLT_11C. */
static void a_drive_is_born_with_a_tag_that_its_maker_works_under(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id project = some_project(world, NONE);
    union command_fields fields = yard_drive_fields(&yard, "d");
    fields.drive_create.has_project = true;
    fields.drive_create.project = project;
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_VLT_11C);
    person_work_on(world, &yard.ann, project, PROJECT_ROLE_USER);
    world_activate(world, yard.ann.session, NONE);
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_CLS_03A);
    world_activate(world, yard.ann.session, project);
    assert_int_equal(creating(&yard, &yard.ann, &fields), RULE_NONE);
    assert_true(yard_is_tagged(world, project, (struct id){ID_DRIVE, first_event(world)}));
}

/* RULE_DRV_21A. */
static void it_is_blank_when_its_volume_is_there_and_nothing_before(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const union command_fields fields = yard_drive_fields(&yard, "d");
    const struct id drive = {ID_DRIVE,
                             person_must(world, &yard.ann, COMMAND_DRIVE_CREATE, &fields)};
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_drive_row(world, drive).state, DRIVE_STATE_INITIALIZING);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_DRV_21A);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RO),
                     RULE_DRV_21A);
    assert_int_equal(deleting(&yard, &yard.ann, drive), RULE_DRV_21A);
    yard_ended(world, drive.n, true, "/p/d.qcow2");
    const struct drive_row row = yard_drive_row(world, drive);
    assert_int_equal(row.state, DRIVE_STATE_BLANK);
    assert_true(bytes_equal(row.path, LITERAL("/p/d.qcow2")));
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_NONE);
}

static void one_that_could_not_be_made_is_only_deleted(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const union command_fields fields = yard_drive_fields(&yard, "d");
    const struct id drive = {ID_DRIVE,
                             person_must(world, &yard.ann, COMMAND_DRIVE_CREATE, &fields)};
    yard_ended(world, drive.n, false, NULL);
    assert_int_equal(yard_drive_row(world, drive).state, DRIVE_STATE_FAILED);
    assert_int_equal(converting(&yard, &yard.ann, drive, DRIVE_KIND_RAW), RULE_DRV_21A);
    assert_int_equal(deleting(&yard, &yard.ann, drive), RULE_NONE);
}

/* RULE_DRV_04A, RULE_DRV_04B, RULE_DRV_04C. */
static void its_owner_converts_a_drive_that_is_attached_nowhere(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(converting(&yard, &yard.root, drive, DRIVE_KIND_RAW), RULE_DRV_04A);
    assert_int_equal(converting(&yard, &yard.ann, drive, DRIVE_KIND_QCOW2), RULE_DRV_04C);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(converting(&yard, &yard.ann, drive, DRIVE_KIND_RAW), RULE_DRV_04B);
    yard_gone(world, drive, vm);
    assert_int_equal(converting(&yard, &yard.ann, drive, DRIVE_KIND_RAW), RULE_NONE);
    const uint64_t request = first_event(world);
    assert_int_equal(converting(&yard, &yard.ann, drive, DRIVE_KIND_RAW), RULE_DRV_21A);
    const union event_body body = {.drive_converted = {.request = request,
                                                       .from = DRIVE_KIND_QCOW2,
                                                       .to = DRIVE_KIND_RAW,
                                                       .path = LITERAL("/p/d.raw"),
                                                       .size = YARD_SIZE}};
    (void)yard_say(world, EVENT_DRIVE_CONVERTED, drive, NONE, &body);
    const struct drive_row row = yard_drive_row(world, drive);
    assert_false(row.busy);
    assert_int_equal(row.kind, DRIVE_KIND_RAW);
    assert_int_equal(row.size, YARD_SIZE);
    struct effect_due_row due;
    struct view view = world_view(world);
    assert_false(effect_is_due(&view, request, &due));
}

/* RULE_DRV_06A. */
static void a_second_format_takes_the_owners_word(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_true(yard_drive_row(world, drive).may_format);
    assert_int_equal(formatting(&yard, &yard.ann, drive, "anew"), RULE_DRV_06A); /* it may be */
    formatted(&yard, drive, vm);
    assert_int_equal(yard_drive_row(world, drive).state, DRIVE_STATE_READY);
    assert_false(yard_drive_row(world, drive).may_format);
    assert_int_equal(formatting(&yard, &yard.root, drive, "anew"), RULE_DRV_06A);
    assert_int_equal(formatting(&yard, &yard.ann, drive, ""), RULE_DRV_06A);
    assert_int_equal(formatting(&yard, &yard.ann, drive, "anew"), RULE_NONE);
    assert_true(yard_drive_row(world, drive).may_format);
}

/* RULE_DRV_18A, RULE_DRV_18C, RULE_DRV_01B. */
static void its_owner_alone_deletes_it_and_nothing_of_it_can_be_used(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id kept = yard_drive(&yard, &yard.ann, "kept");
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct id vm = yard_vm(&yard, &yard.ann, NONE);
    assert_int_equal(yard_share(&yard, &yard.ann, drive, yard.bob.user, DRIVE_MODE_RW), RULE_NONE);
    assert_int_equal(deleting(&yard, &yard.root, drive), RULE_DRV_18A);
    assert_int_equal(deleting(&yard, &yard.bob, drive), RULE_DRV_18A);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_NONE);
    assert_int_equal(deleting(&yard, &yard.ann, drive), RULE_DRV_04B);
    yard_gone(world, drive, vm);
    snapshotted(&yard, &yard.ann, kept);
    assert_int_equal(deleting(&yard, &yard.ann, kept), RULE_DRV_18C);
    assert_int_equal(converting(&yard, &yard.ann, kept, DRIVE_KIND_RAW), RULE_DRV_18C);
    assert_int_equal(deleting(&yard, &yard.ann, drive), RULE_NONE);
    assert_int_equal(world->decision.events[0].body.drive_deleted.keys, 2);
    assert_int_equal(deleting(&yard, &yard.ann, drive), RULE_DRV_01B);
    assert_int_equal(yard_fetch(&yard, &yard.bob, drive), RULE_DRV_01B);
    assert_int_equal(yard_attach(&yard, &yard.ann, drive, vm, DRIVE_MODE_RO), RULE_DRV_01B);
    struct view view = world_view(world);
    struct drive_row row;
    assert_false(drive_by_name(&view, yard.ann.user, LITERAL("d"), &row));
    assert_true(drive_by_name(&view, yard.ann.user, LITERAL("kept"), &row));
    (void)yard_drive(&yard, &yard.ann, "d"); /* the name is free again */
}

static void what_a_watcher_saw_of_its_file_is_kept(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const union event_body body = {.drive_file_observed = {.path = LITERAL("/p/d.qcow2"),
                                                           .file_size = 196616,
                                                           .allocated = 4096,
                                                           .inode = 7,
                                                           .modified = world->now_us}};
    const uint64_t n = yard_say(world, EVENT_DRIVE_FILE_OBSERVED, drive, NONE, &body);
    struct drive_file_row row = {.drive = drive};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_DRIVE_FILE, &row));
    assert_int_equal(row.seen_n, n);
    assert_int_equal(row.file_size, 196616);
}

static void a_drive_is_described_in_a_line(void **state)
{
    struct world *world = *state;
    struct yard yard = yard_of(world);
    const struct id drive = yard_drive(&yard, &yard.ann, "d");
    const struct drive_row row = yard_drive_row(world, drive);
    char memory[128], expected[64];
    struct text text = TEXT_IN(memory), wanted = TEXT_IN(expected);
    drive_describe(&row, &text);
    id_write(&wanted, drive);
    text_put_literal(&wanted, " d (qcow2, 64 MiB, blank)");
    assert_string_equal(text_string(&text), text_string(&wanted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_drive_has_a_name_a_size_and_a_place_among_drives),
        IN_WORLD(no_drive_is_without_a_reader),
        IN_WORLD(a_team_has_as_many_drives_and_as_much_room_as_it_was_given),
        IN_WORLD(a_drive_is_born_with_a_tag_that_its_maker_works_under),
        IN_WORLD(it_is_blank_when_its_volume_is_there_and_nothing_before),
        IN_WORLD(one_that_could_not_be_made_is_only_deleted),
        IN_WORLD(its_owner_converts_a_drive_that_is_attached_nowhere),
        IN_WORLD(a_second_format_takes_the_owners_word),
        IN_WORLD(its_owner_alone_deletes_it_and_nothing_of_it_can_be_used),
        IN_WORLD(what_a_watcher_saw_of_its_file_is_kept),
        IN_WORLD(a_drive_is_described_in_a_line),
    };
    return cmocka_run_group_tests_name("core/drive/drive", tests, NULL, NULL);
}
