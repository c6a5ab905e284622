/*
 * People with keys: who may make and change whom, and what a user is.
 */
#include "core/evolution.h"
#include "core/identity/permission.h"
#include "core/identity/session.h"
#include "core/identity/user.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define HOUR_US UINT64_C(3600000000)

static const uint8_t receive_key[RECEIVE_KEY_SIZE] = "thirty-two bytes, whatever they";

/* Somebody's card, and the command that registers by it. */
struct card {
    struct secret_key *key;
    char key_text[256];
    char login[LOGIN_MAX + 2];
    struct signature proof;
    union command_fields fields;
};

static void prove(struct card *card, const char *domain, const char *login, struct bytes received)
{
    char memory[512];
    struct text message = TEXT_IN(memory);
    text_put_string(&message, domain);
    text_put_string(&message, login);
    text_put_char(&message, '\n');
    text_put_bytes(&message, received);
    must(secret_key_sign(card->key, text_bytes(&message), &card->proof));
    card->fields.user_register.proof = bytes_of(card->proof.data, card->proof.size);
}

static void card_make(struct card *card, enum key_type type, const char *login, enum user_role role)
{
    struct text key = TEXT_IN(card->key_text);
    must(secret_key_make(type, "who", &card->key));
    public_key_write(secret_key_public(card->key), &key);
    snprintf(card->login, sizeof card->login, "%s", login);
    card->fields = (union command_fields){.user_register = {.login = bytes_of_string(card->login),
                                                            .key = text_bytes(&key),
                                                            .receive_key = BYTES(receive_key),
                                                            .role = role}};
    prove(card, CARD_DOMAIN, login, BYTES(receive_key));
}

static enum rule registering(struct people *people, enum user_role by, const struct card *card)
{
    struct actor actor = people_stranger(by);
    return people_ask(people, &actor, COMMAND_USER_REGISTER, &card->fields);
}

static struct actor ada(struct people *people)
{
    return people_actor(people, enclave_id(&people->enclave, "ada"));
}

/* Registering --------------------------------------------------------------------------------- */

/* Rows are who asks, columns who is to be made. */
static void only_administrators_make_users_up_to_their_own_role(void **state)
{
    enum {
        NO = RULE_IDN_02A,
        ABOVE = RULE_IDN_02B,
        YES = RULE_NONE
    };
    /* clang-format off */
    static const unsigned expected[USER_ROLE_COUNT][USER_ROLE_COUNT] = {
        /*                         auditor user sub-admin admin super-admin */
        [USER_ROLE_AUDITOR]     = {NO,     NO,  NO,       NO,   NO},
        [USER_ROLE_USER]        = {NO,     NO,  NO,       NO,   NO},
        [USER_ROLE_SUB_ADMIN]   = {NO,     NO,  NO,       NO,   NO},
        [USER_ROLE_ADMIN]       = {YES,    YES, YES,      YES,  ABOVE},
        [USER_ROLE_SUPER_ADMIN] = {YES,    YES, YES,      YES,  YES},
    };
    /* clang-format on */
    struct card card;
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        card_make(&card, KEY_ED25519, "ben", (enum user_role)role);
        for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
            assert_int_equal(registering(*state, (enum user_role)by, &card), expected[by][role]);
        }
        secret_key_close(&card.key);
    }
}

static void a_login_name_is_used_once_also_after_its_user_is_deleted(void **state)
{
    struct people *people = *state;
    struct card card;
    struct actor actor = ada(people);
    card_make(&card, KEY_ED25519, "ada", USER_ROLE_USER);
    assert_int_equal(registering(people, USER_ROLE_SUPER_ADMIN, &card), RULE_IDN_01B);
    secret_key_close(&card.key);
    card_make(&card, KEY_ED25519, "ben", USER_ROLE_USER);
    struct id ben = {ID_USER, people_have(people, &actor, COMMAND_USER_REGISTER, &card.fields)};
    assert_int_equal(registering(people, USER_ROLE_SUPER_ADMIN, &card), RULE_IDN_01B);
    union event_body body = {.user_deleted = {.reason = LITERAL("gone")}};
    people_say(people, EVENT_USER_DELETED, ben, &body);
    assert_int_equal(registering(people, USER_ROLE_SUPER_ADMIN, &card), RULE_IDN_01B);
    secret_key_close(&card.key);
    card_make(&card, KEY_ED25519, "Ben", USER_ROLE_USER);
    assert_int_equal(registering(people, USER_ROLE_SUPER_ADMIN, &card), RULE_NONE);
    secret_key_close(&card.key);
}

