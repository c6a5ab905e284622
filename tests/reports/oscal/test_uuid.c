/*
 * A name has one UUID, of version 5.
 */
#include "reports/oscal/uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* RFC 9562, A.4: www.example.com in the name space of DNS names. */
static void the_example_of_the_standard_comes_out(void **unused)
{
    (void)unused;
    struct uuid_space dns = uuid_space_url;
    dns.bytes[3] = 0x10; /* the two differ in this byte alone */
    assert_string_equal(uuid_of(&dns, LITERAL("www.example.com")).text,
                        "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

static void every_uuid_is_of_version_five_and_of_the_standard(void **unused)
{
    (void)unused;
    struct uuid_space space;
    assert_false(failed(uuid_space_init(&space, &uuid_space_url, LITERAL("urn:cairn:log:x"))));
    for (uint32_t i = 0; i < 500; i++) {
        struct uuid_text uuid = uuid_of(&space, bytes_of(&i, sizeof i));
        assert_int_equal(uuid.text[14], '5');
        assert_non_null(memchr("89ab", uuid.text[19], 4));
        assert_int_equal(strlen(uuid.text), UUID_TEXT_SIZE);
    }
}

static void names_of_two_logs_do_not_meet(void **unused)
{
    (void)unused;
    struct uuid_space one, two;
    assert_false(failed(uuid_space_init(&one, &uuid_space_url, LITERAL("a"))));
    assert_false(failed(uuid_space_init(&two, &uuid_space_url, LITERAL("b"))));
    assert_string_equal(uuid_of(&one, LITERAL("x")).text, uuid_of(&one, LITERAL("x")).text);
    assert_string_not_equal(uuid_of(&one, LITERAL("x")).text, uuid_of(&two, LITERAL("x")).text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_standard_comes_out),
        cmocka_unit_test(every_uuid_is_of_version_five_and_of_the_standard),
        cmocka_unit_test(names_of_two_logs_do_not_meet),
    };
    return cmocka_run_group_tests_name("reports/oscal/uuid", tests, NULL, NULL);
}
