/*
 * What lies on the desk: lists of the audit's work, as of any event.
 */
#include "reports/audit/desk.h"
#include "tests/reports/capture.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct room {
    struct enclave enclave;
    struct capture capture;
};

static void name_manager(struct enclave *enclave, const char *login)
{
    union command_fields fields = {.audit_set_manager = {.user = enclave_id(enclave, login),
                                                         .added = true,
                                                         .reason = LITERAL("deputy")}};
    enclave_must(enclave, "ada", COMMAND_AUDIT_SET_MANAGER, &fields);
}

static int begin(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    enclave_begin(&room->enclave);
    enclave_user(&room->enclave, "ben", USER_ROLE_ADMIN);
    name_manager(&room->enclave, "ben");
    enclave_login(&room->enclave, "ben");
    enclave_join(&room->enclave, "eve", USER_ROLE_AUDITOR);
    *state = room;
    return 0;
}

static int end(void **state)
{
    struct room *room = *state;
    enclave_end(&room->enclave);
    free(room);
    return 0;
}

typedef struct status desk_list(const struct desk *desk, uint64_t *count);

static uint64_t list_as_of(struct room *room, desk_list *list, bool all, uint64_t n)
{
    uint64_t count;
    struct view view = enclave_view(&room->enclave);
    view.as_of_n = n;
    capture_begin(&room->capture, &(struct rows_options){.format = ROWS_JSON});
    const struct desk desk = {
        .engine = room->enclave.engine, .view = &view, .rows = &room->capture.rows, .all = all};
    must(list(&desk, &count));
    capture_end(&room->capture);
    return count;
}

static uint64_t list(struct room *room, desk_list *what, bool all)
{
    return list_as_of(room, what, all, UINT64_MAX);
}

static void assert_says(const struct room *room, const char *piece)
{
    if (strstr(room->capture.text, piece) == NULL) {
        fail_msg("there is no %s in %s", piece, room->capture.text);
    }
}

static void a_declaration_is_a_draft_then_in_force_then_overdue(void **state)
{
    static const struct bytes objectives[] = {{(const uint8_t *)"3.3.1e", 6},
                                              {(const uint8_t *)"3.3.1a", 6}};
    struct room *room = *state;
    uint64_t now = engine_now(room->enclave.engine);
    union command_fields fields = {.policy_declare = {.document = LITERAL("keep.pdf"),
                                                      .version = LITERAL("2"),
                                                      .objective = objectives,
                                                      .objective_count = 2,
                                                      .effective = now,
                                                      .review_by = now + 60000000}};
    assert_int_equal(list(room, desk_declarations, false), 0);
    uint64_t n = enclave_must(&room->enclave, "eve", COMMAND_POLICY_DECLARE, &fields);
    assert_int_equal(list(room, desk_declarations, false), 1);
    assert_says(room, "\"objectives\":\"3.3.1e, 3.3.1a\"");
    assert_says(room, "\"status\":\"draft\",\"declarer\":\"eve\"");
    fields = (union command_fields){.policy_approve = {.declaration = {ID_DECLARATION, n}}};
    enclave_must(&room->enclave, "ben", COMMAND_POLICY_APPROVE, &fields);
    (void)list(room, desk_declarations, false);
    assert_says(room, "\"status\":\"in force\"");
    assert_says(room, "\"approver\":\"ben\"");
    enclave_pass(&room->enclave, 61);
    (void)list(room, desk_declarations, false);
    assert_says(room, "\"status\":\"overdue for review\"");
    fields = (union command_fields){
        .policy_withdraw = {.declaration = {ID_DECLARATION, n}, .reason = LITERAL("old")}};
    enclave_must(&room->enclave, "ben", COMMAND_POLICY_WITHDRAW, &fields);
    assert_int_equal(list(room, desk_declarations, false), 0);
    assert_int_equal(list(room, desk_declarations, true), 1);
    assert_int_equal(list_as_of(room, desk_declarations, true, n - 1), 0);
}

