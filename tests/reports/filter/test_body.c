/*
 * Values are found by their path, whatever else is in the body; what is not canonical is refused.
 */
#include "reports/filter/body.h"
#include "tests/support/scratch.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char document[] =
    "{\"a\":1,\"b\":{\"c\":\"deep\",\"d\":[{\"e\":true},{\"e\":false,\"f\":\"x\"}]},"
    "\"g\":[\"one\",\"t\\\"wo\"],\"h\":[],\"i\":{}}";

struct found {
    struct text text;
    unsigned most;
};

static struct status note(void *context, const struct body_value *value, bool *stop)
{
    struct found *found = context;
    text_put_string(&found->text, found->text.size > 0 ? " " : "");
    if (value->type == BODY_STRING) {
        text_put_bytes(&found->text, value->text);
    } else if (value->type == BODY_INTEGER) {
        text_put_u64(&found->text, value->number);
    } else {
        text_put_string(&found->text, value->truth ? "true" : "false");
    }
    *stop = --found->most == 0;
    return OK;
}

static struct status walk(struct bytes json, const char *path, unsigned most, struct found *found)
{
    uint8_t memory[64];
    struct arena scratch = ARENA_IN(memory);
    found->most = most;
    struct status status = body_walk(json, bytes_of_string(path), &scratch, note, found);
    assert_int_equal(scratch.used, 0);
    return status;
}

static void has(const char *path, unsigned most, const char *values)
{
    char memory[256];
    struct found found = {.text = TEXT_IN(memory)};
    must(walk(bytes_of_string(document), path, most, &found));
    assert_string_equal(text_string(&found.text), values);
}

static void a_path_leads_to_its_values(void **unused)
{
    (void)unused;
    has("a", 9, "1");
    has("b.c", 9, "deep");
    has("b.d.e", 9, "true false");
    has("b.d.f", 9, "x");
    has("g", 9, "one t\"wo");
    has("b", 9, "deep true false x");
    has("", 99, "1 deep true false x one t\"wo");
}

static void what_is_not_there_has_no_values(void **unused)
{
    (void)unused;
    has("z", 9, "");
    has("a.b", 9, "");
    has("g.x", 9, "");
    has("h", 9, "");
    has("i.j", 9, "");
    has("c", 9, "");
}

static void a_walk_ends_when_it_is_told_to(void **unused)
{
    (void)unused;
    has("", 3, "1 deep true");
    has("b.d.e", 1, "true");
}

static void what_is_not_canonical_is_refused(void **unused)
{
    (void)unused;
    char memory[256];
    struct bytes all = bytes_of_string(document);
    for (size_t size = 0; size < all.size; size++) {
        struct found found = {.text = TEXT_IN(memory)};
        assert_int_equal(walk(bytes_of(all.data, size), "", 99, &found).code, STATUS_MALFORMED);
        assert_int_equal(walk(bytes_of(all.data, size), "zz", 99, &found).code, STATUS_MALFORMED);
    }
    static const char *const bad[] = {"{\"a\" :1}", "{\"a\":1.5}",        "{\"a\":null}",
                                      "{,\"a\":1}", "{\"a\":1}x",         "[1,]",
                                      "{\"a\"}",    "[[[[[[[[[1]]]]]]]]]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct found found = {.text = TEXT_IN(memory)};
        assert_int_equal(walk(bytes_of_string(bad[i]), "", 99, &found).code, STATUS_MALFORMED);
    }
}

static void a_string_that_has_no_room_is_refused(void **unused)
{
    (void)unused;
    char memory[256];
    struct found found = {.text = TEXT_IN(memory)};
    struct bytes json = LITERAL("{\"a\":\"\\\"0123456789012345678901234567890123456789"
                                "0123456789012345678901234567890123456789\"}");
    uint8_t small[16];
    struct arena scratch = ARENA_IN(small);
    found.most = 9;
    assert_int_equal(body_walk(json, LITERAL("a"), &scratch, note, &found).code, STATUS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_leads_to_its_values),
        cmocka_unit_test(what_is_not_there_has_no_values),
        cmocka_unit_test(a_walk_ends_when_it_is_told_to),
        cmocka_unit_test(what_is_not_canonical_is_refused),
        cmocka_unit_test(a_string_that_has_no_room_is_refused),
    };
    return cmocka_run_group_tests_name("reports/filter/body", tests, NULL, NULL);
}
