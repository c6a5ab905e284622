/*
 * Drives of a machine whose devices are plain files: found by their serial numbers, left alone
 * unless all is as it should be. That they are mapped and mounted, a machine shows that boots
 * (tests/e2e/vm/alone).
 */
#include "auditd/vmc/drives.h"
#include "store/key.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    PATH_SIZE = 256,
};

struct stage {
    char place[64], blocks[PATH_SIZE], devices[PATH_SIZE], root[PATH_SIZE], mounts[PATH_SIZE];
    struct drives *drives;
    struct secret_bytes *key;
    unsigned told;
};

static struct status tell(void *context, const struct drives_told *told)
{
    struct stage *stage = context;
    stage->told |= 1U << told->event;
    return OK;
}

static void write_file(const char *folder, const char *name, const char *words)
{
    char path[2 * PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(words, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void add_device(const struct stage *stage, const char *name, const char *serial,
                       const char *content)
{
    char folder[2 * PATH_SIZE], path[2 * PATH_SIZE];
    (void)snprintf(folder, sizeof folder, "%s/%s", stage->blocks, name);
    assert_int_equal(mkdir(folder, 0700), 0);
    write_file(folder, "serial", serial);
    write_file(folder, "size", "49152\n");
    write_file(stage->devices, name, content);
    (void)snprintf(path, sizeof path, "%s/%s", stage->devices, name);
    assert_int_equal(truncate(path, 24 << 20), 0);
}

static void open_drives(struct stage *stage)
{
    const struct drives_options options = {.blocks = stage->blocks,
                                           .devices = stage->devices,
                                           .mapper = stage->devices,
                                           .root = stage->root,
                                           .mounts = stage->mounts,
                                           .mkfs = "/bin/true",
                                           .stretching = {.quick = true},
                                           .say = tell,
                                           .context = stage};
    must(drives_open(&options, &stage->drives));
}

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    (void)snprintf(stage->place, sizeof stage->place, "/tmp/cairn-drives-XXXXXX");
    assert_non_null(mkdtemp(stage->place));
    (void)snprintf(stage->blocks, PATH_SIZE, "%s/blocks", stage->place);
    (void)snprintf(stage->devices, PATH_SIZE, "%s/devices", stage->place);
    (void)snprintf(stage->root, PATH_SIZE, "%s/root", stage->place);
    (void)snprintf(stage->mounts, PATH_SIZE, "%s/mounts", stage->place);
    assert_int_equal(
        mkdir(stage->blocks, 0700) | mkdir(stage->devices, 0700) | mkdir(stage->root, 0700), 0);
    write_file(stage->place, "mounts", "");
    must(key_library_start());
    must(secret_bytes_make(&stage->key));
    open_drives(stage);
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    drives_close(&stage->drives);
    secret_bytes_close(&stage->key);
    remove_tree(stage->place);
    free(stage);
    return 0;
}

static struct status unlock(struct stage *stage, uint64_t drive, bool read_only, bool is_new)
{
    return drives_unlock(stage->drives, &(struct drives_unlock){.drive = drive,
                                                                .read_only = read_only,
                                                                .is_new = is_new,
                                                                .key = stage->key});
}

static void a_serial_number_names_a_drive_or_none(void **unused)
{
    (void)unused;
    static const char *const none[] = {"",         "drive-",     "drive-x",
                                       "drive-7x", "xdrive-7",   "drive--7",
                                       "DRIVE-7",  "drive-07",   "drive-99999999999999999999",
                                       "drive-7 ", "drive-7\n8", "7"};
    uint64_t drive = 0;
    assert_true(drives_read_serial(LITERAL("drive-7"), &drive));
    assert_int_equal(drive, 7);
    assert_true(drives_read_serial(LITERAL("drive-18446744073709551615\n"), &drive));
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_false(drives_read_serial(bytes_of_string(none[i]), &drive));
    }
}

static void only_devices_that_are_drives_are_seen(void **state)
{
    struct stage *stage = *state;
    struct drives_seen seen[DRIVES_MAX];
    size_t count = 9;
    add_device(stage, "vda", "boot-disk", "");
    add_device(stage, "vdb", "drive-77", "");
    add_device(stage, "vdc", "drive-78", "somebody's bytes");
    must(drives_look(stage->drives, seen, &count));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(seen[i].size, 24 << 20);
        assert_int_equal(seen[i].kind, seen[i].drive == 77 ? LUKS_BLANK : LUKS_FOREIGN);
        assert_false(seen[i].is_open);
    }
}

