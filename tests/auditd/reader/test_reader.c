/*
 * Who comes in, what they see, and what the log is told of it. F86 is in tests/reports/web.
 */
#include "store/hash.h"
#include "tests/auditd/reader/lobby.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char memory[128]; /* of one link */

static int begin(void **state)
{
    struct lobby *lobby = malloc(sizeof *lobby);
    assert_non_null(lobby);
    lobby_begin(lobby);
    *state = lobby;
    return 0;
}

static int end(void **state)
{
    lobby_end(*state);
    free(*state);
    return 0;
}

/* Links ------------------------------------------------------------------------------------- */

static void a_link_lets_in_once_and_only_by_its_button(void **state)
{
    struct lobby *lobby = *state;
    struct token token;
    (void)lobby_invite(lobby, &token);
    const char *page = lobby_link(&token, false, memory);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(lobby_get(lobby, page, NULL), 200);
        assert_true(lobby_shows(lobby, "Kim &lt;of&gt; C3PAO"));
        assert_true(lobby_shows(lobby, "name=\"open\" value=\"1\""));
        assert_int_equal(lobby->answer.secret.size, 0);
    }
    const struct lobby_visit only_head = {.target = lobby_link(&token, true, memory),
                                          .only_head = true};
    assert_int_equal(lobby_visit(lobby, &only_head), 200);
    assert_int_equal(lobby->answer.secret.size, 0);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_ENTERED, NULL), 0);

    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), NULL), 303);
    assert_true(bytes_equal(lobby->answer.location, LITERAL("/")));
    assert_int_equal(lobby->answer.secret.size, TOKEN_TEXT_SIZE);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_ENTERED, NULL), 1);
    assert_int_equal(lobby_get(lobby, "/", lobby->secret), 200);

    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), NULL), 403);
    assert_int_equal(lobby_get(lobby, lobby_link(&token, false, memory), NULL), 403);
    /* Nor again for whoever is in. */
    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), lobby->secret), 403);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_ENTERED, NULL), 1);
}

static void a_secret_is_nowhere_in_the_log(void **state)
{
    struct lobby *lobby = *state;
    struct token token;
    (void)lobby_invite(lobby, &token);
    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), NULL), 303);
    assert_int_equal(lobby_get(lobby, "/help", lobby->secret), 200);
    assert_false(lobby_shows(lobby, lobby->secret));
    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), NULL), 403);
    static char body[BODY_MAX];
    static const enum event_kind kinds[] = {EVENT_AUDITOR_INVITED, EVENT_AUDITOR_ENTERED,
                                            EVENT_AUDITOR_VIEWED, EVENT_AUDITOR_TURNED_AWAY};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct text text = TEXT_IN(body);
        assert_int_equal(lobby_events(lobby, kinds[i], &text), 1);
        assert_null(strstr(body, token.text));
        assert_null(strstr(body, lobby->secret));
    }
}

static void links_that_are_none_and_links_that_are_over_have_one_page(void **state)
{
    struct lobby *lobby = *state;
    struct token used, revoked, expired, unknown;
    (void)lobby_invite(lobby, &used);
    assert_int_equal(lobby_get(lobby, lobby_link(&used, true, memory), NULL), 303);
    lobby_revoke(lobby, lobby_invite(lobby, &revoked));
    (void)lobby_invite(lobby, &expired);
    enclave_pass(&lobby->enclave, 3601);
    token_make(&unknown);
    assert_int_equal(lobby_get(lobby, "/", NULL), 403);
    char *shut = strdup(lobby->body);
    const struct token *tokens[] = {&used, &revoked, &expired, &unknown};
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        for (int open = 0; open < 2; open++) {
            assert_int_equal(lobby_get(lobby, lobby_link(tokens[i], open == 1, memory), NULL), 403);
            assert_string_equal(lobby->body, shut);
        }
    }
    const char *const none[] = {"/enter/", "/enter/x", "/enter/../", "/enter/a?open=1", "/enter"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(lobby_get(lobby, none[i], NULL), 403);
        assert_string_equal(lobby->body, shut);
    }
    free(shut);
}

static void a_link_whose_certificate_is_meant_lets_nobody_in(void **state)
{
    struct lobby *lobby = *state;
    const struct digest digest = {{7}};
    (void)lobby_invite_as(lobby,
                          &(struct auditor_invite){.has_certificate = true, .certificate = digest});
    struct token token;
    (void)lobby_invite(lobby, &token);
    /* The digest of a link is no certificate. */
    struct hasher *hasher = NULL;
    must(hasher_open(&hasher));
    const struct digest link = token_digest(hasher, bytes_of_string(token.text));
    hasher_close(&hasher);
    assert_int_equal(lobby_visit(lobby, &(struct lobby_visit){.target = "/", .certificate = &link}),
                     403);
    assert_int_equal(
        lobby_visit(lobby, &(struct lobby_visit){.target = "/", .certificate = &digest}), 200);
}

