/*
 * The AU practices: what a store without declarations comes to, what each kind of evidence changes,
 * and that the stretches of time are those of an assessment made anew at every moment.
 */
#include "tests/reports/au/office.h"
#include "tests/reports/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ROUNDS = 16, /* acts of a random history */
};

/* A bare store ---------------------------------------------------------------------------- */

static void without_declarations_what_must_be_declared_is_not_satisfied(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    const struct au_assessment *found = office_assess(&office);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        const struct au_judgement *one = &found->objectives[i].judgement;
        assert_true(one->reason[0] != '\0');
        assert_true(objective_infos[i].mode != CONTROL_DECLARED || !one->satisfied);
        assert_true(!one->satisfied || one->evidence_count > 0);
    }
    assert_true(found->objectives[OBJECTIVE_3_3_1C].judgement.satisfied);
    assert_true(found->objectives[OBJECTIVE_3_3_1D].judgement.satisfied);
    assert_true(found->objectives[OBJECTIVE_3_3_2B].judgement.satisfied);
    assert_true(found->objectives[OBJECTIVE_3_3_7A].judgement.satisfied);
    assert_true(found->objectives[OBJECTIVE_3_3_8C].judgement.satisfied);
    for (unsigned i = 0; i < PRACTICE_COUNT; i++) {
        assert_false(found->met[i]);
    }
    assert_int_equal(found->points_possible, 19);
    assert_int_equal(found->points_lost, 19);
    assert_int_equal(found->score, 91);
    assert_false(found->poam_possible);
    office_end(&office);
}

/* Declarations ---------------------------------------------------------------------------- */

static void a_declaration_counts_only_while_a_second_person_has_approved_it(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    assert_unsatisfied(&office, OBJECTIVE_3_3_1E, "nothing has been declared");
    struct id declaration =
        office_declare(&office, OBJECTIVE_3_3_1E,
                       (struct policy_declare){.has_period_days = true, .period_days = 2190}, 30);
    assert_unsatisfied(&office, OBJECTIVE_3_3_1E, "a draft that nobody has approved");
    office_approve(&office, declaration);
    assert_satisfied(&office, OBJECTIVE_3_3_1E);
    assert_true(id_equal(office_judgement(&office, OBJECTIVE_3_3_1E)->declaration, declaration));
    enclave_pass(&office.enclave, 31 * 86400);
    assert_unsatisfied(&office, OBJECTIVE_3_3_1E, "was due for review on");
    const struct au_objective *result = &office_assess(&office)->objectives[OBJECTIVE_3_3_1E];
    assert_int_equal(result->span_count, 3);
    assert_true(result->spans[1].satisfied);
    assert_int_equal(result->spans[1].began, declaration.n + 1);
    assert_int_equal(result->spans[1].ended, AU_NO_EVENT);
    office_pass_days(&office, 1);
    office_declare_approved(&office, OBJECTIVE_3_3_1E, (struct policy_declare){0});
    assert_unsatisfied(&office, OBJECTIVE_3_3_1E, "names no period");
    office_end(&office);
}

static void a_withdrawn_declaration_counts_no_more(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    struct id declaration =
        office_declare(&office, OBJECTIVE_3_3_2A, (struct policy_declare){0}, 30);
    office_approve(&office, declaration);
    assert_satisfied(&office, OBJECTIVE_3_3_2A);
    enclave_must(&office.enclave, "mia", COMMAND_POLICY_WITHDRAW,
                 &(union command_fields){
                     .policy_withdraw = {.declaration = declaration, .reason = LITERAL("wrong")}});
    assert_unsatisfied(&office, OBJECTIVE_3_3_2A, "has been withdrawn");
    office_end(&office);
}

