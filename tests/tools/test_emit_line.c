/*
 * Lines that scripts write: words and JSON lead to the same event, and what is wrong is said.
 */
#include "tools/emit_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int begin(void **state)
{
    struct emit_line *line = NULL;
    struct status status = emit_line_open(&line);
    *state = line;
    return failed(status) ? -1 : 0;
}

static int end(void **state)
{
    struct emit_line *line = *state;
    emit_line_close(&line);
    return 0;
}

static const struct cairn_event *read_line(void **state, const char *text)
{
    const struct cairn_event *event = NULL;
    struct status status = emit_line_read(*state, bytes_of_string(text), &event);
    if (failed(status)) {
        fail_msg("%s: %s", text, status.why);
    }
    return event;
}

static void check_wrong(void **state, const char *text, const char *why)
{
    const struct cairn_event *event = NULL;
    struct status status = emit_line_read(*state, bytes_of_string(text), &event);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_string_equal(status.why, why);
}

static void words_are_a_kind_and_fields(void **state)
{
    const struct cairn_event *event =
        read_line(state, " audit.observed  what=\"two  words\"\tdetail=a=\"b\\\"c\\\\\"d empty=\r");
    assert_string_equal(event->kind, "audit.observed");
    assert_int_equal(event->field_count, 3);
    assert_string_equal(event->fields[0].name, "what");
    assert_string_equal(event->fields[0].data, "two  words");
    assert_string_equal(event->fields[1].data, "a=b\"c\\d");
    assert_string_equal(event->fields[2].data, "");
    assert_null(event->json);
}

static void an_object_has_what_surrounds_the_body_too(void **state)
{
    const struct cairn_event *event = read_line(
        state, "{\"outcome\":\"failed\",\"kind\":\"audit.observed\",\"on\":[\"log:0\",\"user:4\"],"
               "\"at\":\"2026-03-09T22:58:00+01:00\",\"source\":\"10.0.0.1\","
               "\"project\":\"project:7\",\"session\":\"session:8\","
               "\"body\":{\"what\":\"a \\u00e9\", \"detail\":\"b\"}}");
    assert_string_equal(event->kind, "audit.observed");
    assert_string_equal(event->json, "{\"detail\":\"b\",\"what\":\"a \xc3\xa9\"}");
    assert_int_equal(event->on_count, 2);
    assert_string_equal(event->on[1], "user:4");
    assert_int_equal(event->outcome, CAIRN_EMIT_FAILED);
    assert_int_equal(event->at_us, UINT64_C(1773093480000000));
    assert_string_equal(event->source, "10.0.0.1");
    assert_string_equal(event->project, "project:7");
    assert_string_equal(event->session, "session:8");
    event = read_line(state, "{\"kind\":\"k\",\"on\":\"log:0\"}");
    assert_int_equal(event->on_count, 1);
    assert_null(event->json);
}

static void empty_lines_and_comments_are_no_events(void **state)
{
    assert_null(read_line(state, "")->kind);
    assert_null(read_line(state, "# audit.observed what=x")->kind);
    assert_null(read_line(state, "   \t")->kind);
}

static void what_is_wrong_is_said(void **state)
{
    check_wrong(state, "audit.observed what", "after the kind come words FIELD=VALUE");
    check_wrong(state, "audit.observed =x", "after the kind come words FIELD=VALUE");
    check_wrong(state, "audit.observed what=\"x", "a quote is not closed");
    check_wrong(state, "{\"kind\":", "it is not JSON");
    check_wrong(state, "{\"body\":{}}", "it names no kind");
    check_wrong(state, "{\"kind\":\"k\",\"kind\":\"l\"}", "it is not JSON");
    check_wrong(state, "{\"kind\":7}", "a member beside `body` and `on` is no string");
    check_wrong(state, "{\"kind\":\"k\",\"at\":\"noon\"}",
                "`at` is a time like 2026-03-09T21:58:00Z");
    check_wrong(state, "{\"kind\":\"k\",\"outcome\":\"maybe\"}",
                "an outcome is ok, denied or failed");
    check_wrong(state, "{\"kind\":\"k\",\"on\":{}}", "`on` is an id, or a list of at most 8");
    check_wrong(state, "{\"kind\":\"k\",\"what\":\"x\"}",
                "the members are kind, on, outcome, at, source, project, session, body");
    check_wrong(state, "{\"kind\":\"k\",\"body\":{\"a\":1.5}}", "canonical JSON has integers only");
    const struct cairn_event *event = NULL;
    assert_int_equal(emit_line_read(*state, LITERAL("a\0b"), &event).code, STATUS_MALFORMED);
    char *longest = calloc(1, EMIT_LINE_MAX + 1);
    assert_non_null(longest);
    memset(longest, 'a', EMIT_LINE_MAX + 1);
    assert_int_equal(emit_line_read(*state, bytes_of(longest, EMIT_LINE_MAX + 1), &event).code,
                     STATUS_LIMIT);
    assert_false(failed(emit_line_read(*state, bytes_of(longest, EMIT_LINE_MAX), &event)));
    free(longest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_a_kind_and_fields),
        cmocka_unit_test(an_object_has_what_surrounds_the_body_too),
        cmocka_unit_test(empty_lines_and_comments_are_no_events),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
