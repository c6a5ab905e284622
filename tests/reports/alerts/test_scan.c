/*
 * Scans: an alert is raised once for what it rests on, and it does not matter when one looks.
 */
#include "reports/alerts/scan.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct site {
    struct enclave enclave;
    struct alert_scan_outcome outcome;
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

static uint64_t scan_from(struct site *site, enum severity least, const uint64_t *since)
{
    struct arena arena = {.memory = site->memory, .capacity = ALERT_SCAN_MEMORY};
    must(alert_scan(&(struct alert_scan_options){.engine = site->enclave.engine,
                                                 .arena = &arena,
                                                 .least = least,
                                                 .has_since = since != NULL,
                                                 .since = since == NULL ? 0 : *since,
                                                 .by = LITERAL("root"),
                                                 .now_utc_us = engine_now(site->enclave.engine)},
                    &site->outcome));
    return site->outcome.raised;
}

static uint64_t scan(struct site *site)
{
    return scan_from(site, SEVERITY_MEDIUM, NULL);
}

static uint64_t say(struct site *site, enum event_kind kind, const union event_body *body)
{
    uint64_t n = enclave_size(&site->enclave);
    must(engine_say(site->enclave.engine, VOICE_AUDIT,
                    &(struct draft){.kind = kind, .on = {THE_LOG}, .on_count = 1, .body = body}));
    must(engine_flush(site->enclave.engine));
    return n;
}

static uint64_t step_clock(struct site *site)
{
    return say(site, EVENT_CLOCK_STEPPED, &(union event_body){.clock_stepped = {.clock = 1}});
}

static void an_alert_is_raised_once_for_the_same_events(void **state)
{
    struct site *site = *state;
    struct enclave_found found;
    (void)scan(site);
    uint64_t n = step_clock(site);
    assert_int_equal(scan(site), 1);
    enclave_find(&site->enclave, site->outcome.alerts[0].n, &found);
    assert_int_equal(found.leaf.kind, EVENT_ALERT_RAISED);
    assert_true(bytes_equal(found.body.alert_raised.rule, LITERAL("clock-stepped")));
    assert_int_equal(found.body.alert_raised.because_count, 1);
    assert_int_equal(found.body.alert_raised.because[0], n);
    assert_int_equal(scan(site), 0);
    const uint64_t beginning = 0;
    assert_int_equal(scan_from(site, SEVERITY_MEDIUM, &beginning), 0);
    assert_true(site->outcome.known > 0);
    (void)step_clock(site);
    assert_int_equal(scan(site), 1);
}

static void a_scan_says_how_far_it_came_and_the_next_begins_there(void **state)
{
    struct site *site = *state;
    struct enclave_found found;
    (void)scan(site); /* the clock of a test stands still, which is a step */
    uint64_t from = site->outcome.to;
    (void)step_clock(site);
    (void)scan(site);
    uint64_t to = site->outcome.to;
    enclave_find(&site->enclave, enclave_size(&site->enclave) - 1, &found);
    assert_int_equal(found.leaf.kind, EVENT_ALERT_SCANNED);
    assert_int_equal(found.body.alert_scanned.from, from);
    assert_int_equal(found.body.alert_scanned.to, to);
    assert_int_equal(found.body.alert_scanned.raised, 1);
    (void)scan(site);
    assert_int_equal(site->outcome.from, to);
}

static void what_is_not_severe_enough_raises_nothing(void **state)
{
    struct site *site = *state;
    (void)scan(site);
    (void)say(site, EVENT_AUDIT_RECOVERED, &(union event_body){.audit_recovered = {.to = 1}});
    assert_int_equal(scan_from(site, SEVERITY_MEDIUM, NULL), 0);
    const uint64_t beginning = 0;
    assert_true(scan_from(site, SEVERITY_LOW, &beginning) >= 1);
}

