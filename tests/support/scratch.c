#include "tests/support/scratch.h"

#include "core/birth.h"
#include "core/command_record.h"
#include "core/identity/second_factor.h"
#include "core/identity/session.h"
#include "core/identity/user.h"
#include "schema/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define SCRATCH_MFA_LIFE_US (30 * 60 * TIME_SECOND_US)

void must(struct status status)
{
    char memory[512];
    struct text text = TEXT_IN(memory);
    if (failed(status)) {
        status_describe(status, &text);
        fail_msg("%s", text_string(&text));
    }
}

static void run(struct text *command)
{
    assert_false(command->full);
    assert_int_equal(system(text_string(command)), 0);
}

void copy_tree(const char *from, const char *to)
{
    char memory[1200];
    struct text command = TEXT_IN(memory);
    text_add(&command, "cp -a -- '%s' '%s'", from, to);
    run(&command);
}

void remove_tree(const char *path)
{
    char memory[1200];
    struct text command = TEXT_IN(memory);
    text_add(&command, "rm -rf -- '%s'", path);
    run(&command);
}

void scratch_begin(struct scratch *scratch)
{
    const char *base = getenv("TMPDIR");
    *scratch = (struct scratch){.clock_us = UINT64_C(1773093480000000)};
    snprintf(scratch->directory, sizeof scratch->directory, "%s/cairn-test-XXXXXX",
             base == NULL ? "/tmp" : base);
    assert_non_null(mkdtemp(scratch->directory));
    snprintf(scratch->store, sizeof scratch->store, "%s/store", scratch->directory);
    must(key_library_start());
}

void scratch_store(struct scratch *scratch, enum key_type type)
{
    must(secret_key_make(KEY_ED25519, "ada", &scratch->admin_key));
    must(store_create(&(struct birth){.directory = scratch->store,
                                      .origin = "test.example/log",
                                      .key_type = type,
                                      .admin_login = "ada",
                                      .admin_key = secret_key_public(scratch->admin_key)}));
}

void scratch_end(struct scratch *scratch)
{
    secret_key_close(&scratch->admin_key);
    secret_key_close(&scratch->provider_key);
    remove_tree(scratch->directory);
}

static uint64_t scratch_clock(void *context)
{
    struct scratch *scratch = context;
    return scratch->clock_us;
}

struct engine *scratch_open(struct scratch *scratch, bool threaded)
{
    struct engine *engine = NULL;
    must(engine_open(&(struct engine_options){.directory = scratch->store,
                                              .threaded = threaded,
                                              .clock = scratch_clock,
                                              .clock_context = scratch},
                     &engine));
    return engine;
}

struct engine *scratch_rebuild(struct scratch *scratch)
{
    struct engine *engine = NULL;
    must(engine_open(&(struct engine_options){.directory = scratch->store,
                                              .rebuild = true,
                                              .clock = scratch_clock,
                                              .clock_context = scratch},
                     &engine));
    return engine;
}

void scratch_close(struct engine **engine)
{
    must(engine_finish(*engine));
    engine_close(engine);
}

struct id scratch_admin(struct engine *engine)
{
    uint8_t memory[4096];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct user_row user;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    assert_true(user_by_login(&view, LITERAL("ada"), &user));
    return user.user;
}

/* Commands ----------------------------------------------------------------------------------- */

void scratch_sign(struct engine *engine, const struct signer *signer, enum command_kind kind,
                  struct bytes fields, struct bytes items, struct text *out)
{
    uint8_t memory[16 << 10];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct session_row session;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    struct command_record command = {
        .actor = signer->user,
        .kind = kind,
        .fields = fields,
        .items = items,
        .origin = bytes_of_string(log_origin(engine_log(engine))),
        .t_utc_us = engine_now(engine),
    };
    bool before_session = kind == COMMAND_SESSION_CHALLENGE || kind == COMMAND_SESSION_OPEN;
    if (!before_session && session_is_open(&view, session_of(&view, signer->user), &session)) {
        command.session = session.session;
        command.project = session.has_project ? session.project : (struct id){0};
    }
    key_random(command.nonce, sizeof command.nonce);
    must(trouble);
    must(command_record_sign(&command, signer->key, out));
}

struct status scratch_command_by(struct engine *engine, const struct signer *signer,
                                 enum command_kind kind, const union command_fields *fields,
                                 struct verdict *verdict)
{
    char field_memory[COMMAND_MAX], record_memory[COMMAND_MAX + 1];
    struct text field_text = TEXT_IN(field_memory), record = TEXT_IN(record_memory);
    command_fields_encode(kind, fields, &field_text);
    scratch_sign(engine, signer, kind, text_bytes(&field_text), (struct bytes){0}, &record);
    return engine_command(engine, text_bytes(&record), verdict);
}

struct verdict scratch_command(struct scratch *scratch, struct engine *engine,
                               enum command_kind kind, const union command_fields *fields)
{
    uint8_t memory[16 << 10];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct verdict verdict = {.refused = RULE_NONE};
    const struct signer admin = {scratch_admin(engine), scratch->admin_key};
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    if (session_of(&view, admin.user).kind == ID_NONE) {
        scratch_login(scratch, engine, &admin);
    }
    must(scratch_command_by(engine, &admin, kind, fields, &verdict));
    return verdict;
}