static void a_kind_that_is_not_on_the_list_is_named(void **unused)
{
    struct office office;
    const struct bytes few[] = {LITERAL("audit.*"),      LITERAL("emitter.*"), LITERAL("user.*"),
                                LITERAL("session.*"),    LITERAL("mfa.*"),     LITERAL("policy.*"),
                                LITERAL("clock.stepped")};
    const struct bytes added[] = {LITERAL("clock.compared")};
    (void)unused;
    office_begin(&office);
    office_declare_approved(&office, OBJECTIVE_3_3_1A, (struct policy_declare){0});
    assert_unsatisfied(&office, OBJECTIVE_3_3_1A, "lists no kinds");
    office_declare_approved(&office, OBJECTIVE_3_3_1A,
                            (struct policy_declare){.kinds = few, .kinds_count = 7});
    assert_satisfied(&office, OBJECTIVE_3_3_1A);
    office_compare_clock(&office, 0, true);
    assert_unsatisfied(&office, OBJECTIVE_3_3_1A, "clock.compared occurs and is not on the list");
    enclave_must(&office.enclave, "max", COMMAND_AUDIT_CHANGE_EVENT_SET,
                 &(union command_fields){.audit_change_event_set = {.added = added,
                                                                    .added_count = 1,
                                                                    .reason = LITERAL("new")}});
    assert_satisfied(&office, OBJECTIVE_3_3_1A);
    office_end(&office);
}

/* Reviews --------------------------------------------------------------------------------- */

static void a_review_is_in_time_or_overdue(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    assert_unsatisfied(&office, OBJECTIVE_3_3_3B, "no cadence is in force");
    office_declare_approved(&office, OBJECTIVE_3_3_3A,
                            (struct policy_declare){.has_period_days = true, .period_days = 30});
    assert_satisfied(&office, OBJECTIVE_3_3_3A);
    assert_unsatisfied(&office, OBJECTIVE_3_3_3B, "no review of the events that are logged");
    assert_unsatisfied(&office, OBJECTIVE_3_3_3C, "there is no review");
    (void)office_review(&office, REVIEW_ABOUT_EVENTS, REVIEW_OUTCOME_NO_CHANGE);
    assert_satisfied(&office, OBJECTIVE_3_3_3B);
    assert_satisfied(&office, OBJECTIVE_3_3_3C);
    enclave_pass(&office.enclave, 31 * 86400);
    assert_unsatisfied(&office, OBJECTIVE_3_3_3B, "overdue");
    office_end(&office);
}

static void a_change_that_a_review_asks_for_has_to_follow(void **unused)
{
    struct office office;
    const struct bytes added[] = {LITERAL("vault.*")};
    (void)unused;
    office_begin(&office);
    struct id asked = office_review(&office, REVIEW_ABOUT_EVENTS, REVIEW_OUTCOME_CHANGE);
    assert_satisfied(&office, OBJECTIVE_3_3_3C);
    office_pass_days(&office, 6);
    assert_unsatisfied(&office, OBJECTIVE_3_3_3C, "none followed in time");
    enclave_must(&office.enclave, "max", COMMAND_AUDIT_CHANGE_EVENT_SET,
                 &(union command_fields){.audit_change_event_set = {.added = added,
                                                                    .added_count = 1,
                                                                    .reason = LITERAL("asked for"),
                                                                    .has_review = true,
                                                                    .review = asked}});
    assert_satisfied(&office, OBJECTIVE_3_3_3C);
    office_end(&office);
}

static void records_are_reviewed_and_alerts_answered(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    office_declare_approved(&office, OBJECTIVE_3_3_5A,
                            (struct policy_declare){.has_period_days = true, .period_days = 7});
    assert_unsatisfied(&office, OBJECTIVE_3_3_5B, "no review of the records");
    (void)office_review(&office, REVIEW_ABOUT_RECORDS, REVIEW_OUTCOME_NO_CHANGE);
    assert_satisfied(&office, OBJECTIVE_3_3_5B);
    struct id alert = office_raise(&office, SEVERITY_LOW, false);
    office_pass_days(&office, 8);
    (void)office_review(&office, REVIEW_ABOUT_RECORDS, REVIEW_OUTCOME_NO_CHANGE);
    assert_unsatisfied(&office, OBJECTIVE_3_3_5B, "left without a word");
    office_acknowledge(&office, alert);
    assert_satisfied(&office, OBJECTIVE_3_3_5B);
    office_end(&office);
}