static void a_login_name_looks_like_no_other_id_and_no_other_name(void **state)
{
    static const char *const right[] = {"b", "ben.smith", "Ben_2", "9-2", "ben@tides.example"};
    static const char *const wrong[] = {"",       "user:4",  ".ben",       "-ben",    "@ben",
                                        "ben 2",  "b\nn",    "b\xc3\xa9n", "ben/sub", "@group",
                                        "ben%20", "ben\x7f", "b\"n"};
    char longest[LOGIN_MAX + 2];
    struct people *people = *state;
    struct card card;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        card_make(&card, KEY_ED25519, right[i], USER_ROLE_USER);
        assert_int_equal(registering(people, USER_ROLE_ADMIN, &card), RULE_NONE);
        secret_key_close(&card.key);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        card_make(&card, KEY_ED25519, wrong[i], USER_ROLE_USER);
        assert_int_equal(registering(people, USER_ROLE_ADMIN, &card), RULE_IDN_01E);
        secret_key_close(&card.key);
    }
    memset(longest, 'l', sizeof longest);
    longest[LOGIN_MAX + 1] = '\0';
    card_make(&card, KEY_ED25519, longest, USER_ROLE_USER);
    assert_int_equal(registering(people, USER_ROLE_ADMIN, &card), RULE_IDN_01E);
    secret_key_close(&card.key);
    longest[LOGIN_MAX] = '\0';
    card_make(&card, KEY_ED25519, longest, USER_ROLE_USER);
    assert_int_equal(registering(people, USER_ROLE_ADMIN, &card), RULE_NONE);
    secret_key_close(&card.key);
}

static void a_user_has_a_key_that_can_be_read(void **state)
{
    struct card card;
    card_make(&card, KEY_ED25519, "ben", USER_ROLE_USER);
    for (size_t at = 0; card.key_text[at] != '\0'; at += 5) {
        card.key_text[at] = (char)(card.key_text[at] ^ 1);
        assert_int_equal(registering(*state, USER_ROLE_SUPER_ADMIN, &card), RULE_IDN_01A);
        card.key_text[at] = (char)(card.key_text[at] ^ 1);
    }
    card.fields.user_register.key.size = 0;
    assert_int_equal(registering(*state, USER_ROLE_SUPER_ADMIN, &card), RULE_IDN_01A);
    secret_key_close(&card.key);
}

static void whoever_is_registered_has_proved_to_hold_the_key(void **state)
{
    static const uint8_t other[RECEIVE_KEY_SIZE] = "another key to receive keys with";
    const enum key_type types[] = {KEY_ED25519, KEY_ECDSA_P256};
    for (size_t i = 0; i < 2; i++) {
        struct card card;
        card_make(&card, types[i], "ben", USER_ROLE_USER);
        assert_int_equal(registering(*state, USER_ROLE_ADMIN, &card), RULE_NONE);
        card.proof.data[3] ^= 1;
        assert_int_equal(registering(*state, USER_ROLE_ADMIN, &card), RULE_IDN_01A);
        prove(&card, CARD_DOMAIN, "bea", BYTES(receive_key));
        assert_int_equal(registering(*state, USER_ROLE_ADMIN, &card), RULE_IDN_01A);
        prove(&card, CARD_DOMAIN, "ben", BYTES(other));
        assert_int_equal(registering(*state, USER_ROLE_ADMIN, &card), RULE_IDN_01A);
        prove(&card, "cairn-command-v1\n", "ben", BYTES(receive_key));
        assert_int_equal(registering(*state, USER_ROLE_ADMIN, &card), RULE_IDN_01A);
        card.fields.user_register.receive_key.size = RECEIVE_KEY_SIZE - 1;
        prove(&card, CARD_DOMAIN, "ben", card.fields.user_register.receive_key);
        assert_int_equal(registering(*state, USER_ROLE_ADMIN, &card), RULE_IDN_01A);
        card.fields.user_register.proof.size = 0;
        assert_int_equal(registering(*state, USER_ROLE_ADMIN, &card), RULE_IDN_01A);
        secret_key_close(&card.key);
    }
}

