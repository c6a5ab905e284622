/*
 * What is new in a version of a row: what differs is told, and nothing else.
 */
#include "reports/web/changes.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static char memory[CHANGES_SIZE];

static const char *changes(enum row_table table, const void *before, const void *after)
{
    static struct text text;
    text = TEXT_IN(memory);
    assert_false(failed(changes_put(table, before, after, &text)));
    return text_string(&text);
}

static void what_differs_is_told_with_both_values(void **unused)
{
    (void)unused;
    const struct user_row before = {.user = {ID_USER, 4},
                                    .login = LITERAL("ann"),
                                    .key = LITERAL("k1"),
                                    .state = USER_STATE_ACTIVE};
    struct user_row after = before;
    assert_string_equal(changes(ROW_USER, &before, &after), "");
    after.state = USER_STATE_INACTIVE;
    after.has_name = true;
    after.name = LITERAL("Ann <b>");
    after.key = LITERAL("k2");
    assert_string_equal(changes(ROW_USER, &before, &after),
                        "name: none \xe2\x86\x92 Ann <b>; key: another one; "
                        "state: active \xe2\x86\x92 inactive");
}

static void a_first_version_is_told_whole_but_for_its_key(void **unused)
{
    const struct membership_row row = {
        .project = {ID_PROJECT, 7}, .user = {ID_USER, 4}, .role = PROJECT_ROLE_MANAGER};
    (void)unused;
    assert_string_equal(changes(ROW_MEMBERSHIP, NULL, &row), "role: manager");
}

static void what_is_long_is_not_written_out(void **unused)
{
    char name[CHANGES_VALUE_MAX + 1];
    (void)unused;
    memset(name, 'x', sizeof name);
    const struct group_row before = {
        .group = {ID_GROUP, 3}, .name = LITERAL("a"), .owner = {ID_USER, 1}};
    struct group_row after = before;
    after.name = bytes_of(name, sizeof name);
    assert_string_equal(changes(ROW_GROUP, &before, &after), "name: a \xe2\x86\x92 (long)");
}

/* Any two rows: a field is named if and only if its values differ. */
static void a_field_is_named_if_it_differs(void **unused)
{
    struct random random = {11};
    (void)unused;
    for (unsigned round = 0; round < 400; round++) {
        struct project_row a = {.project = {ID_PROJECT, 9}, .name = LITERAL("p")}, b;
        a.declassify_pi_only = random_below(&random, 2) == 0;
        a.members = random_below(&random, 3);
        a.deleted = random_below(&random, 2) == 0;
        b = a;
        b.declassify_pi_only = random_below(&random, 2) == 0;
        b.members = random_below(&random, 3);
        b.deleted = random_below(&random, 2) == 0;
        const char *text = changes(ROW_PROJECT, &a, &b);
        assert_true((strstr(text, "members: ") != NULL) == (a.members != b.members));
        assert_true((strstr(text, "deleted: ") != NULL) == (a.deleted != b.deleted));
        assert_true((strstr(text, "declassify pi only: ") != NULL) ==
                    (a.declassify_pi_only != b.declassify_pi_only));
        assert_null(strstr(text, "name"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_is_told_with_both_values),
        cmocka_unit_test(a_first_version_is_told_whole_but_for_its_key),
        cmocka_unit_test(what_is_long_is_not_written_out),
        cmocka_unit_test(a_field_is_named_if_it_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
