/*
 * Many commands in one commit: each is decided on what the ones before it did, and the log and the
 * state are what they would be had they come one by one.
 */
#include "tests/support/enclave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    MANY = 5000, /* more than one commit holds */
    RECORD_SIZE = 1024,
};

static int begin(void **state)
{
    struct enclave *enclave = calloc(1, sizeof *enclave);
    enclave_begin(enclave);
    enclave_login(enclave, "ada");
    *state = enclave;
    return 0;
}

static int end(void **state)
{
    struct enclave *enclave = *state;
    enclave_end(enclave);
    free(enclave);
    return 0;
}

/* Commands by ada, to be given together. */
struct pile {
    char (*memory)[RECORD_SIZE];
    struct request *requests;
    struct verdict *verdicts;
    size_t count;
};

static void pile_begin(struct pile *pile, size_t capacity)
{
    *pile = (struct pile){.memory = calloc(capacity, sizeof *pile->memory),
                          .requests = calloc(capacity, sizeof *pile->requests),
                          .verdicts = calloc(capacity, sizeof *pile->verdicts)};
    assert_true(pile->memory != NULL && pile->requests != NULL && pile->verdicts != NULL);
}

static void pile_end(struct pile *pile)
{
    free(pile->memory);
    free(pile->requests);
    free(pile->verdicts);
}

static void pile_add(struct pile *pile, struct enclave *enclave, enum command_kind kind,
                     const union command_fields *fields)
{
    struct text record = TEXT_IN(pile->memory[pile->count]);
    enclave_sign(enclave, "ada", kind, fields, &record);
    pile->requests[pile->count++].record = text_bytes(&record);
}

static void pile_give(struct pile *pile, struct enclave *enclave)
{
    must(engine_commands(enclave->engine, pile->requests, pile->count, pile->verdicts));
}

static void add_team(struct pile *pile, struct enclave *enclave, const char *name)
{
    union command_fields fields = {
        .team_create = {.name = bytes_of_string(name), .user = enclave_id(enclave, "ada")}};
    pile_add(pile, enclave, COMMAND_TEAM_CREATE, &fields);
}

static uint64_t checkpoints(struct enclave *enclave)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    struct log_counts counts;
    must(log_snapshot_open(engine_log(enclave->engine), &snapshot));
    must(log_count(snapshot, &counts));
    return counts.checkpoints;
}

/* The team that the first command makes is named by the second: its id is known before. */
static void each_is_decided_on_what_the_ones_before_it_did(void **state)
{
    struct enclave *enclave = *state;
    struct pile pile;
    uint64_t size = enclave_size(enclave), commits = checkpoints(enclave);
    union command_fields delete = {.team_delete = {.team = {ID_TEAM, size}}};
    pile_begin(&pile, 8);
    add_team(&pile, enclave, "alpha");
    add_team(&pile, enclave, "alpha");
    pile_add(&pile, enclave, COMMAND_TEAM_DELETE, &delete);
    pile_add(&pile, enclave, COMMAND_TEAM_DELETE, &delete);
    pile_give(&pile, enclave);
    assert_int_equal(pile.verdicts[0].refused, RULE_NONE);
    assert_int_not_equal(pile.verdicts[1].refused, RULE_NONE);
    assert_int_equal(pile.verdicts[2].refused, RULE_NONE);
    assert_int_not_equal(pile.verdicts[3].refused, RULE_NONE);
    for (size_t i = 0, n = size; i < pile.count; n += pile.verdicts[i++].count) {
        assert_false(failed(pile.verdicts[i].status));
        assert_int_equal(pile.verdicts[i].first, n);
    }
    assert_int_equal(checkpoints(enclave), commits + 1);
    pile_end(&pile);
    enclave_check(enclave);
}

static void what_is_no_command_leaves_the_others_as_they_are(void **state)
{
    struct enclave *enclave = *state;
    struct pile pile;
    uint64_t size = enclave_size(enclave);
    pile_begin(&pile, 8);
    add_team(&pile, enclave, "alpha");
    pile.requests[pile.count++].record = LITERAL("{}");
    add_team(&pile, enclave, "beta");
    pile_give(&pile, enclave);
    assert_int_equal(pile.verdicts[1].status.code, STATUS_MALFORMED);
    assert_int_equal(pile.verdicts[1].count, 0);
    assert_false(failed(pile.verdicts[2].status));
    assert_int_equal(enclave_size(enclave), size + pile.verdicts[0].count + pile.verdicts[2].count);
    must(engine_commands(enclave->engine, NULL, 0, NULL));
    pile_end(&pile);
    enclave_check(enclave);
}

