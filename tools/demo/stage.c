#include "tools/demo/stage.h"

#include "core/authenticate.h"
#include "core/birth.h"
#include "core/identity/session.h"
#include "core/identity/user.h"
#include "core/mfa_statement.h"
#include "schema/time.h"
#include "store/rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    RECORD_ROOM = COMMAND_MAX / 4, /* bytes that a gathered command takes at most */
    RECORD_REST = 1024,            /* of them for what is not its fields */
    FACTOR_LIFE_S = 600,
    SESSION_LIFE_S = 11 * 3600, /* an hour less than it is: a piece of work is begun and ended */
};

/* Time and chance ------------------------------------------------------------------------- */

static uint64_t stage_clock(void *context)
{
    const struct stage *stage = context;
    return stage->now_us;
}

void stage_at(struct stage *stage, uint64_t utc_us)
{
    stage->now_us = utc_us > stage->now_us ? utc_us : stage->now_us;
}

void stage_pass(struct stage *stage, uint64_t seconds)
{
    stage->now_us += seconds * TIME_SECOND_US;
}

/* splitmix64 (Steele, Lea, Flood 2014). */
uint64_t stage_random(struct stage *stage, uint64_t below)
{
    uint64_t z = stage->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return below == 0 ? 0 : (z ^ (z >> 31)) % below;
}

uint64_t stage_size(const struct stage *stage)
{
    return log_head_of(engine_log(stage->engine))->size;
}

/* Opening --------------------------------------------------------------------------------- */

static struct status make_people(struct stage *stage)
{
    for (size_t i = 0; i < WHO_COUNT; i++) {
        struct stage_person *person = &stage->people[i];
        TRY(person_key_make(cast_people[i].login, &person->key));
        totp_secret_make(&person->totp);
        person->address = cast_people[i].address;
    }
    return secret_key_make(KEY_ED25519, CAST_PROVIDER, &stage->provider);
}

static struct status make_store(struct stage *stage)
{
    const struct stage_person *ada = &stage->people[ADA];
    const struct receive_key receive = receive_key_of(person_key_receives(ada->key));
    return store_create(&(struct birth){.directory = stage->directory,
                                        .origin = CAST_ORIGIN,
                                        .key_type = KEY_ED25519,
                                        .admin_login = cast_people[ADA].login,
                                        .admin_key = secret_key_public(person_key_signs(ada->key)),
                                        .admin_receive_key = BYTES(receive.data),
                                        .admin_totp = &ada->totp,
                                        .clock = stage_clock,
                                        .clock_context = stage});
}

/* One thread: where the roots of the index's runs lie in the log does not depend on chance then. */
static struct status open_store(struct stage *stage)
{
    struct user_row user;
    struct status trouble = OK;
    TRY(engine_open(&(struct engine_options){.directory = stage->directory,
                                             .clock = stage_clock,
                                             .clock_context = stage},
                    &stage->engine));
    TRY(import_open(stage->engine, &stage->import));
    TRY(vault_files_open(&(struct vault_files_options){.store = stage->directory}, &stage->files));
    struct view view = engine_view(stage->engine, UINT64_MAX, &stage->arena, &trouble);
    if (!user_by_login(&view, bytes_of_string(cast_people[ADA].login), &user)) {
        return failed(trouble) ? trouble : FAIL_BECAUSE(CORRUPT, 0, "nobody administers the store");
    }
    stage->people[ADA].user = user.user;
    return OK;
}

static struct status take_memory(struct stage *stage)
{
    stage->arena = (struct arena){.memory = malloc(STAGE_ARENA), .capacity = STAGE_ARENA};
    stage->records = (struct text){.data = malloc(STAGE_RECORDS), .capacity = STAGE_RECORDS};
    return stage->arena.memory == NULL || stage->records.data == NULL
               ? FAIL(NO_MEMORY, STAGE_RECORDS)
               : hasher_open(&stage->hasher);
}