/* Sessions ---------------------------------------------------------------------------------- */

static void a_session_ends_with_its_invitation(void **state)
{
    struct lobby *lobby = *state;
    struct id invitation = lobby_let_in(lobby);
    assert_int_equal(lobby_get(lobby, "/", lobby->secret), 200);
    char other[TOKEN_TEXT_SIZE + 1];
    memcpy(other, lobby->secret, sizeof other);
    (void)lobby_let_in(lobby);
    assert_string_not_equal(other, lobby->secret);
    lobby_revoke(lobby, invitation);
    assert_int_equal(lobby_get(lobby, "/", other), 403);
    assert_int_equal(lobby_get(lobby, "/", lobby->secret), 200);
    enclave_pass(&lobby->enclave, 3601);
    assert_int_equal(lobby_get(lobby, "/", lobby->secret), 403);
}

static void a_session_ends_after_twelve_hours(void **state)
{
    struct lobby *lobby = *state;
    struct token token;
    struct hasher *hasher = NULL;
    /* The store was made by the system's clock, and the log's time does not go back. */
    enclave_pass(&lobby->enclave, UINT64_C(20) * 366 * 86400);
    (void)enclave_login(&lobby->enclave, "ada");
    must(hasher_open(&hasher));
    token_make(&token);
    const struct auditor_invite command = {
        .has_digest = true,
        .digest = token_digest(hasher, bytes_of_string(token.text)),
        .expires = lobby->enclave.scratch.clock_us + UINT64_C(1000000) * 86400 * 14,
    };
    hasher_close(&hasher);
    (void)lobby_invite_as(lobby, &command);
    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), NULL), 303);
    enclave_pass(&lobby->enclave, 12 * 3600 - 60);
    assert_int_equal(lobby_get(lobby, "/help", lobby->secret), 200);
    enclave_pass(&lobby->enclave, 61);
    assert_int_equal(lobby_get(lobby, "/help", lobby->secret), 403);
}

static void another_secret_is_no_session(void **state)
{
    struct lobby *lobby = *state;
    (void)lobby_let_in(lobby);
    char secret[TOKEN_TEXT_SIZE + 1];
    for (size_t i = 0; i < TOKEN_TEXT_SIZE; i += 7) {
        memcpy(secret, lobby->secret, sizeof secret);
        secret[i] = secret[i] == 'A' ? 'Q' : 'A';
        assert_int_equal(lobby_get(lobby, "/", secret), 403);
    }
    assert_int_equal(lobby_get(lobby, "/", "x"), 403);
    assert_int_equal(lobby_get(lobby, "/", ""), 403);
    assert_int_equal(lobby_get(lobby, "/", lobby->secret), 200);
}

static void a_certificate_that_somebody_was_invited_by_lets_in_until_it_is_revoked(void **state)
{
    struct lobby *lobby = *state;
    const struct digest mine = {{1, 2, 3}}, other = {{1, 2, 4}};
    struct id invitation = lobby_invite_as(
        lobby, &(struct auditor_invite){.has_certificate = true, .certificate = mine});
    const struct lobby_visit visit = {.target = "/help", .certificate = &mine};
    assert_int_equal(lobby_visit(lobby, &visit), 200);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_VIEWED, NULL), 1);
    assert_int_equal(
        lobby_visit(lobby, &(struct lobby_visit){.target = "/", .certificate = &other}), 403);
    lobby_revoke(lobby, invitation);
    assert_int_equal(lobby_visit(lobby, &visit), 403);
}

/* What the log is told ---------------------------------------------------------------------- */

static void every_view_is_an_event_and_the_page_says_so(void **state)
{
    struct lobby *lobby = *state;
    static char body[BODY_MAX];
    struct text last = TEXT_IN(body);
    (void)lobby_let_in(lobby);
    static const struct {
        const char *target, *told;
        unsigned status;
    } views[] = {
        {"/", "\"path\":\"/\",\"query\":\"\"", 200},
        {"/events?q=actor+%3D+ada", "\"path\":\"/events\",\"query\":\"q=actor+%3D+ada\"", 200},
        {"/nowhere", "\"path\":\"/nowhere\"", 404},
        {"/events/999999999", "\"path\":\"/events/999999999\"", 404},
    };
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        assert_int_equal(lobby_get(lobby, views[i].target, lobby->secret), views[i].status);
        assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_VIEWED, &last), i + 1);
        char status[32];
        (void)snprintf(status, sizeof status, "\"status\":%u", views[i].status);
        assert_non_null(strstr(body, views[i].told));
        assert_non_null(strstr(body, status));
        assert_false(lobby_shows(lobby, "not recorded"));
    }
    assert_int_equal(reader_counts(lobby->reader)->unrecorded, 0);
}