/* Events of several emitters lie between each other, and others speak before and after. */
static void voices_go_on_from_where_their_chains_stand(void **state)
{
    struct enclave *enclave = *state;
    struct pile pile;
    union event_body body = {.audit_observed = {.what = LITERAL("door")}};
    const struct draft draft = {
        .kind = EVENT_AUDIT_OBSERVED, .on = {THE_LOG}, .on_count = 1, .body = &body};
    pile_begin(&pile, 64);
    for (unsigned round = 0; round < 4; round++) {
        must(engine_say(enclave->engine, VOICE_AUDIT, &draft));
        pile.count = 0;
        for (unsigned i = 0; i < 8; i++) {
            char name[32];
            snprintf(name, sizeof name, "team %u %u", round, i);
            add_team(&pile, enclave, name);
            union command_fields fields = {
                .emitter_retire = {.name = LITERAL("nobody"), .reason = LITERAL("no")}};
            pile_add(&pile, enclave, COMMAND_EMITTER_RETIRE, &fields);
        }
        pile_give(&pile, enclave);
        must(engine_say(enclave->engine, VOICE_IDENTITY, &draft));
        if (round == 1) {
            enclave_reopen(enclave, false);
        }
    }
    pile_end(&pile);
    enclave_check(enclave);
}

/* Signatures are checked ahead, with the keys that are known then: who only says to be somebody is
 * found out all the same. */
static void what_was_checked_ahead_is_what_is_true_at_its_turn(void **state)
{
    struct enclave *enclave = *state;
    struct pile pile;
    enclave_user(enclave, "ben", USER_ROLE_USER);
    scratch_close(&enclave->engine);
    enclave->engine = scratch_open(&enclave->scratch, true);
    pile_begin(&pile, 200);
    for (unsigned i = 0; i < 200; i++) {
        struct enclave_person *ben = enclave_person(enclave, "ben");
        struct id user = ben->user;
        struct text record = TEXT_IN(pile.memory[pile.count]);
        union command_fields fields = {.session_challenge = {.unused = false}};
        ben->user = i % 3 == 1 ? enclave_id(enclave, "ada") : user;
        enclave_sign(enclave, "ben", COMMAND_SESSION_CHALLENGE, &fields, &record);
        ben->user = user;
        pile.requests[pile.count++].record =
            i % 3 == 2 ? bytes_of(record.data, record.size - 1) : text_bytes(&record);
    }
    pile_give(&pile, enclave);
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(failed(pile.verdicts[i].status), i % 3 == 2);
        assert_int_equal(pile.verdicts[i].refused, i % 3 == 1 ? RULE_IDN_06E : RULE_NONE);
    }
    pile_end(&pile);
    enclave_check(enclave);
}

/* The second command is by somebody whom the first one makes known. */
static void who_comes_to_be_known_in_a_pile_is_known_in_it(void **state)
{
    struct enclave *enclave = *state;
    char memory[256];
    static const uint8_t receive_key[ENCLAVE_RECEIVE_KEY_SIZE] = "a key to receive";
    struct text key = TEXT_IN(memory), message_text;
    struct secret_key *cleo = NULL;
    struct signature proof;
    struct pile pile;
    char message[128];
    scratch_close(&enclave->engine);
    enclave->engine = scratch_open(&enclave->scratch, true);
    must(secret_key_make(KEY_ED25519, "cleo", &cleo));
    public_key_write(secret_key_public(cleo), &key);
    message_text = TEXT_IN(message);
    text_put_literal(&message_text, "cairn-card-v1\ncleo\n");
    text_put_bytes(&message_text, BYTES(receive_key));
    must(secret_key_sign(cleo, text_bytes(&message_text), &proof));
    union command_fields fields = {.user_register = {.login = LITERAL("cleo"),
                                                     .key = text_bytes(&key),
                                                     .receive_key = BYTES(receive_key),
                                                     .proof = bytes_of(proof.data, proof.size)}};
    pile_begin(&pile, 2);
    pile_add(&pile, enclave, COMMAND_USER_REGISTER, &fields);
    struct text record = TEXT_IN(pile.memory[1]);
    const struct signer signer = {{ID_USER, enclave_size(enclave)}, cleo};
    scratch_sign(enclave->engine, &signer, COMMAND_SESSION_CHALLENGE, LITERAL("{}"),
                 (struct bytes){0}, &record);
    pile.requests[pile.count++].record = text_bytes(&record);
    pile_give(&pile, enclave);
    assert_int_equal(pile.verdicts[0].refused, RULE_NONE);
    assert_int_equal(pile.verdicts[1].refused, RULE_NONE);
    pile_end(&pile);
    secret_key_close(&cleo);
    enclave_check(enclave);
}

static void more_than_a_commit_holds_is_done_in_several(void **state)
{
    struct enclave *enclave = *state;
    struct pile pile;
    uint64_t commits = checkpoints(enclave);
    pile_begin(&pile, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        char name[32];
        snprintf(name, sizeof name, "team %u", i);
        add_team(&pile, enclave, name);
    }
    pile_give(&pile, enclave);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(pile.verdicts[i].refused, RULE_NONE);
    }
    assert_in_range(checkpoints(enclave), commits + 2, commits + 4);
    pile_end(&pile);
    enclave_check(enclave);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(each_is_decided_on_what_the_ones_before_it_did),
        WITH_STORE(what_is_no_command_leaves_the_others_as_they_are),
        WITH_STORE(voices_go_on_from_where_their_chains_stand),
        WITH_STORE(what_was_checked_ahead_is_what_is_true_at_its_turn),
        WITH_STORE(who_comes_to_be_known_in_a_pile_is_known_in_it),
        WITH_STORE(more_than_a_commit_holds_is_done_in_several),
    };
    return cmocka_run_group_tests_name("core/engine: many commands", tests, NULL, NULL);
}
