/*
 * Operational reports against a naive recount: every event of the log is read, and what a report
 * should have a row for is counted by hand. Covers access.c, data.c, history.c, log.c, oversight.c
 * and people.c of reports/operational/.
 */
#include "tests/reports/reporting.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A little history ------------------------------------------------------------------------ */

static struct id make_project(struct enclave *enclave, const char *by, const char *name,
                              const char *pi)
{
    return (struct id){
        ID_PROJECT,
        enclave_must(enclave, by, COMMAND_PROJECT_CREATE,
                     &(union command_fields){.project_create = {.name = bytes_of_string(name),
                                                                .has_pi = true,
                                                                .pi = enclave_id(enclave, pi)}})};
}

static void refuse(struct enclave *enclave, const char *login)
{
    struct verdict verdict = enclave_do(
        enclave, login, COMMAND_USER_CHANGE_ROLE,
        &(union command_fields){.user_change_role = {.user = enclave_id(enclave, "ada"),
                                                     .role = USER_ROLE_USER,
                                                     .reason = LITERAL("=cmd()<script>")}});
    assert_true(verdict.refused != RULE_NONE);
}

static struct id dress(struct enclave *enclave)
{
    static const char *const people[] = {"bob", "carol", "dan", "eve"};
    enclave_begin(enclave);
    enclave_pass(enclave, REPORTING_LATER);
    for (size_t i = 0; i < 4; i++) {
        enclave_pass(enclave, 60);
        enclave_join(enclave, people[i], i == 1 ? USER_ROLE_ADMIN : USER_ROLE_USER);
    }
    struct id project = make_project(enclave, "ada", "atlas", "bob");
    (void)make_project(enclave, "ada", "borealis", "dan");
    enclave_pass(enclave, 60);
    for (size_t i = 0; i < 4; i += 2) {
        refuse(enclave, people[i]);
        refuse(enclave, people[i]);
    }
    enclave_must(enclave, "ada", COMMAND_PROJECT_ADD_MEMBER,
                 &(union command_fields){
                     .project_add_member = {.project = project,
                                            .user = enclave_id(enclave, "eve"),
                                            .role = PROJECT_ROLE_USER,
                                            .has_expires = true,
                                            .expires = enclave->scratch.clock_us + 3600000000}});
    enclave_must(enclave, "ada", COMMAND_USER_CHANGE_STATE,
                 &(union command_fields){.user_change_state = {.user = enclave_id(enclave, "dan"),
                                                               .state = USER_STATE_INACTIVE,
                                                               .reason = LITERAL("left")}});
    return project;
}

/* Counts events of the first `size` that a test is true of. */
typedef bool count_if(const struct enclave_found *found, const void *context);
static uint64_t count(struct enclave *enclave, uint64_t size, count_if *counts, const void *context)
{
    uint64_t total = 0;
    for (uint64_t n = 0; n < size; n++) {
        struct enclave_found found;
        enclave_find(enclave, n, &found);
        total += counts(&found, context);
    }
    return total;
}

static uint64_t rows_of(struct enclave *enclave, const char *name, struct id scope)
{
    struct reporting made;
    struct report_question question = reporting_ask(enclave->engine, name, scope);
    reporting_make(enclave->engine, &question, &render_json, &made);
    uint64_t rows = made.rows;
    reporting_end(&made);
    return rows;
}

static bool is_denied(const struct enclave_found *found, const void *context)
{
    const struct id *user = context;
    struct id actor;
    return found->leaf.outcome == OUTCOME_DENIED &&
           (user == NULL ||
            (!failed(id_read(found->leaf.actor, &actor)) && id_equal(actor, *user)));
}

static bool is_kind(const struct enclave_found *found, const void *context)
{
    return strcmp(event_infos[found->leaf.kind].name, context) == 0;
}

static void every_refusal_is_a_row_of_denials(void **unused)
{
    struct enclave enclave;
    (void)unused;
    (void)dress(&enclave);
    struct id bob = enclave_id(&enclave, "bob");
    assert_int_equal(rows_of(&enclave, "denials", (struct id){0}),
                     count(&enclave, enclave_size(&enclave), is_denied, NULL));
    assert_int_equal(rows_of(&enclave, "denials", bob),
                     count(&enclave, enclave_size(&enclave), is_denied, &bob));
    assert_int_equal(rows_of(&enclave, "denials", bob), 2);
    enclave_end(&enclave);
}

