/*
 * Alerts derived again: those of a scan follow from the log, those that somebody made up do not.
 */
#include "core/audit/alert.h"
#include "reports/alerts/check.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct site {
    struct enclave enclave;
    struct alert_scan_outcome outcome;
    struct alert_check check;
    struct alert_stray last;
    void *memory;
};

static int begin(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    enclave_begin(&site->enclave);
    site->memory = malloc(ALERT_SCAN_MEMORY);
    assert_non_null(site->memory);
    *state = site;
    return 0;
}

static int end(void **state)
{
    struct site *site = *state;
    enclave_end(&site->enclave);
    free(site->memory);
    free(site);
    return 0;
}

static uint64_t scan(struct site *site, enum severity least)
{
    struct arena arena = {.memory = site->memory, .capacity = ALERT_SCAN_MEMORY};
    must(alert_scan(&(struct alert_scan_options){.engine = site->enclave.engine,
                                                 .arena = &arena,
                                                 .least = least,
                                                 .by = LITERAL("root"),
                                                 .now_utc_us = engine_now(site->enclave.engine)},
                    &site->outcome));
    return site->outcome.raised;
}

static struct status note(void *context, const struct alert_stray *stray)
{
    struct site *site = context;
    site->last = *stray;
    return OK;
}

static uint64_t check(struct site *site)
{
    struct arena arena = {.memory = site->memory, .capacity = ALERT_CHECK_MEMORY};
    site->check = (struct alert_check){
        .engine = site->enclave.engine, .arena = &arena, .visit = note, .context = site};
    must(alert_check_run(&site->check));
    return site->check.strays;
}

static uint64_t say_on(struct site *site, enum event_kind kind, struct id on,
                       const union event_body *body)
{
    uint64_t n = enclave_size(&site->enclave);
    must(engine_say(site->enclave.engine, VOICE_AUDIT,
                    &(struct draft){.kind = kind, .on = {on}, .on_count = 1, .body = body}));
    must(engine_flush(site->enclave.engine));
    return n;
}

static void step_clock(struct site *site)
{
    (void)say_on(site, EVENT_CLOCK_STEPPED, THE_LOG,
                 &(union event_body){.clock_stepped = {.clock = 1}});
}

/* As if a scan had raised it, in one of what there is to look at. */
static struct id make_up(struct site *site, const char *rule, enum severity severity, bool test)
{
    const uint64_t because = 3;
    struct view view = enclave_view(&site->enclave);
    uint64_t size = enclave_size(&site->enclave);
    union event_body body = {
        .alert_raised = {.rule = bytes_of_string(rule),
                         .severity = severity,
                         .about = LITERAL("made up"),
                         .because = &because,
                         .because_count = 1,
                         .identity = alert_identity_of(&view, bytes_of_string(rule), &because, 1),
                         .test = test}};
    struct id alert = {ID_ALERT, say_on(site, EVENT_ALERT_RAISED, NEW(ID_ALERT), &body)};
    body = (union event_body){.alert_scanned = {.to = size, .raised = 1, .by = LITERAL("root")}};
    (void)say_on(site, EVENT_ALERT_SCANNED, THE_LOG, &body);
    return alert;
}

static void what_scans_raised_follows_from_the_log(void **state)
{
    struct site *site = *state;
    uint64_t raised = 0;
    for (unsigned i = 0; i < 4; i++) {
        step_clock(site);
        (void)say_on(site, EVENT_AUDIT_STARTED, THE_LOG,
                     &(union event_body){.audit_started = {.process = 1}});
        raised += scan(site, i % 2 == 0 ? SEVERITY_LOW : SEVERITY_HIGH);
    }
    assert_int_equal(check(site), 0);
    assert_int_equal(site->check.alerts, raised);
    assert_int_equal(site->check.scans, 4);
    assert_true(raised >= 8);
}

static void what_a_scan_was_asked_to_leave_out_is_counted(void **state)
{
    struct site *site = *state;
    (void)scan(site, SEVERITY_LOW);
    step_clock(site);
    (void)scan(site, SEVERITY_CRITICAL);
    assert_int_equal(check(site), 0);
    assert_int_equal(site->check.left_out[SEVERITY_HIGH], 1);
}

static void an_alert_that_was_made_up_does_not_follow(void **state)
{
    struct site *site = *state;
    (void)scan(site, SEVERITY_LOW);
    struct id alert = make_up(site, "tools-changed", SEVERITY_CRITICAL, false);
    assert_int_equal(check(site), 1);
    assert_true(id_equal(site->last.alert, alert));
    step_clock(site);
    assert_true(scan(site, SEVERITY_LOW) > 0);
    assert_int_equal(check(site), 1);
}

static void an_alert_that_no_scan_raised_does_not_follow(void **state)
{
    struct site *site = *state;
    (void)say_on(site, EVENT_ALERT_RAISED, NEW(ID_ALERT),
                 &(union event_body){.alert_raised = {.rule = LITERAL("clock-stepped"),
                                                      .severity = SEVERITY_HIGH,
                                                      .about = LITERAL("made up")}});
    assert_int_equal(check(site), 1);
}

static void a_test_follows_from_nothing_and_is_no_stray(void **state)
{
    struct site *site = *state;
    (void)make_up(site, "test", SEVERITY_CRITICAL, true);
    assert_int_equal(check(site), 0);
    assert_int_equal(site->check.tests, 1);
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SITE(what_scans_raised_follows_from_the_log),
        WITH_SITE(what_a_scan_was_asked_to_leave_out_is_counted),
        WITH_SITE(an_alert_that_was_made_up_does_not_follow),
        WITH_SITE(an_alert_that_no_scan_raised_does_not_follow),
        WITH_SITE(a_test_follows_from_nothing_and_is_no_stray),
    };
    return cmocka_run_group_tests_name("reports/alerts/check", tests, NULL, NULL);
}
