/*
 * JSON that people send: read strictly, looked at without surprises, written again.
 */
#include "schema/canonical.h"
#include "schema/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    struct json_error error;
    assert_false(failed(json_parse(bytes_of_string(text), &json, &error)));
    return json;
}

/* Parsing --------------------------------------------------------------------------------- */

static void what_is_not_strict_json_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "",
        " ",
        "1",
        "\"text\"",
        "null",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1] [2]",
        "[1]x",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "[\"\\u0000\"]",
        "{\"\\u0000\":1}",
        "[\"\\ud800\"]",
        "[\"\xff\"]",
        "[\"\xc0\x80\"]",
        "[\"\n\"]",
        "[01]",
        "[+1]",
        "[.5]",
        "[NaN]",
        "[1e999]",
        "[9223372036854775808]",
        "// comment\n[1]",
        "\xef\xbb\xbf[1]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct json *json = NULL;
        struct json_error error = {0};
        struct status status = json_parse(bytes_of_string(bad[i]), &json, &error);
        if (status.code != STATUS_MALFORMED) {
            print_error("accepted: %s\n", bad[i]);
        }
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_null(json);
        assert_true(error.line >= 1 && error.column >= 1 && error.reason[0] != '\0');
        assert_true(status.at <= strlen(bad[i]));
    }
}

static void a_nul_in_the_text_is_refused(void **unused)
{
    (void)unused;
    struct json *json = NULL;
    struct json_error error;
    assert_true(failed(json_parse(LITERAL("[1]\0"), &json, &error)));
    assert_true(failed(json_parse(LITERAL("[\"a\0b\"]"), &json, &error)));
    assert_true(failed(json_parse((struct bytes){0}, &json, &error)));
}

static void an_error_is_where_it_is(void **unused)
{
    (void)unused;
    struct json *json = NULL;
    struct json_error error;
    const char *text = "{\n  \"a\": 1,\n  \"b\": oops\n}\n";
    struct status status = json_parse(bytes_of_string(text), &json, &error);
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 11);
    assert_int_equal(status.at, strstr(text, "oops") + 4 - text);
}

static void what_is_too_deep_or_too_long_is_refused(void **unused)
{
    (void)unused;
    static char deep[1 << 20];
    struct json *json = NULL;
    struct json_error error;
    memset(deep, '[', sizeof deep);
    assert_int_equal(json_parse(bytes_of(deep, sizeof deep), &json, &error).code, STATUS_MALFORMED);
    struct bytes too_long = bytes_of(deep, (size_t)JSON_INPUT_MAX + 1); /* is not looked at */
    struct status status = json_parse(too_long, &json, &error);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_int_equal(status.at, JSON_INPUT_MAX);
    assert_null(json);
}

static void every_truncation_is_refused(void **unused)
{
    (void)unused;
    const char *text = "{\"a\":[1,2.5,true,null,\"\\u00e9\"],\"b\":{\"c\":\"d\"}}";
    for (size_t size = 0; size < strlen(text); size++) {
        struct json *json = NULL;
        struct json_error error;
        char *exact = malloc(size + 1);
        assert_non_null(exact);
        memcpy(exact, text, size);
        assert_true(failed(json_parse(bytes_of(exact, size), &json, &error)));
        assert_null(json);
        free(exact);
    }
}

/* Looking --------------------------------------------------------------------------------- */

static void members_are_found_by_name_and_in_the_order_of_the_text(void **unused)
{
    (void)unused;
    CLEANUP(json_free) struct json *json = parse("{\"z\":1,\"a\":[7,8],\"m\":\"text\"}");
    static const char *const names[] = {"z", "a", "m"};
    assert_int_equal(json_count(json), 3);
    for (size_t i = 0; i < 3; i++) {
        const char *name = NULL;
        assert_ptr_equal(json_member_at(json, i, &name), json_member(json, names[i]));
        assert_string_equal(name, names[i]);
    }
    const char *name = "untouched";
    assert_null(json_member_at(json, 3, &name));
    assert_string_equal(name, "untouched");
    assert_null(json_member(json, "b"));
    assert_int_equal(json_count(json_member(json, "a")), 2);
    assert_int_equal(json_as_integer(json_element(json_member(json, "a"), 1), 0), 8);
    assert_null(json_element(json_member(json, "a"), 2));
    assert_true(bytes_equal(json_string_member(json, "m"), LITERAL("text")));
}

static void a_value_of_another_type_is_the_other_answer(void **unused)
{
    (void)unused;
    CLEANUP(json_free) struct json *json = parse("[1,\"1\",true,1.0,null,[],{}]");
    static const enum json_type types[] = {JSON_TYPE_INTEGER, JSON_TYPE_STRING, JSON_TYPE_BOOLEAN,
                                           JSON_TYPE_REAL,    JSON_TYPE_NULL,   JSON_TYPE_ARRAY,
                                           JSON_TYPE_OBJECT};
    for (size_t i = 0; i < 7; i++) {
        const struct json *value = json_element(json, i);
        assert_int_equal(json_type_of(value), types[i]);
        assert_int_equal(json_as_integer(value, -5), i == 0 ? 1 : -5);
        assert_int_equal(json_as_string(value).size, i == 1 ? 1 : 0);
        assert_int_equal(json_as_boolean(value, false), i == 2);
        assert_int_equal(json_count(value), 0);
        assert_null(json_member(value, "a"));
        assert_null(json_element(value, 0));
    }
}