struct status stage_open(const struct stage_options *options, struct stage **out)
{
    CLEANUP(stage_close) struct stage *stage = calloc(1, sizeof *stage);
    if (stage == NULL) {
        return FAIL(NO_MEMORY, sizeof *stage);
    }
    int written = snprintf(stage->directory, sizeof stage->directory, "%s", options->directory);
    if (written < 0 || (size_t)written >= sizeof stage->directory) {
        return FAIL(LIMIT, sizeof stage->directory);
    }
    stage->now_us = options->begins_us;
    stage->random = options->seed;
    TRY(key_rehearse(options->seed));
    TRY(key_library_start());
    TRY(take_memory(stage));
    TRY(make_people(stage));
    TRY(make_store(stage));
    TRY(open_store(stage));
    *out = stage;
    stage = NULL;
    return OK;
}

struct status stage_finish(struct stage *stage)
{
    TRY(stage_run(stage));
    TRY(import_flush(stage->import));
    return engine_finish(stage->engine);
}

void stage_close(struct stage **stage)
{
    if (*stage == NULL) {
        return;
    }
    vault_files_close(&(*stage)->files);
    import_close(&(*stage)->import);
    engine_close(&(*stage)->engine);
    hasher_close(&(*stage)->hasher);
    secret_key_close(&(*stage)->provider);
    for (size_t i = 0; i < WHO_COUNT; i++) {
        person_key_close(&(*stage)->people[i].key);
        totp_secret_wipe(&(*stage)->people[i].totp);
    }
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        secret_bytes_close(&(*stage)->groups[i].secret);
    }
    free((*stage)->arena.memory);
    free((*stage)->records.data);
    free(*stage);
    *stage = NULL;
}

/* Signing --------------------------------------------------------------------------------- */

/* Behind the records gathered so far. */
static struct status sign(struct stage *stage, struct command_record *command,
                          const struct secret_key *key, struct bytes *record)
{
    const size_t before = stage->records.size;
    command->origin = bytes_of_string(CAST_ORIGIN);
    command->t_utc_us = stage->now_us;
    key_random(command->nonce, sizeof command->nonce);
    TRY(command_record_sign(command, key, &stage->records));
    *record = bytes_of(stage->records.data + before, stage->records.size - before);
    return OK;
}

static struct status gather(struct stage *stage, enum who who, struct command_record *command)
{
    const struct stage_person *person = &stage->people[who];
    struct request *request = &stage->requests[stage->count];
    command->actor = person->user;
    if (authenticate_needs_session(command->kind)) {
        command->session = person->session;
        command->project = person->project;
    }
    TRY(sign(stage, command, person_key_signs(person->key), &request->record));
    request->source = bytes_of_string(person->address);
    stage->asked[stage->count].who = who;
    stage->asked[stage->count++].kind = command->kind;
    return OK;
}

static struct status make_room(struct stage *stage)
{
    bool full = stage->count == STAGE_QUEUE || stage->records.size + RECORD_ROOM > STAGE_RECORDS;
    return full ? stage_run(stage) : OK;
}

struct status stage_ask(struct stage *stage, enum who who, enum command_kind kind,
                        const union command_fields *fields)
{
    char memory[RECORD_ROOM];
    struct text text = TEXT_IN(memory);
    TRY(make_room(stage));
    command_fields_encode(kind, fields, &text);
    struct command_record command = {.kind = kind, .fields = text_bytes(&text)};
    return text.full || text.size + RECORD_REST > RECORD_ROOM ? FAIL(LIMIT, RECORD_ROOM)
                                                              : gather(stage, who, &command);
}

/* Giving ---------------------------------------------------------------------------------- */

static struct status tell(struct stage *stage, size_t at, const char *what)
{
    char memory[TIME_TEXT_SIZE + 1];
    struct text when = TEXT_IN(memory);
    time_write(&when, stage->now_us);
    snprintf(stage->trouble, sizeof stage->trouble, "%s by %s at %s: %s",
             command_name(stage->asked[at].kind), cast_people[stage->asked[at].who].login,
             text_string(&when), what);
    return FAIL_BECAUSE(CONFLICT, stage->verdicts[at].first, "the story does not play as written");
}

