/*
 * Reports as questions: one line says all that an answer depends on, and the same question has the
 * same answer wherever and whenever it is asked.
 */
#include "tests/reports/reporting.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const struct report_format *const formats[] = {&render_text, &render_html, &render_json,
                                                      &render_csv};

static void every_report_has_a_name_of_its_own_and_something_to_say(void **unused)
{
    const struct report_info *info;
    (void)unused;
    for (size_t i = 0; (info = report_at(i)) != NULL; i++) {
        assert_ptr_equal(report_find(bytes_of_string(info->name)), info);
        assert_true(info->version >= 1 && info->scopes != 0);
        assert_true((info->run == NULL) == (info->waits != NULL));
        assert_non_null(info->title);
        assert_non_null(info->about);
        assert_non_null(info->serves);
    }
    assert_null(report_find(LITERAL("no-such-report")));
}

static bool is_same(const struct report_question *one, const struct report_question *other)
{
    return one->info == other->info && one->state == other->state &&
           id_equal(one->scope, other->scope) && one->from_us == other->from_us &&
           one->until_us == other->until_us && one->now_us == other->now_us &&
           one->first == other->first && one->size == other->size;
}

/* Questions ------------------------------------------------------------------------------- */

static void a_question_is_read_as_it_was_written(void **unused)
{
    struct enclave enclave;
    char memory[REPORT_LINE_SIZE];
    (void)unused;
    enclave_begin(&enclave);
    enclave_pass(&enclave, REPORTING_LATER);
    enclave_join(&enclave, "bob", USER_ROLE_USER);
    struct report_question read,
        asked = reporting_ask(enclave.engine, "denials", enclave_id(&enclave, "bob"));
    struct text line = TEXT_IN(memory);
    report_question_write(&asked, &line);
    must(report_question_read(text_bytes(&line), &read));
    assert_true(is_same(&read, &asked));
    /* Neither a shorter line nor one with another byte is the same question. */
    for (size_t size = 0; size < line.size; size++) {
        struct status status = report_question_read(bytes_of(memory, size), &read);
        assert_true(failed(status) || !is_same(&read, &asked));
    }
    for (size_t i = 0; i < line.size; i++) {
        memory[i] ^= 1;
        struct status status = report_question_read(text_bytes(&line), &read);
        assert_true(failed(status) || !is_same(&read, &asked));
        memory[i] ^= 1;
    }
    enclave_end(&enclave);
}

static struct status ask(struct enclave *enclave, const struct report_wish *wish,
                         struct report_question *out)
{
    struct log_snapshot *log = NULL;
    must(log_snapshot_open(engine_log(enclave->engine), &log));
    struct status status = report_question_make(wish, log, out);
    log_snapshot_close(&log);
    return status;
}

static uint64_t time_of(struct enclave *enclave, uint64_t n)
{
    struct enclave_found found;
    enclave_find(enclave, n, &found);
    return found.leaf.t_utc_us;
}

static void a_period_that_is_over_is_the_same_question_for_ever(void **unused)
{
    struct enclave enclave;
    struct report_question then, later;
    (void)unused;
    enclave_begin(&enclave);
    enclave_pass(&enclave, REPORTING_LATER);
    enclave_join(&enclave, "bob", USER_ROLE_USER);
    uint64_t size = enclave_size(&enclave);
    uint64_t end = time_of(&enclave, size - 1) + 1;
    enclave_pass(&enclave, 3600);
    enclave_join(&enclave, "carol", USER_ROLE_USER);
    struct report_wish wish = {.info = report_find(LITERAL("denials")),
                               .period = {.until = {MOMENT_TIME, end}}};
    must(ask(&enclave, &wish, &then));
    assert_int_equal(then.size, size);
    assert_int_equal(then.now_us, end);
    enclave_pass(&enclave, 3600);
    enclave_join(&enclave, "dan", USER_ROLE_USER);
    must(ask(&enclave, &wish, &later));
    assert_true(is_same(&then, &later));
    /* Also while nothing has happened since, as far as whoever asks knows the time. */
    wish.period.until.value = time_of(&enclave, enclave_size(&enclave) - 1) + 10;
    must(ask(&enclave, &wish, &later));
    assert_int_equal(later.now_us, wish.period.until.value - 10);
    wish.asked_us = wish.period.until.value;
    must(ask(&enclave, &wish, &later));
    assert_int_equal(later.now_us, wish.period.until.value);
    /* A moment before the end of the period counts instead. */
    wish.at = (struct moment){MOMENT_POSITION, 3};
    must(ask(&enclave, &wish, &later));
    assert_int_equal(later.size, 4);
    assert_int_equal(later.now_us, time_of(&enclave, 3));
    enclave_end(&enclave);
}

