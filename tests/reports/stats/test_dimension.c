/*
 * What events are grouped by: every name is read, and every value is a text that says itself.
 */
#include "reports/stats/dimension.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct leaf a_leaf = {
    .actor = {(const uint8_t *)"user:12", 7},
    .emitter = {(const uint8_t *)"vault", 5},
    .kind = EVENT_VAULT_KEY_FETCHED,
    .on = {{ID_FILE, 22}, {ID_USER, 12}},
    .on_count = 2,
    .outcome = OUTCOME_DENIED,
    .project = {ID_PROJECT, 88},
    .session = {ID_SESSION, 300},
    .rule = {(const uint8_t *)"VLT-01a", 7},
    .source = {(const uint8_t *)"10.3.0.7", 8},
};

static uint8_t scratch_memory[BODY_MAX];

static bool value(const char *name, const struct leaf *leaf, const char *body, struct text *out)
{
    struct arena scratch = ARENA_IN(scratch_memory);
    struct dimension its;
    assert_false(failed(dimension_read(bytes_of_string(name), &its)));
    /* 2026-03-09T21:58:00Z, a Monday. */
    return dimension_value(&its,
                           &(struct dimension_event){.leaf = leaf,
                                                     .time_utc_us = UINT64_C(1773093480000000),
                                                     .body = bytes_of_string(body),
                                                     .scratch = &scratch,
                                                     .zone = zone_utc()},
                           out);
}

static void members_of_the_leaf_are_values(void **unused)
{
    (void)unused;
    static const struct {
        const char *name, *value;
    } cases[] = {
        {"actor", "user:12"},      {"emitter", "vault"},       {"kind", "vault.key.fetched"},
        {"family", "vault.key"},   {"on", "file:22"},          {"outcome", "denied"},
        {"project", "project:88"}, {"session", "session:300"}, {"rule", "VLT-01a"},
        {"source", "10.3.0.7"},    {"day", "2026-03-09"},      {"hour", "21"},
        {"weekday", "1 Mon"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char memory[DIMENSION_VALUE_MAX];
        struct text text = TEXT_IN(memory);
        assert_true(value(cases[i].name, &a_leaf, "", &text));
        assert_string_equal(text_string(&text), cases[i].value);
    }
}

static void what_an_event_does_not_have_is_no_value(void **unused)
{
    (void)unused;
    static const char *const names[] = {"project", "session", "rule",      "source",    "user",
                                        "host",    "action",  "body.size", "body.a.b.c"};
    const struct leaf empty = {.on = {{ID_LOG, 0}}, .on_count = 1};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char memory[DIMENSION_VALUE_MAX];
        struct text text = TEXT_IN(memory);
        assert_false(value(names[i], &empty, "{\"b\":1}", &text));
    }
}

static void fields_of_the_body_are_values_by_their_path(void **unused)
{
    (void)unused;
    static const struct {
        const char *name, *value;
    } cases[] = {{"body.a", "x\"y"}, {"body.b.c", "7"}, {"body.d", "true"}, {"body.e", "first"}};
    const char *body = "{\"a\":\"x\\\"y\",\"b\":{\"c\":7},\"d\":true,\"e\":[\"first\",\"second\"]}";
    for (size_t i = 0; i < 4; i++) {
        char memory[DIMENSION_VALUE_MAX];
        struct text text = TEXT_IN(memory);
        assert_true(value(cases[i].name, &a_leaf, body, &text));
        assert_string_equal(text_string(&text), cases[i].value);
    }
}

static void only_integers_are_numbers(void **unused)
{
    (void)unused;
    struct arena scratch = ARENA_IN(scratch_memory);
    static const struct {
        const char *name;
        bool is;
    } cases[] = {{"body.size", true}, {"body.name", false}, {"body.none", false}};
    for (size_t i = 0; i < 3; i++) {
        struct dimension its;
        uint64_t number = 1;
        assert_false(failed(dimension_read(bytes_of_string(cases[i].name), &its)));
        assert_int_equal(dimension_number(&its,
                                          &(struct dimension_event){
                                              .leaf = &a_leaf,
                                              .body = LITERAL("{\"name\":\"5\",\"size\":5}"),
                                              .scratch = &scratch,
                                              .zone = zone_utc()},
                                          &number),
                         cases[i].is);
        assert_int_equal(number, cases[i].is ? 5 : 1);
    }
}

static void a_long_value_is_cut_between_characters(void **unused)
{
    (void)unused;
    static char body[20000];
    for (size_t size = 900; size < 1100; size++) {
        char memory[DIMENSION_VALUE_MAX];
        struct text text = TEXT_IN(memory), json = {.data = body, .capacity = sizeof body};
        text_put_literal(&json, "{\"a\":\"");
        for (size_t i = 0; i < size; i += 3) {
            text_put_literal(&json, "\xe6\xbc\xa2");
        }
        text_put_literal(&json, "\"}");
        assert_true(value("body.a", &a_leaf, text_string(&json), &text));
        assert_false(text.full);
        assert_true(text_is_utf8(text_bytes(&text)));
        assert_true(text.size >= 900);
    }
}

static void what_is_no_field_is_refused(void **unused)
{
    (void)unused;
    static const char *const bad[] = {"",         "actors",  "body",      "body.", "body..a",
                                      "body.a.",  "body.A",  "body.1",    "Actor", " actor",
                                      "body.a b", "body._a", "body.a\xff"};
    char longest[DIMENSION_NAME_MAX + 10] = "body.";
    struct dimension its;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(dimension_read(bytes_of_string(bad[i]), &its).code, STATUS_MALFORMED);
    }
    memset(longest + 5, 'a', DIMENSION_NAME_MAX);
    assert_int_equal(dimension_read(bytes_of_string(longest), &its).code, STATUS_MALFORMED);
    for (size_t i = 0; i < DIMENSION_BODY; i++) {
        assert_false(failed(dimension_read(bytes_of_string(dimension_name(i)), &its)));
        assert_int_equal(its.kind, i);
        assert_false(dimension_wants_body(&its));
    }
    assert_null(dimension_name(DIMENSION_KIND_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_the_leaf_are_values),
        cmocka_unit_test(what_an_event_does_not_have_is_no_value),
        cmocka_unit_test(fields_of_the_body_are_values_by_their_path),
        cmocka_unit_test(only_integers_are_numbers),
        cmocka_unit_test(a_long_value_is_cut_between_characters),
        cmocka_unit_test(what_is_no_field_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
