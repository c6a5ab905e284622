/*
 * Alerts: raised once for a rule and its events, acknowledged once, closed once.
 */
#include "core/audit/alert.h"
#include "tests/core/audit/office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint64_t because[] = {4, 9};

/* As the engine says it: nobody commands it. */
static void say(struct world *world, enum event_kind kind, struct id on,
                const union event_body *body)
{
    char memory[4096];
    struct text text = TEXT_IN(memory);
    struct leaf leaf = {.actor = LITERAL("audit"),
                        .kind = kind,
                        .on = {on},
                        .on_count = 1,
                        .n = world->n,
                        .t_utc_us = world->now_us};
    event_body_encode(kind, body, &text);
    must(evolution_fold(world->state, &leaf, text_bytes(&text), &world->fold_arena));
    world->n++;
}

static struct id raise(struct office *office)
{
    struct world *world = office->world;
    struct view view = world_view(world);
    struct id alert = {ID_ALERT, world->n};
    union event_body body = {.alert_raised = {.rule = LITERAL("clock_stepped"),
                                              .severity = SEVERITY_HIGH,
                                              .about = LITERAL("the clock stepped back"),
                                              .because = because,
                                              .because_count = 2,
                                              .identity = alert_identity_of(
                                                  &view, LITERAL("clock_stepped"), because, 2)}};
    say(world, EVENT_ALERT_RAISED, alert, &body);
    return alert;
}

static union command_fields acknowledging(struct id alert)
{
    return (union command_fields){.alert_acknowledge = {.alert = alert}};
}

static union command_fields closing(struct id alert)
{
    return (union command_fields){.alert_close = {.alert = alert}};
}

static bool is_open(struct office *office, struct id alert)
{
    struct view view = world_view(office->world);
    return view_find(&view, ROW_OPEN_ALERT, &(struct open_alert_row){.alert = alert});
}

static void an_alert_is_known_by_its_rule_and_its_events(void **state)
{
    struct office *office = *state;
    struct id alert = raise(office), found;
    struct view view = world_view(office->world);
    struct digest same = alert_identity_of(&view, LITERAL("clock_stepped"), because, 2);
    struct digest fewer = alert_identity_of(&view, LITERAL("clock_stepped"), because, 1);
    struct digest other = alert_identity_of(&view, LITERAL("clock_steppe"), because, 2);
    assert_true(alert_known(&view, &same, &found) && id_equal(found, alert));
    assert_false(alert_known(&view, &fewer, &found));
    assert_false(alert_known(&view, &other, &found));
}

/* AUD-14k. */
static void auditors_and_managers_look_after_alerts(void **state)
{
    struct office *office = *state;
    union command_fields fields = acknowledging(raise(office));
    office_works(office, COMMAND_ALERT_ACKNOWLEDGE, &fields);
    fields = closing(raise(office));
    office_works(office, COMMAND_ALERT_CLOSE, &fields);
}

/* AUD-17e. */
static void an_alert_is_acknowledged_once_and_before_it_is_closed(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    struct alert_row row;
    struct id alert = raise(office);
    union command_fields fields = acknowledging((struct id){ID_ALERT, 7});
    world_refused(world, &office->eve, COMMAND_ALERT_ACKNOWLEDGE, &fields, RULE_AUD_17E);
    fields = acknowledging(alert);
    (void)world_must(world, &office->eve, COMMAND_ALERT_ACKNOWLEDGE, &fields);
    world_refused(world, &office->ben, COMMAND_ALERT_ACKNOWLEDGE, &fields, RULE_AUD_17E);
    struct view view = world_view(world);
    assert_true(alert_by_id(&view, alert, &row));
    assert_true(row.has_acknowledger && id_equal(row.acknowledger, office->eve.user));
    assert_true(is_open(office, alert));
    fields = closing(raise(office));
    (void)world_must(world, &office->eve, COMMAND_ALERT_CLOSE, &fields);
    fields = acknowledging(fields.alert_close.alert);
    world_refused(world, &office->eve, COMMAND_ALERT_ACKNOWLEDGE, &fields, RULE_AUD_17E);
}

/* AUD-17f. */
static void an_alert_is_closed_once(void **state)
{
    struct office *office = *state;
    struct id alert = raise(office);
    union command_fields fields = closing((struct id){ID_ALERT, 7});
    world_refused(office->world, &office->eve, COMMAND_ALERT_CLOSE, &fields, RULE_AUD_17F);
    fields = closing(alert);
    assert_true(is_open(office, alert));
    (void)world_must(office->world, &office->eve, COMMAND_ALERT_CLOSE, &fields);
    assert_false(is_open(office, alert));
    world_refused(office->world, &office->eve, COMMAND_ALERT_CLOSE, &fields, RULE_AUD_17F);
}

static void attempts_to_deliver_are_counted_for_each_contact(void **state)
{
    struct office *office = *state;
    struct world *world = office->world;
    struct id alert = raise(office);
    union event_body body = {
        .alert_delivered = {.contact = LITERAL("ann"), .channel = ALERT_CHANNEL_MAIL}};
    say(world, EVENT_ALERT_DELIVERED, alert, &body);
    body.alert_delivered.ok = true;
    say(world, EVENT_ALERT_DELIVERED, alert, &body);
    struct delivery_row row = {.alert = alert, .contact = LITERAL("ann")};
    struct view view = world_view(world);
    assert_true(view_find(&view, ROW_DELIVERY, &row));
    assert_int_equal(row.attempts, 2);
    assert_true(row.ok);
}

static void the_next_scan_begins_where_the_last_one_ended(void **state)
{
    struct office *office = *state;
    struct view view = world_view(office->world);
    assert_int_equal(alert_scanned(&view), 0);
    union event_body body = {.alert_scanned = {.to = 77, .by = LITERAL("root")}};
    say(office->world, EVENT_ALERT_SCANNED, THE_LOG, &body);
    view = world_view(office->world);
    assert_int_equal(alert_scanned(&view), 77);
}

#define WITH_OFFICE(test) cmocka_unit_test_setup_teardown(test, office_begin, office_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_OFFICE(an_alert_is_known_by_its_rule_and_its_events),
        WITH_OFFICE(auditors_and_managers_look_after_alerts),
        WITH_OFFICE(an_alert_is_acknowledged_once_and_before_it_is_closed),
        WITH_OFFICE(an_alert_is_closed_once),
        WITH_OFFICE(attempts_to_deliver_are_counted_for_each_contact),
        WITH_OFFICE(the_next_scan_begins_where_the_last_one_ended),
    };
    return cmocka_run_group_tests_name("core/audit/alert", tests, NULL, NULL);
}
