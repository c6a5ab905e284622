/*
 * Random histories of people against a naive model: the same verdicts, and the same answers as of
 * every moment, also after everything was folded anew.
 */
#include "core/identity/permission.h"
#include "core/identity/session.h"
#include "core/identity/user.h"
#include "tests/core/identity/people.h"
#include "tests/schema/random_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND_US UINT64_C(1000000)

enum {
    USERS = 12,
    STEPS = 1500,
    SESSIONS = SESSIONS_OPEN_MAX,
    SESSION_LIFE = 12 * 3600,
};

/* The model ----------------------------------------------------------------------------------- */

struct model_user {
    enum user_role role;
    enum user_state state;
    bool escrow_due, deleted;
    uint64_t disabled_until;
    uint32_t permissions;
    struct {
        uint64_t n, ends; /* n 0: none */
    } sessions[SESSIONS];
};

/* What was so after the event at `n`, at that time. */
struct moment {
    uint64_t n, now_utc_us;
    struct model_user users[USERS];
};

struct history {
    struct people *people;
    struct random random;
    struct id ids[USERS];
    struct model_user users[USERS];
    struct moment *moments;
    size_t moment_count;
    size_t met[RULE_COUNT]; /* how often a rule refused; RULE_NONE: none did */
};

static uint64_t now(const struct history *history)
{
    return history->people->enclave.scratch.clock_us;
}

static bool can_act(const struct history *history, const struct model_user *user)
{
    return !user->deleted && user->state != USER_STATE_INACTIVE &&
           now(history) >= user->disabled_until;
}

static bool is_last(const struct history *history, size_t who)
{
    size_t able = 0;
    for (size_t i = 0; i < USERS; i++) {
        const struct model_user *user = &history->users[i];
        able += user->role == USER_ROLE_SUPER_ADMIN && can_act(history, user) ? 1 : 0;
    }
    return able == 1 && history->users[who].role == USER_ROLE_SUPER_ADMIN &&
           can_act(history, &history->users[who]);
}

static enum rule change_rule(const struct history *history, size_t by, size_t who)
{
    const struct model_user *actor = &history->users[by], *user = &history->users[who];
    if (actor->role != USER_ROLE_ADMIN && actor->role != USER_ROLE_SUPER_ADMIN) {
        return RULE_IDN_02A;
    }
    if (user->deleted) {
        return RULE_IDN_01D;
    }
    bool above = user->role == USER_ROLE_ADMIN || user->role == USER_ROLE_SUPER_ADMIN;
    return actor->role == USER_ROLE_ADMIN && above ? RULE_IDN_02B : RULE_NONE;
}

static void end_sessions(struct model_user *user)
{
    memset(user->sessions, 0, sizeof user->sessions);
}

static void drop_expired(const struct history *history, struct model_user *user)
{
    for (size_t i = 0; i < SESSIONS; i++) {
        if (user->sessions[i].ends <= now(history)) {
            user->sessions[i].n = 0;
        }
    }
}

static size_t count_open(const struct history *history, const struct model_user *user)
{
    size_t open = 0;
    for (size_t i = 0; i < SESSIONS; i++) {
        open += user->sessions[i].n != 0 && user->sessions[i].ends > now(history) ? 1 : 0;
    }
    return open;
}

/* Steps --------------------------------------------------------------------------------------- */

static void remember(struct history *history)
{
    struct moment *moment = &history->moments[history->moment_count++];
    moment->n = log_head_of(engine_log(history->people->enclave.engine))->size - 1;
    moment->now_utc_us = now(history);
    memcpy(moment->users, history->users, sizeof moment->users);
}

/* Asks; compares with what the model expects; does it if it is allowed. */
static bool step(struct history *history, size_t by, enum command_kind kind,
                 const union command_fields *fields, enum rule expected)
{
    struct actor actor = {.user = history->ids[by], .role = history->users[by].role};
    enum rule rule = people_ask(history->people, &actor, kind, fields);
    if (rule != expected) {
        fail_msg("step %zu: %s gave %s, the model %s", history->moment_count, command_name(kind),
                 rule == RULE_NONE ? "no refusal" : rule_id(rule),
                 expected == RULE_NONE ? "no refusal" : rule_id(expected));
    }
    history->met[rule]++;
    if (rule == RULE_NONE) {
        people_do(history->people, &actor);
    }
    return rule == RULE_NONE;
}

