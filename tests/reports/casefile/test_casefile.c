/*
 * What is said of a case: the same from the same events, with hostile names and notes made
 * harmless, and nothing invented where a body is gone.
 */
#include "reports/casefile/casefile.h"
#include "schema/catalogue/catalogue.h"
#include "schema/json.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct told {
    struct casefile casefile;
    struct casefile_memory memory;
    char body[4096];
};

static const struct checkpoint checkpoint = {.origin = {(const uint8_t *)"case.example/log", 16},
                                             .size = 100};

static void begin(struct told *told)
{
    casefile_begin(&told->casefile, &told->memory, (struct id){ID_CASE, 7}, &checkpoint);
}

static struct status tell(struct told *told, enum event_kind kind, uint64_t n,
                          const union event_body *body, struct bytes *note)
{
    struct text text = TEXT_IN(told->body);
    struct leaf leaf = {.kind = kind, .n = n, .actor = LITERAL("user:3"), .t_utc_us = n * 1000000};
    if (body != NULL) {
        event_body_encode(kind, body, &text);
    }
    return casefile_add(&told->casefile, &leaf, text_bytes(&text), note);
}

static void tell_ok(struct told *told, enum event_kind kind, uint64_t n,
                    const union event_body *body)
{
    struct bytes note;
    assert_false(failed(tell(told, kind, n, body, &note)));
}

static void tell_creation(struct told *told, const char *name)
{
    tell_ok(told, EVENT_CASE_CREATED, 7,
            &(union event_body){.case_created = {.name = bytes_of_string(name)}});
}

static struct status tell_added(struct told *told, uint64_t n, const uint64_t *events, size_t count)
{
    struct bytes note;
    return tell(told, EVENT_CASE_EVENTS_ADDED, n,
                &(union event_body){.case_events_added = {.events = events, .events_count = count}},
                &note);
}

static void events_are_told_once_and_in_order(void **state)
{
    struct told *told = *state;
    const uint64_t first[] = {40, 12}, second[] = {12, 3};
    begin(told);
    tell_creation(told, "north");
    assert_false(failed(tell_added(told, 50, first, 2)));
    assert_false(failed(tell_added(told, 51, second, 2)));
    assert_false(failed(casefile_end(&told->casefile)));
    assert_int_equal(told->casefile.event_count, 3);
    assert_int_equal(told->casefile.events[0], 3);
    assert_int_equal(told->casefile.events[2], 40);
    assert_string_equal(
        text_string(&told->casefile.json),
        "{\"log\": \"case.example/log\", \"size\": 100, \"root\": "
        "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\", \"case\": \"case:7\",\n"
        " \"acts\": [\n"
        "  {\"n\": 7, \"time\": \"1970-01-01T00:00:07.000000Z\", \"kind\": \"case.created\", "
        "\"actor\": \"user:3\", \"name\": \"north\"},\n"
        "  {\"n\": 50, \"time\": \"1970-01-01T00:00:50.000000Z\", \"kind\": \"case.events_added\", "
        "\"actor\": \"user:3\", \"events\": [40, 12]},\n"
        "  {\"n\": 51, \"time\": \"1970-01-01T00:00:51.000000Z\", \"kind\": \"case.events_added\", "
        "\"actor\": \"user:3\", \"events\": [12, 3]}\n"
        " ],\n"
        " \"events\": [3, 12, 40]}\n");
}

static void a_note_is_harmless_and_keeps_its_lines(void **state)
{
    struct told *told = *state;
    struct bytes note;
    char memory[256];
    struct text text = TEXT_IN(memory);
    begin(told);
    assert_false(failed(tell(
        told, EVENT_CASE_NOTED, 9,
        &(union event_body){.case_noted = {.text = LITERAL("one\n\033[31mtwo\n\nfour")}}, &note)));
    casefile_write_note(note, &text);
    assert_string_equal(text_string(&text), "one\n\\x1b[31mtwo\n\nfour\n");
    assert_int_equal(told->casefile.notes, 1);
}

/* Foreign names, with whatever is in them. */
static void hostile_names_steer_nothing(void **state)
{
    struct told *told = *state;
    uint64_t seed = 5;
    for (unsigned i = 0; i < 200; i++) {
        uint8_t name[512];
        char readme_memory[CASEFILE_README_MAX];
        struct text readme = TEXT_IN(readme_memory);
        size_t size = random_hostile(&seed, name, sizeof name);
        if (size == 0 || !text_is_utf8(bytes_of(name, size))) {
            continue;
        }
        begin(told);
        tell_ok(told, EVENT_CASE_CREATED, 7,
                &(union event_body){.case_created = {.name = bytes_of(name, size)}});
        assert_false(failed(casefile_end(&told->casefile)));
        casefile_write_readme(&told->casefile, &readme);
        assert_false(readme.full);
        const struct text *texts[] = {&told->casefile.json, &readme};
        for (size_t k = 0; k < 2; k++) {
            struct bytes rest = text_bytes(texts[k]);
            for (size_t at = 0; at < rest.size; at++) {
                assert_true(rest.data[at] >= ' ' || rest.data[at] == '\n');
            }
        }
    }
}

static void what_was_erased_is_counted(void **state)
{
    struct told *told = *state;
    begin(told);
    tell_creation(told, "north");
    tell_ok(told, EVENT_CASE_EVENTS_ADDED, 50, NULL);
    assert_false(failed(casefile_end(&told->casefile)));
    assert_int_equal(told->casefile.absent, 1);
    assert_int_equal(told->casefile.event_count, 0);
    assert_non_null(strstr(text_string(&told->casefile.json), "\"erased\": true"));
}

static void events_that_the_log_does_not_have_are_refused(void **state)
{
    struct told *told = *state;
    const uint64_t beyond[] = {100};
    begin(told);
    struct status status = tell_added(told, 50, beyond, 1);
    assert_int_equal(status.code, STATUS_CORRUPT);
    assert_int_equal(status.at, 50);
}

static void more_events_than_there_is_room_for_are_refused(void **state)
{
    struct told *told = *state;
    const uint64_t some[] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct status status = OK;
    begin(told);
    for (unsigned i = 0; i <= CASEFILE_EVENTS_MAX / 8 && !failed(status); i++) {
        status = tell_added(told, 50, some, 8);
    }
    assert_int_equal(status.code, STATUS_LIMIT);
}

static int make_told(void **state)
{
    *state = calloc(1, sizeof(struct told));
    return *state == NULL;
}

static int remove_told(void **state)
{
    free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_told_once_and_in_order),
        cmocka_unit_test(a_note_is_harmless_and_keeps_its_lines),
        cmocka_unit_test(hostile_names_steer_nothing),
        cmocka_unit_test(what_was_erased_is_counted),
        cmocka_unit_test(events_that_the_log_does_not_have_are_refused),
        cmocka_unit_test(more_events_than_there_is_room_for_are_refused),
    };
    return cmocka_run_group_tests_name("reports/casefile", tests, make_told, remove_told);
}
