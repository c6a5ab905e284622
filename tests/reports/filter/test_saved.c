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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cairn_brings_can_be_asked),
        cmocka_unit_test(a_name_is_of_small_letters_digits_and_hyphens),
    };
    return cmocka_run_group_tests_name("reports/filter/saved", tests, NULL, NULL);
}