static void without_the_writer_pages_work_and_say_that_they_are_not_recorded(void **state)
{
    struct lobby *lobby = *state;
    (void)lobby_let_in(lobby);
    lobby->writer_away = true;
    assert_int_equal(lobby_get(lobby, "/help", lobby->secret), 200);
    assert_true(lobby_shows(lobby, "not recorded"));
    lobby->writer_away = false;
    lobby->writer_dead = true;
    assert_int_equal(lobby_get(lobby, "/help", lobby->secret), 200);
    assert_true(lobby_shows(lobby, "not recorded"));
    assert_int_equal(reader_counts(lobby->reader)->unrecorded, 2);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_VIEWED, NULL), 0);
}

static void nobody_comes_in_without_an_event(void **state)
{
    struct lobby *lobby = *state;
    struct token token;
    (void)lobby_invite(lobby, &token);
    lobby->writer_away = true;
    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), NULL), 503);
    assert_int_equal(lobby->answer.secret.size, 0);
    assert_true(lobby->answer.retry_after_s > 0);
    lobby->writer_away = false;
    assert_int_equal(lobby_get(lobby, lobby_link(&token, true, memory), NULL), 303);
}

static void those_turned_away_are_told_of_once_a_minute_with_their_number(void **state)
{
    struct lobby *lobby = *state;
    static char body[BODY_MAX];
    struct text last = TEXT_IN(body);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(lobby_get(lobby, "/", "x"), 403);
    }
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_TURNED_AWAY, &last), 1);
    assert_non_null(strstr(body, "\"address\":\"192.0.2.7\""));
    assert_non_null(strstr(body, "a cookie that is none"));
    reader_tick(lobby->reader);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_TURNED_AWAY, NULL), 1);
    enclave_pass(&lobby->enclave, 61);
    reader_tick(lobby->reader);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_TURNED_AWAY, &last), 2);
    assert_non_null(strstr(body, "99 times"));
    reader_tick(lobby->reader);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_TURNED_AWAY, NULL), 2);
    /* Another address is another matter; somebody who shows nothing is none. */
    assert_int_equal(
        lobby_visit(lobby,
                    &(struct lobby_visit){.target = "/", .secret = "x", .address = "192.0.2.8"}),
        403);
    assert_int_equal(lobby_get(lobby, "/", NULL), 403);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_TURNED_AWAY, NULL), 3);
    assert_int_equal(reader_turned_away(lobby->reader), 101);
}

static void a_handshake_that_was_refused_is_told_likewise(void **state)
{
    struct lobby *lobby = *state;
    static char body[BODY_MAX];
    struct text last = TEXT_IN(body);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            lobby_visit(lobby, &(struct lobby_visit){.target = "/", .refused = "CRL has expired"}),
            403);
        assert_int_equal(lobby->size, 0);
    }
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_TURNED_AWAY, &last), 1);
    assert_non_null(strstr(body, "\"why\":\"CRL has expired\""));
    assert_int_equal(reader_turned_away(lobby->reader), 3);
    assert_int_equal(reader_counts(lobby->reader)->pages, 0);
}

/* What is answered -------------------------------------------------------------------------- */

static void what_pages_are_made_of_is_for_everybody(void **state)
{
    struct lobby *lobby = *state;
    assert_int_equal(lobby_get(lobby, "/", NULL), 403);
    const char *link = strstr(lobby->body, "/assets/style-");
    assert_non_null(link);
    char target[128];
    (void)snprintf(target, sizeof target, "%.*s", (int)strcspn(link, "\""), link);
    assert_int_equal(lobby_get(lobby, target, NULL), 200);
    assert_true(lobby->answer.immutable);
    assert_true(lobby->size > 1000);
    assert_int_equal(lobby_get(lobby, "/assets/style.css", NULL), 404);
    assert_int_equal(lobby_get(lobby, "/assets/../", NULL), 404);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_VIEWED, NULL), 0);
}

