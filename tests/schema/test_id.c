/*
 * Ids: a kind, a colon and a position, with one text each.
 */
#include "schema/canonical.h"
#include "schema/id.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void every_id_is_read_as_it_is_written(void **unused)
{
    (void)unused;
    const uint64_t numbers[] = {0, 1, 9, 10, 30377, CANONICAL_INTEGER_MAX, ID_NEW};
    for (unsigned kind = ID_NONE + 1; kind < ID_KIND_COUNT; kind++) {
        for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
            char memory[64];
            struct text text = TEXT_IN(memory);
            struct id id = {(enum id_kind)kind, numbers[i]}, back;
            id_write(&text, id);
            assert_false(failed(id_read(text_bytes(&text), &back)));
            assert_true(id_equal(id, back));
        }
    }
}

static void a_new_id_has_no_number_yet(void **unused)
{
    (void)unused;
    char memory[64];
    struct text text = TEXT_IN(memory);
    id_write(&text, (struct id){ID_USER, ID_NEW});
    assert_string_equal(text_string(&text), "user:new");
}

static void nothing_else_is_an_id(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        uint64_t at;
    } wrong[] = {
        {"", 0},
        {"user", 0},
        {":12", 0},
        {"none:1", 0},
        {"stone:1", 0},
        {"User:1", 0},
        {"user :1", 0},
        {"user:", 5},
        {"user:01", 5},
        {"user:-1", 5},
        {"user:+1", 5},
        {"user: 1", 5},
        {"user:1 ", 5},
        {"user:1.0", 5},
        {"user:New", 5},
        {"user:news", 5},
        {"user:user:1", 5},
        {"user:9007199254740992", 5},
        {"user:18446744073709551615", 5},
        {"user:18446744073709551616", 5},
        {"log:0x1", 4},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct id id = {ID_LOG, 77};
        struct status status = id_read(bytes_of_string(wrong[i].text), &id);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(status.at, wrong[i].at);
        assert_true(id.kind == ID_LOG && id.n == 77);
    }
    struct id id;
    assert_true(failed(id_read(LITERAL("user:1\0"), &id)));
    assert_true(failed(id_read(LITERAL("user\0:1"), &id)));
}

static void ids_differ_by_kind_and_by_number(void **unused)
{
    (void)unused;
    const struct id user = {ID_USER, 7};
    assert_true(id_equal(user, (struct id){ID_USER, 7}));
    assert_false(id_equal(user, (struct id){ID_USER, 8}));
    assert_false(id_equal(user, (struct id){ID_EMITTER, 7}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_id_is_read_as_it_is_written),
        cmocka_unit_test(a_new_id_has_no_number_yet),
        cmocka_unit_test(nothing_else_is_an_id),
        cmocka_unit_test(ids_differ_by_kind_and_by_number),
    };
    return cmocka_run_group_tests_name("schema/id", tests, NULL, NULL);
}
