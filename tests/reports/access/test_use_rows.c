/*
 * Who did, as rows, and the filters over them.
 */
#include "reports/access/use_rows.h"
#include "tests/reports/access/lab.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct use use;
static struct capture out;

static const char *ask(struct lab *lab, struct use_rows rows, enum rows_format format)
{
    capture_begin(&out, &(struct rows_options){.format = format, .zone = zone_utc()});
    lab_look(lab);
    rows.question.view = enclave_view(&lab->enclave);
    rows.question.log = lab->log;
    rows.question.index = lab->index;
    rows.use = &use;
    rows.out = &out.rows;
    must(use_rows(&rows));
    capture_end(&out);
    return out.text;
}

/* bob reads one file and fetches the key of another one, which is of texas. */
static void furnish(struct lab *lab, struct id *read, struct id *unread)
{
    *read = lab_file(lab, "bob", "read.csv", (struct id){ID_NONE, 0}, 3);
    (void)lab_fetch(lab, "bob", *read);
    (void)lab_read(lab, "bob", *read, 0, 0);
    (void)lab_read(lab, "bob", *read, 2, 2);
    lab_activate(lab, "bob", lab->texas);
    *unread = lab_file(lab, "bob", "unread.csv", lab->texas, 1);
    (void)lab_fetch(lab, "bob", *unread);
}

static void a_row_tells_chunks_bytes_and_by_what_right(void **state)
{
    struct lab *lab = *state;
    struct id read, unread;
    furnish(lab, &read, &unread);
    const char *text = ask(lab, (struct use_rows){.question = {.file = read}}, ROWS_JSON);
    assert_non_null(strstr(text, "\"login\":\"bob\""));
    assert_non_null(
        strstr(text, "\"chunks\":\"0,2\",\"bytes\":16777216,\"of\":25165824,\"reads\":2"));
    assert_non_null(strstr(text, "\"could\":\"yes\",\"rule\":\"CLS-04a\",\"path\":\"own\""));
    assert_null(strstr(text, "read.csv"));
    text = ask(lab, (struct use_rows){.question = {.file = read}}, ROWS_TABLE);
    assert_non_null(strstr(text, "read.csv (file:"));
}

static void filters_leave_what_was_asked_for(void **state)
{
    struct lab *lab = *state;
    struct id read, unread;
    char label[32];
    furnish(lab, &read, &unread);
    const char *text = ask(lab, (struct use_rows){.unread = true}, ROWS_JSON);
    snprintf(label, sizeof label, "\"label\":\"project:%u\"", (unsigned)lab->texas.n);
    assert_non_null(strstr(text, label));
    assert_non_null(strstr(text, "\"chunks\":\"none\",\"bytes\":0"));
    assert_null(strstr(text, "\"0,2\""));
    text = ask(lab, (struct use_rows){.project = lab->texas}, ROWS_JSON);
    assert_null(strstr(text, "\"0,2\""));
    assert_int_equal(out.rows.row_count, 1);
    (void)ask(lab, (struct use_rows){.uncertified = true}, ROWS_JSON);
    assert_int_equal(out.rows.row_count, 0);
    (void)ask(lab, (struct use_rows){.cert = {ID_CERT, 9}}, ROWS_JSON);
    assert_int_equal(out.rows.row_count, 0);
    (void)ask(lab, (struct use_rows){.question = {.user = lab->bob}}, ROWS_JSON);
    assert_int_equal(out.rows.row_count, 2);
    (void)ask(lab, (struct use_rows){.under = lab->bob}, ROWS_JSON);
    assert_int_equal(out.rows.row_count, 2);
    (void)ask(lab, (struct use_rows){.under = lab->cat}, ROWS_JSON);
    assert_int_equal(out.rows.row_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_LAB(a_row_tells_chunks_bytes_and_by_what_right),
        IN_LAB(filters_leave_what_was_asked_for),
    };
    return cmocka_run_group_tests_name("reports/access/use_rows", tests, NULL, NULL);
}
