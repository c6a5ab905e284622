/*
 * Events as a caller describes them: fields and JSON lead to the same body, and what is wrong is
 * said with the name of what it is in.
 */
#include "core/emit/event_draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct bench {
    struct arena arena;
    struct event_draft *read;
};

static int begin(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    bench->arena.capacity = 3 * (size_t)BODY_MAX;
    bench->arena.memory = malloc(bench->arena.capacity);
    bench->read = calloc(1, sizeof *bench->read);
    *state = bench;
    return bench->arena.memory == NULL || bench->read == NULL ? -1 : 0;
}

static int end(void **state)
{
    struct bench *bench = *state;
    free(bench->arena.memory);
    free(bench->read);
    free(bench);
    return 0;
}

static void check_body(struct bench *bench, const struct cairn_event *event, const char *expected)
{
    char memory[4096];
    struct text json = TEXT_IN(memory);
    struct status status = event_draft_read(event, &bench->arena, bench->read);
    if (failed(status)) {
        fail_msg("%s", status.why);
    }
    event_body_encode(bench->read->draft.kind, bench->read->draft.body, &json);
    assert_string_equal(text_string(&json), expected);
}

static void check_wrong(struct bench *bench, const struct cairn_event *event, const char *why)
{
    struct status status = event_draft_read(event, &bench->arena, bench->read);
    assert_int_equal(status.code, STATUS_MALFORMED);
    assert_string_equal(status.why, why);
}

static void fields_become_the_body(void **state)
{
    const struct cairn_emit_field observed[] = {cairn_emit_text("what", "door \"4\""),
                                                cairn_emit_text("detail", "badge")};
    const struct cairn_event event = {
        .kind = "audit.observed", .fields = observed, .field_count = 2};
    check_body(*state, &event, "{\"detail\":\"badge\",\"what\":\"door \\\"4\\\"\"}");
    const struct cairn_emit_field lost[] = {cairn_emit_number("count", 7),
                                            cairn_emit_text("why", "rain")};
    const struct cairn_event other = {
        .kind = "emitter.spool_lost", .fields = lost, .field_count = 2};
    check_body(*state, &other, "{\"count\":7,\"why\":\"rain\"}");
}

static void every_type_of_field_has_its_words(void **state)
{
    const uint8_t digest[32] = {1, 2, 3};
    const struct cairn_emit_field measured[] = {cairn_emit_bytes("digest", digest, 32)};
    const struct cairn_event approved = {
        .kind = "audit.tools_approved", .fields = measured, .field_count = 1};
    check_body(*state, &approved, "{\"digest\":\"AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}");
    const struct cairn_emit_field started[] = {
        cairn_emit_boolean("seccomp", 7), cairn_emit_number("landlock", 0),
        cairn_emit_number("process", 4711), cairn_emit_number("restarts", 1),
        cairn_emit_text("role", "writer")};
    const struct cairn_event process = {
        .kind = "daemon.process_started", .fields = started, .field_count = 5};
    check_body(*state, &process,
               "{\"landlock\":0,\"process\":4711,\"restarts\":1,\"role\":\"writer\","
               "\"seccomp\":true}");
    const struct cairn_emit_field times[] = {
        cairn_emit_time("first", UINT64_C(1773093480000001)), cairn_emit_time("last", 0),
        cairn_emit_number("count", 2), cairn_emit_text("why", "rain")};
    const struct cairn_event dropped = {
        .kind = "emitter.dropped", .fields = times, .field_count = 4};
    check_body(*state, &dropped,
               "{\"count\":2,\"first\":\"2026-03-09T21:58:00.000001Z\","
               "\"last\":\"1970-01-01T00:00:00.000000Z\",\"why\":\"rain\"}");
}

static void json_becomes_the_same_body(void **state)
{
    const struct cairn_event event = {.kind = "audit.observed",
                                      .json = " {\"what\" : \"door\", \"detail\":\"b\\u0061dge\"}"};
    check_body(*state, &event, "{\"detail\":\"badge\",\"what\":\"door\"}");
}