static void what_is_too_long_to_be_an_event_is_not_answered(void **state)
{
    struct lobby *lobby = *state;
    (void)lobby_let_in(lobby);
    static char target[4096];
    memset(target, 'a', NOTE_PATH_MAX + 20);
    memcpy(target, "/events?q=", 10);
    assert_int_equal(lobby_get(lobby, target, lobby->secret), 414);
    target[NOTE_PATH_MAX] = '\0';
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_VIEWED, NULL), 0);
    assert_int_not_equal(lobby_get(lobby, target, lobby->secret), 414);
    assert_int_equal(lobby_events(lobby, EVENT_AUDITOR_VIEWED, NULL), 1);
}

static void a_page_that_takes_too_long_is_ended_and_gives_no_sign_of_life(void **state)
{
    struct lobby *lobby = *state;
    (void)lobby_let_in(lobby);
    assert_int_equal(lobby_get(lobby, "/events?q=text+~+x", lobby->secret), 200);
    assert_true(lobby->alive > 0);
    lobby_hurry(lobby, 0);
    lobby->alive = 0;
    assert_int_equal(lobby_get(lobby, "/events?q=text+~+x", lobby->secret), 503);
    assert_true(lobby->answer.retry_after_s > 0);
    assert_int_equal(lobby->alive, 0);
    assert_int_equal(reader_counts(lobby->reader)->late, 1);
}

/* What is beyond the scope and what there is not at all: the same status, and the same bytes but
 * for the path itself. */
static void what_is_out_of_scope_is_as_if_it_were_not(void **state)
{
    struct lobby *lobby = *state;
    const struct digest mine = {{9}};
    uint64_t now_us = lobby->enclave.scratch.clock_us;
    (void)enclave_user(&lobby->enclave, "bob", USER_ROLE_USER);
    (void)lobby_invite_as(lobby, &(struct auditor_invite){.has_certificate = true,
                                                          .certificate = mine,
                                                          .has_from = true,
                                                          .from = now_us + 1000000,
                                                          .has_until = true,
                                                          .until = now_us + 2000000});
    struct lobby_visit visit = {.target = "/events/111111?at=12", .certificate = &mine};
    assert_int_equal(lobby_visit(lobby, &visit), 404);
    char *nothing = strdup(lobby->body);
    struct page_answer said = lobby->answer;
    visit.target = "/events/3?at=12";
    assert_int_equal(lobby_visit(lobby, &visit), 404);
    assert_true(bytes_equal(said.type, lobby->answer.type));
    assert_true(said.immutable == lobby->answer.immutable);
    assert_int_equal(lobby->answer.location.size + lobby->answer.download.size, 0);
    /* The path is all that differs. */
    const char *a = nothing, *b = lobby->body;
    char *plain = calloc(1, strlen(nothing) + 1);
    for (char *out = plain; *a != '\0'; a++) {
        if (strncmp(a, "111111", 6) == 0) {
            *out++ = '3';
            a += 5;
        } else {
            *out++ = *a;
        }
    }
    assert_string_equal(plain, b);
    free(plain);
    free(nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_link_lets_in_once_and_only_by_its_button, begin, end),
        cmocka_unit_test_setup_teardown(a_secret_is_nowhere_in_the_log, begin, end),
        cmocka_unit_test_setup_teardown(links_that_are_none_and_links_that_are_over_have_one_page,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_link_whose_certificate_is_meant_lets_nobody_in, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_session_ends_with_its_invitation, begin, end),
        cmocka_unit_test_setup_teardown(a_session_ends_after_twelve_hours, begin, end),
        cmocka_unit_test_setup_teardown(another_secret_is_no_session, begin, end),
        cmocka_unit_test_setup_teardown(
            a_certificate_that_somebody_was_invited_by_lets_in_until_it_is_revoked, begin, end),
        cmocka_unit_test_setup_teardown(every_view_is_an_event_and_the_page_says_so, begin, end),
        cmocka_unit_test_setup_teardown(
            without_the_writer_pages_work_and_say_that_they_are_not_recorded, begin, end),
        cmocka_unit_test_setup_teardown(nobody_comes_in_without_an_event, begin, end),
        cmocka_unit_test_setup_teardown(
            those_turned_away_are_told_of_once_a_minute_with_their_number, begin, end),
        cmocka_unit_test_setup_teardown(a_handshake_that_was_refused_is_told_likewise, begin, end),
        cmocka_unit_test_setup_teardown(what_pages_are_made_of_is_for_everybody, begin, end),
        cmocka_unit_test_setup_teardown(what_is_too_long_to_be_an_event_is_not_answered, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            a_page_that_takes_too_long_is_ended_and_gives_no_sign_of_life, begin, end),
        cmocka_unit_test_setup_teardown(what_is_out_of_scope_is_as_if_it_were_not, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