static void change_role(struct history *history, size_t by, size_t who)
{
    enum user_role role = (enum user_role)random_below(&history->random, USER_ROLE_COUNT);
    enum rule expected = change_rule(history, by, who);
    if (expected == RULE_NONE && role == USER_ROLE_SUPER_ADMIN &&
        history->users[by].role != USER_ROLE_SUPER_ADMIN) {
        expected = RULE_IDN_02B;
    }
    if (expected == RULE_NONE && role != USER_ROLE_SUPER_ADMIN && is_last(history, who)) {
        expected = RULE_IDN_02C;
    }
    union command_fields fields = {
        .user_change_role = {.user = history->ids[who], .role = role, .reason = LITERAL("so")}};
    if (step(history, by, COMMAND_USER_CHANGE_ROLE, &fields, expected)) {
        history->users[who].role = role;
        history->users[who].permissions = permission_defaults(role);
    }
}

static void change_state(struct history *history, size_t by, size_t who)
{
    struct model_user *user = &history->users[who];
    enum user_state to = (enum user_state)random_below(&history->random, USER_STATE_COUNT);
    enum rule expected = change_rule(history, by, who);
    if (expected == RULE_NONE &&
        (to == user->state || (to == USER_STATE_ACTIVE && user->escrow_due))) {
        expected = RULE_IDN_03A;
    }
    if (expected == RULE_NONE && to == USER_STATE_INACTIVE && is_last(history, who)) {
        expected = RULE_IDN_02C;
    }
    union command_fields fields = {
        .user_change_state = {.user = history->ids[who], .state = to, .reason = LITERAL("so")}};
    if (step(history, by, COMMAND_USER_CHANGE_STATE, &fields, expected)) {
        user->state = to;
        if (to == USER_STATE_ESCROW_ON_NEXT_LOGIN) {
            user->escrow_due = true;
        }
        if (to == USER_STATE_INACTIVE) {
            end_sessions(user);
        }
    }
}

static void disable(struct history *history, size_t by, size_t who)
{
    uint64_t until = now(history) + random_below(&history->random, 8) * 400 * SECOND_US;
    enum rule expected = change_rule(history, by, who);
    if (expected == RULE_NONE && until <= now(history)) {
        expected = RULE_IDN_04A;
    }
    if (expected == RULE_NONE && is_last(history, who)) {
        expected = RULE_IDN_02C;
    }
    union command_fields fields = {
        .user_disable = {.user = history->ids[who], .until = until, .reason = LITERAL("so")}};
    if (step(history, by, COMMAND_USER_DISABLE, &fields, expected)) {
        history->users[who].disabled_until = until;
        end_sessions(&history->users[who]);
    }
}

static void enable(struct history *history, size_t by, size_t who)
{
    enum rule expected = change_rule(history, by, who);
    if (expected == RULE_NONE && history->users[who].disabled_until <= now(history)) {
        expected = RULE_IDN_04C;
    }
    union command_fields fields = {
        .user_enable = {.user = history->ids[who], .reason = LITERAL("so")}};
    if (step(history, by, COMMAND_USER_ENABLE, &fields, expected)) {
        history->users[who].disabled_until = 0;
    }
}

static void delete_user(struct history *history, size_t by, size_t who)
{
    enum rule expected = change_rule(history, by, who);
    if (expected == RULE_NONE && history->users[who].state != USER_STATE_INACTIVE) {
        expected = RULE_IDN_05A;
    }
    union command_fields fields = {
        .user_delete = {.user = history->ids[who], .reason = LITERAL("so")}};
    if (step(history, by, COMMAND_USER_DELETE, &fields, expected)) {
        history->users[who].deleted = true;
        end_sessions(&history->users[who]);
    }
}

