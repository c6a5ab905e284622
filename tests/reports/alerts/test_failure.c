/*
 * What goes wrong with the audit itself: each rule by the events that it is for, and by those that
 * it is not for.
 */
#include "reports/alerts/failure.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    FOUND_MAX = 64,
};

struct found {
    char rule[32];
    uint64_t because[FAILURE_BECAUSE_MAX];
    size_t because_count;
};

struct bench {
    struct office *office;
    struct failures failures;
    struct arena arena;
    uint8_t memory[FAILURE_ARENA];
    struct found found[FOUND_MAX];
    size_t found_count;
    uint64_t emitter_n;
};

static struct status note(void *context, const struct failure *failure)
{
    struct bench *bench = context;
    assert_true(bench->found_count < FOUND_MAX);
    struct found *found = &bench->found[bench->found_count++];
    snprintf(found->rule, sizeof found->rule, "%s", failure->rule->name);
    memcpy(found->because, failure->because, sizeof failure->because);
    found->because_count = failure->because_count;
    return OK;
}

static void start(struct bench *bench, uint64_t since)
{
    bench->arena = ARENA_IN(bench->memory);
    bench->found_count = 0;
    failures_begin(&(struct failures_options){.view = world_view(bench->office->world),
                                              .arena = &bench->arena,
                                              .since = since,
                                              .visit = note,
                                              .context = bench},
                   &bench->failures);
}

static int begin(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    void *office = NULL;
    (void)office_begin(&office);
    bench->office = office;
    start(bench, 0);
    *state = bench;
    return 0;
}

static int end(void **state)
{
    struct bench *bench = *state;
    void *office = bench->office;
    (void)office_end(&office);
    free(bench);
    return 0;
}

/* The next event, as the engine says it: it happens, and the rules see it. */
static uint64_t say(struct bench *bench, enum event_kind kind, struct id on,
                    const union event_body *body)
{
    static const union event_body nothing;
    char memory[8192];
    struct text text = TEXT_IN(memory);
    struct world *world = bench->office->world;
    struct leaf leaf = {.actor = LITERAL("audit"),
                        .emitter = LITERAL("audit"),
                        .emitter_n = ++bench->emitter_n,
                        .kind = kind,
                        .on = {on},
                        .on_count = 1,
                        .n = world->n++,
                        .t_utc_us = world->now_us};
    event_body_encode(kind, body == NULL ? &nothing : body, &text);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
    must(failures_event(&bench->failures, &leaf, text_bytes(&text)));
    return leaf.n;
}

static void expect(const struct bench *bench, size_t count, const char *rule, uint64_t because)
{
    assert_int_equal(bench->found_count, count);
    assert_string_equal(bench->found[count - 1].rule, rule);
    assert_int_equal(bench->found[count - 1].because[0], because);
}

/* Events -------------------------------------------------------------------------------------- */

static void every_rule_has_a_name_and_a_sentence_of_its_own(void **unused)
{
    const struct failure_info *rule;
    size_t count = 0;
    (void)unused;
    for (; (rule = failure_rule(count)) != NULL; count++) {
        assert_true(strlen(rule->name) > 3 && strlen(rule->sentence) > 10);
        assert_true(rule->severity < SEVERITY_COUNT);
        for (size_t i = 0; i < count; i++) {
            assert_string_not_equal(rule->name, failure_rule(i)->name);
        }
    }
    assert_int_equal(count, 35);
}

static void a_verification_that_found_something_is_told_of(void **state)
{
    struct bench *bench = *state;
    (void)say(bench, EVENT_AUDIT_VERIFIED, THE_LOG, NULL);
    assert_int_equal(bench->found_count, 0);
    const union event_body body = {.audit_verified = {.findings = 2}};
    expect(bench, 1, "verification-failed", say(bench, EVENT_AUDIT_VERIFIED, THE_LOG, &body));
}

static void a_failure_is_told_of_and_a_full_disk_by_its_own_rule(void **state)
{
    struct bench *bench = *state;
    union event_body body = {.audit_failure = {.what = LITERAL("disk")}};
    expect(bench, 1, "disk-low", say(bench, EVENT_AUDIT_FAILURE, THE_LOG, &body));
    body.audit_failure.what = LITERAL("collector");
    expect(bench, 2, "audit-failure", say(bench, EVENT_AUDIT_FAILURE, THE_LOG, &body));
}

