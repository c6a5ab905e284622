/*
 * Other rules over random histories of every context: with the rules in force nothing flips; with
 * one off, exactly what that rule refused may; and what a setting would have refused is what a
 * naive look at the same commands says.
 */
#include "reports/whatif/whatif.h"
#include "schema/time.h"
#include "tests/support/chaos.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    COMMANDS = 700,
    ARENA = 1 << 20,
    FLIPS_MAX = 8192,
    EVENTS_MAX = 1 << 16,
    SAMPLE = 8, /* of the decisions that another rule refused, one in so many is asked */
};

struct flip {
    uint64_t n;
    enum whatif_change change;
    enum command_kind kind;
    struct whatif_reason was, would_be;
};

struct study {
    struct enclave enclave;
    struct chaos chaos;
    struct log_snapshot *log;
    struct whatif_policy policy;
    struct whatif whatif;
    struct flip flips[FLIPS_MAX];
    size_t flip_count;
    size_t refusals[RULE_COUNT];     /* recorded */
    uint16_t refused_at[EVENTS_MAX]; /* the rule, where a refusal begins */
    uint8_t arena[ARENA];
};

static struct status note(void *context, const struct whatif_flip *flip)
{
    struct study *study = context;
    assert_true(study->flip_count < FLIPS_MAX);
    study->flips[study->flip_count++] = (struct flip){
        flip->found->leaf.n, flip->change, flip->found->command.kind, flip->was, flip->would_be};
    return OK;
}

static void begin_asking(struct study *study)
{
    struct arena arena = ARENA_IN(study->arena);
    replay_init(&study->whatif.replay, study->log, engine_state(study->enclave.engine), arena);
    whatif_init(&study->whatif, &study->policy, note, study);
    study->flip_count = 0;
}

/* Asks about the whole log. */
static void ask(struct study *study)
{
    begin_asking(study);
    for (uint64_t n = 0; n < log_snapshot_size(study->log); n++) {
        must(whatif_at(&study->whatif, n));
    }
}

static void open_log(struct study *study)
{
    must(engine_flush(study->enclave.engine));
    must(log_snapshot_open(engine_log(study->enclave.engine), &study->log));
}

static int begin(void **state)
{
    struct study *study = calloc(1, sizeof *study);
    enclave_begin(&study->enclave);
    *state = study;
    return 0;
}

static int begin_chaos(void **state)
{
    begin(state);
    struct study *study = *state;
    chaos_begin(&study->chaos, &study->enclave, 20261121);
    chaos_go_on(&study->chaos, COMMANDS);
    open_log(study);
    return 0;
}

static int end(void **state)
{
    struct study *study = *state;
    log_snapshot_close(&study->log);
    enclave_end(&study->enclave);
    free(study);
    return 0;
}

static void with_the_rules_in_force_nothing_flips(void **state)
{
    struct study *study = *state;
    ask(study);
    assert_int_equal(study->flip_count, 0);
    assert_int_equal(whatif_asked(&study->whatif), study->whatif.done[WHATIF_SAME]);
    assert_true(whatif_asked(&study->whatif) > COMMANDS / 2);
    assert_true(study->chaos.done > COMMANDS / 20 && study->chaos.refused > COMMANDS / 20);
}

/* What is refused by a rule of its own for whatever reason something may not be read. */
static bool has_a_reason_of_its_own(const struct flip *flip)
{
    return flip->kind == COMMAND_VAULT_HISTORY_FETCH || flip->kind == COMMAND_VAULT_DIR_LIST;
}

/* What the rule refused, and some of all else. */
static void ask_about(struct study *study, enum rule rule)
{
    begin_asking(study);
    for (uint64_t n = 0; n < log_snapshot_size(study->log); n++) {
        if (study->refused_at[n] == rule || n % SAMPLE == rule % SAMPLE) {
            must(whatif_at(&study->whatif, n));
        }
    }
}

