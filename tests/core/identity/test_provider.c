/*
 * Providers of second factors: who says which are trusted.
 */
#include "core/identity/provider.h"
#include "tests/core/identity/people.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum rule trusting(struct people *people, enum user_role by, const char *name,
                          struct bytes key)
{
    struct actor actor = people_stranger(by);
    union command_fields fields = {.mfa_trust = {.name = bytes_of_string(name), .key = key}};
    return people_ask(people, &actor, COMMAND_MFA_TRUST, &fields);
}

static enum rule distrusting(struct people *people, enum user_role by, struct id provider)
{
    struct actor actor = people_stranger(by);
    union command_fields fields = {
        .mfa_distrust = {.provider = provider, .reason = LITERAL("its key is out")}};
    return people_ask(people, &actor, COMMAND_MFA_DISTRUST, &fields);
}

static struct bytes key_of(struct people *people, struct text *out)
{
    public_key_write(secret_key_public(people->enclave.provider_key), out);
    return text_bytes(out);
}

/* One more, so that trust in the first can end. */
static void trust_another(struct people *people)
{
    char memory[256];
    struct text text = TEXT_IN(memory);
    struct actor actor = people_stranger(USER_ROLE_SUPER_ADMIN);
    assert_int_equal(trusting(people, USER_ROLE_SUPER_ADMIN, "spare", key_of(people, &text)),
                     RULE_NONE);
    people_do(people, &actor);
}

static void only_a_super_administrator_says_who_is_trusted(void **state)
{
    struct people *people = *state;
    char memory[256];
    struct text text = TEXT_IN(memory);
    struct bytes key = key_of(people, &text);
    trust_another(people);
    for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
        enum rule expected = by == USER_ROLE_SUPER_ADMIN ? RULE_NONE : RULE_IDN_06I;
        assert_int_equal(trusting(people, (enum user_role)by, "cards", key), expected);
        assert_int_equal(distrusting(people, (enum user_role)by, people->enclave.provider),
                         expected);
    }
}

static void a_provider_has_a_name_and_a_key_that_can_be_read(void **state)
{
    static const char *const wrong[] = {"", "Cards", "9cards", "the cards", "c\"rds", "c\nrds"};
    struct people *people = *state;
    char memory[256];
    struct text text = TEXT_IN(memory);
    struct bytes key = key_of(people, &text);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(trusting(people, USER_ROLE_SUPER_ADMIN, wrong[i], key), RULE_IDN_06J);
    }
    memory[text.size - 2] ^= 1;
    assert_int_equal(trusting(people, USER_ROLE_SUPER_ADMIN, "cards", key), RULE_IDN_06J);
    assert_int_equal(trusting(people, USER_ROLE_SUPER_ADMIN, "cards", (struct bytes){0}),
                     RULE_IDN_06J);
}

static void a_name_is_of_one_trusted_provider_and_may_get_another_key(void **state)
{
    struct people *people = *state;
    char memory[256];
    struct text text = TEXT_IN(memory);
    struct bytes key = key_of(people, &text);
    struct actor actor = people_stranger(USER_ROLE_SUPER_ADMIN);
    struct id phones = people->enclave.provider;
    struct provider_row row;
    trust_another(people);
    assert_int_equal(trusting(people, USER_ROLE_SUPER_ADMIN, "phones", key), RULE_IDN_06J);
    assert_int_equal(distrusting(people, USER_ROLE_SUPER_ADMIN, phones), RULE_NONE);
    people_do(people, &actor);
    assert_int_equal(distrusting(people, USER_ROLE_SUPER_ADMIN, phones), RULE_IDN_06J);
    assert_int_equal(distrusting(people, USER_ROLE_SUPER_ADMIN, (struct id){ID_PROVIDER, 77777}),
                     RULE_IDN_06J);
    struct view view = enclave_view(&people->enclave);
    assert_false(provider_by_name(&view, LITERAL("phones"), &row));
    assert_int_equal(trusting(people, USER_ROLE_SUPER_ADMIN, "phones", key), RULE_NONE);
    uint64_t n = people_do(people, &actor);
    view = enclave_view(&people->enclave);
    assert_true(provider_by_name(&view, LITERAL("phones"), &row));
    assert_int_equal(row.provider.n, n);
    view.as_of_n = phones.n;
    assert_true(provider_by_name(&view, LITERAL("phones"), &row));
    assert_true(id_equal(row.provider, phones));
}

static void the_last_trusted_provider_stays(void **state)
{
    struct people *people = *state;
    struct id phones = people->enclave.provider;
    struct actor actor = people_stranger(USER_ROLE_SUPER_ADMIN);
    assert_int_equal(distrusting(people, USER_ROLE_SUPER_ADMIN, phones), RULE_IDN_06K);
    trust_another(people);
    assert_int_equal(distrusting(people, USER_ROLE_SUPER_ADMIN, phones), RULE_NONE);
    people_do(people, &actor);
    struct view view = enclave_view(&people->enclave);
    struct provider_row spare;
    assert_true(provider_by_name(&view, LITERAL("spare"), &spare));
    assert_int_equal(distrusting(people, USER_ROLE_SUPER_ADMIN, spare.provider), RULE_IDN_06K);
}

static void a_secret_is_given_by_whoever_may_change_the_user(void **state)
{
    struct people *people = *state;
    static const char *const logins[] = {"a0", "a1", "a2", "a3", "a4"};
    for (unsigned target = 0; target < USER_ROLE_COUNT; target++) {
        struct id user = people_add(people, logins[target], (enum user_role)target);
        union command_fields fields = {.mfa_enrol = {.user = user, .again = target == 1}};
        for (unsigned by = 0; by < USER_ROLE_COUNT; by++) {
            struct actor actor = people_stranger((enum user_role)by);
            enum rule expected = by < USER_ROLE_ADMIN                         ? RULE_IDN_02A
                                 : by > target || by == USER_ROLE_SUPER_ADMIN ? RULE_NONE
                                                                              : RULE_IDN_02B;
            assert_int_equal(people_ask(people, &actor, COMMAND_MFA_ENROL, &fields), expected);
        }
        assert_true(id_equal(people->decision.events[0].on[0], user));
        assert_int_equal(people->decision.events[0].body.mfa_enrolled.again, target == 1);
    }
    struct actor actor = people_stranger(USER_ROLE_SUPER_ADMIN);
    union command_fields unknown = {.mfa_enrol = {.user = {ID_USER, 77777}}};
    assert_int_equal(people_ask(people, &actor, COMMAND_MFA_ENROL, &unknown), RULE_IDN_01D);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(only_a_super_administrator_says_who_is_trusted),
        WITH_PEOPLE(a_provider_has_a_name_and_a_key_that_can_be_read),
        WITH_PEOPLE(the_last_trusted_provider_stays),
        WITH_PEOPLE(a_secret_is_given_by_whoever_may_change_the_user),
        WITH_PEOPLE(a_name_is_of_one_trusted_provider_and_may_get_another_key),
    };
    return cmocka_run_group_tests_name("core/identity/provider", tests, NULL, NULL);
}