static void what_surrounds_the_fields_is_taken_over(void **state)
{
    struct bench *bench = *state;
    const char *on[] = {"log:0"};
    const struct cairn_event event = {.kind = "audit.observed",
                                      .on = on,
                                      .on_count = 1,
                                      .outcome = CAIRN_EMIT_DENIED,
                                      .json = "{\"what\":\"door\"}",
                                      .at_us = 17,
                                      .source = "10.0.0.1",
                                      .project = "project:4",
                                      .session = "session:5"};
    check_body(bench, &event, "{\"what\":\"door\"}");
    const struct draft *draft = &bench->read->draft;
    assert_int_equal(draft->outcome, OUTCOME_DENIED);
    assert_int_equal(draft->at_utc_us, 17);
    assert_true(bytes_equal(draft->source, LITERAL("10.0.0.1")));
    assert_true(id_equal(draft->project, (struct id){ID_PROJECT, 4}));
    assert_true(id_equal(draft->session, (struct id){ID_SESSION, 5}));
    assert_true(id_equal(draft->on[0], THE_LOG) && draft->on_count == 1);
}

static void what_is_wrong_is_said(void **state)
{
    const char *nine[] = {"log:0", "log:0", "log:0", "log:0", "log:0",
                          "log:0", "log:0", "log:0", "log:0"};
    const char *bad[] = {"door\x1b"};
    const struct cairn_emit_field what[] = {cairn_emit_text("what", "door")};
    const struct cairn_emit_field odd[] = {cairn_emit_text("what", "a\xff")};
    const struct cairn_emit_field none[] = {cairn_emit_text("what", NULL)};
    const struct cairn_emit_field late[] = {cairn_emit_time("what", UINT64_MAX)};
    const struct {
        struct cairn_event event;
        const char *why;
    } cases[] = {
        {{.kind = NULL}, "the catalogue has no kind of event "},
        {{.kind = "door.opened"}, "the catalogue has no kind of event door.opened"},
        {{.kind = "audit.observed"}, "the field what: it is missing"},
        {{.kind = "audit.observed", .fields = none, .field_count = 1},
         "the field what: it has no value"},
        {{.kind = "audit.observed", .fields = late, .field_count = 1},
         "the field what: the time lies too far ahead"},
        {{.kind = "audit.observed", .fields = what, .field_count = 129},
         "an event has at most 128 fields"},
        {{.kind = "audit.observed", .fields = what, .field_count = 1, .json = "{}"},
         "an event has fields or JSON, not both"},
        {{.kind = "audit.observed", .fields = odd, .field_count = 1},
         "the field a\\xff: it is not UTF-8"},
        {{.kind = "audit.observed", .json = "[1]"},
         "the fields are not those of audit.observed: an object is expected here"},
        {{.kind = "audit.observed", .json = "{\"what\":1.5}"},
         "the JSON of the event: canonical JSON has integers only"},
        {{.kind = "audit.observed", .on = nine, .on_count = 9},
         "an event is about at most 8 subjects"},
        {{.kind = "audit.observed", .on = bad, .on_count = 1},
         "a subject door\\x1b: it is no id like subject:12"},
        {{.kind = "audit.observed", .fields = what, .field_count = 1, .project = "x"},
         "a project x: it is no id like subject:12"},
        {{.kind = "audit.observed", .fields = what, .field_count = 1, .source = "a\nb"},
         "a source is 1 to 64 printable ASCII characters"},
        {{.kind = "audit.observed", .fields = what, .field_count = 1, .at_us = UINT64_MAX},
         "the time lies too far ahead"},
        {{.kind = "audit.observed",
          .fields = what,
          .field_count = 1,
          .outcome = (enum cairn_emit_outcome)3},
         "an outcome is done, denied or failed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_wrong(*state, &cases[i].event, cases[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_become_the_body),
        cmocka_unit_test(every_type_of_field_has_its_words),
        cmocka_unit_test(json_becomes_the_same_body),
        cmocka_unit_test(what_surrounds_the_fields_is_taken_over),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
