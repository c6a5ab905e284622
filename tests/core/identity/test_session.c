/*
 * Sessions: opened by an answer to a challenge, ended by whom and when, and one active project.
 */
#include "core/identity/second_factor.h"
#include "core/identity/session.h"
#include "core/identity/setting.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SECOND_US UINT64_C(1000000)

/* A challenge that was given, and the command that answers it; a test spoils what it likes. */
struct login {
    struct people *people;
    struct actor actor;
    struct id session;
    char memory[SECOND_FACTOR_MAX];
    union command_fields fields;
};

static void sign(struct login *login)
{
    struct people *people = login->people;
    char memory[SECOND_FACTOR_MAX];
    struct text message = TEXT_IN(memory), record = TEXT_IN(login->memory);
    struct signature signature;
    uint64_t now = people->enclave.scratch.clock_us;
    const struct second_factor factor = {.expires_utc_us = now + 60 * SECOND_US,
                                         .issued_utc_us = now,
                                         .nonce = login->actor.random,
                                         .origin = LITERAL("test.example/log"),
                                         .provider = LITERAL("phones"),
                                         .session = login->session,
                                         .user = login->actor.user};
    second_factor_put_message(&factor, &message);
    must(secret_key_sign(people->enclave.provider_key, text_bytes(&message), &signature));
    second_factor_put(&factor, bytes_of(signature.data, signature.size), &record);
    login->fields.session_open.statement = text_bytes(&record);
}

static void challenge(struct login *login, struct people *people, struct id user)
{
    *login = (struct login){.people = people, .actor = people_actor(people, user)};
    union command_fields none = {.session_challenge = {.unused = false}};
    key_random(login->actor.random.sha256, DIGEST_SIZE);
    login->session = (struct id){
        ID_SESSION, people_have(people, &login->actor, COMMAND_SESSION_CHALLENGE, &none)};
    login->fields.session_open = (struct session_open){.session = login->session,
                                                       .nonce = BYTES(login->actor.random.sha256)};
    sign(login);
}

static enum rule opening(struct login *login)
{
    return people_ask(login->people, &login->actor, COMMAND_SESSION_OPEN, &login->fields);
}

static struct session_row row_of(struct people *people, struct id session)
{
    struct session_row row = {.session = session};
    struct view view = enclave_view(&people->enclave);
    assert_true(view_find(&view, ROW_SESSION, &row));
    return row;
}

/* Opening ------------------------------------------------------------------------------------- */

static void a_session_is_opened_by_an_answer_and_a_second_factor(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_SUB_ADMIN);
    struct login login;
    challenge(&login, people, ben);
    assert_int_equal(row_of(people, login.session).state, SESSION_STATE_CHALLENGED);
    assert_int_equal(opening(&login), RULE_NONE);
    assert_int_equal(people->decision.count, 2);
    assert_int_equal(people->decision.events[0].kind, EVENT_SESSION_MFA_VERIFIED);
    const struct decided *event = &people->decision.events[1];
    assert_int_equal(event->body.session_opened.role, USER_ROLE_SUB_ADMIN);
    assert_true(id_equal(event->on[0], login.session) && id_equal(event->on[1], ben));
    uint64_t first = people_do(people, &login.actor);
    struct session_row row = row_of(people, login.session);
    assert_int_equal(row.state, SESSION_STATE_OPENED);
    assert_int_equal(row.opened_n, first + 1);
    assert_int_equal(row.expires, people->enclave.scratch.clock_us + 12 * 3600 * SECOND_US);
    struct view view = enclave_view(&people->enclave);
    assert_true(session_is_open(&view, login.session, NULL));
    assert_true(id_equal(session_of(&view, ben), login.session));
}

static void neither_a_signature_nor_a_second_factor_is_enough_alone(void **state)
{
    struct people *people = *state;
    struct login login;
    challenge(&login, people, people_add(people, "ben", USER_ROLE_USER));
    struct bytes statement = login.fields.session_open.statement;
    login.fields.session_open.statement = (struct bytes){0};
    assert_int_equal(opening(&login), RULE_IDN_06A);
    login.fields.session_open.statement = LITERAL("{}");
    assert_int_equal(opening(&login), RULE_IDN_06B);
    login.fields.session_open.statement = statement;
    login.fields.session_open.nonce = (struct bytes){0};
    assert_int_equal(opening(&login), RULE_IDN_06H);
}

