/*
 * Blocks of addresses hold what their bits say, and are written as they are read.
 */
#include "reports/filter/address.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool in(const char *address, const char *text)
{
    struct address_block block;
    must(address_read_block(bytes_of_string(text), &block));
    return address_in_block(bytes_of_string(address), &block);
}

static void a_block_holds_the_addresses_that_begin_with_its_bits(void **unused)
{
    (void)unused;
    assert_true(in("10.20.3.4", "10.20.0.0/16"));
    assert_false(in("10.21.3.4", "10.20.0.0/16"));
    assert_true(in("10.20.127.255", "10.20.0.0/17"));
    assert_false(in("10.20.128.0", "10.20.0.0/17"));
    assert_true(in("255.1.2.3", "0.0.0.0/0"));
    assert_true(in("10.3.0.7", "10.3.0.7"));
    assert_false(in("10.3.0.70", "10.3.0.7/32"));
    assert_true(in("2001:db8:0:1::9", "2001:db8::/32"));
    assert_false(in("2001:db9::1", "2001:db8::/32"));
    assert_true(in("::1", "::/127"));
}

static void what_is_no_address_is_in_no_block(void **unused)
{
    (void)unused;
    static const char *const others[] = {"",       "tty 1",      "fe80::1%eth0",
                                         "10.3.0", "10.3.0.7.8", "010.3.0.7"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(in(others[i], "0.0.0.0/0"));
        assert_false(in(others[i], "::/0"));
    }
    assert_false(in("::1", "0.0.0.0/0"));
    assert_false(in("10.0.0.1", "::/0"));
}

static void an_ipv4_address_in_the_form_of_ipv6_counts_as_ipv4(void **unused)
{
    (void)unused;
    assert_true(in("::ffff:10.20.3.4", "10.20.0.0/16"));
    assert_false(in("::ffff:10.21.3.4", "10.20.0.0/16"));
    assert_false(in("::fffe:10.20.3.4", "10.20.0.0/16"));
}

static void what_is_no_block_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "",       "10.0.0.0/33", "10.0.0.0/",    "10.0.0.0/x",      "10.0.0/8",   "10.0.0.1/8",
        "::/129", "/8",          "10.0.0.0/8/9", "fe80::1%eth0/10", "10.0.0.0/08"};
    struct address_block block;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct status status = address_read_block(bytes_of_string(bad[i]), &block);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_non_null(status.why);
    }
}

static void a_block_is_written_as_it_is_read(void **unused)
{
    (void)unused;
    static const char *const good[] = {"10.20.0.0/16",  "0.0.0.0/0", "10.3.0.7/32",
                                       "2001:db8::/32", "::/0",      "fe80::/10"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char memory[64];
        struct text text = TEXT_IN(memory);
        struct address_block block;
        must(address_read_block(bytes_of_string(good[i]), &block));
        address_write_block(&block, &text);
        assert_string_equal(text_string(&text), good[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_holds_the_addresses_that_begin_with_its_bits),
        cmocka_unit_test(what_is_no_address_is_in_no_block),
        cmocka_unit_test(an_ipv4_address_in_the_form_of_ipv6_counts_as_ipv4),
        cmocka_unit_test(what_is_no_block_is_refused),
        cmocka_unit_test(a_block_is_written_as_it_is_read),
    };
    return cmocka_run_group_tests_name("reports/filter/address", tests, NULL, NULL);
}