static void check_rule_off(struct study *study, enum rule rule)
{
    memset(&study->policy, 0, sizeof study->policy);
    study->policy.policy.off[rule] = true;
    ask_about(study, rule);
    for (size_t i = 0; i < study->flip_count; i++) {
        const struct flip *flip = &study->flips[i];
        bool of_all = flip->was.rule == RULE_BLK_03B;
        if (has_a_reason_of_its_own(flip)) {
            continue;
        }
        assert_int_not_equal(flip->change, WHATIF_UNLIKE);
        assert_int_not_equal(flip->change, WHATIF_REFUSED);
        assert_true(flip->was.rule == rule || of_all);
        assert_int_not_equal(flip->would_be.rule, rule);
        assert_int_equal(flip->change == WHATIF_ALLOWED, flip->would_be.rule == RULE_NONE);
    }
}

/* The rules that refused anything, with how often. */
static void count_refusals(struct study *study)
{
    assert_true(log_snapshot_size(study->log) <= EVENTS_MAX);
    for (uint64_t n = 0; n < log_snapshot_size(study->log); n++) {
        struct status status = replay_at(&study->whatif.replay, n);
        if (!failed(status) && study->whatif.replay.found.leaf.n == n) {
            study->refusals[study->whatif.replay.found.refused]++;
            study->refused_at[n] = (uint16_t)study->whatif.replay.found.refused;
        }
    }
}

static void with_one_rule_off_only_what_it_refused_comes_out_otherwise(void **state)
{
    struct study *study = *state;
    size_t met = 0;
    ask(study);
    count_refusals(study);
    for (unsigned i = 1; i < RULE_COUNT; i++) {
        enum rule rule = (enum rule)i;
        if (study->refusals[rule] == 0 || policy_is_firm(rule)) {
            continue;
        }
        met++;
        check_rule_off(study, rule);
        size_t flipped = 0;
        for (size_t k = 0; k < study->flip_count; k++) {
            flipped += study->flips[k].was.rule == rule;
        }
        assert_int_equal(flipped, study->refusals[rule]);
    }
    assert_true(met > 15);
}

/* With everything off that can be, nothing that is decided breaks. */
static void with_all_rules_off_what_there_is_is_still_asked_for(void **state)
{
    struct study *study = *state;
    memset(&study->policy, 0, sizeof study->policy);
    for (unsigned rule = 1; rule < RULE_COUNT; rule++) {
        study->policy.policy.off[rule] = !policy_is_firm((enum rule)rule);
    }
    ask(study);
    for (size_t i = 0; i < study->flip_count; i++) {
        const struct flip *flip = &study->flips[i];
        assert_true(flip->change == WHATIF_ALLOWED || policy_is_firm(flip->would_be.rule));
    }
}

/* The naive model of a shorter age: late by that much is refused, whatever comes after. */
static size_t late_commands(struct study *study, uint64_t age_s)
{
    size_t late = 0;
    for (uint64_t n = 0; n < log_snapshot_size(study->log); n++) {
        const struct replay_found *found = &study->whatif.replay.found;
        struct status status = replay_at(&study->whatif.replay, n);
        if (failed(status) || found->leaf.n != n) {
            continue;
        }
        uint64_t now_us = found->leaf.at_utc_us != 0 ? found->leaf.at_utc_us : found->leaf.t_utc_us;
        late += now_us - found->command.t_utc_us > age_s * TIME_SECOND_US &&
                found->refused == RULE_NONE;
    }
    return late;
}

static void a_shorter_age_of_commands_refuses_the_late_ones_and_no_other(void **state)
{
    struct study *study = *state;
    memset(&study->policy, 0, sizeof study->policy);
    study->policy.policy.settings[SETTING_COMMAND_AGE] = 60;
    ask(study);
    size_t refused = study->whatif.done[WHATIF_REFUSED], of_all = 0;
    for (size_t i = 0; i < study->flip_count; i++) {
        of_all += study->flips[i].would_be.rule == RULE_BLK_03B;
        assert_true(study->flips[i].would_be.rule == RULE_IDN_06G ||
                    study->flips[i].would_be.rule == RULE_BLK_03B);
    }
    assert_true(refused > 20);
    assert_int_equal(refused - of_all, late_commands(study, 60));
}

/* When rights count --------------------------------------------------------------------------- */