static void a_second_factor_that_is_stale_opens_nothing(void **state)
{
    struct people *people = *state;
    struct login login;
    challenge(&login, people, people_add(people, "ben", USER_ROLE_USER));
    enclave_pass(&people->enclave, 60);
    assert_int_equal(opening(&login), RULE_IDN_06C);
    sign(&login);
    assert_int_equal(opening(&login), RULE_NONE);
}

static void a_challenge_is_answered_once_in_time_by_whom_it_was_given_to(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct id bea = people_add(people, "bea", USER_ROLE_USER);
    struct login login, other;
    challenge(&login, people, ben);
    other = login;
    other.actor.user = bea;
    assert_int_equal(opening(&other), RULE_IDN_06H);
    other = login;
    other.fields.session_open.session.n = 77777;
    assert_int_equal(opening(&other), RULE_IDN_06H);
    enclave_pass(&people->enclave, SESSION_CHALLENGE_LIFE);
    sign(&login);
    assert_int_equal(opening(&login), RULE_IDN_06H);
    challenge(&login, people, ben);
    enclave_pass(&people->enclave, SESSION_CHALLENGE_LIFE - 1);
    sign(&login);
    assert_int_equal(opening(&login), RULE_NONE);
    people_do(people, &login.actor);
    assert_int_equal(opening(&login), RULE_IDN_06H);
}

static void whoever_is_inactive_disabled_or_deleted_opens_no_session(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct login login;
    challenge(&login, people, ben);
    union command_fields none = {.session_challenge = {.unused = false}};
    union event_body disabled = {
        .user_disabled_until = {.until = people->enclave.scratch.clock_us + 9 * SECOND_US}};
    union event_body inactive = {.user_state_changed = {.to = USER_STATE_INACTIVE}};
    union event_body deleted = {.user_deleted = {.reason = LITERAL("gone")}};
    people_say(people, EVENT_USER_DISABLED_UNTIL, ben, &disabled);
    assert_int_equal(opening(&login), RULE_IDN_04B);
    assert_int_equal(people_ask(people, &login.actor, COMMAND_SESSION_CHALLENGE, &none),
                     RULE_IDN_04B);
    enclave_pass(&people->enclave, 9);
    assert_int_equal(opening(&login), RULE_NONE);
    people_say(people, EVENT_USER_STATE_CHANGED, ben, &inactive);
    assert_int_equal(opening(&login), RULE_IDN_03B);
    assert_int_equal(people_ask(people, &login.actor, COMMAND_SESSION_CHALLENGE, &none),
                     RULE_IDN_03B);
    people_say(people, EVENT_USER_DELETED, ben, &deleted);
    assert_int_equal(opening(&login), RULE_IDN_01D);
    inactive.user_state_changed.to = USER_STATE_ESCROW_ON_NEXT_LOGIN;
    struct id bea = people_add(people, "bea", USER_ROLE_USER);
    people_say(people, EVENT_USER_STATE_CHANGED, bea, &inactive);
    people_login(people, bea, NULL);
}

static void the_ninth_open_session_is_refused(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct id first = people_login(people, ben, NULL);
    enum rule refused;
    for (size_t i = 1; i < SESSIONS_OPEN_MAX; i++) {
        enclave_pass(&people->enclave, 1);
        people_login(people, ben, NULL);
    }
    people_login(people, ben, &refused);
    assert_int_equal(refused, RULE_IDN_11D);
    people_login(people, people_add(people, "bea", USER_ROLE_USER), NULL);
    struct actor actor = people_actor(people, ben);
    union command_fields close = {.session_close = {.session = first}};
    people_have(people, &actor, COMMAND_SESSION_CLOSE, &close);
    people_login(people, ben, NULL);
}