static void a_process_that_had_to_be_started_anew_is_told_of(void **state)
{
    struct bench *bench = *state;
    union event_body body = {.daemon_process_started = {.role = LITERAL("writer")}};
    (void)say(bench, EVENT_DAEMON_PROCESS_STARTED, THE_LOG, &body);
    assert_int_equal(bench->found_count, 0);
    body.daemon_process_started.restarts = 1;
    expect(bench, 1, "process-restarted", say(bench, EVENT_DAEMON_PROCESS_STARTED, THE_LOG, &body));
}

static void a_disk_is_told_of_on_its_way_down_only(void **state)
{
    struct bench *bench = *state;
    static const char *const rules[DAEMON_MODE_COUNT] = {
        [DAEMON_MODE_WARNING] = "disk-low",
        [DAEMON_MODE_EMERGENCY] = "disk-full",
        [DAEMON_MODE_CLOSED] = "disk-full",
    };
    size_t count = 0;
    for (unsigned was = 0; was < DAEMON_MODE_COUNT; was++) {
        for (unsigned mode = 0; mode < DAEMON_MODE_COUNT; mode++) {
            const union event_body body = {.daemon_mode_changed = {.mode = (enum daemon_mode)mode,
                                                                   .was = (enum daemon_mode)was}};
            uint64_t n = say(bench, EVENT_DAEMON_MODE_CHANGED, THE_LOG, &body);
            if (mode > was) {
                expect(bench, ++count, rules[mode], n);
            }
            assert_int_equal(bench->found_count, count);
        }
    }
}

static void a_component_is_told_of_when_it_is_silent_or_loses_events(void **state)
{
    struct bench *bench = *state;
    const struct id emitter = {ID_EMITTER, 7};
    expect(bench, 1, "emitter-silent", say(bench, EVENT_EMITTER_SILENT, emitter, NULL));
    (void)say(bench, EVENT_EMITTER_HEARD, emitter, NULL);
    assert_int_equal(bench->found_count, 1);
    expect(bench, 2, "events-lost", say(bench, EVENT_EMITTER_DROPPED, emitter, NULL));
    expect(bench, 3, "events-lost", say(bench, EVENT_EMITTER_SPOOL_LOST, THE_LOG, NULL));
}

static void a_clock_that_the_daemon_watches_is_told_of(void **state)
{
    struct bench *bench = *state;
    expect(bench, 1, "clock-jumped", say(bench, EVENT_CLOCK_JUMPED, THE_LOG, NULL));
    expect(bench, 2, "clock-unsynchronised", say(bench, EVENT_CLOCK_UNSYNCHRONISED, THE_LOG, NULL));
    (void)say(bench, EVENT_CLOCK_SYNCHRONISED, THE_LOG, NULL);
    assert_int_equal(bench->found_count, 2);
}

static void a_clock_is_told_of_when_it_steps_drifts_or_is_kept_by_nobody(void **state)
{
    struct bench *bench = *state;
    expect(bench, 1, "clock-stepped", say(bench, EVENT_CLOCK_STEPPED, THE_LOG, NULL));
    union event_body body = {.clock_compared = {.source = LITERAL("ntp")}};
    expect(bench, 2, "clock-unsynchronised", say(bench, EVENT_CLOCK_COMPARED, THE_LOG, &body));
    body.clock_compared.synchronised = true;
    body.clock_compared.offset_us = FAILURE_TOLERANCE_US;
    (void)say(bench, EVENT_CLOCK_COMPARED, THE_LOG, &body);
    assert_int_equal(bench->found_count, 2);
    body.clock_compared.offset_us++;
    expect(bench, 3, "clock-off", say(bench, EVENT_CLOCK_COMPARED, THE_LOG, &body));
}

static void a_tolerance_that_is_declared_counts_from_when_it_is_in_force(void **state)
{
    static const struct bytes objective = {(const uint8_t *)"3.3.7c", 6};
    struct bench *bench = *state;
    struct office *office = bench->office;
    const union event_body body = {
        .clock_compared = {.source = LITERAL("ntp"), .synchronised = true, .offset_us = 5000}};
    (void)say(bench, EVENT_CLOCK_COMPARED, THE_LOG, &body);
    union command_fields fields = {
        .policy_declare = {.document = LITERAL("time.pdf"),
                           .version = LITERAL("1"),
                           .objective = &objective,
                           .objective_count = 1,
                           .effective = office->world->now_us,
                           .review_by = office->world->now_us + OFFICE_DAY_US,
                           .has_tolerance_us = true,
                           .tolerance_us = 4999}};
    struct id id = {ID_DECLARATION,
                    world_must(office->world, &office->eve, COMMAND_POLICY_DECLARE, &fields)};
    fields = (union command_fields){.policy_approve = {.declaration = id}};
    (void)world_must(office->world, &office->ben, COMMAND_POLICY_APPROVE, &fields);
    assert_int_equal(bench->found_count, 0);
    expect(bench, 1, "clock-off", say(bench, EVENT_CLOCK_COMPARED, THE_LOG, &body));
}