static struct status give(struct stage *stage)
{
    TRY(engine_commands(stage->engine, stage->requests, stage->count, stage->verdicts));
    stage->commands += stage->count;
    stage->count = 0;
    text_clear(&stage->records);
    arena_reset(&stage->arena);
    return OK;
}

struct status stage_run(struct stage *stage)
{
    const size_t count = stage->count;
    if (count == 0) {
        return OK;
    }
    TRY(give(stage));
    for (size_t i = 0; i < count; i++) {
        const struct verdict *verdict = &stage->verdicts[i];
        if (failed(verdict->status)) {
            return tell(stage, i, "it is no command");
        }
        if (verdict->items_refused > 0) {
            return tell(stage, i, "one of many is refused");
        }
        if (verdict->refused != RULE_NONE) {
            return tell(stage, i, rule_sentence(verdict->refused));
        }
    }
    return OK;
}

/* The one command that has been gathered. */
static struct status run_one(struct stage *stage, enum rule rule, uint64_t *n)
{
    TRY(give(stage));
    TRY(stage->verdicts[0].status);
    const enum rule refused = stage->verdicts[0].refused;
    if (refused != rule) {
        return tell(stage, 0, refused == RULE_NONE ? "it is allowed" : rule_sentence(refused));
    }
    if (n != NULL) {
        *n = stage->verdicts[0].first;
    }
    return OK;
}

struct status stage_do(struct stage *stage, enum who who, enum command_kind kind,
                       const union command_fields *fields, uint64_t *n)
{
    return stage_refused(stage, who, kind, fields, RULE_NONE, n);
}

struct status stage_refused(struct stage *stage, enum who who, enum command_kind kind,
                            const union command_fields *fields, enum rule rule, uint64_t *n)
{
    TRY(stage_run(stage));
    TRY(stage_ask(stage, who, kind, fields));
    return run_one(stage, rule, n);
}

struct status stage_ask_many(struct stage *stage, enum who who, enum command_kind kind,
                             struct bytes items)
{
    struct command_record command = {.kind = kind, .items = items};
    if (items.size + RECORD_REST > RECORD_ROOM) {
        return FAIL(LIMIT, RECORD_ROOM);
    }
    TRY(make_room(stage));
    return gather(stage, who, &command);
}

struct status stage_do_many(struct stage *stage, enum who who, enum command_kind kind,
                            struct bytes items, uint64_t *n)
{
    TRY(stage_run(stage));
    TRY(stage_ask_many(stage, who, kind, items));
    return run_one(stage, RULE_NONE, n);
}

struct status stage_steal(struct stage *stage, const struct stage_theft *theft, enum rule rule,
                          uint64_t *n)
{
    char memory[RECORD_ROOM];
    struct text text = TEXT_IN(memory);
    const struct stage_person *thief = &stage->people[theft->thief];
    TRY(stage_run(stage));
    command_fields_encode(theft->kind, theft->fields, &text);
    struct command_record command = {.kind = theft->kind,
                                     .actor = theft->actor,
                                     .session = theft->session,
                                     .fields = text_bytes(&text)};
    TRY(sign(stage, &command, person_key_signs(thief->key), &stage->requests[0].record));
    stage->requests[0].source = bytes_of_string(thief->address);
    stage->asked[0].who = theft->thief;
    stage->asked[0].kind = theft->kind;
    stage->count = 1;
    return run_one(stage, rule, n);
}

/* Sessions -------------------------------------------------------------------------------- */

bool stage_is_in(const struct stage *stage, enum who who)
{
    const struct stage_person *person = &stage->people[who];
    return person->session.kind == ID_SESSION && stage->now_us < person->until_us;
}

