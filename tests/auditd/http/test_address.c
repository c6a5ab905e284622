/*
 * Addresses: IPv4, IPv6, and IPv4 in IPv6's clothes.
 */
#include "auditd/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct address address(const char *text)
{
    struct sockaddr_storage storage = {0};
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    struct address out;
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1) {
        memcpy(&storage, &in, sizeof in);
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
        memcpy(&storage, &in6, sizeof in6);
    }
    assert_true(address_of(&storage, &out));
    return out;
}

static void what_is_read_is_written(void **unused)
{
    (void)unused;
    static const char *const rows[][2] = {
        {"192.0.2.7", "192.0.2.7"},
        {"::1", "::1"},
        {"2001:db8::7", "2001:db8::7"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char memory[ADDRESS_TEXT_SIZE];
        struct text out = TEXT_IN(memory);
        struct address read = address(rows[i][0]);
        address_write(&read, &out);
        assert_string_equal(text_string(&out), rows[i][1]);
    }
}

static void an_address_of_ipv4_is_the_same_in_other_clothes(void **unused)
{
    (void)unused;
    struct address a = address("192.0.2.7"), b = address("::ffff:192.0.2.7"),
                   c = address("192.0.2.8");
    assert_true(address_equal(&a, &b));
    assert_false(address_equal(&a, &c));
    assert_false(address_same_network(&a, &c));
}

static void one_network_of_ipv6_is_a_64(void **unused)
{
    (void)unused;
    struct address a = address("2001:db8:1:2::1"), b = address("2001:db8:1:2:ffff::9"),
                   c = address("2001:db8:1:3::1"), d = address("32.1.13.184");
    assert_false(address_equal(&a, &b));
    assert_true(address_same_network(&a, &b));
    assert_false(address_same_network(&a, &c));
    assert_false(address_same_network(&a, &d));
}

static void this_machine_is_known(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool own;
    } rows[] = {{"127.0.0.1", true}, {"127.9.9.9", true},        {"::1", true},
                {"::2", false},      {"::ffff:127.0.0.1", true}, {"192.0.2.1", false},
                {"0.0.0.0", false},  {"7f00::1", false},         {"::", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address read = address(rows[i].text);
        assert_int_equal(address_is_loopback(&read), rows[i].own);
    }
}

static void what_is_of_no_network_has_no_address(void **unused)
{
    (void)unused;
    int ends[2];
    struct address out;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_false(address_of_peer(ends[0], &out));
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_false(address_of_peer(-1, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_written),
        cmocka_unit_test(an_address_of_ipv4_is_the_same_in_other_clothes),
        cmocka_unit_test(one_network_of_ipv6_is_a_64),
        cmocka_unit_test(this_machine_is_known),
        cmocka_unit_test(what_is_of_no_network_has_no_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
