#include "auditd/virt/names.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct bytes text_of(const struct world_name *name)
{
    return bytes_of_string(name->text);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct random random = {.state = 9};
    for (int i = 0; i < 2000; i++) {
        const uint64_t n = random_below(&random, 1ULL << (1 + random_below(&random, 52)));
        const uint64_t m = 1 + random_below(&random, 1ULL << 40);
        uint64_t a = 0, b = 0;
        struct world_name name = world_domain(n);
        assert_true(world_read_domain(text_of(&name), &a) && a == n);
        name = world_drive_alias(n);
        assert_true(world_read_drive_alias(text_of(&name), &a) && a == n);
        name = world_iso_alias(n);
        assert_true(world_read_iso_alias(text_of(&name), &a) && a == n);
        name = world_boot_file(n, m);
        assert_true(world_read_boot_file(text_of(&name), &a, &b) && a == n && b == m);
        name = world_drive_file(n, DRIVE_KIND_RAW);
        assert_true(world_read_drive_file(text_of(&name), &a, &b) && a == n && b == 0);
        name = world_drive_file(n, DRIVE_KIND_QCOW2);
        assert_true(world_read_drive_file(text_of(&name), &a, &b) && a == n && b == 0);
        name = world_layer_file(n, m);
        assert_true(world_read_drive_file(text_of(&name), &a, &b) && a == n && b == m);
    }
}

static void any_other_name_is_none_of_ours(void **state)
{
    (void)state;
    static const char *const others[] = {"",
                                         "cairn-vm-",
                                         "cairn-vm-07",
                                         "cairn-vm-7 ",
                                         "cairn-vm--7",
                                         "cairn-vm-7x",
                                         "vm-7",
                                         "drive-7",
                                         "drive-7.img",
                                         "drive-.raw",
                                         "drive-7-s.qcow2",
                                         "drive-7-s0.qcow2",
                                         "drive-7-s8.raw",
                                         "vm-7.qcow2",
                                         "vm-7-.qcow2",
                                         "vm-7-8.qcow2 ",
                                         "cairn-vm-99999999999999999999999"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        uint64_t a, b;
        const struct bytes name = bytes_of_string(others[i]);
        assert_false(world_read_domain(name, &a));
        assert_false(world_read_drive_alias(name, &a));
        assert_false(world_read_iso_alias(name, &a));
        assert_false(world_read_boot_file(name, &a, &b));
        assert_false(world_read_drive_file(name, &a, &b));
    }
}

static void a_uuid_is_one_machines_of_one_log(void **state)
{
    (void)state;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    assert_false(failed(hasher_open(&hasher)));
    const struct world_name one = world_uuid(hasher, LITERAL("a.example/log"), 7);
    const struct world_name again = world_uuid(hasher, LITERAL("a.example/log"), 7);
    const struct world_name next = world_uuid(hasher, LITERAL("a.example/log"), 8);
    const struct world_name other = world_uuid(hasher, LITERAL("b.example/log"), 7);
    assert_string_equal(one.text, again.text);
    assert_string_not_equal(one.text, next.text);
    assert_string_not_equal(one.text, other.text);
    assert_int_equal(strlen(one.text), WORLD_UUID_SIZE - 1);
    assert_int_equal(one.text[14], '8');
    assert_non_null(strchr("89ab", one.text[19]));
    assert_true(one.text[8] == '-' && one.text[13] == '-' && one.text[18] == '-' &&
                one.text[23] == '-');
}

static void a_pool_is_called_by_its_name(void **state)
{
    (void)state;
    const struct world_name name = world_pool(LITERAL("lab drives"));
    assert_string_equal(name.text, "cairn-lab drives");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(any_other_name_is_none_of_ours),
        cmocka_unit_test(a_uuid_is_one_machines_of_one_log),
        cmocka_unit_test(a_pool_is_called_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
