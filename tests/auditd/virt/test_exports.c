#include "auditd/virt/exports.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_share_is_a_line_read_only_and_squashed(void **state)
{
    (void)state;
    char memory[512];
    struct text out = TEXT_IN(memory);
    assert_false(failed(exports_add(&out, 7, LITERAL("/srv/data"), LITERAL("10.7.0.0/16"))));
    assert_string_equal(text_string(&out),
                        "/srv/data 10.7.0.0/16(ro,sync,all_squash,no_subtree_check) # nfs:7\n");
}

static void no_byte_of_a_path_ends_it_or_opens_options(void **state)
{
    (void)state;
    for (unsigned c = 1; c < 256; c++) {
        char memory[512];
        struct text out = TEXT_IN(memory);
        const uint8_t path[] = {'/', 'a', (uint8_t)c, 'b'};
        const bool control = c < ' ' || c == 0x7F;
        assert_int_equal(failed(exports_add(&out, 1, BYTES(path), LITERAL("h"))), control);
        if (!control) {
            const char *line = text_string(&out);
            assert_null(memchr("# ()\"\\", line[2] == '\\' ? 'x' : line[2], 6));
            assert_ptr_equal(strchr(line, ' '), strstr(line, " h(ro,"));
            assert_ptr_equal(strchr(line, '('), strstr(line, "(ro,sync"));
            assert_ptr_equal(strchr(line, '#'), strstr(line, "# nfs:1\n"));
        }
    }
}

static void who_may_mount_it_is_a_host_or_network(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "*", "a b", "a(rw)", "-a", "/a", "a#", "a\n", "@group"};
    static const char *const good[] = {"north", "north.example", "10.7.0.0/16", "fd00::1"};
    char memory[512];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct text out = TEXT_IN(memory);
        assert_int_equal(exports_add(&out, 1, LITERAL("/a"), bytes_of_string(bad[i])).code,
                         STATUS_MALFORMED);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct text out = TEXT_IN(memory);
        assert_false(failed(exports_add(&out, 1, LITERAL("/a"), bytes_of_string(good[i]))));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_a_line_read_only_and_squashed),
        cmocka_unit_test(no_byte_of_a_path_ends_it_or_opens_options),
        cmocka_unit_test(who_may_mount_it_is_a_host_or_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