static void what_has_run_out_is_no_session_and_is_ended_by_the_next_login(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct id session = {0};
    for (size_t i = 0; i < SESSIONS_OPEN_MAX; i++) {
        session = people_login(people, ben, NULL);
    }
    enclave_pass(&people->enclave, 12 * 3600 - 1);
    struct view view = enclave_view(&people->enclave);
    assert_true(session_is_open(&view, session, NULL));
    enclave_pass(&people->enclave, 1);
    view = enclave_view(&people->enclave);
    assert_false(session_is_open(&view, session, NULL));
    assert_int_equal(session_of(&view, ben).kind, ID_NONE);
    struct id next = people_login(people, ben, NULL);
    assert_int_equal(people_count(people, EVENT_SESSION_INVALIDATED), SESSIONS_OPEN_MAX);
    assert_int_equal(row_of(people, session).state, SESSION_STATE_CLOSED);
    assert_int_equal(row_of(people, session).end, SESSION_END_EXPIRED);
    view = enclave_view(&people->enclave);
    assert_true(id_equal(session_of(&view, ben), next));
}

static void how_long_a_session_lasts_is_a_setting(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    union event_body body = {
        .system_setting_changed = {.setting = SETTING_SESSION_LIFE, .from = 0, .to = 90}};
    people_say(people, EVENT_SYSTEM_SETTING_CHANGED, THE_LOG, &body);
    struct id session = people_login(people, ben, NULL);
    assert_int_equal(row_of(people, session).expires,
                     people->enclave.scratch.clock_us + 90 * SECOND_US);
}

/* Ending -------------------------------------------------------------------------------------- */

static enum rule closing(struct people *people, const struct actor *actor, struct id session)
{
    union command_fields fields = {.session_close = {.session = session}};
    return people_ask(people, actor, COMMAND_SESSION_CLOSE, &fields);
}

static enum rule invalidating(struct people *people, const struct actor *actor, struct id session)
{
    union command_fields fields = {
        .session_invalidate = {.session = session, .reason = LITERAL("a lost machine")}};
    return people_ask(people, actor, COMMAND_SESSION_INVALIDATE, &fields);
}