static void every_session_is_a_row_of_logons_and_says_how_it_ended(void **unused)
{
    struct enclave enclave;
    struct reporting made;
    unsigned ended = 0;
    (void)unused;
    (void)dress(&enclave);
    struct report_question question =
        reporting_ask(enclave.engine, "logon-history", (struct id){0});
    reporting_make(enclave.engine, &question, &render_json, &made);
    assert_int_equal(made.rows, count(&enclave, enclave_size(&enclave), is_kind, "session.opened"));
    const struct json *rows = reporting_table(&made, "logon_history");
    for (size_t i = 0; i < json_count(rows); i++) {
        ended +=
            bytes_equal(json_string_member(json_element(rows, i), "end"), LITERAL("user_inactive"));
    }
    assert_int_equal(ended, 1); /* dan's */
    reporting_end(&made);
    enclave_end(&enclave);
}

static void a_privilege_counts_as_of_the_act(void **unused)
{
    struct enclave enclave;
    struct reporting made;
    (void)unused;
    (void)dress(&enclave);
    enclave_must(&enclave, "ada", COMMAND_USER_CHANGE_ROLE,
                 &(union command_fields){.user_change_role = {.user = enclave_id(&enclave, "bob"),
                                                              .role = USER_ROLE_ADMIN,
                                                              .reason = LITERAL("promoted")}});
    struct report_question question =
        reporting_ask(enclave.engine, "privileged-acts", enclave_id(&enclave, "bob"));
    reporting_make(enclave.engine, &question, &render_json, &made);
    const struct json *rows = reporting_table(&made, "privileged_acts");
    for (size_t i = 0; i < json_count(rows); i++) {
        struct bytes who = json_string_member(json_element(rows, i), "who");
        assert_true(who.size > 3 && memcmp(who.data, "bob", 3) != 0);
    }
    reporting_end(&made);
    enclave_end(&enclave);
}

/* State ------------------------------------------------------------------------------------ */

static const struct json *find_row(const struct json *rows, const char *name, const char *begins)
{
    for (size_t i = 0; i < json_count(rows); i++) {
        struct bytes value = json_string_member(json_element(rows, i), name);
        if (value.size >= strlen(begins) && memcmp(value.data, begins, strlen(begins)) == 0) {
            return json_element(rows, i);
        }
    }
    return NULL;
}

static void access_is_reviewed_as_of_the_end_of_the_period(void **unused)
{
    struct enclave enclave;
    struct reporting made;
    (void)unused;
    struct id project = dress(&enclave);
    struct report_question question = reporting_ask(enclave.engine, "access-review", project);
    reporting_make(enclave.engine, &question, &render_json, &made);
    const struct json *rows = reporting_table(&made, "members");
    assert_int_equal(json_count(rows), 2);
    assert_true(bytes_equal(json_string_member(find_row(rows, "member", "eve"), "standing"),
                            LITERAL("active")));
    reporting_end(&made);
    question.now_us += UINT64_C(7200000000);
    question.until_us = question.now_us + 1;
    reporting_make(enclave.engine, &question, &render_json, &made);
    rows = reporting_table(&made, "members");
    assert_true(bytes_equal(json_string_member(find_row(rows, "member", "eve"), "standing"),
                            LITERAL("expired")));
    reporting_end(&made);
    enclave_end(&enclave);
}

static void whoever_left_or_sleeps_is_told(void **unused)
{
    struct enclave enclave;
    struct reporting made;
    (void)unused;
    (void)dress(&enclave);
    struct report_question question =
        reporting_ask(enclave.engine, "dormant-and-leavers", (struct id){0});
    reporting_make(enclave.engine, &question, &render_json, &made);
    const struct json *rows = reporting_table(&made, "accounts");
    assert_int_equal(json_count(rows), 1);
    assert_non_null(find_row(rows, "account", "dan"));
    reporting_end(&made);
    question.now_us += UINT64_C(91) * 86400 * 1000000;
    question.until_us = question.now_us + 1;
    reporting_make(enclave.engine, &question, &render_json, &made);
    assert_int_equal(json_count(reporting_table(&made, "accounts")), 5);
    reporting_end(&made);
    enclave_end(&enclave);
}