static void nothing_can_be_asked_of(void **unused)
{
    (void)unused;
    const char *name;
    struct json *none = NULL;
    assert_null(json_member(NULL, "a"));
    assert_null(json_element(NULL, 0));
    assert_null(json_member_at(NULL, 0, &name));
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_as_string(NULL).data);
    assert_int_equal(json_as_integer(NULL, 9), 9);
    assert_true(json_as_boolean(NULL, true));
    assert_null(json_string_member(NULL, "a").data);
    json_free(&none);
    assert_null(none);
}

/* Writing --------------------------------------------------------------------------------- */

static void canonical_json_is_sorted_and_has_the_shortest_escapes(void **unused)
{
    (void)unused;
    char memory[256];
    struct text out = TEXT_IN(memory);
    CLEANUP(json_free)
    struct json *json = parse("{ \"b\" : [ true , 0, 9007199254740991 ], \"a_2\":\"\\u0041\\/"
                              "\\u001f\\n\\u00e9\\u20ac\", \"a\":{}, \"a1\":[] }");
    assert_false(failed(json_canonical(json, &out)));
    assert_string_equal(text_string(&out),
                        "{\"a\":{},\"a1\":[],\"a_2\":\"A/\\u001f\\n\xc3\xa9\xe2\x82\xac\","
                        "\"b\":[true,0,9007199254740991]}");
    assert_false(failed(canonical_check(text_bytes(&out))));
}

static void what_canonical_json_cannot_say_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"[null]",
                                      "[1.5]",
                                      "[1e2]",
                                      "[-1]",
                                      "[9007199254740992]",
                                      "{\"A\":1}",
                                      "{\"\":1}",
                                      "{\"1a\":1}",
                                      "{\"a-b\":1}",
                                      "{\"\xc3\xa9\":1}",
                                      "[[[[[[[[[]]]]]]]]]"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char memory[256];
        struct text out = TEXT_IN(memory);
        CLEANUP(json_free) struct json *json = parse(bad[i]);
        struct status status = json_canonical(json, &out);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_non_null(status.why);
    }
    char memory[256];
    struct text out = TEXT_IN(memory);
    CLEANUP(json_free) struct json *json = parse("[[[[[[[[]]]]]]]]");
    assert_false(failed(json_canonical(json, &out)));
}

static void an_object_of_too_many_members_is_over_the_limit(void **unused)
{
    (void)unused;
    for (size_t count = JSON_MEMBERS_MAX; count <= JSON_MEMBERS_MAX + 1; count++) {
        char memory[8192], out_memory[8192];
        struct text text = TEXT_IN(memory), out = TEXT_IN(out_memory);
        for (size_t i = 0; i < count; i++) {
            text_add(&text, "%s\"m%zu\":%zu", i == 0 ? "{" : ",", count - i, i);
        }
        text_put_char(&text, '}');
        CLEANUP(json_free) struct json *json = parse(text_string(&text));
        struct status status = json_canonical(json, &out);
        assert_int_equal(status.code, count > JSON_MEMBERS_MAX ? STATUS_LIMIT : STATUS_OK);
    }
}

static void what_does_not_fit_is_over_the_limit(void **unused)
{
    (void)unused;
    CLEANUP(json_free) struct json *json = parse("{\"a\":[1,\"b\"]}");
    size_t size = strlen("{\"a\":[1,\"b\"]}");
    for (size_t capacity = 1; capacity < size + 3; capacity++) {
        char memory[32];
        struct text canonical = {.data = memory, .capacity = capacity};
        assert_int_equal(failed(json_canonical(json, &canonical)), capacity <= size);
        struct text printed = {.data = memory, .capacity = capacity};
        struct status status = json_print(json, 0, &printed);
        assert_int_equal(failed(status), capacity <= size);
        assert_int_equal(printed.full, capacity <= size);
        assert_int_equal(printed.size, capacity <= size ? 0 : size);
        assert_true(!failed(status) || (status.code == STATUS_LIMIT && status.at == capacity));
    }
}

static void people_read_it_in_its_own_order(void **unused)
{
    (void)unused;
    char memory[256];
    struct text out = TEXT_IN(memory);
    CLEANUP(json_free) struct json *json = parse("{\"b\":[1,null],\"a\":-2.5}");
    text_put_literal(&out, "> ");
    assert_false(failed(json_print(json, 0, &out)));
    assert_string_equal(text_string(&out), "> {\"b\":[1,null],\"a\":-2.5}");
    text_clear(&out);
    assert_false(failed(json_print(json, 2, &out)));
    assert_string_equal(text_string(&out),
                        "{\n  \"b\": [\n    1,\n    null\n  ],\n  \"a\": -2.5\n}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_strict_json_is_refused),
        cmocka_unit_test(a_nul_in_the_text_is_refused),
        cmocka_unit_test(an_error_is_where_it_is),
        cmocka_unit_test(what_is_too_deep_or_too_long_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(members_are_found_by_name_and_in_the_order_of_the_text),
        cmocka_unit_test(a_value_of_another_type_is_the_other_answer),
        cmocka_unit_test(nothing_can_be_asked_of),
        cmocka_unit_test(canonical_json_is_sorted_and_has_the_shortest_escapes),
        cmocka_unit_test(what_canonical_json_cannot_say_is_refused),
        cmocka_unit_test(an_object_of_too_many_members_is_over_the_limit),
        cmocka_unit_test(what_does_not_fit_is_over_the_limit),
        cmocka_unit_test(people_read_it_in_its_own_order),
    };
    return cmocka_run_group_tests_name("schema/json", tests, NULL, NULL);
}