static void a_session_is_ended_once_by_its_user_or_an_administrator(void **state)
{
    struct people *people = *state;
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    struct id bea = people_add(people, "bea", USER_ROLE_USER);
    struct id session = people_login(people, ben, NULL), second = people_login(people, ben, NULL);
    struct actor actor = people_actor(people, ben), other = people_actor(people, bea);
    struct actor admin = people_stranger(USER_ROLE_ADMIN);
    assert_int_equal(closing(people, &other, session), RULE_IDN_11C);
    assert_int_equal(closing(people, &admin, session), RULE_IDN_11C);
    assert_int_equal(invalidating(people, &other, session), RULE_IDN_11C);
    assert_int_equal(invalidating(people, &actor, second), RULE_NONE);
    assert_int_equal(closing(people, &actor, session), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(row_of(people, session).end, SESSION_END_CLOSED);
    assert_int_equal(closing(people, &actor, session), RULE_IDN_11B);
    assert_int_equal(invalidating(people, &admin, session), RULE_IDN_11B);
    assert_int_equal(invalidating(people, &admin, second), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(row_of(people, second).end, SESSION_END_INVALIDATED);
    struct view view = enclave_view(&people->enclave);
    assert_int_equal(session_of(&view, ben).kind, ID_NONE);
}

static void an_administrator_ends_no_session_of_a_role_not_below(void **state)
{
    struct people *people = *state;
    struct id session = people_login(people, people_add(people, "eve", USER_ROLE_ADMIN), NULL);
    struct actor admin = people_stranger(USER_ROLE_ADMIN);
    struct actor super_admin = people_stranger(USER_ROLE_SUPER_ADMIN);
    assert_int_equal(invalidating(people, &admin, session), RULE_IDN_02B);
    assert_int_equal(invalidating(people, &super_admin, session), RULE_NONE);
}

static void a_challenge_is_no_session_that_could_be_closed(void **state)
{
    struct people *people = *state;
    struct login login;
    challenge(&login, people, people_add(people, "ben", USER_ROLE_USER));
    assert_int_equal(closing(people, &login.actor, login.session), RULE_IDN_11B);
    struct view view = enclave_view(&people->enclave);
    assert_false(session_is_open(&view, login.actor.user, NULL));
}

/* Projects ------------------------------------------------------------------------------------ */

struct scene {
    struct people *people;
    struct actor ada;
    struct id ben, session, tides, stars;
    struct id requirement;
};

static struct id create(struct scene *scene, const char *name, const struct id *parent)
{
    union command_fields fields = {.project_create = {.name = bytes_of_string(name)}};
    if (parent != NULL) {
        fields.project_create.has_parent = true;
        fields.project_create.parent = *parent;
    }
    return (struct id){ID_PROJECT,
                       people_have(scene->people, &scene->ada, COMMAND_PROJECT_CREATE, &fields)};
}

static void join(struct scene *scene, struct id project)
{
    union command_fields fields = {.project_add_member = {.project = project, .user = scene->ben}};
    people_have(scene->people, &scene->ada, COMMAND_PROJECT_ADD_MEMBER, &fields);
}

static struct scene scene_of(void **state)
{
    struct scene scene = {.people = *state};
    scene.ada = people_actor(scene.people, enclave_id(&scene.people->enclave, "ada"));
    scene.ben = people_add(scene.people, "ben", USER_ROLE_USER);
    scene.tides = create(&scene, "tides", NULL);
    scene.stars = create(&scene, "stars", NULL);
    return scene;
}

static enum rule activating(struct scene *scene, struct id project)
{
    struct actor actor = people_actor(scene->people, scene->ben);
    union command_fields fields = {.session_activate_project = {.project = project}};
    return people_ask(scene->people, &actor, COMMAND_SESSION_ACTIVATE_PROJECT, &fields);
}

static void log_in(struct scene *scene)
{
    scene->session = people_login(scene->people, scene->ben, NULL);
}

static void perform(struct scene *scene)
{
    struct actor actor = people_actor(scene->people, scene->ben);
    people_do(scene->people, &actor);
}

static bool active(struct scene *scene, struct id project)
{
    struct view view = enclave_view(&scene->people->enclave);
    return session_has_project(&view, scene->session, project);
}

static void a_project_is_activated_by_a_member_in_an_open_session(void **state)
{
    struct scene scene = scene_of(state);
    assert_int_equal(activating(&scene, scene.tides), RULE_IDN_11B);
    log_in(&scene);
    assert_int_equal(activating(&scene, scene.tides), RULE_IDN_08A);
    join(&scene, scene.tides);
    assert_int_equal(activating(&scene, scene.tides), RULE_IDN_08A); /* at the next login */
    log_in(&scene);
    assert_int_equal(activating(&scene, scene.tides), RULE_NONE);
    perform(&scene);
    assert_true(active(&scene, scene.tides));
    assert_false(active(&scene, scene.stars));
    assert_int_equal(activating(&scene, (struct id){ID_PROJECT, 77777}), RULE_IDN_08A);
}

static void one_project_is_active_at_a_time(void **state)
{
    struct scene scene = scene_of(state);
    join(&scene, scene.tides);
    join(&scene, scene.stars);
    log_in(&scene);
    assert_int_equal(activating(&scene, scene.tides), RULE_NONE);
    assert_int_equal(scene.people->decision.count, 1);
    perform(&scene);
    assert_int_equal(activating(&scene, scene.tides), RULE_NONE);
    assert_int_equal(scene.people->decision.count, 1);
    assert_int_equal(activating(&scene, scene.stars), RULE_NONE);
    assert_int_equal(people_count(scene.people, EVENT_SESSION_PROJECT_DEACTIVATED), 1);
    perform(&scene);
    assert_true(active(&scene, scene.stars));
    assert_false(active(&scene, scene.tides));
}

static void what_is_not_active_is_not_switched_off(void **state)
{
    struct scene scene = scene_of(state);
    union command_fields fields = {.session_deactivate_project = {.unused = false}};
    join(&scene, scene.tides);
    struct actor actor = people_actor(scene.people, scene.ben);
    assert_int_equal(people_ask(scene.people, &actor, COMMAND_SESSION_DEACTIVATE_PROJECT, &fields),
                     RULE_IDN_11B);
    log_in(&scene);
    actor = people_actor(scene.people, scene.ben);
    assert_int_equal(people_ask(scene.people, &actor, COMMAND_SESSION_DEACTIVATE_PROJECT, &fields),
                     RULE_IDN_08C);
    assert_int_equal(activating(&scene, scene.tides), RULE_NONE);
    perform(&scene);
    people_have(scene.people, &actor, COMMAND_SESSION_DEACTIVATE_PROJECT, &fields);
    assert_false(active(&scene, scene.tides));
}

/* A level on the parent of a project, with one requirement. */
static struct id put_level(struct scene *scene, struct id project)
{
    union command_fields fields = {.requirement_create = {.name = LITERAL("training")}};
    scene->requirement =
        (struct id){ID_REQUIREMENT,
                    people_have(scene->people, &scene->ada, COMMAND_REQUIREMENT_CREATE, &fields)};
    fields = (union command_fields){.level_create = {.name = LITERAL("one"),
                                                     .requirements = &scene->requirement,
                                                     .requirements_count = 1}};
    struct id level = {ID_LEVEL,
                       people_have(scene->people, &scene->ada, COMMAND_LEVEL_CREATE, &fields)};
    fields = (union command_fields){
        .project_set_level = {.project = project, .has_level = true, .level = level}};
    people_have(scene->people, &scene->ada, COMMAND_PROJECT_SET_LEVEL, &fields);
    return level;
}

static void the_requirements_of_a_project_and_those_above_are_met(void **state)
{
    struct scene scene = scene_of(state);
    struct id below = create(&scene, "tides-north", &scene.tides);
    struct id level = put_level(&scene, scene.tides);
    join(&scene, below);
    log_in(&scene);
    assert_int_equal(activating(&scene, below), RULE_IDN_08B);
    union command_fields fields = {
        .cert_issue = {.user = scene.ben, .requirement = scene.requirement}};
    struct id cert = {ID_CERT, people_have(scene.people, &scene.ada, COMMAND_CERT_ISSUE, &fields)};
    assert_int_equal(activating(&scene, below), RULE_IDN_08B); /* at the next login */
    log_in(&scene);
    assert_int_equal(activating(&scene, below), RULE_NONE);
    const struct session_project_activated *body =
        &scene.people->decision.events[0].body.session_project_activated;
    assert_int_equal(body->levels_count, 1);
    assert_true(id_equal(body->levels[0], level));
    assert_int_equal(body->certs_count, 1);
    assert_true(id_equal(body->certs[0], cert));
}

static void an_end_of_the_session_switches_the_project_off(void **state)
{
    struct scene scene = scene_of(state);
    join(&scene, scene.tides);
    log_in(&scene);
    assert_int_equal(activating(&scene, scene.tides), RULE_NONE);
    perform(&scene);
    enclave_pass(&scene.people->enclave, 12 * 3600);
    assert_false(active(&scene, scene.tides));
    scene.people->enclave.scratch.clock_us -= SECOND_US;
    assert_true(active(&scene, scene.tides));
    struct actor actor = people_actor(scene.people, scene.ben);
    assert_int_equal(closing(scene.people, &actor, scene.session), RULE_NONE);
    people_do(scene.people, &actor);
    assert_false(active(&scene, scene.tides));
    assert_false(row_of(scene.people, scene.session).has_project);
}

/* Rights -------------------------------------------------------------------------------------- */

static struct digest rights(struct scene *scene)
{
    struct user_row row = people_row(scene->people, scene->ben);
    struct view view = enclave_view(&scene->people->enclave);
    struct digest digest = session_rights(&view, &row);
    must(scene->people->enclave.trouble);
    return digest;
}

static void check_changed(struct scene *scene, struct digest *before, bool changed)
{
    struct digest now = rights(scene);
    assert_int_equal(digest_equal(before, &now), !changed);
    *before = now;
}

static void rights_are_known_by_all_that_a_login_grants(void **state)
{
    struct scene scene = scene_of(state);
    struct digest before = rights(&scene);
    people_add(scene.people, "bea", USER_ROLE_USER);
    check_changed(&scene, &before, false);
    join(&scene, scene.tides);
    check_changed(&scene, &before, true);
    (void)put_level(&scene, scene.tides);
    check_changed(&scene, &before, false);
    union command_fields fields = {
        .cert_issue = {.user = scene.ben,
                       .requirement = scene.requirement,
                       .has_expires = true,
                       .expires = scene.people->enclave.scratch.clock_us + 60 * SECOND_US}};
    struct digest uncertified = before;
    people_have(scene.people, &scene.ada, COMMAND_CERT_ISSUE, &fields);
    check_changed(&scene, &before, true);
    enclave_pass(&scene.people->enclave, 60);
    check_changed(&scene, &before, true);
    assert_true(digest_equal(&before, &uncertified));
    fields = (union command_fields){
        .user_change_role = {.user = scene.ben, .role = USER_ROLE_SUB_ADMIN}};
    people_have(scene.people, &scene.ada, COMMAND_USER_CHANGE_ROLE, &fields);
    check_changed(&scene, &before, true);
    log_in(&scene);
    const struct decision *decision = &scene.people->decision;
    assert_true(
        digest_equal(&decision->events[decision->count - 1].body.session_opened.rights, &before));
}

/* A row may be longer than anything one would think of; it is still no reason to stay outside. */
static void a_membership_of_any_size_lets_its_user_in(void **state)
{
    static enum restriction many[1000];
    struct scene scene = scene_of(state);
    union event_body body = {.project_member_added = {.user = scene.ben,
                                                      .restrictions = many,
                                                      .restrictions_count = 1000}};
    people_say(scene.people, EVENT_PROJECT_MEMBER_ADDED, scene.tides, &body);
    struct digest before = rights(&scene);
    log_in(&scene);
    body.project_member_added.restrictions_count = 999;
    people_say(scene.people, EVENT_PROJECT_MEMBER_ADDED, scene.tides, &body);
    check_changed(&scene, &before, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(a_session_is_opened_by_an_answer_and_a_second_factor),
        WITH_PEOPLE(neither_a_signature_nor_a_second_factor_is_enough_alone),
        WITH_PEOPLE(a_second_factor_that_is_stale_opens_nothing),
        WITH_PEOPLE(a_challenge_is_answered_once_in_time_by_whom_it_was_given_to),
        WITH_PEOPLE(whoever_is_inactive_disabled_or_deleted_opens_no_session),
        WITH_PEOPLE(the_ninth_open_session_is_refused),
        WITH_PEOPLE(what_has_run_out_is_no_session_and_is_ended_by_the_next_login),
        WITH_PEOPLE(how_long_a_session_lasts_is_a_setting),
        WITH_PEOPLE(a_session_is_ended_once_by_its_user_or_an_administrator),
        WITH_PEOPLE(an_administrator_ends_no_session_of_a_role_not_below),
        WITH_PEOPLE(a_challenge_is_no_session_that_could_be_closed),
        WITH_PEOPLE(a_project_is_activated_by_a_member_in_an_open_session),
        WITH_PEOPLE(one_project_is_active_at_a_time),
        WITH_PEOPLE(what_is_not_active_is_not_switched_off),
        WITH_PEOPLE(the_requirements_of_a_project_and_those_above_are_met),
        WITH_PEOPLE(an_end_of_the_session_switches_the_project_off),
        WITH_PEOPLE(rights_are_known_by_all_that_a_login_grants),
        WITH_PEOPLE(a_membership_of_any_size_lets_its_user_in),
    };
    return cmocka_run_group_tests_name("core/identity/session", tests, NULL, NULL);
}