static void certifications_say_whether_they_hold(void **unused)
{
    struct enclave enclave;
    struct reporting made;
    (void)unused;
    (void)dress(&enclave);
    struct id requirement = {
        ID_REQUIREMENT,
        enclave_must(&enclave, "ada", COMMAND_REQUIREMENT_CREATE,
                     &(union command_fields){.requirement_create = {.name = LITERAL("phi")}})};
    enclave_must(
        &enclave, "ada", COMMAND_CERT_ISSUE,
        &(union command_fields){.cert_issue = {.user = enclave_id(&enclave, "bob"),
                                               .requirement = requirement,
                                               .has_expires = true,
                                               .expires = enclave.scratch.clock_us + 1000000000}});
    struct report_question question =
        reporting_ask(enclave.engine, "certification-status", (struct id){0});
    reporting_make(enclave.engine, &question, &render_json, &made);
    const struct json *row = find_row(reporting_table(&made, "certifications"), "person", "bob");
    assert_true(bytes_equal(json_string_member(row, "standing"), LITERAL("expires soon")));
    reporting_end(&made);
    question.now_us += 2000000000;
    question.until_us = question.now_us + 1;
    reporting_make(enclave.engine, &question, &render_json, &made);
    row = find_row(reporting_table(&made, "certifications"), "person", "bob");
    assert_true(bytes_equal(json_string_member(row, "standing"), LITERAL("expired")));
    reporting_end(&made);
    enclave_end(&enclave);
}

/* The log ---------------------------------------------------------------------------------- */

static void coverage_counts_every_event_once(void **unused)
{
    struct enclave enclave;
    struct reporting made;
    uint64_t total = 0;
    (void)unused;
    (void)dress(&enclave);
    struct report_question question =
        reporting_ask(enclave.engine, "event-coverage", (struct id){0});
    reporting_make(enclave.engine, &question, &render_json, &made);
    const struct json *rows = reporting_table(&made, "kinds");
    assert_int_equal(json_count(rows), EVENT_KIND_COUNT);
    for (size_t i = 0; i < json_count(rows); i++) {
        const struct json *row = json_element(rows, i);
        total += (uint64_t)(json_as_integer(json_member(row, "ok"), 0) +
                            json_as_integer(json_member(row, "denied"), 0) +
                            json_as_integer(json_member(row, "failed"), 0));
    }
    assert_int_equal(total, enclave_size(&enclave));
    reporting_end(&made);
    enclave_end(&enclave);
}

static void a_sound_log_has_no_findings(void **unused)
{
    struct enclave enclave;
    struct reporting made;
    (void)unused;
    (void)dress(&enclave);
    struct report_question question =
        reporting_ask(enclave.engine, "log-integrity", (struct id){0});
    reporting_make(enclave.engine, &question, &render_text, &made);
    assert_non_null(strstr(made.text, "the log holds"));
    assert_int_equal(made.rows, 0);
    reporting_end(&made);
    enclave_end(&enclave);
}

static void every_row_of_every_report_rests_on_events(void **unused)
{
    struct enclave enclave;
    const struct report_info *info;
    (void)unused;
    (void)dress(&enclave);
    for (size_t i = 0; (info = report_at(i)) != NULL; i++) {
        struct reporting made;
        if (info->run == NULL) {
            continue;
        }
        struct report_question question = reporting_ask(enclave.engine, info->name, (struct id){0});
        reporting_make(enclave.engine, &question, &render_json, &made);
        const struct json *content = json_member(made.json, "content");
        for (size_t j = 0; j < json_count(content); j++) {
            const struct json *rows = json_member(json_element(content, j), "rows");
            bool may_be_none = strcmp(info->name, "event-coverage") == 0 ||
                               strncmp(info->name, "au-", 3) == 0 ||
                               strcmp(info->name, "control-effectiveness") == 0;
            for (size_t k = 0; k < json_count(rows) && !may_be_none; k++) {
                assert_non_null(json_member(json_element(rows, k), "events"));
            }
        }
        reporting_end(&made);
    }
    enclave_end(&enclave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_is_a_row_of_denials),
        cmocka_unit_test(every_session_is_a_row_of_logons_and_says_how_it_ended),
        cmocka_unit_test(a_privilege_counts_as_of_the_act),
        cmocka_unit_test(access_is_reviewed_as_of_the_end_of_the_period),
        cmocka_unit_test(whoever_left_or_sleeps_is_told),
        cmocka_unit_test(certifications_say_whether_they_hold),
        cmocka_unit_test(coverage_counts_every_event_once),
        cmocka_unit_test(a_sound_log_has_no_findings),
        cmocka_unit_test(every_row_of_every_report_rests_on_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