static void a_manager_is_listed_with_the_acts_that_were_theirs(void **state)
{
    struct room *room = *state;
    union command_fields fields = {.case_create = {.name = LITERAL("north")}};
    assert_int_equal(list(room, desk_managers, true), 3);
    assert_says(room, "\"login\":\"eve\",\"role\":\"auditor\",\"may\":\"work\",\"acts\":0,");
    assert_says(room, "\"login\":\"ada\",\"role\":\"super_admin\",\"may\":\"name managers\"");
    assert_int_equal(list(room, desk_managers, false), 1);
    assert_says(room, "\"login\":\"ben\",\"role\":\"admin\",\"may\":\"manage\"");
    assert_says(room, "\"named_by\":\"ada\",\"reason\":\"deputy\",\"acts\":0,");
    uint64_t n = enclave_must(&room->enclave, "ben", COMMAND_CASE_CREATE, &fields);
    enclave_refused(&room->enclave, "ben", COMMAND_CASE_CREATE, &fields, RULE_AUD_09B);
    (void)list(room, desk_managers, false);
    assert_says(room, "\"acts\":2,\"last_act\":");
    (void)list_as_of(room, desk_managers, false, n);
    assert_says(room, "\"acts\":1,");
}

static void a_case_shows_its_events_and_where_its_notes_are(void **state)
{
    static const uint64_t events[] = {7, 3};
    struct room *room = *state;
    union command_fields fields = {.case_create = {.name = LITERAL("north")}};
    struct id folder = {ID_CASE, enclave_must(&room->enclave, "eve", COMMAND_CASE_CREATE, &fields)};
    fields = (union command_fields){.case_add = {.folder = folder,
                                                 .events = events,
                                                 .events_count = 2,
                                                 .has_why = true,
                                                 .why = LITERAL("odd")}};
    enclave_must(&room->enclave, "eve", COMMAND_CASE_ADD, &fields);
    fields = (union command_fields){.case_note = {.folder = folder, .text = LITERAL("see")}};
    enclave_must(&room->enclave, "ben", COMMAND_CASE_NOTE, &fields);
    fields = (union command_fields){.case_hold = {.folder = folder}};
    enclave_must(&room->enclave, "ben", COMMAND_CASE_HOLD, &fields);
    assert_int_equal(list(room, desk_cases, false), 1);
    assert_says(room, "\"name\":\"north\",\"state\":\"on hold\",\"opener\":\"eve\"");
    uint64_t count;
    struct view view = enclave_view(&room->enclave);
    capture_begin(&room->capture, &(struct rows_options){.format = ROWS_JSON});
    const struct desk desk = {
        .engine = room->enclave.engine, .view = &view, .rows = &room->capture.rows};
    must(desk_case(&desk, folder, &count));
    capture_end(&room->capture);
    assert_int_equal(count, 3);
    assert_says(room, "{\"event\":3,\"what\":\"event\",");
    assert_says(room, "\"why\":\"odd\"}\n{\"event\":7,");
    assert_says(room, "\"what\":\"note\",");
    assert_says(room, "\"author\":\"ben\"}");
}

static void say(struct room *room, enum event_kind kind, struct id on, const union event_body *body)
{
    must(engine_say(room->enclave.engine, VOICE_AUDIT,
                    &(struct draft){.kind = kind, .on = {on}, .on_count = 1, .body = body}));
    must(engine_flush(room->enclave.engine));
}