static void change_permissions(struct history *history, size_t by, size_t who)
{
    struct model_user *actor = &history->users[by], *user = &history->users[who];
    enum user_permission add[2], remove[1];
    for (size_t i = 0; i < 2; i++) {
        add[i] = (enum user_permission)random_below(&history->random, USER_PERMISSION_COUNT);
    }
    remove[0] = (enum user_permission)random_below(&history->random, USER_PERMISSION_COUNT);
    uint32_t adds = (1u << add[0] | 1u << add[1]) & ~(1u << remove[0]);
    enum rule expected = change_rule(history, by, who);
    if (expected == RULE_NONE && actor->role == user->role) {
        expected = RULE_IDN_10A;
    }
    if (expected == RULE_NONE && (adds & ~actor->permissions) != 0) {
        expected = RULE_IDN_10B;
    }
    union command_fields fields = {.user_change_permissions = {.user = history->ids[who],
                                                               .add = add,
                                                               .add_count = 2,
                                                               .remove = remove,
                                                               .remove_count = 1}};
    if (step(history, by, COMMAND_USER_CHANGE_PERMISSIONS, &fields, expected)) {
        user->permissions = (user->permissions | adds) & ~(1u << remove[0]);
    }
}

static void log_in(struct history *history, size_t who)
{
    struct model_user *user = &history->users[who];
    enum rule expected = user->deleted                           ? RULE_IDN_01D
                         : user->state == USER_STATE_INACTIVE    ? RULE_IDN_03B
                         : user->disabled_until > now(history)   ? RULE_IDN_04B
                         : count_open(history, user) == SESSIONS ? RULE_IDN_11D
                                                                 : RULE_NONE;
    enum rule rule;
    struct id session = people_login(history->people, history->ids[who], &rule);
    assert_int_equal(rule, expected);
    history->met[rule]++;
    if (rule == RULE_NONE) {
        size_t place = 0;
        drop_expired(history, user);
        while (user->sessions[place].n != 0) {
            place++;
        }
        user->sessions[place].n = session.n;
        user->sessions[place].ends = now(history) + SESSION_LIFE * SECOND_US;
    }
}

static void end_one(struct history *history, size_t by, size_t who)
{
    struct model_user *user = &history->users[who];
    size_t place = random_below(&history->random, SESSIONS);
    bool open = user->sessions[place].n != 0 && user->sessions[place].ends > now(history);
    enum rule expected = open ? RULE_NONE : RULE_IDN_11B;
    if (open && by != who) {
        expected = change_rule(history, by, who);
        expected = expected == RULE_IDN_02A ? RULE_IDN_11C : expected;
    }
    struct id session = {ID_SESSION, user->sessions[place].n};
    union command_fields fields = {
        .session_invalidate = {.session = session, .reason = LITERAL("so")}};
    if (step(history, by, COMMAND_SESSION_INVALIDATE, &fields, expected)) {
        user->sessions[place].n = 0;
    }
}

/* More often than not somebody whom the rules let do something. */
static size_t random_actor(struct history *history)
{
    size_t by = random_below(&history->random, USERS);
    for (size_t i = 0; i < USERS && random_below(&history->random, 8) != 0; i++) {
        if (history->users[by].role >= USER_ROLE_ADMIN) {
            break;
        }
        by = (by + 1) % USERS;
    }
    return by;
}

static void random_step(struct history *history)
{
    size_t by = random_actor(history), who = random_below(&history->random, USERS);
    switch (random_below(&history->random, 10)) {
    case 0:
        change_role(history, by, who);
        break;
    case 1:
        change_state(history, by, who);
        break;
    case 2:
        disable(history, by, who);
        break;
    case 3:
        enable(history, by, who);
        break;
    case 4:
        if (random_below(&history->random, 4) == 0) {
            delete_user(history, by, who);
        }
        break;
    case 5:
        change_permissions(history, by, who);
        break;
    case 6:
        end_one(history, by, who);
        break;
    case 7:
        enclave_pass(&history->people->enclave, random_below(&history->random, 1500));
        break;
    default:
        log_in(history, random_below(&history->random, 3) == 0 ? who : who % 3);
        break;
    }
    remember(history);
}

