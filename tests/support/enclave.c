#include "tests/support/enclave.h"

#include "core/authenticate.h"
#include "core/birth.h"
#include "core/replay.h"
#include "schema/time.h"
#include "store/verify_log.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

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

struct id enclave_login(struct enclave *enclave, const char *login)
{
    struct enclave_person *person = enclave_person(enclave, login);
    const struct signer signer = {person->user, person->key};
    person->session = scratch_login(&enclave->scratch, enclave->engine, &signer);
    return person->session;
}

struct id enclave_join(struct enclave *enclave, const char *login, enum user_role role)
{
    struct id user = enclave_user(enclave, login, role);
    enclave_login(enclave, login);
    return user;
}

void enclave_permit(struct enclave *enclave, const char *login, enum user_permission permission,
                    bool has)
{
    union command_fields fields = {.user_change_permissions = {.user = enclave_id(enclave, login),
                                                               .add = &permission,
                                                               .add_count = has,
                                                               .remove = &permission,
                                                               .remove_count = !has}};
    (void)enclave_must(enclave, "ada", COMMAND_USER_CHANGE_PERMISSIONS, &fields);
}

/* Commands ----------------------------------------------------------------------------------- */

/* A session that has ended is still named: what is refused then is for a test to see. */
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
    };
    enclave_sign_record(enclave, login, &command, out);
}

void enclave_sign_record(struct enclave *enclave, const char *login,
                         const struct command_record *command, struct text *out)
{
    const struct enclave_person *person = enclave_person(enclave, login);
    struct command_record record = *command;
    struct session_row session = {.session = person->session};
    struct view view = enclave_view(enclave);
    record.actor = person->user;
    record.origin = bytes_of_string(log_origin(engine_log(enclave->engine)));
    record.t_utc_us = enclave->scratch.clock_us;
    key_random(record.nonce, sizeof record.nonce);
    if (record.session.kind == ID_NONE && session.session.kind != ID_NONE &&
        authenticate_needs_session(record.kind)) {
        record.session = session.session;
        bool known = view_find(&view, ROW_SESSION, &session);
        record.project = known && session.has_project ? session.project : (struct id){0};
    }
    must(command_record_sign(&record, person->key, out));
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

void enclave_begin(struct enclave *enclave)
{
    *enclave = (struct enclave){.arena = {.capacity = ENCLAVE_ARENA},
                                .found = {.capacity = ENCLAVE_ARENA}};
    scratch_begin(&enclave->scratch);
    enclave->arena.memory = malloc(ENCLAVE_ARENA);
    enclave->found.memory = malloc(ENCLAVE_ARENA);
    assert_true(enclave->arena.memory != NULL && enclave->found.memory != NULL);
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
    enclave->provider = scratch_provider(&enclave->scratch, enclave->engine);
    enclave->provider_key = enclave->scratch.provider_key;
}

void enclave_end(struct enclave *enclave)
{
    if (enclave->engine != NULL && !failed(engine_failure(enclave->engine))) {
        enclave_replay(enclave);
    }
    scratch_close(&enclave->engine);
    for (size_t i = 0; i < enclave->people_count; i++) {
        secret_key_close(&enclave->people[i].key);
    }
    free(enclave->arena.memory);
    free(enclave->found.memory);
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

static void report(const struct verify_report *found)
{
    for (uint64_t i = 0; i < found->finding_count && i < VERIFY_FINDINGS_MAX; i++) {
        print_error("event %llu: %s\n", (unsigned long long)found->findings[i].n,
                    found->findings[i].what);
    }
    assert_int_equal(found->finding_count, 0);
}

void enclave_check(struct enclave *enclave)
{
    struct verifier *verifier = NULL;
    must(engine_flush(enclave->engine));
    must(verifier_open(engine_log_key(enclave->engine), &verifier));
    must(verify_log(engine_log(enclave->engine), &(struct verify_log_options){.threaded = false},
                    verifier));
    report(verify_report_of(verifier));
    verifier_close(&verifier);
    enclave_reopen(enclave, false);
    must(state_check(engine_state(enclave->engine)));
    struct digest before = state_digest(engine_state(enclave->engine));
    enclave_reopen(enclave, true);
    struct digest after = state_digest(engine_state(enclave->engine));
    assert_memory_equal(&before, &after, sizeof before);
}

/* Again -------------------------------------------------------------------------------------- */

/* What an item is refused by because of the others is not asked of it alone. */
static void assert_refused_alike(const struct replay *replay, enum rule refused)
{
    if (refused != replay->found.refused &&
        (refused != RULE_NONE || replay->found.refused != RULE_BLK_03B)) {
        fail_msg("event %" PRIu64 ", %s: recorded %s, decided again %s", replay->found.leaf.n,
                 command_name(replay->found.command.kind), rule_id(replay->found.refused),
                 rule_id(refused));
    }
}

/* An id that the event creates is its own position by now. */
static void assert_decided_alike(struct log_snapshot *log, const struct replay *replay)
{
    for (size_t i = 0; i < replay->decision.count; i++) {
        const struct decided *decided = &replay->decision.events[i];
        struct bytes bytes;
        struct leaf leaf;
        must(log_read_leaf(log, replay->found.leaf.n + i, &bytes));
        must(leaf_decode(bytes, &leaf));
        assert_int_equal(leaf.kind, decided->kind);
        for (size_t j = 0; j < decided->on_count; j++) {
            assert_int_equal(leaf.on[j].kind, decided->on[j].kind);
            assert_true(decided->on[j].n == ID_NEW || id_equal(leaf.on[j], decided->on[j]));
        }
    }
}

void enclave_replay(struct enclave *enclave)
{
    CLEANUP(log_snapshot_close) struct log_snapshot *log = NULL;
    struct replay *replay = calloc(1, sizeof *replay);
    arena_reset(&enclave->arena);
    must(engine_flush(enclave->engine));
    must(log_snapshot_open(engine_log(enclave->engine), &log));
    replay_init(replay, log, engine_state(enclave->engine), enclave->arena);
    for (uint64_t n = 0; n < log_snapshot_size(log); n++) {
        enum rule refused;
        struct status status = replay_at(replay, n);
        if (status.code == STATUS_NOT_FOUND || replay->found.leaf.n != n) {
            continue;
        }
        must(status);
        must(replay_decide(replay, NULL, &refused));
        assert_refused_alike(replay, refused);
        if (refused == RULE_NONE && replay->found.refused == RULE_NONE) {
            assert_decided_alike(log, replay);
        }
    }
    free(replay);
}

void enclave_pass(struct enclave *enclave, uint64_t seconds)
{
    enclave->scratch.clock_us += seconds * TIME_SECOND_US;
}

uint64_t enclave_size(const struct enclave *enclave)
{
    return log_head_of(engine_log(enclave->engine))->size;
}

void enclave_find(struct enclave *enclave, uint64_t n, struct enclave_found *out)
{
    struct bytes leaf, body, command;
    CLEANUP(log_snapshot_close) struct log_snapshot *snapshot = NULL;
    arena_reset(&enclave->found);
    must(log_snapshot_open(engine_log(enclave->engine), &snapshot));
    must(log_read_leaf(snapshot, n, &leaf));
    must(leaf_decode(arena_copy(&enclave->found, leaf), &out->leaf));
    must(log_read_body(snapshot, &out->leaf, &body));
    must(log_read_command(snapshot, &out->leaf, &command));
    out->command = arena_copy(&enclave->found, command);
    body = arena_copy(&enclave->found, body);
    must(event_body_decode(out->leaf.kind, bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE),
                           &enclave->found, &out->body));
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