/* Sessions ----------------------------------------------------------------------------------- */

struct id scratch_provider(struct scratch *scratch, struct engine *engine)
{
    char key_memory[256];
    uint8_t memory[4096];
    struct text key = TEXT_IN(key_memory);
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct provider_name_row row = {.name = LITERAL("phones")};
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    if (scratch->provider_key == NULL) {
        must(secret_key_make(KEY_ED25519, "phones", &scratch->provider_key));
    }
    if (view_find(&view, ROW_PROVIDER_NAME, &row)) {
        return row.provider;
    }
    public_key_write(secret_key_public(scratch->provider_key), &key);
    union event_body body = {
        .mfa_provider_trusted = {.name = LITERAL("phones"), .key = text_bytes(&key)}};
    must(engine_flush(engine));
    struct id provider = {ID_PROVIDER, log_head_of(engine_log(engine))->size};
    must(engine_say(engine, VOICE_IDENTITY,
                    &(struct draft){.kind = EVENT_MFA_PROVIDER_TRUSTED,
                                    .on = {NEW(ID_PROVIDER)},
                                    .on_count = 1,
                                    .body = &body}));
    must(engine_flush(engine));
    return provider;
}

void scratch_mfa_statement(struct scratch *scratch, struct id user,
                           const struct session_row *session, struct text *out)
{
    char memory[SECOND_FACTOR_MAX];
    struct text message = TEXT_IN(memory);
    struct signature signature;
    struct second_factor factor = {
        .expires_utc_us = scratch->clock_us + SCRATCH_MFA_LIFE_US,
        .issued_utc_us = scratch->clock_us,
        .origin = LITERAL("test.example/log"),
        .provider = LITERAL("phones"),
        .session = session->session,
        .user = user,
    };
    assert_int_equal(session->nonce.size, DIGEST_SIZE);
    memcpy(factor.nonce.sha256, session->nonce.data, DIGEST_SIZE);
    second_factor_put_message(&factor, &message);
    must(secret_key_sign(scratch->provider_key, text_bytes(&message), &signature));
    second_factor_put(&factor, bytes_of(signature.data, signature.size), out);
    assert_false(out->full || message.full);
}

static uint64_t do_or_fail(struct engine *engine, const struct signer *signer,
                           enum command_kind kind, const union command_fields *fields)
{
    struct verdict verdict = {.refused = RULE_NONE};
    must(scratch_command_by(engine, signer, kind, fields, &verdict));
    if (verdict.refused != RULE_NONE) {
        fail_msg("%s was refused by %s", command_name(kind), rule_id(verdict.refused));
    }
    return verdict.first;
}

struct id scratch_login(struct scratch *scratch, struct engine *engine, const struct signer *signer)
{
    char statement_memory[2048];
    uint8_t memory[16 << 10];
    struct text statement = TEXT_IN(statement_memory);
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    union command_fields fields = {.session_challenge = {.unused = false}};
    (void)scratch_provider(scratch, engine);
    struct session_row session = {
        .session = {ID_SESSION, do_or_fail(engine, signer, COMMAND_SESSION_CHALLENGE, &fields)}};
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    assert_true(view_find(&view, ROW_SESSION, &session));
    scratch_mfa_statement(scratch, signer->user, &session, &statement);
    fields = (union command_fields){.session_open = {.session = session.session,
                                                     .nonce = session.nonce,
                                                     .statement = text_bytes(&statement)}};
    (void)do_or_fail(engine, signer, COMMAND_SESSION_OPEN, &fields);
    return session.session;
}

/* Emitters ----------------------------------------------------------------------------------- */

void scratch_emitter(struct scratch *scratch, struct engine *engine, const char *name,
                     struct speaker *out)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    *out = (struct speaker){0};
    snprintf(out->name, sizeof out->name, "%s", name);
    must(secret_key_make(KEY_ED25519, name, &out->key));
    public_key_write(secret_key_public(out->key), &key);
    union command_fields fields = {.emitter_register = {.name = bytes_of_string(name),
                                                        .key = text_bytes(&key),
                                                        .about = LITERAL("a test's emitter")}};
    assert_int_equal(scratch_command(scratch, engine, COMMAND_EMITTER_REGISTER, &fields).refused,
                     RULE_NONE);
}

void scratch_observe(struct engine *engine, struct emission *emission, struct speaker *speaker,
                     uint32_t count)
{
    struct bytes submission;
    emission_begin(emission, speaker, bytes_of_string(log_origin(engine_log(engine))));
    for (uint32_t i = 0; i < count; i++) {
        char memory[64];
        struct text detail = TEXT_IN(memory);
        text_add(&detail, "reading %u", i);
        union event_body body = {.audit_observed = {.what = LITERAL("door"),
                                                    .has_detail = true,
                                                    .detail = text_bytes(&detail)}};
        must(emission_add(emission, &(struct draft){.kind = EVENT_AUDIT_OBSERVED,
                                                    .on = {THE_LOG},
                                                    .on_count = 1,
                                                    .body = &body}));
    }
    must(emission_end(emission, &submission, &speaker->head));
    must(engine_submit(engine, submission, NULL, NULL));
}