static void tools_are_told_of_when_they_are_not_the_baseline(void **state)
{
    struct bench *bench = *state;
    union event_body body = {.audit_tools_measured = {.digest = {{1}}, .by = LITERAL("root")}};
    (void)say(bench, EVENT_AUDIT_TOOLS_MEASURED, THE_LOG, &body);
    union command_fields fields = {.audit_approve_tools = {.digest = {{1}}}};
    (void)world_must(bench->office->world, &bench->office->ben, COMMAND_AUDIT_APPROVE_TOOLS,
                     &fields);
    (void)say(bench, EVENT_AUDIT_TOOLS_MEASURED, THE_LOG, &body);
    assert_int_equal(bench->found_count, 0);
    body.audit_tools_measured.digest.sha256[0] = 2;
    expect(bench, 1, "tools-changed", say(bench, EVENT_AUDIT_TOOLS_MEASURED, THE_LOG, &body));
}

static void a_start_without_the_end_before_it_is_a_crash(void **state)
{
    struct bench *bench = *state;
    (void)say(bench, EVENT_AUDIT_STARTED, THE_LOG, NULL);
    (void)say(bench, EVENT_AUDIT_STOPPED, THE_LOG, NULL);
    uint64_t first = say(bench, EVENT_AUDIT_STARTED, THE_LOG, NULL);
    assert_int_equal(bench->found_count, 0);
    uint64_t second = say(bench, EVENT_AUDIT_STARTED, THE_LOG, NULL);
    expect(bench, 1, "writer-crashed", first);
    assert_int_equal(bench->found[0].because[1], second);
}

static void refusals_of_management_and_other_managers_are_told_of(void **state)
{
    static const enum event_kind refusals[] = {EVENT_POLICY_DENIED, EVENT_AUDIT_DENIED,
                                               EVENT_ALERT_DENIED, EVENT_EMITTER_DENIED};
    struct bench *bench = *state;
    for (size_t i = 0; i < 4; i++) {
        expect(bench, i + 1, "management-refused", say(bench, refusals[i], THE_LOG, NULL));
    }
    const union event_body body = {.audit_manager_changed = {.added = true}};
    struct id user = bench->office->dan.user;
    expect(bench, 5, "manager-changed", say(bench, EVENT_AUDIT_MANAGER_CHANGED, user, &body));
    expect(bench, 6, "folded-again", say(bench, EVENT_AUDIT_RECOVERED, THE_LOG, NULL));
}

static struct id raise(struct bench *bench, const char *rule, bool test)
{
    const union event_body body = {.alert_raised = {.rule = bytes_of_string(rule), .test = test}};
    struct id alert = {ID_ALERT, bench->office->world->n};
    (void)say(bench, EVENT_ALERT_RAISED, alert, &body);
    return alert;
}

static void a_delivery_that_failed_is_told_of_and_never_of_itself(void **state)
{
    struct bench *bench = *state;
    const union event_body no = {.alert_delivered = {.contact = LITERAL("ann")}};
    const union event_body yes = {.alert_delivered = {.contact = LITERAL("ann"), .ok = true}};
    struct id real = raise(bench, "clock-stepped", false);
    (void)say(bench, EVENT_ALERT_DELIVERED, raise(bench, "test", true), &no);
    (void)say(bench, EVENT_ALERT_DELIVERED, raise(bench, "delivery-failed", false), &no);
    (void)say(bench, EVENT_ALERT_DELIVERED, real, &yes);
    assert_int_equal(bench->found_count, 0);
    (void)say(bench, EVENT_ALERT_DELIVERED, real, &no);
    expect(bench, 1, "delivery-failed", real.n);
    (void)say(bench, EVENT_ALERT_DELIVERED, real, &no);
    expect(bench, 2, "delivery-failed", real.n); /* the same events: it is raised once */
}

/* Without folding: only the rules see it. */
static void see(struct bench *bench, enum event_kind kind, struct bytes emitter, uint64_t emitter_n,
                const union event_body *body)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    const struct leaf leaf = {.actor = emitter,
                              .emitter = emitter,
                              .emitter_n = emitter_n,
                              .kind = kind,
                              .on = {THE_LOG},
                              .on_count = 1,
                              .n = bench->office->world->n++,
                              .t_utc_us = bench->office->world->now_us};
    event_body_encode(kind, body, &text);
    must(failures_event(&bench->failures, &leaf, text_bytes(&text)));
}

