/*
 * Statements of second factors: canonical, for one challenge of one user, signed by a provider that
 * is trusted, and fresh.
 */
#include "core/identity/second_factor.h"
#include "schema/canonical.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MINUTE_US UINT64_C(60000000)

/* A challenge and a statement that answers it; a test spoils either. */
struct answer {
    struct people *people;
    struct digest nonce;
    struct session_row challenge;
    struct second_factor factor;
    const struct secret_key *key;
    const char *domain;
    char memory[SECOND_FACTOR_MAX];
    struct text record;
};

static void answer_begin(struct answer *answer, struct people *people)
{
    uint64_t now = people->enclave.scratch.clock_us;
    *answer = (struct answer){.people = people,
                              .nonce = {"thirty-two bytes of some nonce.."},
                              .key = people->enclave.provider_key,
                              .domain = SECOND_FACTOR_DOMAIN};
    answer->challenge = (struct session_row){
        .session = {ID_SESSION, 40}, .user = {ID_USER, 30}, .nonce = BYTES(answer->nonce.sha256)};
    answer->factor = (struct second_factor){.expires_utc_us = now + MINUTE_US,
                                            .issued_utc_us = now,
                                            .nonce = answer->nonce,
                                            .origin = LITERAL("test.example/log"),
                                            .provider = LITERAL("phones"),
                                            .session = {ID_SESSION, 40},
                                            .user = {ID_USER, 30}};
}

static void answer_sign(struct answer *answer)
{
    char memory[SECOND_FACTOR_MAX];
    struct text message = TEXT_IN(memory);
    struct signature signature;
    second_factor_put_message(&answer->factor, &message);
    size_t usual = sizeof SECOND_FACTOR_DOMAIN - 1;
    char signed_memory[SECOND_FACTOR_MAX];
    struct text whole = TEXT_IN(signed_memory);
    text_put_string(&whole, answer->domain);
    text_put(&whole, memory + usual, message.size - usual);
    must(secret_key_sign(answer->key, text_bytes(&whole), &signature));
    answer->record = TEXT_IN(answer->memory);
    second_factor_put(&answer->factor, bytes_of(signature.data, signature.size), &answer->record);
    assert_false(answer->record.full);
}

static enum rule judged(struct answer *answer, struct bytes record)
{
    struct second_factor factor;
    struct id provider;
    struct view view = enclave_view(&answer->people->enclave);
    enum rule rule = second_factor_refusal(&view, &answer->challenge, record, &factor, &provider);
    must(answer->people->enclave.trouble);
    if (rule == RULE_NONE) {
        assert_true(id_equal(provider, answer->people->enclave.provider));
        assert_int_equal(factor.issued_utc_us, answer->factor.issued_utc_us);
    }
    return rule;
}

static enum rule answered(struct answer *answer)
{
    answer_sign(answer);
    return judged(answer, text_bytes(&answer->record));
}

static void a_statement_is_read_as_it_was_written(void **state)
{
    struct answer answer;
    struct second_factor_record read;
    answer_begin(&answer, *state);
    answer_sign(&answer);
    must(canonical_check(text_bytes(&answer.record)));
    must(second_factor_read(text_bytes(&answer.record), &read));
    char memory[SECOND_FACTOR_MAX];
    struct text again = TEXT_IN(memory);
    second_factor_put(&read.factor, bytes_of(read.signature, read.signature_size), &again);
    assert_true(bytes_equal(text_bytes(&again), text_bytes(&answer.record)));
    assert_int_equal(answered(&answer), RULE_NONE);
}

static void every_cut_and_every_flipped_bit_is_noticed(void **state)
{
    struct answer answer;
    answer_begin(&answer, *state);
    answer_sign(&answer);
    for (size_t size = 1; size < answer.record.size; size++) {
        assert_int_equal(judged(&answer, bytes_of(answer.memory, size)), RULE_IDN_06B);
    }
    for (size_t at = 0; at < answer.record.size; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            answer.memory[at] = (char)(answer.memory[at] ^ (1 << bit));
            assert_int_equal(judged(&answer, text_bytes(&answer.record)), RULE_IDN_06B);
            answer.memory[at] = (char)(answer.memory[at] ^ (1 << bit));
        }
    }
}

static void without_a_statement_there_is_no_second_factor(void **state)
{
    struct answer answer;
    answer_begin(&answer, *state);
    assert_int_equal(judged(&answer, (struct bytes){0}), RULE_IDN_06A);
}