/* Comparing ----------------------------------------------------------------------------------- */

static void compare_sessions(const struct view *view, const struct model_user *user, struct id id)
{
    size_t open = 0;
    for (size_t i = 0; i < SESSIONS; i++) {
        struct session_row row;
        struct id session = {ID_SESSION, user->sessions[i].n};
        if (user->sessions[i].n != 0 && user->sessions[i].ends > view->now_utc_us) {
            open++;
            assert_true(session_is_open(view, session, &row));
            assert_true(id_equal(row.user, id));
            assert_int_equal(row.expires, user->sessions[i].ends);
        }
    }
    assert_int_equal(session_of(view, id).kind == ID_NONE, open == 0);
}

static void compare_user(const struct view *view, const struct model_user *user, struct id id)
{
    struct user_row row;
    assert_true(user_by_id(view, id, &row));
    assert_int_equal(row.role, user->role);
    assert_int_equal(row.state, user->state);
    assert_int_equal(row.deleted, user->deleted);
    assert_int_equal(user_is_disabled(view, &row), user->disabled_until > view->now_utc_us);
    assert_int_equal(permission_set(row.permissions, row.permissions_count), user->permissions);
    struct role_row holder = {.role = user->role, .user = id};
    assert_int_equal(view_find(view, ROW_ROLE, &holder), !user->deleted);
    compare_sessions(view, user, id);
}

static void compare_every_moment(struct history *history)
{
    for (size_t i = 0; i < history->moment_count; i++) {
        const struct moment *moment = &history->moments[i];
        struct view view = enclave_view_as_of(&history->people->enclave, moment->n);
        view.now_utc_us = moment->now_utc_us;
        for (size_t who = 0; who < USERS; who++) {
            compare_user(&view, &moment->users[who], history->ids[who]);
        }
        must(history->people->enclave.trouble);
    }
}

/* A history that meets no refusal of some rule says nothing about it. */
static void check_met(const struct history *history)
{
    static const enum rule rules[] = {
        RULE_IDN_01D, RULE_IDN_02A, RULE_IDN_02B, RULE_IDN_02C, RULE_IDN_03A,
        RULE_IDN_03B, RULE_IDN_04A, RULE_IDN_04B, RULE_IDN_04C, RULE_IDN_05A,
        RULE_IDN_10A, RULE_IDN_10B, RULE_IDN_11B, RULE_IDN_11C, RULE_IDN_11D,
    };
    assert_true(history->met[RULE_NONE] > STEPS / 8);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (history->met[rules[i]] == 0) {
            fail_msg("no step was refused by %s", rule_id(rules[i]));
        }
    }
}

static void histories_are_those_of_the_model_at_every_moment(void **state)
{
    struct history history = {.people = *state, .random = {UINT64_C(7)}};
    history.moments = calloc(STEPS, sizeof *history.moments);
    assert_non_null(history.moments);
    for (size_t i = 0; i < USERS; i++) {
        char login[16];
        snprintf(login, sizeof login, "user%zu", i);
        enum user_role role = i < 2 ? USER_ROLE_SUPER_ADMIN : (enum user_role)(i % 5);
        history.ids[i] = people_add(history.people, login, role);
        history.users[i] =
            (struct model_user){.role = role, .permissions = permission_defaults(role)};
    }
    /* Ada stays out of it: the last super-administrator is to be one of the twelve. */
    union event_body body = {.user_state_changed = {.to = USER_STATE_INACTIVE}};
    people_say(history.people, EVENT_USER_STATE_CHANGED,
               enclave_id(&history.people->enclave, "ada"), &body);
    for (size_t i = 0; i < STEPS; i++) {
        random_step(&history);
    }
    check_met(&history);
    compare_every_moment(&history);
    enclave_reopen(&history.people->enclave, true);
    compare_every_moment(&history);
    free(history.moments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(histories_are_those_of_the_model_at_every_moment),
    };
    return cmocka_run_group_tests_name("core/identity: histories", tests, NULL, NULL);
}