static void what_cannot_be_asked_is_said(void **unused)
{
    struct enclave enclave;
    struct report_question made;
    (void)unused;
    enclave_begin(&enclave);
    enclave_pass(&enclave, REPORTING_LATER);
    struct report_wish wish = {.info = report_find(LITERAL("log-integrity")),
                               .scope = {ID_USER, 1}};
    assert_int_equal(ask(&enclave, &wish, &made).code, STATUS_MALFORMED);
    wish = (struct report_wish){.info = report_find(LITERAL("denials")),
                                .period = {.until = {MOMENT_TIME, 1}}};
    assert_int_equal(ask(&enclave, &wish, &made).code, STATUS_NOT_FOUND);
    enclave_end(&enclave);
}

/* The same bytes -------------------------------------------------------------------------- */

static struct id dress(struct enclave *enclave)
{
    enclave_join(enclave, "bob", USER_ROLE_USER);
    enclave_join(enclave, "carol", USER_ROLE_ADMIN);
    enclave_permit(enclave, "carol", USER_PERMISSION_CREATE_PROJECTS, true);
    enclave_login(enclave, "carol");
    struct id project = {ID_PROJECT,
                         enclave_must(enclave, "carol", COMMAND_PROJECT_CREATE,
                                      &(union command_fields){
                                          .project_create = {.name = LITERAL("atlas"),
                                                             .has_pi = true,
                                                             .pi = enclave_id(enclave, "bob")}})};
    struct verdict refused =
        enclave_do(enclave, "bob", COMMAND_USER_DELETE,
                   &(union command_fields){.user_delete = {.user = enclave_id(enclave, "carol"),
                                                           .reason = LITERAL("no")}});
    assert_true(refused.refused != RULE_NONE);
    return project;
}

static void assert_same(struct engine *one, struct engine *other,
                        const struct report_question *question)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct reporting here, there;
        reporting_make(one, question, formats[i], &here);
        (void)setenv("TZ", "Pacific/Auckland", 1);
        (void)setenv("LANG", "de_DE.UTF-8", 1);
        (void)setenv("USER", "somebody-else", 1);
        tzset();
        reporting_make(other, question, formats[i], &there);
        (void)unsetenv("TZ");
        tzset();
        assert_int_equal(here.size, there.size);
        assert_memory_equal(here.text, there.text, here.size);
        reporting_end(&here);
        reporting_end(&there);
    }
}

static void a_copy_elsewhere_that_has_gone_on_says_the_same_bytes(void **unused)
{
    struct enclave enclave;
    struct scratch elsewhere;
    const struct report_info *info;
    struct report_question questions[64];
    size_t count = 0;
    (void)unused;
    enclave_begin(&enclave);
    enclave_pass(&enclave, REPORTING_LATER);
    (void)dress(&enclave);
    for (size_t i = 0; (info = report_at(i)) != NULL && count < 64; i++) {
        if (info->run != NULL) {
            questions[count++] = reporting_ask(enclave.engine, info->name, (struct id){0});
        }
    }
    scratch_close(&enclave.engine);
    scratch_begin(&elsewhere);
    (void)snprintf(elsewhere.store, sizeof elsewhere.store, "%s/copy", elsewhere.directory);
    copy_tree(enclave.scratch.store, elsewhere.store);
    elsewhere.clock_us = enclave.scratch.clock_us + UINT64_C(90) * 86400 * 1000000;
    enclave.engine = scratch_open(&enclave.scratch, false);
    enclave_pass(&enclave, 3600);
    enclave_join(&enclave, "late", USER_ROLE_USER);
    struct engine *other = scratch_rebuild(&elsewhere);
    for (size_t i = 0; i < count; i++) {
        assert_same(enclave.engine, other, &questions[i]);
    }
    scratch_close(&other);
    scratch_end(&elsewhere);
    enclave_end(&enclave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_report_has_a_name_of_its_own_and_something_to_say),
        cmocka_unit_test(a_question_is_read_as_it_was_written),
        cmocka_unit_test(a_period_that_is_over_is_the_same_question_for_ever),
        cmocka_unit_test(what_cannot_be_asked_is_said),
        cmocka_unit_test(a_copy_elsewhere_that_has_gone_on_says_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
