#include "tests/support/enclave.h"

#include "core/birth.h"
#include "core/command_record.h"
#include "schema/canonical.h"
#include "schema/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ENCLAVE_MFA_LIFE_US (30 * 60 * TIME_SECOND_US)

/* People ------------------------------------------------------------------------------------- */

struct enclave_person *enclave_person(struct enclave *enclave, const char *login)
{
    for (size_t i = 0; i < enclave->people_count; i++) {
        if (strcmp(enclave->people[i].login, login) == 0) {
            return &enclave->people[i];
        }
    }
    fail_msg("nobody is called %s", login);
    return NULL;
}

struct id enclave_id(struct enclave *enclave, const char *login)
{
    return enclave_person(enclave, login)->user;
}

/* A receive key is any 32 bytes here: nothing is wrapped for it. */
static struct enclave_person *add_person(struct enclave *enclave, const char *login)
{
    assert_true(enclave->people_count < ENCLAVE_PEOPLE_MAX);
    struct enclave_person *person = &enclave->people[enclave->people_count++];
    *person = (struct enclave_person){0};
    snprintf(person->login, sizeof person->login, "%s", login);
    memset(person->receive_key, (int)enclave->people_count, sizeof person->receive_key);
    return person;
}

/* Whoever is registered shows that both keys are hers. */
static void prove(const struct enclave_person *person, struct signature *out)
{
    char memory[256];
    struct text message = TEXT_IN(memory);
    text_put_literal(&message, "cairn-card-v1\n");
    text_put_string(&message, person->login);
    text_put_char(&message, '\n');
    text_put_bytes(&message, BYTES(person->receive_key));
    must(secret_key_sign(person->key, text_bytes(&message), out));
}

struct id enclave_user(struct enclave *enclave, const char *login, enum user_role role)
{
    char memory[256];
    struct text key = TEXT_IN(memory);
    struct signature proof;
    if (enclave_person(enclave, "ada")->session.kind == ID_NONE) {
        enclave_login(enclave, "ada");
    }
    struct enclave_person *person = add_person(enclave, login);
    must(secret_key_make(KEY_ED25519, login, &person->key));
    public_key_write(secret_key_public(person->key), &key);
    prove(person, &proof);
    union command_fields fields = {.user_register = {.login = bytes_of_string(person->login),
                                                     .key = text_bytes(&key),
                                                     .receive_key = BYTES(person->receive_key),
                                                     .proof = bytes_of(proof.data, proof.size),
                                                     .role = role}};
    person->user =
        (struct id){ID_USER, enclave_must(enclave, "ada", COMMAND_USER_REGISTER, &fields)};
    return person->user;
}

/* Sessions ----------------------------------------------------------------------------------- */

void enclave_mfa_statement(struct enclave *enclave, const char *login, struct id session,
                           struct bytes nonce, struct text *out)
{
    char head_memory[1024], tail_memory[512], message_memory[2048];
    struct text head = TEXT_IN(head_memory), tail = TEXT_IN(tail_memory);
    struct text message = TEXT_IN(message_memory);
    struct signature signature;
    static const uint8_t token[DIGEST_SIZE] = "a code that was shown once";
    uint64_t now_utc_us = enclave->scratch.clock_us;
    text_put_literal(&head, "{\"expires\":");
    canonical_put_time(&head, now_utc_us + ENCLAVE_MFA_LIFE_US);
    text_put_literal(&head, ",\"issued\":");
    canonical_put_time(&head, now_utc_us);
    text_put_literal(&head, ",\"nonce\":");
    canonical_put_base64(&head, nonce);
    text_add(&head, ",\"origin\":\"%s\",\"provider\":\"phones\",\"session\":\"",
             log_origin(engine_log(enclave->engine)));
    id_write(&head, session);
    text_put_char(&head, '"');
    text_put_literal(&tail, ",\"token\":");
    canonical_put_base64(&tail, BYTES(token));
    text_put_literal(&tail, ",\"user\":\"");
    id_write(&tail, enclave_id(enclave, login));
    text_put_literal(&tail, "\"}");
    text_put_literal(&message, "cairn-mfa-v1\n");
    text_put_bytes(&message, text_bytes(&head));
    text_put_bytes(&message, text_bytes(&tail));
    must(secret_key_sign(enclave->provider_key, text_bytes(&message), &signature));
    text_put_bytes(out, text_bytes(&head));
    text_put_literal(out, ",\"sig\":");
    canonical_put_base64(out, bytes_of(signature.data, signature.size));
    text_put_bytes(out, text_bytes(&tail));
    assert_false(out->full || head.full || tail.full || message.full);
}

struct id enclave_login(struct enclave *enclave, const char *login)
{
    char memory[2048];
    uint8_t nonce[256];
    struct text statement = TEXT_IN(memory);
    struct enclave_person *person = enclave_person(enclave, login);
    union command_fields fields = {.session_challenge = {.unused = false}};
    person->session = (struct id){ID_NONE, 0};
    struct verdict challenge = enclave_do(enclave, login, COMMAND_SESSION_CHALLENGE, &fields);
    if (challenge.refused == RULE_IDN_02A) {
        return person->session; /* nothing decides about sessions yet */
    }
    struct session_row session = {.session = {ID_SESSION, challenge.first}};
    struct view view = enclave_view(enclave);
    assert_true(view_find(&view, ROW_SESSION, &session));
    assert_true(session.nonce.size <= sizeof nonce);
    memcpy(nonce, session.nonce.data, session.nonce.size);
    session.nonce.data = nonce;
    enclave_mfa_statement(enclave, login, session.session, session.nonce, &statement);
    fields = (union command_fields){.session_open = {.session = session.session,
                                                     .nonce = session.nonce,
                                                     .statement = text_bytes(&statement)}};
    (void)enclave_must(enclave, login, COMMAND_SESSION_OPEN, &fields);
    person->session = session.session;
    return person->session;
}

