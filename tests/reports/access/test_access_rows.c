/*
 * Who may, as rows: what core/access says, with the events it rests on.
 */
#include "core/evolution.h"
#include "reports/access/access_rows.h"
#include "tests/reports/capture.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct id file = {ID_FILE, 500};

static void put(struct enclave *enclave, enum row_table table, const void *row)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct evolution evolution = {
        .state = engine_state(enclave->engine), .n = 500, .arena = &arena};
    evolution_put(&evolution, table, row);
    must(evolution.status);
}

/* A file that bob owns, and whose key nobody else has; ada administers. */
static void furnish(struct enclave *enclave)
{
    enclave_begin(enclave);
    struct id bob = enclave_user(enclave, "bob", USER_ROLE_USER);
    put(enclave, ROW_FILE,
        &(struct file_row){
            .file = file, .name = LITERAL("a"), .owner = bob, .state = FILE_STATE_SEALED});
    put(enclave, ROW_FILE_KEY, &(struct file_key_row){.file = file, .holder = bob});
}

static uint64_t ask(struct enclave *enclave, const struct id *user, bool refused, bool all_verbs,
                    struct capture *out)
{
    uint64_t allowed = 0;
    struct view view = enclave_view(enclave);
    struct access_question question = {.view = &view, .object = file, .refused = refused};
    question.verbs[ACCESS_READ] = true;
    for (unsigned verb = 0; verb < ACCESS_VERB_COUNT; verb++) {
        question.verbs[verb] = question.verbs[verb] || all_verbs;
    }
    capture_begin(out, &(struct rows_options){.format = ROWS_CSV});
    must(access_rows_begin(&out->rows));
    must(user != NULL ? access_rows_add(&out->rows, &question, *user, &allowed)
                      : access_rows_add_all(&out->rows, &question, &allowed));
    must(rows_flush(&out->rows));
    capture_end(out);
    return allowed;
}

static size_t lines(const struct capture *capture)
{
    size_t count = 0;
    for (size_t i = 0; i < capture->size; i++) {
        count += capture->text[i] == '\n' ? 1 : 0;
    }
    return count;
}

static void whoever_may_is_listed_with_class_rule_and_events(void **unused)
{
    struct enclave enclave;
    static struct capture out;
    (void)unused;
    furnish(&enclave);
    assert_int_equal(ask(&enclave, NULL, false, false, &out), 1);
    assert_int_equal(lines(&out), 2);
    assert_non_null(strstr(out.text, "\"bob\",\"read\",\"yes\",4,\"CLS-04a\""));
    assert_non_null(strstr(out.text, "(event 500)"));
    assert_null(strstr(out.text, "\"ada\""));
    enclave_end(&enclave);
}

static void whoever_may_not_is_listed_with_the_rule_and_its_sentence(void **unused)
{
    struct enclave enclave;
    static struct capture out;
    (void)unused;
    furnish(&enclave);
    struct id ada = enclave_id(&enclave, "ada");
    assert_int_equal(ask(&enclave, &ada, true, false, &out), 0);
    assert_int_equal(lines(&out), 2);
    assert_non_null(strstr(out.text, "\"ada\",\"read\",\"no\""));
    assert_non_null(strstr(out.text, "not "));
    assert_int_equal(ask(&enclave, NULL, true, true, &out), ACCESS_VERB_COUNT);
    assert_int_equal(lines(&out), 1 + 2 * ACCESS_VERB_COUNT);
    enclave_end(&enclave);
}

static void a_user_whom_nobody_knew_then_has_no_row(void **unused)
{
    struct enclave enclave;
    static struct capture out;
    uint64_t allowed = 0;
    (void)unused;
    furnish(&enclave);
    struct view view = enclave_view(&enclave);
    const struct access_question question = {.view = &view, .object = file};
    capture_begin(&out, &(struct rows_options){.format = ROWS_CSV});
    must(access_rows_begin(&out.rows));
    assert_int_equal(
        access_rows_add(&out.rows, &question, (struct id){ID_USER, 7777}, &allowed).code,
        STATUS_NOT_FOUND);
    assert_int_equal(access_rows_add(&out.rows, &question, file, &allowed).code, STATUS_NOT_FOUND);
    capture_end(&out);
    enclave_end(&enclave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_may_is_listed_with_class_rule_and_events),
        cmocka_unit_test(whoever_may_not_is_listed_with_the_rule_and_its_sentence),
        cmocka_unit_test(a_user_whom_nobody_knew_then_has_no_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