static struct status challenge(struct stage *stage, enum who who, struct digest *nonce,
                               struct id *session)
{
    struct status trouble = OK;
    uint64_t n;
    const union command_fields fields = {.session_challenge = {.unused = false}};
    TRY(stage_do(stage, who, COMMAND_SESSION_CHALLENGE, &fields, &n));
    struct session_row row = {.session = {ID_SESSION, n}};
    struct view view = engine_view(stage->engine, UINT64_MAX, &stage->arena, &trouble);
    if (!view_find(&view, ROW_SESSION, &row) || row.nonce.size != sizeof nonce->sha256) {
        return failed(trouble) ? trouble : FAIL(NOT_FOUND, n);
    }
    memcpy(nonce->sha256, row.nonce.data, sizeof nonce->sha256);
    *session = row.session;
    return OK;
}

/* The administrator's first login is by the store's own codes: nobody else is trusted yet. */
static struct status show_factor(struct stage *stage, enum who who, const struct digest *nonce,
                                 struct id session, struct text *out)
{
    char memory[TOTP_CODE_SIZE + 1];
    struct text code = TEXT_IN(memory);
    struct second_factor factor = {.expires_utc_us = stage->now_us + FACTOR_LIFE_S * TIME_SECOND_US,
                                   .issued_utc_us = stage->now_us,
                                   .nonce = *nonce,
                                   .origin = bytes_of_string(CAST_ORIGIN),
                                   .provider = LITERAL(CAST_PROVIDER),
                                   .session = session,
                                   .user = stage->people[who].user};
    if (stage->people[MIRA].user.kind == ID_USER) {
        key_random(factor.token.sha256, sizeof factor.token.sha256);
        return mfa_statement_sign(&factor, stage->provider, out);
    }
    TRY(totp_code(&stage->people[who].totp, stage->now_us, &code));
    return mfa_statement_by_totp(stage->directory,
                                 &(struct mfa_answer){.session = session,
                                                      .user = stage->people[who].user,
                                                      .nonce = *nonce,
                                                      .origin = bytes_of_string(CAST_ORIGIN),
                                                      .code = text_bytes(&code),
                                                      .now_utc_us = stage->now_us},
                                 out);
}

static struct status activate(struct stage *stage, enum who who, enum cast_project project)
{
    const struct id id = stage->projects[project];
    const union command_fields fields = {.session_activate_project = {.project = id}};
    TRY(stage_do(stage, who, COMMAND_SESSION_ACTIVATE_PROJECT, &fields, NULL));
    stage->people[who].project = id;
    return OK;
}

struct status stage_login(struct stage *stage, enum who who, enum cast_project project)
{
    char memory[SECOND_FACTOR_MAX];
    struct text statement = TEXT_IN(memory);
    struct digest nonce;
    struct id session;
    struct stage_person *person = &stage->people[who];
    TRY(challenge(stage, who, &nonce, &session));
    TRY(show_factor(stage, who, &nonce, session, &statement));
    stage_pass(stage, 4);
    const union command_fields fields = {.session_open = {.session = session,
                                                          .nonce = BYTES(nonce.sha256),
                                                          .statement = text_bytes(&statement)}};
    TRY(stage_do(stage, who, COMMAND_SESSION_OPEN, &fields, NULL));
    person->session = session;
    person->until_us = stage->now_us + SESSION_LIFE_S * TIME_SECOND_US;
    person->project = (struct id){ID_NONE, 0};
    return project == NO_PROJECT ? OK : activate(stage, who, project);
}

struct status stage_logout(struct stage *stage, enum who who)
{
    struct stage_person *person = &stage->people[who];
    const union command_fields fields = {.session_close = {.session = person->session}};
    TRY(stage_do(stage, who, COMMAND_SESSION_CLOSE, &fields, NULL));
    person->session = (struct id){ID_NONE, 0};
    person->project = (struct id){ID_NONE, 0};
    return OK;
}