/* Alerts ---------------------------------------------------------------------------------- */

static void a_test_alert_has_to_arrive_and_be_acknowledged(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    assert_unsatisfied(&office, OBJECTIVE_3_3_4C, "no test alert");
    struct id alert = office_raise(&office, SEVERITY_INFO, true);
    assert_unsatisfied(&office, OBJECTIVE_3_3_4C, "reached nobody");
    office_deliver(&office, alert, false);
    assert_unsatisfied(&office, OBJECTIVE_3_3_4C, "reached nobody");
    office_deliver(&office, alert, true);
    assert_unsatisfied(&office, OBJECTIVE_3_3_4C, "nobody acknowledged it");
    office_acknowledge(&office, alert);
    assert_satisfied(&office, OBJECTIVE_3_3_4C);
    (void)office_raise(&office, SEVERITY_CRITICAL, false);
    assert_satisfied(&office, OBJECTIVE_3_3_4C);
    enclave_pass(&office.enclave, 8 * 86400);
    assert_unsatisfied(&office, OBJECTIVE_3_3_4C, "has not been acknowledged within 7 days");
    office_end(&office);
}

static void a_roster_of_nobody_is_none(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    office_declare_approved(&office, OBJECTIVE_3_3_4A, (struct policy_declare){0});
    assert_unsatisfied(&office, OBJECTIVE_3_3_4A, "nobody is on the roster");
    struct alert_set_contact contact = {.name = LITERAL("desk"),
                                        .has_user = true,
                                        .user = enclave_id(&office.enclave, "mia"),
                                        .channel = ALERT_CHANNEL_MAIL,
                                        .address = LITERAL("desk@example.org"),
                                        .severity = SEVERITY_HIGH,
                                        .active = true};
    enclave_must(&office.enclave, "max", COMMAND_ALERT_SET_CONTACT,
                 &(union command_fields){.alert_set_contact = contact});
    assert_satisfied(&office, OBJECTIVE_3_3_4A);
    enclave_must(
        &office.enclave, "ada", COMMAND_USER_CHANGE_STATE,
        &(union command_fields){.user_change_state = {.user = enclave_id(&office.enclave, "mia"),
                                                      .state = USER_STATE_INACTIVE,
                                                      .reason = LITERAL("left")}});
    assert_unsatisfied(&office, OBJECTIVE_3_3_4A, "a user who is not active");
    office_end(&office);
}

/* Clock, log, tools, managers ---------------------------------------------------------------- */

static void the_clock_is_compared_with_the_source_that_is_declared(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    office_declare_approved(&office, OBJECTIVE_3_3_7B, (struct policy_declare){0});
    assert_unsatisfied(&office, OBJECTIVE_3_3_7B, "names no source");
    office_declare_approved(&office, OBJECTIVE_3_3_7B,
                            (struct policy_declare){.has_source = true,
                                                    .source = LITERAL("time.example.org"),
                                                    .has_tolerance_us = true,
                                                    .tolerance_us = 500});
    assert_satisfied(&office, OBJECTIVE_3_3_7B);
    assert_unsatisfied(&office, OBJECTIVE_3_3_7C, "never been compared");
    office_compare_clock(&office, 501, true);
    assert_unsatisfied(&office, OBJECTIVE_3_3_7C, "off by 501 us");
    office_compare_clock(&office, 500, false);
    assert_unsatisfied(&office, OBJECTIVE_3_3_7C, "not synchronised");
    office_compare_clock(&office, 500, true);
    assert_satisfied(&office, OBJECTIVE_3_3_7C);
    office_declare_approved(&office, OBJECTIVE_3_3_7C,
                            (struct policy_declare){.has_tolerance_us = true, .tolerance_us = 9});
    assert_unsatisfied(&office, OBJECTIVE_3_3_7C, "off by 500 us; 9 are tolerated");
    enclave_pass(&office.enclave, 8 * 86400);
    assert_unsatisfied(&office, OBJECTIVE_3_3_7C, "more than 7 days ago");
    office_pass_days(&office, 0);
    office_declare_approved(&office, OBJECTIVE_3_3_7B,
                            (struct policy_declare){.has_source = true, .source = LITERAL("gps")});
    assert_unsatisfied(&office, OBJECTIVE_3_3_7B, "name different sources");
    office_end(&office);
}

