/*
 * The label check as rows.
 */
#include "reports/labels/combine_rows.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct combine combine;
static struct capture out;

/* bob sees texas in one session, florida in the next one; cat sees texas. */
static void furnish(struct lab *lab)
{
    lab_activate(lab, "bob", lab->texas);
    struct id texas = lab_file(lab, "bob", "t.csv", lab->texas, 1);
    (void)lab_share(lab, "bob", texas, lab->cat);
    enclave_login(&lab->enclave, "bob");
    lab_activate(lab, "bob", lab->florida);
    (void)lab_fetch(lab, "bob", lab_file(lab, "bob", "f.csv", lab->florida, 1));
    lab_activate(lab, "cat", lab->texas);
    (void)lab_fetch(lab, "cat", texas);
}

static struct combine_rows ask(struct lab *lab, struct combine_rows rows, enum rows_format format)
{
    lab_look(lab);
    capture_begin(&out, &(struct rows_options){.format = format, .zone = zone_utc()});
    rows.question.view = enclave_view(&lab->enclave);
    rows.question.log = lab->log;
    rows.question.index = lab->index;
    rows.combine = &combine;
    rows.out = &out.rows;
    must(combine_rows(&rows));
    capture_end(&out);
    return rows;
}

static void each_session_that_saw_a_label_has_a_row(void **state)
{
    struct lab *lab = *state;
    furnish(lab);
    struct combine_rows rows = ask(lab, (struct combine_rows){.combined = 9}, ROWS_JSON);
    assert_int_equal(rows.holders, 3);
    assert_int_equal(rows.combined, 0);
    assert_int_equal(rows.incomplete, 0);
    assert_int_equal(out.rows.row_count, 3);
    assert_null(strstr(out.text, "\"chain\":\"no\""));
    rows = ask(lab, (struct combine_rows){.user = lab->cat}, ROWS_JSON);
    assert_int_equal(rows.holders, 1);
    rows = ask(lab, (struct combine_rows){.project = lab->florida}, ROWS_JSON);
    assert_int_equal(rows.holders, 1);
    rows = ask(lab, (struct combine_rows){.failing = true}, ROWS_JSON);
    assert_int_equal(rows.holders, 3);
    assert_int_equal(out.rows.row_count, 0);
}

static void a_user_who_combined_labels_is_told_with_both_paths(void **state)
{
    struct lab *lab = *state;
    furnish(lab);
    const struct combine_rows question = {.question = {.sort = HOLDER_USER}};
    struct combine_rows rows = ask(lab, question, ROWS_TABLE);
    assert_int_equal(rows.holders, 2);
    assert_int_equal(rows.combined, 1);
    assert_non_null(strstr(out.text, "texas (project:"));
    assert_non_null(strstr(out.text, "t.csv (file:"));
    assert_non_null(strstr(out.text, ", read by bob (user:"));
    (void)ask(lab, question, ROWS_JSON);
    assert_non_null(strstr(out.text, "\"chain\":\"no\",\"first\":\"file:"));
    assert_null(strstr(out.text, "texas"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(each_session_that_saw_a_label_has_a_row),
        IN_LAB(a_user_who_combined_labels_is_told_with_both_paths),
    };
    return cmocka_run_group_tests_name("reports/labels/combine_rows", tests, NULL, NULL);
}