struct id enclave_join(struct enclave *enclave, const char *login, enum user_role role)
{
    struct id user = enclave_user(enclave, login, role);
    enclave_login(enclave, login);
    return user;
}

/* Commands ----------------------------------------------------------------------------------- */

void enclave_sign(struct enclave *enclave, const char *login, enum command_kind kind,
                  const union command_fields *fields, struct text *out)
{
    char memory[COMMAND_MAX];
    struct text field_text = TEXT_IN(memory);
    const struct enclave_person *person = enclave_person(enclave, login);
    command_fields_encode(kind, fields, &field_text);
    struct command_record command = {
        .actor = person->user,
        .kind = kind,
        .fields = text_bytes(&field_text),
        .origin = bytes_of_string(log_origin(engine_log(enclave->engine))),
        .t_utc_us = enclave->scratch.clock_us,
    };
    key_random(command.nonce, sizeof command.nonce);
    must(command_record_sign(&command, person->key, out));
}

struct verdict enclave_give(struct enclave *enclave, struct bytes record)
{
    struct verdict verdict = {0};
    must(engine_command(enclave->engine, record, &verdict));
    return verdict;
}

struct verdict enclave_do(struct enclave *enclave, const char *login, enum command_kind kind,
                          const union command_fields *fields)
{
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    enclave_sign(enclave, login, kind, fields, &record);
    return enclave_give(enclave, text_bytes(&record));
}

uint64_t enclave_must(struct enclave *enclave, const char *login, enum command_kind kind,
                      const union command_fields *fields)
{
    struct verdict verdict = enclave_do(enclave, login, kind, fields);
    if (verdict.refused != RULE_NONE) {
        fail_msg("%s by %s was refused by %s: %s", command_name(kind), login,
                 rule_id(verdict.refused), rule_sentence(verdict.refused));
    }
    return verdict.first;
}

void enclave_refused(struct enclave *enclave, const char *login, enum command_kind kind,
                     const union command_fields *fields, enum rule rule)
{
    struct verdict verdict = enclave_do(enclave, login, kind, fields);
    if (verdict.refused != rule) {
        fail_msg("%s by %s was not refused by %s, but %s", command_name(kind), login, rule_id(rule),
                 verdict.refused == RULE_NONE ? "allowed" : rule_id(verdict.refused));
    }
}

/* The store ---------------------------------------------------------------------------------- */

static void trust_provider(struct enclave *enclave)
{
    char memory[256];
    struct text key = TEXT_IN(memory);
    must(secret_key_make(KEY_ED25519, "phones", &enclave->provider_key));
    public_key_write(secret_key_public(enclave->provider_key), &key);
    union event_body body = {
        .mfa_provider_trusted = {.name = LITERAL("phones"), .key = text_bytes(&key)}};
    enclave->provider = (struct id){ID_PROVIDER, log_head_of(engine_log(enclave->engine))->size};
    must(engine_say(enclave->engine, VOICE_IDENTITY,
                    &(struct draft){.kind = EVENT_MFA_PROVIDER_TRUSTED,
                                    .on = {NEW(ID_PROVIDER)},
                                    .on_count = 1,
                                    .body = &body}));
    must(engine_flush(enclave->engine));
}

void enclave_begin(struct enclave *enclave)
{
    *enclave = (struct enclave){.arena = {.capacity = ENCLAVE_ARENA}};
    scratch_begin(&enclave->scratch);
    enclave->arena.memory = malloc(ENCLAVE_ARENA);
    assert_non_null(enclave->arena.memory);
    struct enclave_person *ada = add_person(enclave, "ada");
    must(secret_key_make(KEY_ED25519, "ada", &ada->key));
    must(store_create(&(struct birth){.directory = enclave->scratch.store,
                                      .origin = "test.example/log",
                                      .key_type = KEY_ED25519,
                                      .admin_login = "ada",
                                      .admin_key = secret_key_public(ada->key),
                                      .admin_receive_key = BYTES(ada->receive_key)}));
    enclave->engine = scratch_open(&enclave->scratch, false);
    ada->user = scratch_admin(enclave->engine);
    trust_provider(enclave);
}

void enclave_end(struct enclave *enclave)
{
    scratch_close(&enclave->engine);
    for (size_t i = 0; i < enclave->people_count; i++) {
        secret_key_close(&enclave->people[i].key);
    }
    secret_key_close(&enclave->provider_key);
    free(enclave->arena.memory);
    scratch_end(&enclave->scratch);
}

void enclave_reopen(struct enclave *enclave, bool rebuild)
{
    scratch_close(&enclave->engine);
    if (!rebuild) {
        enclave->engine = scratch_open(&enclave->scratch, false);
        return;
    }
    enclave->engine = scratch_rebuild(&enclave->scratch);
}

void enclave_pass(struct enclave *enclave, uint64_t seconds)
{
    enclave->scratch.clock_us += seconds * TIME_SECOND_US;
}

/* Looking ------------------------------------------------------------------------------------ */

struct view enclave_view_as_of(struct enclave *enclave, uint64_t n)
{
    arena_reset(&enclave->arena);
    must(enclave->trouble);
    return engine_view(enclave->engine, n, &enclave->arena, &enclave->trouble);
}

struct view enclave_view(struct enclave *enclave)
{
    return enclave_view_as_of(enclave, UINT64_MAX);
}