static void a_verification_counts_for_a_month(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    assert_unsatisfied(&office, OBJECTIVE_3_3_8B, "no verification has been recorded");
    office_verified(&office, 0);
    assert_satisfied(&office, OBJECTIVE_3_3_8B);
    office_verified(&office, 2);
    assert_unsatisfied(&office, OBJECTIVE_3_3_8B, "had 2 findings");
    office_verified(&office, 0);
    enclave_pass(&office.enclave, 32 * 86400);
    assert_unsatisfied(&office, OBJECTIVE_3_3_8B, "more than 31 days ago");
    office_end(&office);
}

static void readers_are_those_on_the_list(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    office_verified(&office, 0);
    office_declare_approved(&office, OBJECTIVE_3_3_8A, (struct policy_declare){0});
    assert_unsatisfied(&office, OBJECTIVE_3_3_8A, "names no readers");
    office_declare_approved(
        &office, OBJECTIVE_3_3_8A,
        (struct policy_declare){.has_source = true, .source = LITERAL("a, tester")});
    assert_satisfied(&office, OBJECTIVE_3_3_8A);
    office_say(
        &office, EVENT_AUDIT_QUERY_RUN, THE_LOG,
        &(union event_body){.audit_query_run = {.query = LITERAL("all"), .by = LITERAL("\033x")}});
    assert_unsatisfied(&office, OBJECTIVE_3_3_8A, "\\x1bx has read the log");
    office_end(&office);
}

static void tools_are_those_that_were_approved(void **unused)
{
    struct office office;
    const struct bytes good[] = {LITERAL("/usr/bin/cairn aa 0755 root"),
                                 LITERAL("/usr/bin/cairn-verify bb 0755 root")};
    const struct bytes open[] = {LITERAL("/usr/bin/cairn aa 0757 root")};
    (void)unused;
    office_begin(&office);
    office_declare_approved(&office, OBJECTIVE_3_3_8D, (struct policy_declare){0});
    assert_unsatisfied(&office, OBJECTIVE_3_3_8D, "never been measured");
    office_measure(&office, good, 2);
    assert_satisfied(&office, OBJECTIVE_3_3_8D);
    assert_unsatisfied(&office, OBJECTIVE_3_3_8E, "no baseline");
    struct digest digest = {{2, good[0].data[good[0].size - 6]}};
    enclave_must(&office.enclave, "max", COMMAND_AUDIT_APPROVE_TOOLS,
                 &(union command_fields){.audit_approve_tools = {.digest = digest}});
    assert_satisfied(&office, OBJECTIVE_3_3_8E);
    assert_satisfied(&office, OBJECTIVE_3_3_8F);
    office_measure(&office, open, 1);
    assert_unsatisfied(&office, OBJECTIVE_3_3_8D, "anybody may write to /usr/bin/cairn");
    assert_unsatisfied(&office, OBJECTIVE_3_3_8E, "are not those that were approved");
    assert_unsatisfied(&office, OBJECTIVE_3_3_8F, "/usr/bin/cairn-verify is missing");
    office_end(&office);
}

