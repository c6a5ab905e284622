/*
 * Rows in words: every sort of value, with names and without.
 */
#include "reports/row_words.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void expect_words(const struct view *view, enum row_table table, const void *row,
                         struct id but, const char *expected)
{
    char memory[2048], words_memory[2048];
    struct text text = TEXT_IN(memory), words = TEXT_IN(words_memory);
    struct json_error error;
    CLEANUP(json_free) struct json *json = NULL;
    row_encode(table, row, &text);
    must(json_parse(text_bytes(&text), &json, &error));
    row_words(view, table, json, but, &words);
    assert_string_equal(text_string(&words), expected);
}

static void a_row_is_its_fields_with_the_key_first(void **unused)
{
    struct enclave enclave;
    char expected[256];
    (void)unused;
    enclave_begin(&enclave);
    struct id ada = enclave_id(&enclave, "ada");
    struct view view = enclave_view(&enclave);
    const enum restriction restrictions[] = {RESTRICTION_NO_DOWNLOAD, RESTRICTION_READ_ONLY};
    const struct membership_row row = {.project = {ID_PROJECT, 9},
                                       .user = ada,
                                       .role = PROJECT_ROLE_MANAGER,
                                       .restrictions = restrictions,
                                       .restrictions_count = 2};
    snprintf(expected, sizeof expected,
             "project=project:9 user=ada (user:%u) role=manager restrictions=no_download,read_only",
             (unsigned)ada.n);
    expect_words(&view, ROW_MEMBERSHIP, &row, (struct id){ID_NONE, 0}, expected);
    snprintf(expected, sizeof expected,
             "user=user:%u role=manager restrictions=no_download,read_only", (unsigned)ada.n);
    expect_words(NULL, ROW_MEMBERSHIP, &row, row.project, expected);
    enclave_end(&enclave);
}

static void yes_no_numbers_and_what_is_not_there(void **unused)
{
    (void)unused;
    const struct level_row row = {.level = {ID_LEVEL, 3}, .name = LITERAL("l"), .version = 2};
    expect_words(NULL, ROW_LEVEL, &row, row.level, "name=l version=2 deleted=no");
    assert_true(row_words_is_key(ROW_LEVEL, 0));
    assert_false(row_words_is_key(ROW_LEVEL, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_its_fields_with_the_key_first),
        cmocka_unit_test(yes_no_numbers_and_what_is_not_there),
    };
    return cmocka_run_group_tests_name("reports/row_words", tests, NULL, NULL);
}