static void make_project(struct study *study, const char *user)
{
    struct enclave *enclave = &study->enclave;
    const union command_fields create = {.project_create = {.name = LITERAL("tides")}};
    enclave_login(enclave, "ada");
    struct id project = {ID_PROJECT, enclave_must(enclave, "ada", COMMAND_PROJECT_CREATE, &create)};
    const union command_fields add = {
        .project_add_member = {.project = project, .user = enclave_id(enclave, user)}};
    const union command_fields activate = {.session_activate_project = {.project = project}};
    enclave_must(enclave, "ada", COMMAND_PROJECT_ADD_MEMBER, &add);
    enclave_refused(enclave, user, COMMAND_SESSION_ACTIVATE_PROJECT, &activate, RULE_IDN_08A);
}

static void grants_at_once_would_have_let_in_whoever_had_to_log_in_again(void **state)
{
    struct study *study = *state;
    enclave_join(&study->enclave, "ben", USER_ROLE_USER);
    make_project(study, "ben");
    open_log(study);
    study->policy.policy.grants_at_once = true;
    ask(study);
    assert_int_equal(study->flip_count, 1);
    assert_int_equal(study->flips[0].change, WHATIF_ALLOWED);
    assert_int_equal(study->flips[0].was.rule, RULE_IDN_08A);
}

static void revocations_at_the_next_login_would_have_left_a_permission(void **state)
{
    struct study *study = *state;
    const union command_fields create = {
        .group_create = {.name = LITERAL("g"), .key = bytes_of((uint8_t[32]){1}, 32)}};
    enclave_user(&study->enclave, "ben", USER_ROLE_USER);
    enclave_permit(&study->enclave, "ben", USER_PERMISSION_CREATE_GROUPS, true);
    enclave_login(&study->enclave, "ben");
    enclave_permit(&study->enclave, "ben", USER_PERMISSION_CREATE_GROUPS, false);
    enclave_refused(&study->enclave, "ben", COMMAND_GROUP_CREATE, &create, RULE_GRP_01C);
    open_log(study);
    study->policy.policy.revocations_at_login = true;
    ask(study);
    assert_int_equal(study->flip_count, 1);
    assert_int_equal(study->flips[0].change, WHATIF_ALLOWED);
}

/* All or none --------------------------------------------------------------------------------- */

static void one_item_that_would_be_refused_refuses_all_of_a_command_for_all_or_none(void **state)
{
    struct study *study = *state;
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    const struct command_record command = {
        .kind = COMMAND_REQUIREMENT_CREATE,
        .items = LITERAL("[{\"default_life\":60,\"name\":\"a\"},{\"default_life\":60,"
                         "\"max_life\":30,\"name\":\"b\"}]")};
    enclave_login(&study->enclave, "ada");
    enclave_sign_record(&study->enclave, "ada", &command, &record);
    struct verdict verdict = enclave_give(&study->enclave, text_bytes(&record));
    open_log(study);
    study->policy.policy.off[RULE_SEC_01B] = true;
    ask(study);
    bool all = command_infos[COMMAND_REQUIREMENT_CREATE].bulk_all;
    assert_int_equal(study->flip_count, all ? 2 : 1);
    assert_int_equal(study->whatif.done[WHATIF_ALLOWED], all ? 2 : 1);
    assert_int_equal(verdict.items_refused, all ? 2 : 1);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest chaotic[] = {
        cmocka_unit_test(with_the_rules_in_force_nothing_flips),
        cmocka_unit_test(with_one_rule_off_only_what_it_refused_comes_out_otherwise),
        cmocka_unit_test(with_all_rules_off_what_there_is_is_still_asked_for),
        cmocka_unit_test(a_shorter_age_of_commands_refuses_the_late_ones_and_no_other),
    };
    const struct CMUnitTest plain[] = {
        WITH(grants_at_once_would_have_let_in_whoever_had_to_log_in_again),
        WITH(revocations_at_the_next_login_would_have_left_a_permission),
        WITH(one_item_that_would_be_refused_refuses_all_of_a_command_for_all_or_none),
    };
    int wrong = cmocka_run_group_tests_name("reports/whatif/chaos", chaotic, begin_chaos, end);
    return wrong + cmocka_run_group_tests_name("reports/whatif/whatif", plain, NULL, NULL);
}
