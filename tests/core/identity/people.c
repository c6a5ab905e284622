#include "tests/core/identity/people.h"

#include "core/identity/second_factor.h"
#include "core/identity/session.h"
#include "core/identity/user.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

int people_begin(void **state)
{
    struct people *people = calloc(1, sizeof *people);
    enclave_begin(&people->enclave);
    *state = people;
    return 0;
}

int people_end(void **state)
{
    struct people *people = *state;
    enclave_end(&people->enclave);
    free(people);
    return 0;
}

uint64_t people_say(struct people *people, enum event_kind kind, struct id on,
                    const union event_body *body)
{
    struct engine *engine = people->enclave.engine;
    uint64_t n = log_head_of(engine_log(engine))->size;
    must(engine_say(engine, VOICE_IDENTITY,
                    &(struct draft){.kind = kind, .on = {on}, .on_count = 1, .body = body}));
    must(engine_flush(engine));
    return n;
}

struct id people_add(struct people *people, const char *login, enum user_role role)
{
    static const uint8_t receive_key[RECEIVE_KEY_SIZE] = "nobody wraps anything for it";
    char memory[256];
    struct text key = TEXT_IN(memory);
    public_key_write(secret_key_public(people->enclave.provider_key), &key);
    union event_body body = {.user_registered_v2 = {.login = bytes_of_string(login),
                                                    .key = text_bytes(&key),
                                                    .receive_key = BYTES(receive_key),
                                                    .role = role}};
    return (struct id){ID_USER, people_say(people, EVENT_USER_REGISTERED_V2, NEW(ID_USER), &body)};
}

struct actor people_actor(struct people *people, struct id user)
{
    struct view view = enclave_view(&people->enclave);
    struct user_row row;
    struct session_row session = {0};
    assert_true(user_by_id(&view, user, &row));
    struct actor actor = {.user = user, .role = row.role, .session = session_of(&view, user)};
    if (session_is_open(&view, actor.session, &session)) {
        actor.opened_n = session.opened_n;
        actor.project = session.project;
    }
    must(people->enclave.trouble);
    return actor;
}

struct actor people_stranger(enum user_role role)
{
    return (struct actor){.user = {ID_USER, 1 << 20}, .role = role, .login = LITERAL("who")};
}

enum rule people_ask(struct people *people, const struct actor *actor, enum command_kind kind,
                     const union command_fields *fields)
{
    struct view view = enclave_view(&people->enclave);
    people->decision = (struct decision){0};
    dispatch_decide(kind, &view, actor, fields, &people->decision);
    must(people->enclave.trouble);
    assert_int_equal(people->decision.refused == RULE_NONE, people->decision.count > 0);
    return people->decision.refused;
}

uint64_t people_do(struct people *people, const struct actor *actor)
{
    char memory[64];
    struct text name = TEXT_IN(memory);
    struct engine *engine = people->enclave.engine;
    uint64_t first = log_head_of(engine_log(engine))->size;
    id_write(&name, actor->user);
    for (size_t i = 0; i < people->decision.count; i++) {
        const struct decided *decided = &people->decision.events[i];
        struct draft draft = {.kind = decided->kind,
                              .on_count = decided->on_count,
                              .body = &decided->body,
                              .actor = text_bytes(&name)};
        memcpy(draft.on, decided->on, sizeof draft.on);
        must(engine_say(engine, VOICE_IDENTITY, &draft));
    }
    must(engine_flush(engine));
    return first;
}

uint64_t people_have(struct people *people, const struct actor *actor, enum command_kind kind,
                     const union command_fields *fields)
{
    enum rule refused = people_ask(people, actor, kind, fields);
    if (refused != RULE_NONE) {
        fail_msg("%s was refused by %s: %s", command_name(kind), rule_id(refused),
                 rule_sentence(refused));
    }
    return people_do(people, actor);
}

struct user_row people_row(struct people *people, struct id user)
{
    struct view view = enclave_view(&people->enclave);
    struct user_row row;
    assert_true(user_by_id(&view, user, &row));
    return row;
}

size_t people_count(const struct people *people, enum event_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < people->decision.count; i++) {
        count += people->decision.events[i].kind == kind ? 1 : 0;
    }
    return count;
}

/* Sessions ----------------------------------------------------------------------------------- */

static void put_statement(struct people *people, struct id user, struct id session,
                          const struct digest *nonce, struct text *out)
{
    char memory[SECOND_FACTOR_MAX];
    struct text message = TEXT_IN(memory);
    struct signature signature;
    const struct second_factor factor = {
        .expires_utc_us = people->enclave.scratch.clock_us + 60000000,
        .issued_utc_us = people->enclave.scratch.clock_us,
        .nonce = *nonce,
        .origin = bytes_of_string(log_origin(engine_log(people->enclave.engine))),
        .provider = LITERAL("phones"),
        .session = session,
        .user = user,
    };
    second_factor_put_message(&factor, &message);
    must(secret_key_sign(people->enclave.provider_key, text_bytes(&message), &signature));
    second_factor_put(&factor, bytes_of(signature.data, signature.size), out);
}

struct id people_login(struct people *people, struct id user, enum rule *refused)
{
    char memory[SECOND_FACTOR_MAX];
    struct text statement = TEXT_IN(memory);
    struct actor actor = {.user = user, .role = people_row(people, user).role};
    union command_fields fields = {.session_challenge = {.unused = false}};
    key_random(actor.random.sha256, DIGEST_SIZE);
    enum rule rule = people_ask(people, &actor, COMMAND_SESSION_CHALLENGE, &fields);
    struct id session = {0};
    if (rule == RULE_NONE) {
        session = (struct id){ID_SESSION, people_do(people, &actor)};
        put_statement(people, user, session, &actor.random, &statement);
        fields.session_open = (struct session_open){.session = session,
                                                    .nonce = BYTES(actor.random.sha256),
                                                    .statement = text_bytes(&statement)};
        rule = people_ask(people, &actor, COMMAND_SESSION_OPEN, &fields);
    }
    if (rule == RULE_NONE) {
        (void)people_do(people, &actor);
    }
    if (refused == NULL) {
        assert_int_equal(rule, RULE_NONE);
    } else {
        *refused = rule;
    }
    return rule == RULE_NONE ? session : (struct id){0};
}
