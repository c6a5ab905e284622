/*
 * Sessions whose rights changed, as rows.
 */
#include "reports/access/drift_rows.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct basis basis;
static struct capture out;

static const char *ask(struct lab *lab, bool kept)
{
    lab_look(lab);
    capture_begin(&out, &(struct rows_options){.format = ROWS_JSON});
    struct drift_rows rows = {
        .question = {.view = enclave_view(&lab->enclave),
                     .log = lab->log,
                     .index = lab->index,
                     .to = {.n = enclave_size(&lab->enclave),
                            .utc_us = log_head_of(engine_log(lab->enclave.engine))->t_utc_us + 1}},
        .kept = kept,
        .basis = &basis,
        .out = &out.rows};
    must(drift_rows(&rows));
    capture_end(&out);
    return out.text;
}

static void a_row_tells_what_changed_and_what_was_done(void **state)
{
    struct lab *lab = *state;
    assert_string_equal(ask(lab, false), "");
    lab_leave(lab, lab->texas, lab->bob);
    (void)lab_fetch(lab, "bob", lab_file(lab, "bob", "a", (struct id){ID_NONE, 0}, 1));
    const char *text = ask(lab, false);
    assert_non_null(strstr(text, "\"login\":\"bob\""));
    assert_non_null(strstr(text, "project.member_removed\",\"ended\":\"still so at the end\""));
    assert_non_null(strstr(text, "\"acts\":4,\"kept\":0,\"events\":["));
    assert_string_equal(ask(lab, true), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(a_row_tells_what_changed_and_what_was_done),
    };
    return cmocka_run_group_tests_name("reports/access/drift_rows", tests, NULL, NULL);
}