static void the_audit_is_managed_by_those_who_were_named(void **unused)
{
    struct office office;
    static const char *const managers[] = {"mia", "max"};
    (void)unused;
    office_begin(&office);
    assert_satisfied(&office, OBJECTIVE_3_3_9B);
    office_declare_approved(&office, OBJECTIVE_3_3_9A, (struct policy_declare){0});
    assert_satisfied(&office, OBJECTIVE_3_3_9A);
    for (size_t i = 0; i < 2; i++) {
        enclave_must(&office.enclave, "ada", COMMAND_AUDIT_SET_MANAGER,
                     &(union command_fields){
                         .audit_set_manager = {.user = enclave_id(&office.enclave, managers[i]),
                                               .added = false,
                                               .reason = LITERAL("left")}});
    }
    assert_unsatisfied(&office, OBJECTIVE_3_3_9A, "there is no audit manager");
    assert_unsatisfied(&office, OBJECTIVE_3_3_9B, "there is no audit manager");
    office_end(&office);
}

/* Against an assessment made anew --------------------------------------------------------- */

static void act(struct office *office)
{
    static const enum objective objectives[] = {
        OBJECTIVE_3_3_1E, OBJECTIVE_3_3_2A, OBJECTIVE_3_3_3A, OBJECTIVE_3_3_5A, OBJECTIVE_3_3_4B};
    switch (random_below(&office->random, 8)) {
    case 0:
    case 1: {
        struct id declaration = office_declare(
            office, objectives[random_below(&office->random, 5)],
            (struct policy_declare){.has_period_days = true,
                                    .period_days = 1 + random_below(&office->random, 9)},
            1 + random_below(&office->random, 20));
        if (random_below(&office->random, 4) > 0) {
            office_approve(office, declaration);
        }
        return;
    }
    case 2:
        (void)office_review(office, REVIEW_ABOUT_EVENTS,
                            random_below(&office->random, 2) == 0 ? REVIEW_OUTCOME_CHANGE
                                                                  : REVIEW_OUTCOME_NO_CHANGE);
        return;
    case 3:
        (void)office_review(office, REVIEW_ABOUT_RECORDS, REVIEW_OUTCOME_NO_CHANGE);
        return;
    case 4: {
        struct id alert =
            office_raise(office, SEVERITY_HIGH, random_below(&office->random, 2) == 0);
        office_deliver(office, alert, random_below(&office->random, 3) > 0);
        if (random_below(&office->random, 2) == 0) {
            office_acknowledge(office, alert);
        }
        return;
    }
    case 5:
        office_verified(office, random_below(&office->random, 5) == 0);
        return;
    default:
        office_pass_days(office, 1 + random_below(&office->random, 6));
    }
}

/* Whether the objective held at a time, by its stretches. */
static bool held_at(const struct au_objective *objective, uint64_t utc_us)
{
    for (size_t i = 0; i < objective->span_count; i++) {
        const struct au_span *span = &objective->spans[i];
        if (span->from_us <= utc_us && utc_us < span->to_us) {
            return span->satisfied;
        }
    }
    fail_msg("%s has no stretch there", objective_infos[objective->objective].id);
    return false;
}

static void assert_without_gaps(const struct au_assessment *whole)
{
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        const struct au_objective *objective = &whole->objectives[i];
        assert_int_equal(objective->spans_left_out, 0);
        for (size_t j = 1; j < objective->span_count; j++) {
            assert_int_equal(objective->spans[j].from_us, objective->spans[j - 1].to_us);
            assert_int_not_equal(objective->spans[j].satisfied, objective->spans[j - 1].satisfied);
        }
        assert_int_equal(objective->spans[objective->span_count - 1].to_us, whole->now_us);
    }
}

