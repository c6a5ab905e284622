/*
 * Leavers, former members, tokens used twice, and people who certify themselves or each other.
 */
#include "tests/reports/hints/hinting.h"

static struct hinting hinting;
static const struct id atlas = {ID_PROJECT, 30}, bob = {ID_USER, 7}, ann = {ID_USER, 8};

static void act(uint64_t hour, const char *actor, enum outcome outcome)
{
    hinting_add(&hinting, &(struct deed){.kind = EVENT_VAULT_FILE_VIEWED,
                                         .time_us = DAY_US + hour * HOUR_US,
                                         .actor = actor,
                                         .project = atlas,
                                         .outcome = outcome,
                                         .on = {{ID_FILE, 3}}});
}

static void about_bob(enum event_kind kind, uint64_t hour, union event_body body)
{
    hinting_add(&hinting, &(struct deed){.kind = kind,
                                         .time_us = DAY_US + hour * HOUR_US,
                                         .actor = "user:1",
                                         .on = {bob},
                                         .body = &body});
}

static union event_body state(enum user_state to)
{
    return (union event_body){.user_state_changed = {.to = to, .reason = LITERAL("left")}};
}

static void whoever_acts_after_leaving_is_told_once(void **unused)
{
    (void)unused;
    for (unsigned refused = 0; refused < 2; refused++) {
        enum outcome its = refused ? OUTCOME_DENIED : OUTCOME_OK;
        enum outcome other = refused ? OUTCOME_OK : OUTCOME_DENIED;
        hinting_begin(&hinting, refused ? "leaver-tried" : "leaver-acted");
        act(0, "user:7", its);
        about_bob(EVENT_USER_STATE_CHANGED, 1, state(USER_STATE_INACTIVE));
        act(2, "user:7", other);
        act(2, "user:8", its);
        assert_int_equal(hinting.count, 0);
        act(3, "user:7", its);
        act(4, "user:7", its);
        assert_int_equal(hinting.count, 1);
        assert_int_equal(hinting.found[0].because[0], 1);
        assert_int_equal(hinting.found[0].because[1], 4);
        about_bob(EVENT_USER_STATE_CHANGED, 5, state(USER_STATE_ACTIVE));
        act(6, "user:7", its);
        about_bob(EVENT_USER_DELETED, 7, (union event_body){.user_deleted = {LITERAL("x")}});
        act(8, "user:7", its);
        assert_int_equal(hinting.count, 2);
        hinting_end(&hinting);
        hinting_free(&hinting);
    }
}

static void whoever_is_disabled_for_a_while_has_left_for_that_while(void **unused)
{
    (void)unused;
    for (uint64_t hour = 2; hour < 12; hour++) {
        hinting_begin(&hinting, "leaver-acted");
        about_bob(EVENT_USER_DISABLED_UNTIL, 1,
                  (union event_body){.user_disabled_until = {.until = DAY_US + 9 * HOUR_US,
                                                             .reason = LITERAL("x")}});
        act(hour, "user:7", OUTCOME_OK);
        assert_int_equal(hinting.count, hour < 9);
        hinting_end(&hinting);
        hinting_free(&hinting);
        hinting_begin(&hinting, "leaver-acted");
        about_bob(EVENT_USER_STATE_CHANGED, 1, state(USER_STATE_INACTIVE));
        about_bob(EVENT_USER_REENABLED, 1, (union event_body){.user_reenabled = {LITERAL("x")}});
        act(hour, "user:7", OUTCOME_OK);
        assert_int_equal(hinting.count, 0);
        hinting_free(&hinting);
    }
}

static void member(enum event_kind kind, uint64_t hour, uint64_t expires_hour)
{
    union event_body body = {0};
    uint64_t expires = DAY_US + expires_hour * HOUR_US;
    if (kind == EVENT_PROJECT_MEMBER_ADDED) {
        body.project_member_added = (struct project_member_added){
            .user = bob, .has_expires = expires_hour > 0, .expires = expires};
    } else if (kind == EVENT_PROJECT_MEMBER_REMOVED) {
        body.project_member_removed.user = bob;
    } else {
        body.project_member_expiry_changed = (struct project_member_expiry_changed){
            .user = bob, .has_expires = true, .expires = expires};
    }
    hinting_add(&hinting, &(struct deed){.kind = kind,
                                         .time_us = DAY_US + hour * HOUR_US,
                                         .actor = "user:1",
                                         .on = {atlas, bob},
                                         .body = &body});
}

