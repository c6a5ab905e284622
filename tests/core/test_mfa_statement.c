/*
 * Statements of second factors: what the store signs for a code opens a session, once.
 */
#include "core/birth.h"
#include "core/mfa_statement.h"
#include "core/store_layout.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW UINT64_C(1773093600000000)
#define ORIGIN "test.example/log"

struct place {
    struct scratch scratch;
    struct totp_secret secret;
    struct id ada;
    struct secret_key *provider;
    char statement_memory[SECOND_FACTOR_MAX];
    struct text statement;
};

static void begin(struct place *place)
{
    struct store_path path;
    *place = (struct place){0};
    place->statement = TEXT_IN(place->statement_memory);
    scratch_begin(&place->scratch);
    must(key_library_start());
    totp_secret_make(&place->secret);
    must(secret_key_make(KEY_ED25519, "ada", &place->scratch.admin_key));
    must(store_create(&(struct birth){.directory = place->scratch.store,
                                      .origin = ORIGIN,
                                      .key_type = KEY_ED25519,
                                      .admin_login = "ada",
                                      .admin_key = secret_key_public(place->scratch.admin_key),
                                      .admin_totp = &place->secret}));
    must(store_key_path(place->scratch.store, TOTP_PROVIDER, &path));
    must(secret_key_load(path.text, &place->provider));
    struct engine *engine = scratch_open(&place->scratch, false);
    place->ada = scratch_admin(engine);
    scratch_close(&engine);
}

static void end(struct place *place)
{
    secret_key_close(&place->provider);
    scratch_end(&place->scratch);
}

static struct status answer(struct place *place, struct bytes code)
{
    struct mfa_answer asked = {.session = {ID_SESSION, 77},
                               .user = place->ada,
                               .nonce = {.sha256 = "a nonce of thirty-two bytes"},
                               .origin = LITERAL(ORIGIN),
                               .code = code,
                               .now_utc_us = NOW};
    text_clear(&place->statement);
    return mfa_statement_by_totp(place->scratch.store, &asked, &place->statement);
}

static struct status answer_right(struct place *place)
{
    char memory[16];
    struct text code = TEXT_IN(memory);
    must(totp_code(&place->secret, NOW, &code));
    return answer(place, text_bytes(&code));
}

/* Whether the record carries the provider's signature over what it says. */
static bool is_signed(const struct place *place, const struct second_factor_record *record)
{
    char memory[SECOND_FACTOR_MAX];
    struct text message = TEXT_IN(memory);
    second_factor_put_message(&record->factor, &message);
    return !failed(public_key_verify(secret_key_public(place->provider), text_bytes(&message),
                                     bytes_of(record->signature, record->signature_size)));
}

/* IDN-06a, IDN-06b: for this user and challenge, by the provider that the store is itself. */
static void a_right_code_is_signed_for_this_user_and_challenge(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    struct second_factor_record record;
    begin(&place);
    must(answer_right(&place));
    must(second_factor_read(text_bytes(&place.statement), &record));
    assert_true(is_signed(&place, &record));
    assert_true(bytes_equal(record.factor.provider, LITERAL(TOTP_PROVIDER)));
    assert_true(bytes_equal(record.factor.origin, LITERAL(ORIGIN)));
    assert_int_equal(record.factor.session.n, 77);
    assert_int_equal(record.factor.user.n, place.ada.n);
    assert_int_equal(record.factor.issued_utc_us, NOW);
    assert_true(record.factor.expires_utc_us > NOW);
}

static void a_code_is_signed_once(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    begin(&place);
    must(answer_right(&place));
    assert_int_equal(answer_right(&place).code, STATUS_KEY);
    assert_int_equal(place.statement.size, 0);
}

static void a_wrong_code_is_not_signed(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    begin(&place);
    assert_int_equal(answer(&place, LITERAL("no")).code, STATUS_KEY);
    assert_int_equal(place.statement.size, 0);
}

static void a_user_without_a_secret_has_no_second_factor_here(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    begin(&place);
    place.ada.n++;
    assert_int_equal(answer_right(&place).code, STATUS_NOT_FOUND);
}

static void a_provider_signs_under_the_name_of_its_key(void **unused)
{
    (void)unused;
    CLEANUP(end) struct place place;
    struct second_factor_record record;
    begin(&place);
    const struct second_factor factor = {.expires_utc_us = NOW + 1,
                                         .issued_utc_us = NOW,
                                         .origin = LITERAL(ORIGIN),
                                         .provider = LITERAL("somebody else"),
                                         .session = {ID_SESSION, 77},
                                         .user = place.ada};
    must(mfa_statement_sign(&factor, place.provider, &place.statement));
    must(second_factor_read(text_bytes(&place.statement), &record));
    assert_true(bytes_equal(record.factor.provider, LITERAL(TOTP_PROVIDER)));
    assert_true(is_signed(&place, &record));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_code_is_signed_for_this_user_and_challenge),
        cmocka_unit_test(a_code_is_signed_once),
        cmocka_unit_test(a_wrong_code_is_not_signed),
        cmocka_unit_test(a_user_without_a_secret_has_no_second_factor_here),
        cmocka_unit_test(a_provider_signs_under_the_name_of_its_key),
    };
    return cmocka_run_group_tests_name("core/mfa_statement", tests, NULL, NULL);
}
