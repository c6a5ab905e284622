/*
 * Who is invited and what they did: as lists, and by the names that people type.
 */
#include "core/note.h"
#include "reports/audit/invitations.h"
#include "tests/reports/capture.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOUR_US UINT64_C(3600000000)

struct room {
    struct enclave enclave;
    struct capture capture;
    uint8_t digests;
};

static int begin(void **state)
{
    struct room *room = calloc(1, sizeof *room);
    assert_non_null(room);
    enclave_begin(&room->enclave);
    enclave_login(&room->enclave, "ada");
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

static struct id invite(struct room *room, const char *name, bool by_certificate, uint64_t hours)
{
    struct digest digest = {{++room->digests}};
    union command_fields fields = {
        .auditor_invite = {.name = bytes_of_string(name),
                           .has_digest = !by_certificate,
                           .digest = digest,
                           .has_certificate = by_certificate,
                           .certificate = digest,
                           .expires = room->enclave.scratch.clock_us + hours * HOUR_US}};
    return (struct id){ID_INVITATION,
                       enclave_must(&room->enclave, "ada", COMMAND_AUDITOR_INVITE, &fields)};
}

static void end_invitation(struct room *room, struct id invitation)
{
    union command_fields fields = {
        .auditor_revoke = {.invitation = invitation, .reason = LITERAL("over")}};
    (void)enclave_must(&room->enclave, "ada", COMMAND_AUDITOR_REVOKE, &fields);
}

static void say(struct room *room, enum event_kind kind, struct id on, union event_body body)
{
    must(engine_say(room->enclave.engine, VOICE_AUDIT,
                    &(struct draft){.kind = kind, .on = {on}, .on_count = 1, .body = &body}));
    must(engine_flush(room->enclave.engine));
}

static void enter(struct room *room, struct id invitation)
{
    say(room, EVENT_AUDITOR_ENTERED, invitation,
        (union event_body){.auditor_entered = {.digest = {{77}}, .address = LITERAL("192.0.2.7")}});
}

static void view(struct room *room, struct id invitation, const char *path)
{
    say(room, EVENT_AUDITOR_VIEWED, invitation,
        (union event_body){
            .auditor_viewed = {
                .path = bytes_of_string(path), .query = LITERAL("q=x"), .status = 200, .size = 1}});
}

static uint64_t list(struct room *room, bool all)
{
    uint64_t count = 0;
    struct view view = enclave_view(&room->enclave);
    capture_begin(&room->capture, &(struct rows_options){.format = ROWS_JSON});
    const struct desk desk = {
        .engine = room->enclave.engine, .view = &view, .rows = &room->capture.rows, .all = all};
    must(invitations_list(&desk, &count));
    capture_end(&room->capture);
    return count;
}

static uint64_t activity(struct room *room, struct id invitation)
{
    uint64_t count = 0;
    struct view view = enclave_view(&room->enclave);
    capture_begin(&room->capture, &(struct rows_options){.format = ROWS_JSON});
    const struct desk desk = {
        .engine = room->enclave.engine, .view = &view, .rows = &room->capture.rows};
    must(invitations_activity(&desk, invitation, &count));
    capture_end(&room->capture);
    return count;
}

static void assert_says(const struct room *room, const char *piece)
{
    if (strstr(room->capture.text, piece) == NULL) {
        fail_msg("there is no %s in %s", piece, room->capture.text);
    }
}

static void an_invitation_waits_then_is_open_then_has_ended(void **state)
{
    struct room *room = *state;
    assert_int_equal(list(room, true), 0);
    struct id by_link = invite(room, "Kim", false, 2);
    struct id by_certificate = invite(room, "the SIEM", true, 1);
    assert_int_equal(list(room, false), 2);
    assert_says(room, "\"name\":\"Kim\",\"state\":\"waits\",\"by\":\"link\"");
    assert_says(room, "\"name\":\"the SIEM\",\"state\":\"open\",\"by\":\"certificate\"");
    assert_says(room, "\"inviter\":\"ada\"");
    enter(room, by_link);
    (void)list(room, false);
    assert_says(room, "\"name\":\"Kim\",\"state\":\"open\"");
    end_invitation(room, by_link);
    assert_int_equal(list(room, false), 1);
    enclave_pass(&room->enclave, 3600);
    assert_int_equal(list(room, false), 0);
    assert_int_equal(list(room, true), 2);
    assert_says(room, "\"state\":\"revoked\"");
    assert_says(room, "\"state\":\"expired\"");
    (void)by_certificate;
}

static enum status_code find(struct room *room, const char *word, struct id *out)
{
    struct view view = enclave_view(&room->enclave);
    return invitations_find(&view, bytes_of_string(word), out).code;
}

static void a_name_stands_for_the_one_invitation_that_it_can_mean(void **state)
{
    struct room *room = *state;
    struct id found, first = invite(room, "Kim", false, 1);
    char word[64];
    assert_int_equal(find(room, "Lee", &found), STATUS_NOT_FOUND);
    assert_int_equal(find(room, "invitation:1", &found), STATUS_NOT_FOUND);
    snprintf(word, sizeof word, "invitation:%llu", (unsigned long long)first.n);
    assert_int_equal(find(room, word, &found), STATUS_OK);
    assert_true(id_equal(found, first));
    struct id second = invite(room, "Kim", false, 9);
    assert_int_equal(find(room, "Kim", &found), STATUS_CONFLICT);
    end_invitation(room, first);
    assert_int_equal(find(room, "Kim", &found), STATUS_OK);
    assert_true(id_equal(found, second));
    end_invitation(room, second);
    assert_int_equal(find(room, "Kim", &found), STATUS_CONFLICT);
    struct id other = invite(room, "Lee", false, 1);
    end_invitation(room, other);
    assert_int_equal(find(room, "Lee", &found), STATUS_OK);
    assert_true(id_equal(found, other));
}

static void what_auditors_did_is_told_of_each_and_of_all(void **state)
{
    struct room *room = *state;
    struct id kim = invite(room, "Kim", false, 2), lee = invite(room, "Lee", true, 2);
    enter(room, kim);
    view(room, kim, "/events");
    view(room, lee, "/integrity");
    say(room, EVENT_AUDITOR_TURNED_AWAY, THE_LOG,
        (union event_body){.auditor_turned_away = {.address = LITERAL("198.51.100.4"),
                                                   .why = LITERAL("a link that is none")}});
    assert_int_equal(activity(room, kim), 3);
    assert_says(room, "\"what\":\"invited\"");
    assert_says(room, "\"what\":\"entered\"");
    assert_says(room, "\"address\":\"192.0.2.7\"");
    assert_says(room, "\"path\":\"/events\",\"query\":\"q=x\",\"status\":200");
    assert_null(strstr(room->capture.text, "/integrity"));
    assert_int_equal(activity(room, (struct id){0}), 6);
    assert_says(room, "\"what\":\"turned away\"");
    assert_says(room, "\"address\":\"198.51.100.4\",\"why\":\"a link that is none\"");
    end_invitation(room, kim);
    assert_int_equal(activity(room, kim), 4);
    assert_says(room, "\"why\":\"over\"");
    enclave_check(&room->enclave);
}

#define IN_ROOM(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOM(an_invitation_waits_then_is_open_then_has_ended),
        IN_ROOM(a_name_stands_for_the_one_invitation_that_it_can_mean),
        IN_ROOM(what_auditors_did_is_told_of_each_and_of_all),
    };
    return cmocka_run_group_tests_name("reports/audit/invitations", tests, NULL, NULL);
}