static void any_number_of_emitters_may_come_and_go(void **state)
{
    struct bench *bench = *state;
    char memory[32];
    const union event_body said = {.audit_observed = {.what = LITERAL("x")}};
    for (uint64_t i = 1; i <= 3 * (uint64_t)FAILURE_EMITTERS_MAX; i++) {
        struct text name = TEXT_IN(memory);
        text_put_literal(&name, "vmc-");
        text_put_u64(&name, i);
        see(bench, EVENT_AUDIT_OBSERVED, text_bytes(&name), 1, &said);
        see(bench, EVENT_AUDIT_OBSERVED, text_bytes(&name), 2, &said);
        const union event_body retired = {
            .emitter_retired = {.name = text_bytes(&name), .reason = LITERAL("over")}};
        see(bench, EVENT_EMITTER_RETIRED, LITERAL("audit"), i, &retired);
    }
    assert_int_equal(bench->found_count, 0);
    see(bench, EVENT_AUDIT_OBSERVED, LITERAL("audit"), 1, &said);
    assert_int_equal(bench->found_count, 1);
}

static void a_number_that_an_emitter_leaves_out_is_told_of(void **state)
{
    struct bench *bench = *state;
    (void)say(bench, EVENT_AUDIT_STARTED, THE_LOG, NULL);
    bench->emitter_n++;
    expect(bench, 1, "emitter-gap", say(bench, EVENT_AUDIT_STOPPED, THE_LOG, NULL));
    (void)say(bench, EVENT_AUDIT_STARTED, THE_LOG, NULL);
    assert_int_equal(bench->found_count, 1);
}

static void what_comes_before_is_followed_and_not_told_of(void **state)
{
    struct bench *bench = *state;
    start(bench, bench->office->world->n + 2);
    (void)say(bench, EVENT_AUDIT_STARTED, THE_LOG, NULL);
    (void)say(bench, EVENT_CLOCK_STEPPED, THE_LOG, NULL);
    assert_int_equal(bench->found_count, 0);
    (void)say(bench, EVENT_AUDIT_STARTED, THE_LOG, NULL);
    assert_string_equal(bench->found[0].rule, "writer-crashed");
}

/* Deadlines ----------------------------------------------------------------------------------- */

static size_t overdue(struct bench *bench)
{
    start(bench, 0);
    must(failures_end(&bench->failures));
    return bench->found_count;
}

static struct id declare_cadence(struct bench *bench, struct bytes objective)
{
    struct office *office = bench->office;
    union command_fields fields = {
        .policy_declare = {.document = LITERAL("review.pdf"),
                           .version = LITERAL("1"),
                           .objective = &objective,
                           .objective_count = 1,
                           .effective = office->world->now_us,
                           .review_by = office->world->now_us + 300 * OFFICE_DAY_US,
                           .has_period_days = true,
                           .period_days = 30}};
    struct id id = {ID_DECLARATION,
                    world_must(office->world, &office->eve, COMMAND_POLICY_DECLARE, &fields)};
    fields = (union command_fields){.policy_approve = {.declaration = id}};
    (void)world_must(office->world, &office->cat, COMMAND_POLICY_APPROVE, &fields);
    return id;
}

static struct id review(struct bench *bench, enum review_about about)
{
    struct office *office = bench->office;
    uint64_t now = office->world->now_us;
    union command_fields fields = {
        .audit_open_review = {.about = about, .from = now - 9, .to = now}};
    struct id id = {ID_REVIEW,
                    world_must(office->world, &office->eve, COMMAND_AUDIT_OPEN_REVIEW, &fields)};
    fields = (union command_fields){.audit_sign_review = {.review = id}};
    (void)world_must(office->world, &office->eve, COMMAND_AUDIT_SIGN_REVIEW, &fields);
    return id;
}

static void a_review_is_overdue_once_the_declared_cadence_has_passed(void **state)
{
    struct bench *bench = *state;
    struct world *world = bench->office->world;
    assert_int_equal(overdue(bench), 0);
    struct id declaration = declare_cadence(bench, LITERAL("3.3.5a"));
    world->now_us += 30 * OFFICE_DAY_US;
    assert_int_equal(overdue(bench), 0);
    world->now_us++;
    assert_int_equal(overdue(bench), 1);
    expect(bench, 1, "review-overdue", declaration.n);
    (void)review(bench, REVIEW_ABOUT_EVENTS);
    assert_int_equal(overdue(bench), 1);
    struct id signed_one = review(bench, REVIEW_ABOUT_RECORDS);
    assert_int_equal(overdue(bench), 0);
    world->now_us += 31 * OFFICE_DAY_US;
    assert_int_equal(overdue(bench), 1);
    assert_int_equal(bench->found[0].because_count, 2);
    assert_int_equal(bench->found[0].because[1], signed_one.n);
}

