/*
 * Names become the ids of whoever has them; for one that nobody has there is the nearest.
 */
#include "reports/filter/filter.h"
#include "tests/reports/capture.h"
#include "tests/reports/history.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct filter filter;

static struct status read_text(struct engine *engine, const char *text, struct filter_fault *fault)
{
    const struct filter_context context = {.engine = engine,
                                           .moments = {.now_utc_us = 1, .zone = zone_utc()}};
    return filter_read(bytes_of_string(text), &context, &filter, fault);
}

static void stands_for(struct engine *engine, const char *text, const char *format, struct id id)
{
    char memory[512], expected[512];
    struct text written = TEXT_IN(memory), again = TEXT_IN(expected);
    struct filter_fault fault;
    struct status status = read_text(engine, text, &fault);
    if (failed(status)) {
        print_error("%s: %s\n", text, text_string(&fault.sentence));
    }
    must(status);
    filter_write(&filter, &written);
    filter_close(&filter);
    char with_id[256];
    struct text id_text = TEXT_IN(with_id);
    for (const char *c = format; *c != '\0'; c++) {
        if (*c == '#') {
            id_write(&id_text, id);
        } else {
            text_put_char(&id_text, *c);
        }
    }
    assert_string_equal(text_string(&written), text_string(&id_text));
    must(read_text(engine, text_string(&written), &fault));
    filter_write(&filter, &again);
    filter_close(&filter);
    assert_string_equal(text_string(&again), text_string(&written));
}

static void nobody_is_called(struct engine *engine, const char *text, const char *advice)
{
    struct filter_fault fault;
    assert_int_equal(read_text(engine, text, &fault).code, STATUS_MALFORMED);
    filter_close(&filter);
    assert_string_equal(text_string(&fault.advice), advice);
}

static void names_become_ids(void **unused)
{
    (void)unused;
    struct history history;
    history_begin(&history, 61);
    struct id ada = scratch_admin(history.engine);
    struct engine *engine = history.engine;
    stands_for(engine, "actor = ada", "actor = #", ada);
    stands_for(engine, "actor in (ada, import)", "actor in (#, import)", ada);
    stands_for(engine, "actor = a?a", "actor in (a?a, #)", ada);
    stands_for(engine, "actor in (ada, a*)", "actor in (#, a*)", ada);
    stands_for(engine, "actor = user:*", "actor = user:*", ada);
    stands_for(engine, "actor = imp*", "actor = imp*", ada);
    stands_for(engine, "emitter = import", "emitter = import", ada);
    stands_for(engine, "on = ada", "on = #", ada);
    stands_for(engine, "body.user = ada", "body.user = ada", ada); /* of some events it is a text */
    stands_for(engine, "user = 'user 3'", "user = #", history.subjects[3]);
    stands_for(engine, "user = subject:3", "user = subject:3", ada);
    history_end(&history);
}

static void for_a_name_that_nobody_has_there_is_the_nearest(void **unused)
{
    (void)unused;
    struct history history;
    history_begin(&history, 62);
    struct engine *engine = history.engine;
    nobody_is_called(engine, "actor = adda", "did you mean ada?");
    nobody_is_called(engine, "actor = improt", "did you mean import?");
    nobody_is_called(engine, "actor = zz*", "");
    nobody_is_called(engine, "emitter = vualt", "did you mean vault?");
    nobody_is_called(engine, "on = adda", "did you mean ada?");
    nobody_is_called(engine, "project = adda", "");
    nobody_is_called(engine, "user = 'user 99'", "");
    nobody_is_called(engine, "user = user*", "");
    history_end(&history);
}

static void without_a_state_there_are_ids_only(void **unused)
{
    (void)unused;
    nobody_is_called(NULL, "on = ada", "");
    nobody_is_called(NULL, "user = root", "");
    nobody_is_called(NULL, "actor = Ada", "");
    stands_for(NULL, "on = user:5", "on = #", (struct id){ID_USER, 5});
    stands_for(NULL, "actor = a*", "actor = a*", (struct id){ID_USER, 5});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_ids),
        cmocka_unit_test(for_a_name_that_nobody_has_there_is_the_nearest),
        cmocka_unit_test(without_a_state_there_are_ids_only),
    };
    return cmocka_run_group_tests_name("reports/filter/names", tests, NULL, NULL);
}
