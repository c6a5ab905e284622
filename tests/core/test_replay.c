/*
 * Decisions taken again: where they are found, that they come out as recorded, and what a policy
 * changes. That all decisions of all tests come out as recorded is checked by enclave_end.
 */
#include "core/replay.h"
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ARENA = 1 << 20,
};

struct again {
    struct enclave enclave;
    struct log_snapshot *log;
    struct replay replay;
    uint8_t memory[ARENA];
};

static int begin(void **state)
{
    struct again *again = calloc(1, sizeof *again);
    enclave_begin(&again->enclave);
    enclave_join(&again->enclave, "ben", USER_ROLE_USER);
    *state = again;
    return 0;
}

static int end(void **state)
{
    struct again *again = *state;
    log_snapshot_close(&again->log);
    enclave_end(&again->enclave);
    free(again);
    return 0;
}

/* After everything that the test does. */
static void look(struct again *again)
{
    struct arena arena = ARENA_IN(again->memory);
    assert_false(failed(engine_flush(again->enclave.engine)));
    assert_false(failed(log_snapshot_open(engine_log(again->enclave.engine), &again->log)));
    replay_init(&again->replay, again->log, engine_state(again->enclave.engine), arena);
}

static enum rule decide(struct again *again, uint64_t n, const struct policy *policy)
{
    enum rule refused;
    assert_false(failed(replay_at(&again->replay, n)));
    assert_false(failed(replay_decide(&again->replay, policy, &refused)));
    return refused;
}

/* A group with a key that is too short to be one. */
static void make_group(struct again *again, enum rule refused)
{
    const union command_fields fields = {
        .group_create = {.name = LITERAL("g"), .key = LITERAL("short")}};
    enclave_refused(&again->enclave, "ben", COMMAND_GROUP_CREATE, &fields, refused);
}

static void every_event_of_a_decision_leads_to_its_first(void **state)
{
    struct again *again = *state;
    uint64_t session = again->enclave.people[1].session.n;
    look(again);
    /* session.mfa_verified and session.opened are one decision. */
    assert_false(failed(replay_at(&again->replay, session + 2)));
    assert_int_equal(again->replay.found.leaf.n, session + 1);
    assert_int_equal(again->replay.found.leaf.kind, EVENT_SESSION_MFA_VERIFIED);
    assert_int_equal(again->replay.found.command.kind, COMMAND_SESSION_OPEN);
    assert_int_equal(again->replay.found.refused, RULE_NONE);
}

static void what_nobody_commanded_is_no_decision(void **state)
{
    struct again *again = *state;
    look(again);
    assert_int_equal(replay_at(&again->replay, 0).code, STATUS_NOT_FOUND);
}

static void a_refusal_is_refused_again_unless_its_rule_is_off(void **state)
{
    struct again *again = *state;
    const struct policy off = {.off[RULE_GRP_01A] = true};
    uint64_t n = enclave_size(&again->enclave);
    make_group(again, RULE_GRP_01A);
    look(again);
    assert_int_equal(decide(again, n, NULL), RULE_GRP_01A);
    assert_int_equal(decide(again, n, &off), RULE_NONE);
    assert_int_equal(again->replay.decision.count, 1);
    assert_int_equal(again->replay.decision.events[0].kind, EVENT_GROUP_CREATED);
}

static void a_setting_of_the_policy_counts_instead_of_the_one_in_force(void **state)
{
    struct again *again = *state;
    const struct policy strict = {.settings[SETTING_SESSION_LIFE] = 60};
    const struct policy lax = {.settings[SETTING_SESSION_LIFE] = 7 * 86400};
    enclave_pass(&again->enclave, 120);
    uint64_t early = enclave_size(&again->enclave);
    make_group(again, RULE_GRP_01A);
    enclave_pass(&again->enclave, 86400);
    uint64_t late = enclave_size(&again->enclave);
    make_group(again, RULE_IDN_11B);
    look(again);
    assert_int_equal(decide(again, early, &strict), RULE_IDN_11B);
    assert_int_equal(decide(again, late, &lax), RULE_GRP_01A);
}

static void an_item_of_many_is_decided_with_the_rights_of_the_command(void **state)
{
    struct again *again = *state;
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    const struct command_record command = {
        .kind = COMMAND_EMITTER_RETIRE,
        .items =
            LITERAL("[{\"name\":\"none\",\"reason\":\"a\"},{\"name\":\"no\",\"reason\":\"b\"}]")};
    enclave_login(&again->enclave, "ada");
    enclave_sign_record(&again->enclave, "ada", &command, &record);
    struct verdict verdict = enclave_give(&again->enclave, text_bytes(&record));
    look(again);
    assert_int_equal(replay_at(&again->replay, verdict.first).code, STATUS_NOT_FOUND);
    assert_int_equal(decide(again, verdict.first + 2, NULL), RULE_AUD_14D);
    assert_int_equal(again->replay.found.leaf.item, 2);
    assert_int_equal(again->replay.found.command_n, verdict.first);
    assert_true(bytes_equal(again->replay.fields.emitter_retire.name, LITERAL("no")));
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(every_event_of_a_decision_leads_to_its_first),
        WITH(what_nobody_commanded_is_no_decision),
        WITH(a_refusal_is_refused_again_unless_its_rule_is_off),
        WITH(a_setting_of_the_policy_counts_instead_of_the_one_in_force),
        WITH(an_item_of_many_is_decided_with_the_rights_of_the_command),
    };
    return cmocka_run_group_tests_name("core/replay", tests, NULL, NULL);
}
