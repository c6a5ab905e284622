/*
 * Every member of the leaf comes out under its own name; people get names and the time that an
 * event counts under.
 */
#include "reports/event_rows.h"
#include "reports/query.h"
#include "schema/json.h"
#include "tests/reports/capture.h"
#include "tests/reports/history.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* One event in this format. */
static void one_event(struct history *history, const struct leaf *leaf, enum rows_format format,
                      struct capture *capture)
{
    capture_begin(capture, &(struct rows_options){.format = format, .zone = zone_utc()});
    must(event_rows_begin(&capture->rows));
    must(event_rows_add(&capture->rows, history->engine, leaf));
    must(rows_flush(&capture->rows));
    capture_end(capture);
}

static void assert_text(const struct json *json, const char *name, struct bytes text)
{
    assert_int_equal(json_member(json, name) != NULL, text.size > 0);
    assert_true(bytes_equal(json_string_member(json, name), text));
}

static void assert_id(const struct json *json, const char *name, struct id id)
{
    char memory[64];
    struct text text = TEXT_IN(memory);
    if (id.kind != ID_NONE) {
        id_write(&text, id);
    }
    assert_text(json, name, text_bytes(&text));
}

static void assert_on(const struct json *json, const struct leaf *leaf)
{
    const struct json *on = json_member(json, "on");
    assert_int_equal(json_count(on), leaf->on_count);
    for (size_t i = 0; i < leaf->on_count; i++) {
        struct id id;
        must(id_read(json_as_string(json_element(on, i)), &id));
        assert_true(id_equal(id, leaf->on[i]));
    }
}

static void assert_leaf(const struct json *json, const struct leaf *leaf)
{
    assert_int_equal(json_as_integer(json_member(json, "n"), -1), leaf->n);
    assert_int_equal(json_as_integer(json_member(json, "v"), -1), leaf->version);
    assert_int_equal(json_as_integer(json_member(json, "on_n"), -1), leaf->on_n);
    assert_int_equal(json_as_integer(json_member(json, "emitter_n"), -1), leaf->emitter_n);
    assert_int_equal(json_member(json, "at") != NULL, leaf->at_utc_us != 0);
    assert_text(json, "kind", bytes_of_string(event_name(leaf->kind)));
    assert_text(json, "outcome", bytes_of_string(outcome_name(leaf->outcome)));
    assert_text(json, "actor", leaf->actor);
    assert_text(json, "emitter", leaf->emitter);
    assert_text(json, "rule", leaf->rule);
    assert_text(json, "source", leaf->source);
    assert_id(json, "project", leaf->project);
    assert_id(json, "session", leaf->session);
    assert_on(json, leaf);
}

static void json_has_every_member_of_the_leaf(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct history history;
    history_begin(&history, 41);
    history_write(&history, 300);
    history_look(&history);
    for (uint64_t n = 0; n < history.count; n++) {
        CLEANUP(json_free) struct json *json = NULL;
        struct json_error error;
        one_event(&history, &history.events[n], ROWS_JSON, &capture);
        must(json_parse(bytes_of(capture.text, capture.size), &json, &error));
        assert_leaf(json, &history.events[n]);
    }
    history_end(&history);
}

static void csv_has_a_line_of_names_and_as_many_fields(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct history history;
    history_begin(&history, 42);
    history_look(&history);
    one_event(&history, &history.events[0], ROWS_CSV, &capture);
    assert_memory_equal(capture.text,
                        "n,t,at,kind,v,actor,outcome,rule,on,on_n,about,source,project,session,"
                        "cause,emitter,emitter_n\r\n0,",
                        96);
    assert_non_null(
        strstr(capture.text, ",\"audit.genesis\",1,\"audit\",\"ok\",,\"[\"\"log:0\"\"]\",1,"));
    history_end(&history);
}

static void people_read_names_and_the_time_that_counts(void **unused)
{
    (void)unused;
    static struct capture capture;
    struct history history;
    char memory[64];
    struct text actor = TEXT_IN(memory);
    history_begin(&history, 43);
    id_write(&actor, scratch_admin(history.engine));
    struct leaf leaf = {.n = 900,
                        .kind = EVENT_AUDIT_RECORD_IMPORTED,
                        .actor = text_bytes(&actor),
                        .emitter = LITERAL("import"),
                        .on = {history.subjects[4], history.subjects[0]},
                        .on_count = 2,
                        .at_utc_us = UINT64_C(1773093490000000),
                        .t_utc_us = UINT64_C(1773093480000000),
                        .cause = LEAF_NO_CAUSE};
    one_event(&history, &leaf, ROWS_TABLE, &capture);
    assert_non_null(strstr(capture.text, "ada"));
    assert_non_null(strstr(capture.text, "user 4, user 0\n"));
    assert_non_null(strstr(capture.text, ":58:00")); /* not ten seconds after it was recorded */
    leaf.at_utc_us = UINT64_C(1773093470000000);
    one_event(&history, &leaf, ROWS_TABLE, &capture);
    assert_non_null(strstr(capture.text, ":57:50"));
    history_end(&history);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_every_member_of_the_leaf),
        cmocka_unit_test(csv_has_a_line_of_names_and_as_many_fields),
        cmocka_unit_test(people_read_names_and_the_time_that_counts),
    };
    return cmocka_run_group_tests_name("reports/event_rows", tests, NULL, NULL);
}