/* Changing ------------------------------------------------------------------------------------ */

static enum rule changing_role(struct people *people, const struct actor *actor, struct id user,
                               enum user_role role)
{
    union command_fields fields = {
        .user_change_role = {.user = user, .role = role, .reason = LITERAL("needed")}};
    return people_ask(people, actor, COMMAND_USER_CHANGE_ROLE, &fields);
}

static enum rule changing_state(struct people *people, const struct actor *actor, struct id user,
                                enum user_state to)
{
    union command_fields fields = {
        .user_change_state = {.user = user, .state = to, .reason = LITERAL("needed")}};
    return people_ask(people, actor, COMMAND_USER_CHANGE_STATE, &fields);
}

static enum rule disabling(struct people *people, const struct actor *actor, struct id user,
                           uint64_t until)
{
    union command_fields fields = {
        .user_disable = {.user = user, .until = until, .reason = LITERAL("away")}};
    return people_ask(people, actor, COMMAND_USER_DISABLE, &fields);
}

static enum rule enabling(struct people *people, const struct actor *actor, struct id user)
{
    union command_fields fields = {.user_enable = {.user = user, .reason = LITERAL("back")}};
    return people_ask(people, actor, COMMAND_USER_ENABLE, &fields);
}

static enum rule deleting(struct people *people, const struct actor *actor, struct id user)
{
    union command_fields fields = {.user_delete = {.user = user, .reason = LITERAL("gone")}};
    return people_ask(people, actor, COMMAND_USER_DELETE, &fields);
}

static void nobody_acts_on_a_role_not_below_their_own(void **state)
{
    struct people *people = *state;
    static const char *const logins[] = {"a0", "a1", "a2", "a3", "a4"};
    uint64_t later = people->enclave.scratch.clock_us + HOUR_US;
    for (unsigned target = 0; target < USER_ROLE_COUNT; target++) {
        struct id user = people_add(people, logins[target], (enum user_role)target);
        for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
            struct actor actor = people_stranger((enum user_role)by);
            enum rule expected = by < USER_ROLE_ADMIN                         ? RULE_IDN_02A
                                 : by > target || by == USER_ROLE_SUPER_ADMIN ? RULE_NONE
                                                                              : RULE_IDN_02B;
            assert_int_equal(changing_role(people, &actor, user, USER_ROLE_USER), expected);
            assert_int_equal(changing_state(people, &actor, user, USER_STATE_INACTIVE), expected);
            assert_int_equal(disabling(people, &actor, user, later), expected);
        }
    }
}

static void nobody_gives_a_role_above_their_own(void **state)
{
    struct people *people = *state;
    struct id user = people_add(people, "ben", USER_ROLE_USER);
    struct actor admin = people_stranger(USER_ROLE_ADMIN);
    struct actor super_admin = people_stranger(USER_ROLE_SUPER_ADMIN);
    for (unsigned role = 0; role < USER_ROLE_SUPER_ADMIN; role++) {
        assert_int_equal(changing_role(people, &admin, user, (enum user_role)role), RULE_NONE);
    }
    assert_int_equal(changing_role(people, &admin, user, USER_ROLE_SUPER_ADMIN), RULE_IDN_02B);
    assert_int_equal(changing_role(people, &super_admin, user, USER_ROLE_SUPER_ADMIN), RULE_NONE);
}

