/*
 * Who lowered a label, by what right, and who can read because of it.
 */
#include "reports/labels/lowered.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct capture out;

static uint64_t ask(struct lab *lab, struct id project)
{
    lab_look(lab);
    capture_begin(&out, &(struct rows_options){.format = ROWS_JSON});
    struct lowered_rows rows = {.view = enclave_view(&lab->enclave),
                                .log = lab->log,
                                .index = lab->index,
                                .project = project,
                                .out = &out.rows};
    must(lowered_rows(&rows));
    capture_end(&out);
    return rows.count;
}

static void whoever_may_read_since_then_and_might_not_before_is_told(void **state)
{
    struct lab *lab = *state;
    const struct id any = {ID_NONE, 0};
    lab_activate(lab, "bob", lab->florida);
    struct id file = lab_file(lab, "bob", "f.csv", lab->florida, 1);
    (void)lab_share(lab, "bob", file, lab->cat);
    (void)lab_share(lab, "bob", file, lab->dan);
    assert_int_equal(ask(lab, any), 0);
    (void)lab_tag(lab, "bob", file, lab->federal);
    assert_int_equal(ask(lab, any), 1);
    assert_int_equal(out.rows.row_count, 1); /* cat is in federal, dan is not */
    char cat[64];
    struct text text = TEXT_IN(cat);
    text_put_literal(&text, "\"gained\":\"");
    id_write(&text, lab->cat);
    assert_non_null(strstr(out.text, text_string(&text)));
    assert_non_null(strstr(out.text, "\"right\":\"manager\""));
    assert_non_null(strstr(out.text, "\"direction\":\"down\",\"reason\":\"because\""));
    assert_int_equal(ask(lab, lab->texas), 0);
    assert_int_equal(ask(lab, lab->florida), 1);
}

static void where_nobody_gains_there_is_a_row_without_a_user(void **state)
{
    struct lab *lab = *state;
    lab_activate(lab, "bob", lab->texas);
    struct id file = lab_file(lab, "bob", "t.csv", lab->texas, 1);
    (void)lab_tag(lab, "bob", file, (struct id){ID_NONE, 0});
    assert_int_equal(ask(lab, lab->texas), 1);
    assert_int_equal(out.rows.row_count, 1);
    assert_null(strstr(out.text, "gained"));
    assert_non_null(strstr(out.text, "\"to\":\"none\""));
}

/* A file in a tagged directory carries that tag, and is what is read. */
static void what_is_in_a_directory_is_told_too(void **state)
{
    struct lab *lab = *state;
    union command_fields fields = {
        .vault_dir_create = {.parent = lab->bob, .name = LITERAL("raw")}};
    struct id dir = {ID_DIR, enclave_must(&lab->enclave, "bob", COMMAND_VAULT_DIR_CREATE, &fields)};
    lab_activate(lab, "bob", lab->texas);
    fields = (union command_fields){
        .vault_dir_set_project = {.dir = dir, .has_project = true, .project = lab->texas}};
    (void)enclave_must(&lab->enclave, "bob", COMMAND_VAULT_DIR_SET_PROJECT, &fields);
    struct id file = lab_file_in(lab, "bob", dir, "t.csv", (struct id){ID_NONE, 0}, 1);
    (void)lab_share(lab, "bob", file, lab->dan);
    fields = (union command_fields){
        .vault_dir_set_project = {.dir = dir, .has_reason = true, .reason = LITERAL("over")}};
    (void)enclave_must(&lab->enclave, "bob", COMMAND_VAULT_DIR_SET_PROJECT, &fields);
    assert_int_equal(ask(lab, lab->texas), 1);
    assert_int_equal(out.rows.row_count, 1);
    char expected[96];
    struct text text = TEXT_IN(expected);
    text_put_literal(&text, "\"object\":\"");
    id_write(&text, file);
    assert_non_null(strstr(out.text, text_string(&text)));
    text_clear(&text);
    text_put_literal(&text, "\"gained\":\"");
    id_write(&text, lab->dan);
    assert_non_null(strstr(out.text, text_string(&text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(whoever_may_read_since_then_and_might_not_before_is_told),
        IN_LAB(what_is_in_a_directory_is_told_too),
        IN_LAB(where_nobody_gains_there_is_a_row_without_a_user),
    };
    return cmocka_run_group_tests_name("reports/labels/lowered", tests, NULL, NULL);
}
