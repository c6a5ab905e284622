/*
 * LUKS2 on plain files: what is blank, ours and somebody else's is told apart, and only the key
 * opens a drive. Mapping it needs device-mapper, which a machine has: tests/e2e/vm/alone.
 */
#include "auditd/vmc/luks.h"
#include "store/key.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    SIZE = 24 << 20,
};

struct device {
    char path[64];
    struct secret_bytes *key, *other;
};

static const struct luks_stretching quick = {.quick = true};

static int set_up(void **state)
{
    struct device *device = calloc(1, sizeof *device);
    assert_non_null(device);
    (void)snprintf(device->path, sizeof device->path, "/tmp/cairn-luks-XXXXXX");
    int fd = mkstemp(device->path);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, SIZE), 0);
    (void)close(fd);
    assert_int_equal(key_library_start().code, STATUS_OK);
    assert_int_equal(secret_bytes_make(&device->key).code, STATUS_OK);
    assert_int_equal(secret_bytes_make(&device->other).code, STATUS_OK);
    *state = device;
    return 0;
}

static int tear_down(void **state)
{
    struct device *device = *state;
    (void)unlink(device->path);
    secret_bytes_close(&device->key);
    secret_bytes_close(&device->other);
    free(device);
    return 0;
}

static enum luks_kind look(const struct device *device, uint64_t drive)
{
    enum luks_kind kind = LUKS_FOREIGN;
    assert_int_equal(luks_look(device->path, drive, &kind).code, STATUS_OK);
    return kind;
}

static void put_byte(const struct device *device, off_t at)
{
    int fd = open(device->path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "x", 1, at), 1);
    (void)close(fd);
}

static void zeroes_are_blank_and_nothing_else(void **state)
{
    static const off_t places[] = {0, 1, 4096, LUKS_LOOKED - 1, SIZE - (1 << 20), SIZE - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct device *device = *state;
        assert_int_equal(truncate(device->path, 0) | truncate(device->path, SIZE), 0);
        assert_int_equal(look(device, 77), LUKS_BLANK);
        put_byte(device, places[i]);
        assert_int_equal(look(device, 77), LUKS_FOREIGN);
    }
}

static void a_drive_is_new_until_it_is_finished_and_then_its_own(void **state)
{
    const struct device *device = *state;
    char memory[LUKS_UUID_MAX];
    struct text uuid = TEXT_IN(memory);
    assert_int_equal(luks_format(device->path, 77, device->key, &quick, &uuid).code, STATUS_OK);
    assert_int_equal(uuid.size, 36);
    assert_int_equal(look(device, 77), LUKS_NEW);
    assert_int_equal(look(device, 78), LUKS_FOREIGN);
    assert_int_equal(luks_finish(device->path, 77).code, STATUS_OK);
    assert_int_equal(look(device, 77), LUKS_OURS);
    assert_int_equal(look(device, 7), LUKS_FOREIGN);
}

static void only_its_key_opens_a_drive(void **state)
{
    const struct device *device = *state;
    char memory[LUKS_UUID_MAX];
    struct text uuid = TEXT_IN(memory);
    assert_int_equal(luks_format(device->path, 77, device->key, &quick, &uuid).code, STATUS_OK);
    assert_int_equal(luks_test(device->path, device->key).code, STATUS_OK);
    assert_int_equal(luks_test(device->path, device->other).code, STATUS_KEY);
}

static void a_key_is_stretched_within_bounds(void **state)
{
    const struct device *device = *state;
    const struct luks_stretching usual = {.quick = false};
    char memory[LUKS_UUID_MAX];
    struct text uuid = TEXT_IN(memory);
    assert_int_equal(luks_format(device->path, 77, device->key, &usual, &uuid).code, STATUS_OK);
    assert_int_equal(luks_test(device->path, device->key).code, STATUS_OK);
}

static void what_is_no_drive_is_not_opened(void **state)
{
    const struct device *device = *state;
    enum luks_kind kind;
    put_byte(device, 0);
    assert_true(failed(luks_test(device->path, device->key)));
    assert_true(failed(luks_finish(device->path, 77)));
    assert_true(failed(luks_close("cairn-nothing-like-it")));
    assert_int_equal(luks_look("/nonexistent", 77, &kind).code, STATUS_IO);
}

#define ON_A_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_FILE(zeroes_are_blank_and_nothing_else),
        ON_A_FILE(a_drive_is_new_until_it_is_finished_and_then_its_own),
        ON_A_FILE(only_its_key_opens_a_drive),
        ON_A_FILE(a_key_is_stretched_within_bounds),
        ON_A_FILE(what_is_no_drive_is_not_opened),
    };
    return cmocka_run_group_tests_name("auditd/vmc/luks", tests, NULL, NULL);
}