static void the_last_super_administrator_who_can_act_stays(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    uint64_t later = people->enclave.scratch.clock_us + HOUR_US;
    assert_int_equal(changing_role(people, &actor, actor.user, USER_ROLE_ADMIN), RULE_IDN_02C);
    assert_int_equal(changing_state(people, &actor, actor.user, USER_STATE_INACTIVE), RULE_IDN_02C);
    assert_int_equal(disabling(people, &actor, actor.user, later), RULE_IDN_02C);
    assert_int_equal(changing_role(people, &actor, actor.user, USER_ROLE_SUPER_ADMIN), RULE_NONE);
    struct id eve = people_add(people, "eve", USER_ROLE_SUPER_ADMIN);
    assert_int_equal(changing_role(people, &actor, actor.user, USER_ROLE_ADMIN), RULE_NONE);
    assert_int_equal(changing_state(people, &actor, actor.user, USER_STATE_INACTIVE), RULE_NONE);
    assert_int_equal(disabling(people, &actor, eve, later), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(changing_role(people, &actor, actor.user, USER_ROLE_ADMIN), RULE_IDN_02C);
    assert_int_equal(changing_role(people, &actor, eve, USER_ROLE_ADMIN), RULE_NONE);
    enclave_pass(&people->enclave, 3600);
    assert_int_equal(changing_role(people, &actor, actor.user, USER_ROLE_ADMIN), RULE_NONE);
}

/* Rows are the state, columns what is asked for: active, inactive, escrow on next login. */
static void a_state_changes_to_another_one(void **state)
{
    /* clang-format off */
    static const enum rule expected[USER_STATE_COUNT][USER_STATE_COUNT] = {
        [USER_STATE_ACTIVE]               = {RULE_IDN_03A, RULE_NONE,    RULE_NONE},
        [USER_STATE_INACTIVE]             = {RULE_NONE,    RULE_IDN_03A, RULE_NONE},
        [USER_STATE_ESCROW_ON_NEXT_LOGIN] = {RULE_IDN_03A, RULE_NONE,    RULE_IDN_03A},
    };
    /* clang-format on */
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    assert_int_equal(people_row(people, ben).state, USER_STATE_ACTIVE);
    const enum user_state visits[] = {USER_STATE_ACTIVE, USER_STATE_INACTIVE,
                                      USER_STATE_ESCROW_ON_NEXT_LOGIN};
    for (size_t i = 0; i < 3; i++) {
        if (i > 0) {
            assert_int_equal(changing_state(people, &actor, ben, visits[i]), RULE_NONE);
            people_do(people, &actor);
        }
        assert_int_equal(people_row(people, ben).state, visits[i]);
        for (unsigned to = 0; to < USER_STATE_COUNT; to++) {
            assert_int_equal(changing_state(people, &actor, ben, (enum user_state)to),
                             expected[visits[i]][to]);
        }
    }
}

static void escrow_that_is_due_is_not_got_round_by_being_inactive(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    assert_int_equal(changing_state(people, &actor, ben, USER_STATE_ESCROW_ON_NEXT_LOGIN),
                     RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(changing_state(people, &actor, ben, USER_STATE_INACTIVE), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(changing_state(people, &actor, ben, USER_STATE_ACTIVE), RULE_IDN_03A);
    assert_int_equal(changing_state(people, &actor, ben, USER_STATE_ESCROW_ON_NEXT_LOGIN),
                     RULE_NONE);
}

static void a_change_of_state_needs_a_reason(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    uint64_t later = people->enclave.scratch.clock_us + HOUR_US;
    union command_fields change = {
        .user_change_state = {.user = ben, .state = USER_STATE_INACTIVE}};
    union command_fields disable = {.user_disable = {.user = ben, .until = later}};
    union command_fields enable = {.user_enable = {.user = ben}};
    union command_fields delete = {.user_delete = {.user = ben}};
    assert_int_equal(people_ask(people, &actor, COMMAND_USER_CHANGE_STATE, &change), RULE_IDN_03C);
    assert_int_equal(people_ask(people, &actor, COMMAND_USER_DISABLE, &disable), RULE_IDN_03C);
    assert_int_equal(people_ask(people, &actor, COMMAND_USER_ENABLE, &enable), RULE_IDN_03C);
    assert_int_equal(people_ask(people, &actor, COMMAND_USER_DELETE, &delete), RULE_IDN_03C);
}

static void a_suspension_ends_when_it_says_so_and_restores_what_was(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    uint64_t now = people->enclave.scratch.clock_us;
    assert_int_equal(disabling(people, &actor, ben, now), RULE_IDN_04A);
    assert_int_equal(disabling(people, &actor, ben, now - 1), RULE_IDN_04A);
    assert_int_equal(disabling(people, &actor, ben, now + HOUR_US), RULE_NONE);
    people_do(people, &actor);
    struct user_row row = people_row(people, ben);
    struct view view = enclave_view(&people->enclave);
    assert_int_equal(user_refusal(&view, &row), RULE_IDN_04B);
    enclave_pass(&people->enclave, 3599);
    view = enclave_view(&people->enclave);
    assert_true(user_is_disabled(&view, &row));
    enclave_pass(&people->enclave, 1);
    view = enclave_view(&people->enclave);
    assert_false(user_is_disabled(&view, &row));
    assert_int_equal(user_refusal(&view, &row), RULE_NONE);
    assert_int_equal(row.state, USER_STATE_ACTIVE);
}

static void a_suspension_is_ended_early_only_while_it_lasts(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    uint64_t now = people->enclave.scratch.clock_us;
    assert_int_equal(enabling(people, &actor, ben), RULE_IDN_04C);
    assert_int_equal(disabling(people, &actor, ben, now + HOUR_US), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(changing_state(people, &actor, ben, USER_STATE_INACTIVE), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(enabling(people, &actor, ben), RULE_NONE);
    people_do(people, &actor);
    struct user_row row = people_row(people, ben);
    struct view view = enclave_view(&people->enclave);
    assert_false(user_is_disabled(&view, &row));
    assert_int_equal(row.state, USER_STATE_INACTIVE); /* never upgraded */
    assert_int_equal(user_refusal(&view, &row), RULE_IDN_03B);
    assert_int_equal(enabling(people, &actor, ben), RULE_IDN_04C);
}

static void only_an_inactive_user_is_deleted_and_then_left_alone(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_SUPER_ADMIN);
    uint64_t later = people->enclave.scratch.clock_us + HOUR_US;
    assert_int_equal(deleting(people, &actor, ben), RULE_IDN_05A);
    assert_int_equal(changing_state(people, &actor, ben, USER_STATE_INACTIVE), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(deleting(people, &actor, ben), RULE_NONE);
    people_do(people, &actor);
    struct user_row row = people_row(people, ben);
    struct view view = enclave_view(&people->enclave);
    assert_true(row.deleted);
    assert_int_equal(user_refusal(&view, &row), RULE_IDN_01D);
    struct role_row role = {.role = USER_ROLE_SUPER_ADMIN, .user = ben};
    assert_false(view_find(&view, ROW_ROLE, &role));
    assert_int_equal(deleting(people, &actor, ben), RULE_IDN_01D);
    assert_int_equal(changing_role(people, &actor, ben, USER_ROLE_USER), RULE_IDN_01D);
    assert_int_equal(changing_state(people, &actor, ben, USER_STATE_ACTIVE), RULE_IDN_01D);
    assert_int_equal(disabling(people, &actor, ben, later), RULE_IDN_01D);
    assert_int_equal(enabling(people, &actor, ben), RULE_IDN_01D);
    assert_int_equal(deleting(people, &actor, (struct id){ID_USER, 77777}), RULE_IDN_01D);
}

static void whoever_may_not_act_any_more_loses_every_session(void **state)
{
    static const enum session_end causes[] = {SESSION_END_USER_INACTIVE, SESSION_END_USER_DISABLED};
    struct people *people = *state;
    struct actor actor = ada(people);
    uint64_t later = people->enclave.scratch.clock_us + HOUR_US;
    static const char *const logins[] = {"ben", "bea"};
    for (size_t i = 0; i < 2; i++) {
        struct id user = people_add(people, logins[i], USER_ROLE_USER);
        for (size_t n = 0; n < SESSIONS_OPEN_MAX; n++) {
            people_login(people, user, NULL);
        }
        struct id session = people_actor(people, user).session;
        assert_int_equal(i == 0 ? changing_state(people, &actor, user, USER_STATE_INACTIVE)
                                : disabling(people, &actor, user, later),
                         RULE_NONE);
        assert_int_equal(people_count(people, EVENT_SESSION_INVALIDATED), SESSIONS_OPEN_MAX);
        people_do(people, &actor);
        struct view view = enclave_view(&people->enclave);
        struct session_row row = {.session = session};
        assert_int_equal(session_of(&view, user).kind, ID_NONE);
        assert_true(view_find(&view, ROW_SESSION, &row));
        assert_int_equal(row.state, SESSION_STATE_CLOSED);
        assert_int_equal(row.end, causes[i]);
    }
}

static void a_session_that_was_left_over_ends_with_its_user(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    people_login(people, ben, NULL);
    union event_body body = {.user_state_changed = {.to = USER_STATE_INACTIVE}};
    people_say(people, EVENT_USER_STATE_CHANGED, ben, &body);
    assert_int_equal(deleting(people, &actor, ben), RULE_NONE);
    assert_int_equal(people_count(people, EVENT_SESSION_INVALIDATED), 1);
    assert_int_equal(people->decision.events[1].body.session_invalidated.cause,
                     SESSION_END_USER_DELETED);
}

static void another_role_comes_with_its_own_permissions(void **state)
{
    struct people *people = *state;
    struct actor actor = ada(people);
    struct id ben = people_add(people, "ben", USER_ROLE_USER);
    for (unsigned role = 0; role < USER_ROLE_COUNT; role++) {
        assert_int_equal(changing_role(people, &actor, ben, (enum user_role)role), RULE_NONE);
        people_do(people, &actor);
        struct user_row row = people_row(people, ben);
        assert_int_equal(row.role, role);
        assert_int_equal(permission_set(row.permissions, row.permissions_count),
                         permission_defaults((enum user_role)role));
        struct view view = enclave_view(&people->enclave);
        for (unsigned other = 0; other < USER_ROLE_COUNT; other++) {
            struct role_row holder = {.role = (enum user_role)other, .user = ben};
            assert_int_equal(view_find(&view, ROW_ROLE, &holder), other == role);
        }
    }
}

static void what_is_known_of_users_is_read_by_administrators_and_auditors(void **state)
{
    struct people *people = *state;
    struct id users[] = {enclave_id(&people->enclave, "ada"), {ID_USER, 77777}};
    union command_fields fields = {.user_refresh = {.users = users, .users_count = 1}};
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        struct actor actor = people_stranger((enum user_role)by);
        assert_int_equal(people_ask(people, &actor, COMMAND_USER_REFRESH, &fields),
                         by >= USER_ROLE_ADMIN || by == USER_ROLE_AUDITOR ? RULE_NONE
                                                                          : RULE_IDN_16A);
    }
    struct actor actor = ada(people);
    people_have(people, &actor, COMMAND_USER_REFRESH, &fields);
    fields.user_refresh.users_count = 2;
    assert_int_equal(people_ask(people, &actor, COMMAND_USER_REFRESH, &fields), RULE_IDN_01D);
}

/* Events and rows ------------------------------------------------------------------------------ */

static void a_user_is_found_by_id_and_by_login(void **state)
{
    struct people *people = *state;
    struct user_row by_login, by_id;
    struct view view = enclave_view(&people->enclave);
    assert_true(user_by_login(&view, LITERAL("ada"), &by_login));
    assert_true(user_by_id(&view, by_login.user, &by_id));
    assert_true(bytes_equal(by_id.login, LITERAL("ada")));
    assert_int_equal(by_id.role, USER_ROLE_SUPER_ADMIN);
    assert_false(user_by_login(&view, LITERAL("eve"), &by_login));
    assert_false(user_by_id(&view, (struct id){ID_USER, 77}, &by_id));
    assert_false(user_by_id(&view, (struct id){ID_EMITTER, by_id.user.n}, &by_id));
    view.as_of_n = by_id.user.n - 1;
    assert_false(user_by_login(&view, LITERAL("ada"), &by_login));
}

/* A log of an earlier version: its first event is a registration that nobody writes any more. */
static void both_versions_of_a_registration_make_a_user(void **state)
{
    static uint8_t memory[1 << 20];
    struct people *people = *state;
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct user_row row;
    char path[400];
    struct state *old = NULL;
    snprintf(path, sizeof path, "%s/old", people->enclave.scratch.directory);
    must(state_open(&(struct state_options){.directory = path, .fingerprint = "test"}, &old));
    const struct leaf leaf = {
        .n = 4, .kind = EVENT_USER_REGISTERED, .on = {{ID_USER, 4}}, .on_count = 1};
    must(evolution_fold(old, &leaf, LITERAL("{\"key\":\"k\",\"login\":\"old\",\"role\":\"admin\"}"),
                        &arena));
    struct view view = {.state = old, .as_of_n = 4, .arena = &arena, .trouble = &trouble};
    assert_true(user_by_login(&view, LITERAL("old"), &row));
    assert_false(row.has_receive_key || row.has_name || row.deleted || row.has_disabled_until);
    assert_int_equal(row.state, USER_STATE_ACTIVE);
    assert_int_equal(permission_set(row.permissions, row.permissions_count),
                     permission_defaults(USER_ROLE_ADMIN));
    struct role_row holder = {.role = USER_ROLE_ADMIN, .user = row.user};
    assert_true(view_find(&view, ROW_ROLE, &holder));
    must(trouble);
    state_close(&old);
    row = people_row(people, people_add(people, "new", USER_ROLE_ADMIN));
    assert_true(row.has_receive_key);
    assert_int_equal(row.receive_key.size, RECEIVE_KEY_SIZE);
}

/* Login names are texts of any length: what has happened can always be found again. */
static void a_login_longer_than_a_key_of_the_state_is_kept(void **state)
{
    struct people *people = *state;
    static char login[20001];
    struct user_row row;
    memset(login, 'l', sizeof login - 1);
    people_add(people, login, USER_ROLE_USER);
    enclave_reopen(&people->enclave, false);
    struct view view = enclave_view(&people->enclave);
    assert_true(user_by_login(&view, bytes_of_string(login), &row));
    assert_true(bytes_equal(row.login, bytes_of_string(login)));
    login[sizeof login - 2] = 'm';
    assert_false(user_by_login(&view, bytes_of_string(login), &row));
}

static void a_description_is_one_line_that_steers_no_terminal(void **unused)
{
    (void)unused;
    char memory[128];
    struct text text = TEXT_IN(memory);
    struct user_row row = {.login = LITERAL("b\nn"), .role = USER_ROLE_SUB_ADMIN};
    user_describe(&row, &text);
    assert_string_equal(text_string(&text), "b\\x0an (sub_admin)");
    text_clear(&text);
    row.state = USER_STATE_INACTIVE;
    user_describe(&row, &text);
    assert_string_equal(text_string(&text), "b\\x0an (sub_admin, inactive)");
    text_clear(&text);
    row.deleted = true;
    user_describe(&row, &text);
    assert_string_equal(text_string(&text), "b\\x0an (sub_admin, deleted)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(only_administrators_make_users_up_to_their_own_role),
        WITH_PEOPLE(a_login_name_is_used_once_also_after_its_user_is_deleted),
        WITH_PEOPLE(a_login_name_looks_like_no_other_id_and_no_other_name),
        WITH_PEOPLE(a_user_has_a_key_that_can_be_read),
        WITH_PEOPLE(whoever_is_registered_has_proved_to_hold_the_key),
        WITH_PEOPLE(nobody_acts_on_a_role_not_below_their_own),
        WITH_PEOPLE(nobody_gives_a_role_above_their_own),
        WITH_PEOPLE(the_last_super_administrator_who_can_act_stays),
        WITH_PEOPLE(a_state_changes_to_another_one),
        WITH_PEOPLE(escrow_that_is_due_is_not_got_round_by_being_inactive),
        WITH_PEOPLE(a_change_of_state_needs_a_reason),
        WITH_PEOPLE(a_suspension_ends_when_it_says_so_and_restores_what_was),
        WITH_PEOPLE(a_suspension_is_ended_early_only_while_it_lasts),
        WITH_PEOPLE(only_an_inactive_user_is_deleted_and_then_left_alone),
        WITH_PEOPLE(whoever_may_not_act_any_more_loses_every_session),
        WITH_PEOPLE(a_session_that_was_left_over_ends_with_its_user),
        WITH_PEOPLE(another_role_comes_with_its_own_permissions),
        WITH_PEOPLE(what_is_known_of_users_is_read_by_administrators_and_auditors),
        WITH_PEOPLE(a_user_is_found_by_id_and_by_login),
        WITH_PEOPLE(both_versions_of_a_registration_make_a_user),
        WITH_PEOPLE(a_login_longer_than_a_key_of_the_state_is_kept),
        cmocka_unit_test(a_description_is_one_line_that_steers_no_terminal),
    };
    return cmocka_run_group_tests_name("core/identity/user", tests, NULL, NULL);
}