static void whoever_acts_in_a_project_after_his_membership_is_told(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "former-member");
    member(EVENT_PROJECT_MEMBER_ADDED, 0, 0);
    act(1, "user:7", OUTCOME_OK);
    member(EVENT_PROJECT_MEMBER_REMOVED, 2, 0);
    act(3, "user:7", OUTCOME_DENIED);
    act(3, "user:8", OUTCOME_OK);
    assert_int_equal(hinting.count, 0);
    act(4, "user:7", OUTCOME_OK);
    act(5, "user:7", OUTCOME_OK);
    assert_int_equal(hinting.count, 1);
    member(EVENT_PROJECT_MEMBER_ADDED, 6, 10);
    act(9, "user:7", OUTCOME_OK);
    assert_int_equal(hinting.count, 1);
    act(11, "user:7", OUTCOME_OK);
    assert_int_equal(hinting.count, 2);
    member(EVENT_PROJECT_MEMBER_EXPIRY_CHANGED, 12, 20);
    act(13, "user:7", OUTCOME_OK);
    assert_int_equal(hinting.count, 2);
    act(21, "user:7", OUTCOME_OK);
    assert_int_equal(hinting.count, 3);
    hinting_end(&hinting);
    hinting_free(&hinting);
}

static void a_token_used_twice_is_told_with_every_use(void **unused)
{
    (void)unused;
    uint64_t random = 3;
    unsigned uses[8] = {0};
    size_t expected = 0;
    hinting_begin(&hinting, "token-twice");
    for (unsigned i = 0; i < 40; i++) {
        union event_body body = {.session_mfa_verified = {.provider = {ID_PROVIDER, 2}}};
        size_t token = random_below(&random, i < 3 ? 8 : 4);
        body.session_mfa_verified.token.sha256[5] = (uint8_t)token;
        expected += uses[token]++ > 0;
        hinting_add(&hinting, &(struct deed){.kind = EVENT_SESSION_MFA_VERIFIED,
                                             .time_us = DAY_US + i,
                                             .actor = "user:7",
                                             .on = {{ID_SESSION, i}},
                                             .body = &body});
        assert_int_equal(hinting.count, expected);
        assert_true(uses[token] == 1 || hinting.found[hinting.count - 1].rests_on == uses[token]);
    }
    hinting_end(&hinting);
    hinting_free(&hinting);
}

static void certify(const char *actor, struct id user)
{
    hinting_add(&hinting, &(struct deed){.kind = EVENT_CERT_ISSUED,
                                         .time_us = DAY_US,
                                         .actor = actor,
                                         .on = {{ID_CERT, hinting.n}, user}});
}

static void whoever_certifies_himself_is_told(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "self-certified");
    certify("user:7", ann);
    assert_int_equal(hinting.count, 0);
    certify("user:7", bob);
    assert_int_equal(hinting.count, 1);
    assert_string_equal(hinting.found[0].who, "user:7");
    hinting_end(&hinting);
    hinting_free(&hinting);
}

static void two_who_certify_each_other_are_told(void **unused)
{
    (void)unused;
    hinting_begin(&hinting, "mutual-certified");
    certify("user:7", ann);
    certify("user:7", ann);
    certify("user:7", bob);
    certify("user:9", bob);
    assert_int_equal(hinting.count, 0);
    certify("user:8", bob);
    assert_int_equal(hinting.count, 1);
    assert_int_equal(hinting.found[0].rests_on, 3);
    certify("user:8", bob);
    assert_int_equal(hinting.count, 1);
    hinting_end(&hinting);
    hinting_free(&hinting);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_acts_after_leaving_is_told_once),
        cmocka_unit_test(whoever_is_disabled_for_a_while_has_left_for_that_while),
        cmocka_unit_test(whoever_acts_in_a_project_after_his_membership_is_told),
        cmocka_unit_test(a_token_used_twice_is_told_with_every_use),
        cmocka_unit_test(whoever_certifies_himself_is_told),
        cmocka_unit_test(two_who_certify_each_other_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