/* The log as of some event, and a moment before the next one. */
static void compare_at(struct office *office, const struct au_assessment *whole, uint64_t size,
                       uint64_t now_us)
{
    struct arena kept = office->arena;
    office->arena.memory = malloc(AU_MEMORY);
    assert_non_null(office->arena.memory);
    const struct au_assessment *anew = office_assess_at(office, size, now_us);
    for (unsigned i = 0; i < OBJECTIVE_COUNT; i++) {
        if (anew->objectives[i].judgement.satisfied != held_at(&whole->objectives[i], now_us)) {
            fail_msg("%s at event %u: %s", objective_infos[i].id, (unsigned)size,
                     anew->objectives[i].judgement.reason);
        }
    }
    free(office->arena.memory);
    office->arena = kept;
}

static void stretches_are_what_is_found_anew_at_every_moment(void **unused)
{
    struct office office;
    (void)unused;
    office_begin(&office);
    for (unsigned i = 0; i < ROUNDS; i++) {
        act(&office);
    }
    enclave_pass(&office.enclave, 25 * 86400);
    uint64_t size = enclave_size(&office.enclave);
    const struct au_assessment *whole = office_assess(&office);
    assert_without_gaps(whole);
    struct enclave_found this, next;
    for (uint64_t n = 0; n + 1 < size; n++) {
        enclave_find(&office.enclave, n, &this);
        uint64_t from_us = this.leaf.t_utc_us;
        enclave_find(&office.enclave, n + 1, &next);
        if (next.leaf.t_utc_us > from_us && random_below(&office.random, 2) == 0) {
            compare_at(&office, whole, n + 1, from_us);
            compare_at(&office, whole, n + 1,
                       from_us + random_below(&office.random, next.leaf.t_utc_us - from_us));
        }
    }
    office_end(&office);
}

/* Damage ---------------------------------------------------------------------------------- */

static void every_reason_is_printable_and_every_report_can_be_made(void **unused)
{
    struct office office;
    struct reporting made;
    (void)unused;
    office_begin(&office);
    struct id declaration = office_declare(
        &office, OBJECTIVE_3_3_2A,
        (struct policy_declare){.version = LITERAL("\033[2J\xe2\x80\xae<script>")}, 30);
    office_approve(&office, declaration);
    struct report_question question =
        reporting_ask(office.enclave.engine, "au-assessment", (struct id){0});
    reporting_make(office.enclave.engine, &question, &render_html, &made);
    assert_null(strstr(made.text, "<script"));
    assert_null(strchr(made.text, '\033'));
    assert_non_null(strstr(made.text, "19 AU points are lost"));
    reporting_end(&made);
    question = reporting_ask(office.enclave.engine, "control-effectiveness", (struct id){0});
    reporting_make(office.enclave.engine, &question, &render_json, &made);
    assert_true(json_count(reporting_table(&made, "stretches")) >= OBJECTIVE_COUNT);
    assert_int_equal(json_count(reporting_table(&made, "shares")), OBJECTIVE_COUNT);
    reporting_end(&made);
    office_end(&office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_declarations_what_must_be_declared_is_not_satisfied),
        cmocka_unit_test(a_declaration_counts_only_while_a_second_person_has_approved_it),
        cmocka_unit_test(a_withdrawn_declaration_counts_no_more),
        cmocka_unit_test(a_kind_that_is_not_on_the_list_is_named),
        cmocka_unit_test(a_review_is_in_time_or_overdue),
        cmocka_unit_test(a_change_that_a_review_asks_for_has_to_follow),
        cmocka_unit_test(records_are_reviewed_and_alerts_answered),
        cmocka_unit_test(a_test_alert_has_to_arrive_and_be_acknowledged),
        cmocka_unit_test(a_roster_of_nobody_is_none),
        cmocka_unit_test(the_clock_is_compared_with_the_source_that_is_declared),
        cmocka_unit_test(a_verification_counts_for_a_month),
        cmocka_unit_test(readers_are_those_on_the_list),
        cmocka_unit_test(tools_are_those_that_were_approved),
        cmocka_unit_test(the_audit_is_managed_by_those_who_were_named),
        cmocka_unit_test(stretches_are_what_is_found_anew_at_every_moment),
        cmocka_unit_test(every_reason_is_printable_and_every_report_can_be_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