static void a_change_that_was_asked_for_is_overdue_after_its_due_date(void **state)
{
    static const struct bytes finding = {(const uint8_t *)"no reads", 8};
    struct bench *bench = *state;
    struct office *office = bench->office;
    uint64_t now = office->world->now_us;
    union command_fields fields = {.audit_open_review = {.from = now - 9, .to = now}};
    struct id id = {ID_REVIEW,
                    world_must(office->world, &office->eve, COMMAND_AUDIT_OPEN_REVIEW, &fields)};
    fields = (union command_fields){.audit_sign_review = {.review = id,
                                                          .outcome = REVIEW_OUTCOME_CHANGE,
                                                          .findings = &finding,
                                                          .findings_count = 1,
                                                          .has_due = true,
                                                          .due = now + 10}};
    (void)world_must(office->world, &office->eve, COMMAND_AUDIT_SIGN_REVIEW, &fields);
    office->world->now_us += 10;
    assert_int_equal(overdue(bench), 0);
    office->world->now_us++;
    assert_int_equal(overdue(bench), 1);
    expect(bench, 1, "change-overdue", id.n);
}

static void a_declaration_that_was_to_be_reviewed_has_expired(void **state)
{
    struct bench *bench = *state;
    struct id id = office_declare(bench->office, LITERAL("3.3.1e"), 10);
    bench->office->world->now_us += 10 * OFFICE_DAY_US - 1;
    assert_int_equal(overdue(bench), 0);
    bench->office->world->now_us++;
    assert_int_equal(overdue(bench), 1);
    expect(bench, 1, "declaration-expired", id.n);
}

static void an_expired_declaration_that_another_has_replaced_is_not_told_of(void **state)
{
    struct bench *bench = *state;
    (void)office_declare(bench->office, LITERAL("3.3.1e"), 10);
    bench->office->world->now_us += 9 * OFFICE_DAY_US;
    struct id next = office_declare(bench->office, LITERAL("3.3.1e"), 10);
    bench->office->world->now_us += 2 * OFFICE_DAY_US;
    assert_int_equal(overdue(bench), 0);
    bench->office->world->now_us += 8 * OFFICE_DAY_US;
    assert_int_equal(overdue(bench), 2);
    assert_int_equal(bench->found[1].because[0], next.n);
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_a_name_and_a_sentence_of_its_own),
        WITH_BENCH(a_verification_that_found_something_is_told_of),
        WITH_BENCH(a_failure_is_told_of_and_a_full_disk_by_its_own_rule),
        WITH_BENCH(a_process_that_had_to_be_started_anew_is_told_of),
        WITH_BENCH(a_disk_is_told_of_on_its_way_down_only),
        WITH_BENCH(a_component_is_told_of_when_it_is_silent_or_loses_events),
        WITH_BENCH(a_clock_that_the_daemon_watches_is_told_of),
        WITH_BENCH(a_clock_is_told_of_when_it_steps_drifts_or_is_kept_by_nobody),
        WITH_BENCH(a_tolerance_that_is_declared_counts_from_when_it_is_in_force),
        WITH_BENCH(tools_are_told_of_when_they_are_not_the_baseline),
        WITH_BENCH(a_start_without_the_end_before_it_is_a_crash),
        WITH_BENCH(refusals_of_management_and_other_managers_are_told_of),
        WITH_BENCH(a_delivery_that_failed_is_told_of_and_never_of_itself),
        WITH_BENCH(a_number_that_an_emitter_leaves_out_is_told_of),
        WITH_BENCH(any_number_of_emitters_may_come_and_go),
        WITH_BENCH(what_comes_before_is_followed_and_not_told_of),
        WITH_BENCH(a_review_is_overdue_once_the_declared_cadence_has_passed),
        WITH_BENCH(a_change_that_was_asked_for_is_overdue_after_its_due_date),
        WITH_BENCH(a_declaration_that_was_to_be_reviewed_has_expired),
        WITH_BENCH(an_expired_declaration_that_another_has_replaced_is_not_told_of),
    };
    return cmocka_run_group_tests_name("reports/alerts/failure", tests, NULL, NULL);
}
