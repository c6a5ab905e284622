/*
 * Every query that Cairn brings can be asked, and they stand in the order of their names.
 */
#include "reports/filter/saved.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct walking {
    struct filter *filter;
    char last[SAVED_NAME_MAX + 1];
    unsigned count;
};

static struct status look(void *context, const struct saved_query *query)
{
    struct walking *walking = context;
    const struct filter_context nothing = {.moments = {.now_utc_us = 1, .zone = zone_utc()}};
    struct filter_fault fault;
    char name[SAVED_NAME_MAX + 1];
    assert_true(saved_is_name(query->name));
    snprintf(name, sizeof name, "%.*s", (int)query->name.size, (const char *)query->name.data);
    assert_true(strcmp(name, walking->last) > 0);
    memcpy(walking->last, name, sizeof name);
    assert_true(query->about.size > 0 && query->control.size > 0 && query->by.size == 0);
    struct status status = filter_read(query->question, &nothing, walking->filter, &fault);
    if (failed(status)) {
        print_error("%s: %s\n", name, text_string(&fault.sentence));
    }
    must(status);
    filter_close(walking->filter);
    walking->count++;
    return OK;
}

static void what_cairn_brings_can_be_asked(void **unused)
{
    (void)unused;
    struct walking walking = {.filter = calloc(1, sizeof(struct filter))};
    assert_non_null(walking.filter);
    must(saved_walk(NULL, look, &walking));
    assert_true(walking.count >= 20);
    free(walking.filter);
}

static void a_name_is_of_small_letters_digits_and_hyphens(void **unused)
{
    (void)unused;
    assert_true(saved_is_name(LITERAL("a")));
    assert_true(saved_is_name(LITERAL("failed-logins-2")));
    assert_false(saved_is_name(LITERAL("")));
    assert_false(saved_is_name(LITERAL("2a")));
    assert_false(saved_is_name(LITERAL("-a")));
    assert_false(saved_is_name(LITERAL("a b")));
    assert_false(saved_is_name(LITERAL("A")));
    assert_false(saved_is_name(LITERAL("abcdefghijabcdefghijabcdefghijabcdefghijabcdefghi")));
}

/* Saving ---------------------------------------------------------------------------------- */

static void save(struct engine *engine, const char *name, const char *question)
{
    union event_body body = {.audit_query_saved = {.name = bytes_of_string(name),
                                                   .question = bytes_of_string(question),
                                                   .has_about = true,
                                                   .about = LITERAL("a question"),
                                                   .by = LITERAL("root")}};
    must(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_QUERY_SAVED, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    must(engine_flush(engine));
}

static void forget(struct engine *engine, const char *name)
{
    union event_body body = {
        .audit_query_forgotten = {.name = bytes_of_string(name), .by = LITERAL("root")}};
    must(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_QUERY_FORGOTTEN, .on = {THE_LOG}, .on_count = 1, .body = &body}));
    must(engine_flush(engine));
}

static void stands_for(struct engine *engine, const char *text, const char *written)
{
    static struct filter filter;
    char memory[1024];
    struct text out = TEXT_IN(memory);
    struct filter_fault fault;
    const struct filter_context context = {.engine = engine,
                                           .moments = {.now_utc_us = 1, .zone = zone_utc()}};
    struct status status = filter_read(bytes_of_string(text), &context, &filter, &fault);
    if (failed(status)) {
        filter_close(&filter);
        assert_null(written);
        return;
    }
    filter_write(&filter, &out);
    filter_close(&filter);
    assert_non_null(written);
    assert_string_equal(text_string(&out), written);
}

struct names {
    char last[SAVED_NAME_MAX + 1];
    unsigned own, all;
};

static struct status count(void *context, const struct saved_query *query)
{
    struct names *names = context;
    assert_true(bytes_compare(query->name, bytes_of_string(names->last)) > 0);
    memset(names->last, 0, sizeof names->last);
    memcpy(names->last, query->name.data, query->name.size);
    names->own += query->by.size > 0 ? 1 : 0;
    names->all++;
    return OK;
}

static void what_was_saved_hides_what_cairn_brings_until_it_is_forgotten(void **unused)
{
    (void)unused;
    struct scratch scratch;
    struct names before = {{0}, 0, 0}, names = {{0}, 0, 0};
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    must(saved_walk(engine, count, &before));
    save(engine, "aaa", "n = 1");
    save(engine, "refusals", "n = 2");
    save(engine, "zzz", "@aaa or n = 3");
    stands_for(engine, "@refusals", "n = 2");
    stands_for(engine, "@zzz and n > 0", "(n = 1 or n = 3) and n > 0");
    save(engine, "aaa", "n = 4");
    stands_for(engine, "@zzz", "n = 4 or n = 3");
    must(saved_walk(engine, count, &names));
    assert_int_equal(names.own, 3);
    assert_int_equal(names.all, before.all + 2);
    forget(engine, "refusals");
    forget(engine, "aaa");
    stands_for(engine, "@refusals", "outcome = denied");
    stands_for(engine, "@zzz", NULL);
    scratch_close(&engine);
    scratch_end(&scratch);
}

static void a_question_that_asks_itself_is_told(void **unused)
{
    (void)unused;
    struct scratch scratch;
    bool circle;
    scratch_begin(&scratch);
    scratch_store(&scratch, KEY_ED25519);
    struct engine *engine = scratch_open(&scratch, false);
    save(engine, "one", "@two");
    save(engine, "two", "text ~ /@three/ or on = @three or n = 1");
    must(saved_leads_to(engine, LITERAL("@one or n = 2"), LITERAL("two"), &circle));
    assert_true(circle);
    must(saved_leads_to(engine, LITERAL("@one"), LITERAL("four"), &circle));
    assert_false(circle);
    save(engine, "one", "@one"); /* as it should not be */
    stands_for(engine, "@one", NULL);
    scratch_close(&engine);
    scratch_end(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cairn_brings_can_be_asked),
        cmocka_unit_test(what_was_saved_hides_what_cairn_brings_until_it_is_forgotten),
        cmocka_unit_test(a_question_that_asks_itself_is_told),
        cmocka_unit_test(a_name_is_of_small_letters_digits_and_hyphens),
    };
    return cmocka_run_group_tests_name("reports/filter/saved", tests, NULL, NULL);
}