static void a_statement_is_for_one_user_challenge_and_log(void **state)
{
    struct answer answer;
    answer_begin(&answer, *state);
    answer.factor.user.n++;
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    answer_begin(&answer, *state);
    answer.factor.session.n++;
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    answer_begin(&answer, *state);
    answer.factor.nonce.sha256[7] ^= 1;
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    answer_begin(&answer, *state);
    answer.factor.origin = LITERAL("other.example/log");
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    answer_begin(&answer, *state);
    answer.challenge.nonce.size--;
    assert_int_equal(answered(&answer), RULE_IDN_06B);
}

static void only_a_provider_that_is_trusted_counts(void **state)
{
    struct people *people = *state;
    struct answer answer;
    CLEANUP(secret_key_close) struct secret_key *other = NULL;
    must(secret_key_make(KEY_ED25519, "phones", &other));
    answer_begin(&answer, people);
    answer.key = other;
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    answer_begin(&answer, people);
    answer.factor.provider = LITERAL("cards");
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    answer_begin(&answer, people);
    answer.domain = "cairn-command-v1\n";
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    union event_body body = {.mfa_provider_distrusted = {.reason = LITERAL("out")}};
    answer_begin(&answer, people);
    assert_int_equal(answered(&answer), RULE_NONE);
    people_say(people, EVENT_MFA_PROVIDER_DISTRUSTED, people->enclave.provider, &body);
    assert_int_equal(answered(&answer), RULE_IDN_06B);
}

static void a_second_factor_is_fresh(void **state)
{
    struct answer answer;
    answer_begin(&answer, *state);
    uint64_t now = answer.factor.issued_utc_us;
    answer.factor.expires_utc_us = now;
    assert_int_equal(answered(&answer), RULE_IDN_06C);
    answer.factor.expires_utc_us = now + 1;
    assert_int_equal(answered(&answer), RULE_NONE);
    answer.factor.issued_utc_us = now - 30 * MINUTE_US;
    assert_int_equal(answered(&answer), RULE_IDN_06C);
    answer.factor.issued_utc_us++;
    assert_int_equal(answered(&answer), RULE_NONE);
    answer.factor.issued_utc_us = now + SECOND_FACTOR_SKEW * UINT64_C(1000000);
    answer.factor.expires_utc_us = now + 9 * MINUTE_US;
    assert_int_equal(answered(&answer), RULE_NONE);
    answer.factor.issued_utc_us++;
    assert_int_equal(answered(&answer), RULE_IDN_06C);
}

static void how_long_a_factor_is_fresh_is_a_setting(void **state)
{
    struct people *people = *state;
    struct answer answer;
    union event_body body = {
        .system_setting_changed = {.setting = SETTING_MFA_LIFE, .from = 1800, .to = 60}};
    answer_begin(&answer, people);
    answer.factor.issued_utc_us -= MINUTE_US;
    assert_int_equal(answered(&answer), RULE_NONE);
    people_say(people, EVENT_SYSTEM_SETTING_CHANGED, THE_LOG, &body);
    assert_int_equal(answered(&answer), RULE_IDN_06C);
}

/* Canonical JSON that is no statement: another member, another kind of id, too much of it. */
static void what_has_another_form_is_no_statement(void **state)
{
    struct answer answer;
    struct second_factor_record read;
    static uint8_t long_memory[SECOND_FACTOR_MAX + 2];
    answer_begin(&answer, *state);
    answer.factor.session.kind = ID_FILE;
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    answer_begin(&answer, *state);
    answer.factor.user.n = ID_NEW;
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    answer_begin(&answer, *state);
    answer.factor.provider = LITERAL("pho\"nes");
    assert_int_equal(answered(&answer), RULE_IDN_06B);
    assert_int_equal(second_factor_read(LITERAL("{}"), &read).code, STATUS_MALFORMED);
    assert_int_equal(second_factor_read(BYTES(long_memory), &read).code, STATUS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(a_statement_is_read_as_it_was_written),
        WITH_PEOPLE(every_cut_and_every_flipped_bit_is_noticed),
        WITH_PEOPLE(without_a_statement_there_is_no_second_factor),
        WITH_PEOPLE(a_statement_is_for_one_user_challenge_and_log),
        WITH_PEOPLE(only_a_provider_that_is_trusted_counts),
        WITH_PEOPLE(a_second_factor_is_fresh),
        WITH_PEOPLE(how_long_a_factor_is_fresh_is_a_setting),
        WITH_PEOPLE(what_has_another_form_is_no_statement),
    };
    return cmocka_run_group_tests_name("core/identity/second_factor", tests, NULL, NULL);
}