static void an_alert_is_listed_with_whom_it_reached_until_it_is_closed(void **state)
{
    static const uint64_t because[] = {5, 9};
    struct room *room = *state;
    struct id alert = {ID_ALERT, enclave_size(&room->enclave)};
    union event_body body = {.alert_raised = {.rule = LITERAL("clock-stepped"),
                                              .severity = SEVERITY_HIGH,
                                              .about = LITERAL("the clock stepped"),
                                              .because = because,
                                              .because_count = 2}};
    say(room, EVENT_ALERT_RAISED, NEW(ID_ALERT), &body);
    assert_int_equal(list(room, desk_alerts, false), 1);
    assert_says(room, "\"told\":\"nobody\",\"events\":[5,9]");
    body = (union event_body){.alert_delivered = {.contact = LITERAL("ann"), .ok = true}};
    say(room, EVENT_ALERT_DELIVERED, alert, &body);
    body = (union event_body){.alert_delivered = {.contact = LITERAL("bob")}};
    say(room, EVENT_ALERT_DELIVERED, alert, &body);
    union command_fields fields = {.alert_acknowledge = {.alert = alert}};
    enclave_must(&room->enclave, "eve", COMMAND_ALERT_ACKNOWLEDGE, &fields);
    (void)list(room, desk_alerts, false);
    assert_says(room, "\"severity\":\"high\",\"rule\":\"clock-stepped\"");
    assert_says(room, "\"told\":\"1 of 2\",\"acknowledger\":\"eve\"");
    fields = (union command_fields){.alert_close = {.alert = alert}};
    enclave_must(&room->enclave, "ben", COMMAND_ALERT_CLOSE, &fields);
    assert_int_equal(list(room, desk_alerts, false), 0);
    assert_int_equal(list(room, desk_alerts, true), 1);
    assert_says(room, "\"closer\":\"ben\"");
}

static void contacts_that_are_off_are_listed_only_with_all(void **state)
{
    struct room *room = *state;
    union command_fields fields = {.alert_set_contact = {.name = LITERAL("ann"),
                                                         .channel = ALERT_CHANNEL_MAIL,
                                                         .address = LITERAL("ann@example.org"),
                                                         .active = true}};
    enclave_must(&room->enclave, "ben", COMMAND_ALERT_SET_CONTACT, &fields);
    assert_int_equal(list(room, desk_contacts, false), 1);
    fields.alert_set_contact.active = false;
    enclave_must(&room->enclave, "ben", COMMAND_ALERT_SET_CONTACT, &fields);
    assert_int_equal(list(room, desk_contacts, false), 0);
    assert_int_equal(list(room, desk_contacts, true), 1);
    assert_says(room, "\"state\":\"off\"");
}

static void a_review_is_listed_until_what_it_asked_for_has_followed(void **state)
{
    static const struct bytes finding = {(const uint8_t *)"no reads", 8};
    static const struct bytes kinds = {(const uint8_t *)"vault.*", 7};
    struct room *room = *state;
    uint64_t now = engine_now(room->enclave.engine);
    union command_fields fields = {.audit_open_review = {.from = now - 9, .to = now}};
    struct id review = {ID_REVIEW,
                        enclave_must(&room->enclave, "eve", COMMAND_AUDIT_OPEN_REVIEW, &fields)};
    fields = (union command_fields){.audit_sign_review = {.review = review,
                                                          .outcome = REVIEW_OUTCOME_CHANGE,
                                                          .findings = &finding,
                                                          .findings_count = 1,
                                                          .has_due = true,
                                                          .due = now + 900000000}};
    enclave_must(&room->enclave, "eve", COMMAND_AUDIT_SIGN_REVIEW, &fields);
    assert_int_equal(list(room, desk_reviews, false), 1);
    assert_says(room, "\"signer\":\"eve\",\"outcome\":\"change\"");
    assert_says(room, "\"findings\":\"no reads\"");
    fields = (union command_fields){.audit_change_event_set = {.added = &kinds,
                                                               .added_count = 1,
                                                               .reason = LITERAL("asked"),
                                                               .has_review = true,
                                                               .review = review}};
    enclave_must(&room->enclave, "ben", COMMAND_AUDIT_CHANGE_EVENT_SET, &fields);
    assert_int_equal(list(room, desk_reviews, false), 0);
    assert_int_equal(list(room, desk_reviews, true), 1);
}

#define WITH_ROOM(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ROOM(a_declaration_is_a_draft_then_in_force_then_overdue),
        WITH_ROOM(a_manager_is_listed_with_the_acts_that_were_theirs),
        WITH_ROOM(a_case_shows_its_events_and_where_its_notes_are),
        WITH_ROOM(an_alert_is_listed_with_whom_it_reached_until_it_is_closed),
        WITH_ROOM(contacts_that_are_off_are_listed_only_with_all),
        WITH_ROOM(a_review_is_listed_until_what_it_asked_for_has_followed),
    };
    return cmocka_run_group_tests_name("reports/audit/desk", tests, NULL, NULL);
}