static void a_hint_raises_an_alert_because_of_its_events(void **state)
{
    struct site *site = *state;
    struct enclave_found found;
    struct id id = enclave_join(&site->enclave, "bob", USER_ROLE_USER);
    union command_fields fields = {.team_create = {.name = LITERAL("t"), .user = id}};
    (void)scan(site);
    for (unsigned i = 0; i < 5; i++) {
        enclave_refused(&site->enclave, "bob", COMMAND_TEAM_CREATE, &fields, RULE_TEA_02B);
    }
    assert_true(scan(site) >= 1);
    enclave_find(&site->enclave, site->outcome.alerts[0].n, &found);
    assert_true(bytes_equal(found.body.alert_raised.rule, LITERAL("refusal-burst")));
    assert_int_equal(found.body.alert_raised.because_count, 5);
    assert_int_equal(scan(site), 0);
}

static void too_many_alerts_are_raised_in_more_than_one_scan(void **state)
{
    struct site *site = *state;
    static const union event_body nothing;
    uint64_t total = 0, scans = 0;
    (void)scan(site);
    for (unsigned i = 0; i < ALERT_SCAN_MAX + 20; i++) {
        must(engine_say(site->enclave.engine, VOICE_AUDIT,
                        &(struct draft){.kind = EVENT_CLOCK_STEPPED,
                                        .on = {THE_LOG},
                                        .on_count = 1,

                                        .body = &nothing}));
    }
    must(engine_flush(site->enclave.engine));
    do {
        total += scan_from(site, SEVERITY_HIGH, NULL);
        scans++;
    } while (site->outcome.cut);
    assert_int_equal(total, ALERT_SCAN_MAX + 20);
    assert_int_equal(scans, 2);
}

/* Histories ----------------------------------------------------------------------------------- */

/* One of what the rules look at. */
static void something(struct site *site, uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + 1;
    static const union event_body nothing;
    union event_body body = nothing;
    switch ((*seed >> 40) % 5) {
    case 0:
        (void)step_clock(site);
        return;
    case 1:
        body.audit_verified.findings = (*seed >> 50) & 1;
        (void)say(site, EVENT_AUDIT_VERIFIED, &body);
        return;
    case 2:
        (void)say(site, EVENT_AUDIT_STARTED, &body);
        return;
    case 3:
        (void)say(site, EVENT_AUDIT_STOPPED, &body);
        return;
    default:
        body.clock_compared.offset_us = (*seed >> 50) & 1 ? 2000000 : 0;
        body.clock_compared.synchronised = true;
        (void)say(site, EVENT_CLOCK_COMPARED, &body);
    }
}

/* Names no positions: those of a log with more scans in it are others. */
static uint64_t history(struct site *site, unsigned every)
{
    uint64_t seed = 4711, alerts = 0;
    for (unsigned i = 1; i <= 60; i++) {
        something(site, &seed);
        alerts += i % every == 0 ? scan_from(site, SEVERITY_INFO, NULL) : 0;
    }
    return alerts + scan_from(site, SEVERITY_INFO, NULL);
}

static void it_does_not_matter_how_often_one_looks(void **unused)
{
    static const unsigned often[] = {60, 7, 1};
    uint64_t counts[3];
    (void)unused;
    for (size_t i = 0; i < 3; i++) {
        void *site;
        begin(&site);
        counts[i] = history(site, often[i]);
        end(&site);
    }
    assert_true(counts[0] > 10);
    assert_int_equal(counts[0], counts[1]);
    assert_int_equal(counts[0], counts[2]);
}

#define WITH_SITE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SITE(an_alert_is_raised_once_for_the_same_events),
        WITH_SITE(a_scan_says_how_far_it_came_and_the_next_begins_there),
        WITH_SITE(what_is_not_severe_enough_raises_nothing),
        WITH_SITE(a_hint_raises_an_alert_because_of_its_events),
        WITH_SITE(too_many_alerts_are_raised_in_more_than_one_scan),
        cmocka_unit_test(it_does_not_matter_how_often_one_looks),
    };
    return cmocka_run_group_tests_name("reports/alerts/scan", tests, NULL, NULL);
}