static void nothing_is_formatted_that_should_not_be(void **state)
{
    struct stage *stage = *state;
    add_device(stage, "vdb", "drive-77", "somebody's bytes");
    add_device(stage, "vdc", "drive-78", "");
    add_device(stage, "vdd", "drive-79", "");
    add_device(stage, "vde", "drive-79", "");
    assert_int_equal(unlock(stage, 76, false, true).code, STATUS_NOT_FOUND);
    assert_int_equal(unlock(stage, 77, false, true).code, STATUS_CONFLICT);
    assert_int_equal(unlock(stage, 78, false, false).code, STATUS_CONFLICT);
    assert_int_equal(unlock(stage, 78, true, true).code, STATUS_READ_ONLY);
    assert_int_equal(unlock(stage, 79, false, true).code, STATUS_CONFLICT);
    assert_int_equal(stage->told, 0);
}

static void another_key_opens_nothing(void **state)
{
    struct stage *stage = *state;
    char path[2 * PATH_SIZE], memory[LUKS_UUID_MAX];
    struct text uuid = TEXT_IN(memory);
    struct secret_bytes *other = NULL;
    const struct luks_stretching quick = {.quick = true};
    add_device(stage, "vdb", "drive-77", "");
    (void)snprintf(path, sizeof path, "%s/vdb", stage->devices);
    must(secret_bytes_make(&other));
    must(luks_format(path, 77, other, &quick, &uuid));
    must(luks_finish(path, 77));
    assert_int_equal(unlock(stage, 77, false, false).code, STATUS_KEY);
    assert_int_equal(stage->told, 0);
    secret_bytes_close(&other);
}

static void what_is_not_open_is_not_locked(void **state)
{
    struct stage *stage = *state;
    bool read_only;
    assert_int_equal(drives_lock(stage->drives, 0).code, STATUS_NOT_FOUND);
    assert_int_equal(drives_lock(stage->drives, 77).code, STATUS_NOT_FOUND);
    assert_null(drives_path(stage->drives, 0, &read_only));
    drives_lock_all(stage->drives);
    assert_int_equal(stage->told, 0);
}

static void what_was_mounted_before_is_taken_over(void **state)
{
    struct stage *stage = *state;
    bool read_only = false;
    write_file(stage->place, "mounts",
               "/dev/sda1 / ext4 rw 0 0\n"
               "/dev/mapper/cairn-drive-77 /drives/drive-77 ext4 ro,nosuid 0 0\n"
               "/dev/mapper/cairn-drive-78 /drives/drive-78 ext4 rw,nosuid 0 0\n"
               "/dev/mapper/cairn-drive-x /x ext4 rw 0 0\nnonsense\n");
    drives_close(&stage->drives);
    open_drives(stage);
    assert_string_equal(drives_path(stage->drives, 77, &read_only), "/drives/drive-77");
    assert_true(read_only);
    assert_string_equal(drives_path(stage->drives, 78, &read_only), "/drives/drive-78");
    assert_false(read_only);
    assert_null(drives_path(stage->drives, 79, &read_only));
    assert_int_equal(unlock(stage, 78, true, false).code, STATUS_CONFLICT);
    assert_int_equal(unlock(stage, 78, false, false).code, STATUS_OK);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serial_number_names_a_drive_or_none),
        STAGED(only_devices_that_are_drives_are_seen),
        STAGED(nothing_is_formatted_that_should_not_be),
        STAGED(another_key_opens_nothing),
        STAGED(what_is_not_open_is_not_locked),
        STAGED(what_was_mounted_before_is_taken_over),
    };
    return cmocka_run_group_tests_name("auditd/vmc/drives", tests, NULL, NULL);
}
