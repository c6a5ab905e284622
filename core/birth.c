#include "core/birth.h"

#include "core/building.h"
#include "core/engine_parts.h"
#include "core/store_layout.h"

#include <errno.h>
#include <sys/stat.h>

static bool is_origin(const char *origin)
{
    size_t size = strlen(origin);
    return size > 0 && size <= ORIGIN_MAX &&
           strspn(origin, "abcdefghijklmnopqrstuvwxyz0123456789./-") == size;
}

/* Keys ------------------------------------------------------------------------------------ */

static struct status make_key(const char *directory, const struct birth *birth, const char *file,
                              const char *name)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    struct store_path path;
    TRY(secret_key_make(birth->key_type, name, &key));
    TRY(store_key_path(directory, file, &path));
    return secret_key_save(key, path.text);
}

static struct status make_keys(const char *directory, const struct birth *birth)
{
    struct store_path path;
    TRY(store_path(directory, "keys", &path));
    if (mkdir(path.text, 0700) != 0) {
        return FAIL(IO, (uint64_t)errno);
    }
    TRY(make_key(directory, birth, "log", birth->origin));
    for (unsigned voice = 0; voice < VOICE_COUNT; voice++) {
        const char *name = engine_voice_name((enum engine_voice)voice);
        TRY(make_key(directory, birth, name, name));
    }
    if (birth->admin_totp == NULL) {
        return OK;
    }
    TRY(make_key(directory, birth, TOTP_PROVIDER, TOTP_PROVIDER));
    TRY(store_path(directory, TOTP_PROVIDER, &path));
    return mkdir(path.text, 0700) == 0 ? OK : FAIL(IO, (uint64_t)errno);
}

/* The public text of a key file of the store. */
static struct status public_text(const char *directory, const char *file, struct text *out)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    struct store_path path;
    TRY(store_key_path(directory, file, &path));
    TRY(secret_key_load(path.text, &key));
    public_key_write(secret_key_public(key), out);
    return OK;
}

static struct status write_log_vkey(const char *directory)
{
    char memory[1024];
    struct text text = TEXT_IN(memory);
    struct store_path path;
    TRY(public_text(directory, "log", &text));
    text_put_char(&text, '\n');
    TRY(store_path(directory, "log.vkey", &path));
    return store_write_file(path.text, text.data, text.size, true);
}

/* The first events ------------------------------------------------------------------------ */

static struct status say_genesis(struct engine *engine, const char *directory,
                                 const struct birth *birth)
{
    char log_memory[1024], audit_memory[1024];
    struct text log_key = TEXT_IN(log_memory), audit_key = TEXT_IN(audit_memory);
    TRY(public_text(directory, "log", &log_key));
    TRY(public_text(directory, "audit", &audit_key));
    union event_body body = {.audit_genesis = {.origin = bytes_of_string(birth->origin),
                                               .log_key = text_bytes(&log_key),
                                               .emitter = LITERAL("audit"),
                                               .emitter_key = text_bytes(&audit_key),
                                               .program = LITERAL("cairn " CAIRN_VERSION)}};
    TRY(engine_say(
        engine, VOICE_AUDIT,
        &(struct draft){
            .kind = EVENT_AUDIT_GENESIS, .on = {NEW(ID_LOG)}, .on_count = 1, .body = &body}));
    return engine_flush(engine);
}

static struct status say_administrator(struct engine *engine, const struct birth *birth)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    public_key_write(birth->admin_key, &key);
    union event_body body = {.user_registered_v2 = {.login = bytes_of_string(birth->admin_login),
                                                    .key = text_bytes(&key),
                                                    .receive_key = birth->admin_receive_key,
                                                    .role = USER_ROLE_SUPER_ADMIN}};
    return engine_say(
        engine, VOICE_IDENTITY,
        &(struct draft){
            .kind = EVENT_USER_REGISTERED_V2, .on = {NEW(ID_USER)}, .on_count = 1, .body = &body});
}

/* The provider of second factors that the store is itself, and the administrator's secret. */
static struct status say_second_factor(struct engine *engine, const char *directory,
                                       const struct birth *birth, uint64_t admin_n)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    struct store_path path;
    TRY(public_text(directory, TOTP_PROVIDER, &key));
    union event_body body = {
        .mfa_provider_trusted = {.name = LITERAL(TOTP_PROVIDER), .key = text_bytes(&key)}};
    TRY(engine_say(engine, VOICE_IDENTITY,
                   &(struct draft){.kind = EVENT_MFA_PROVIDER_TRUSTED,
                                   .on = {NEW(ID_PROVIDER)},
                                   .on_count = 1,
                                   .body = &body}));
    TRY(store_path(directory, TOTP_PROVIDER, &path));
    return totp_enrol(path.text, admin_n, birth->admin_totp);
}

static struct status say_first_events(struct engine *engine, const char *directory,
                                      const struct birth *birth)
{
    TRY(say_genesis(engine, directory, birth));
    for (unsigned voice = VOICE_AUDIT + 1; voice < VOICE_COUNT; voice++) {
        TRY(engine_introduce_voice(engine, (enum engine_voice)voice));
    }
    TRY(engine_flush(engine));
    uint64_t admin_n = log_head_of(engine_log(engine))->size;
    TRY(say_administrator(engine, birth));
    if (birth->admin_totp != NULL) {
        TRY(say_second_factor(engine, directory, birth, admin_n));
    }
    return engine_finish(engine);
}

/* All of it ------------------------------------------------------------------------------- */

static struct status make_log(const char *directory, const struct birth *birth)
{
    CLEANUP(log_close) struct log *log = NULL;
    struct store_path path;
    TRY(store_path(directory, "log", &path));
    return log_open(&(struct log_options){.directory = path.text, .origin = birth->origin}, &log);
}

static struct status fill(const char *directory, const struct birth *birth)
{
    TRY(make_keys(directory, birth));
    TRY(write_log_vkey(directory));
    TRY(make_log(directory, birth));
    CLEANUP(engine_close) struct engine *engine = NULL;
    TRY(engine_open(&(struct engine_options){.directory = directory,
                                             .clock = birth->clock,
                                             .clock_context = birth->clock_context},
                    &engine));
    return say_first_events(engine, directory, birth);
}

struct status store_may_be_created(const char *directory, const char *origin)
{
    struct stat there;
    if (!is_origin(origin)) {
        return FAIL_BECAUSE(MALFORMED, 0, "a log's name is made of a-z, 0-9, '.', '/' and '-'");
    }
    if (lstat(directory, &there) == 0) {
        return FAIL_BECAUSE(EXISTS, 0, "something is in the store's place already");
    }
    return OK;
}

struct status store_create(const struct birth *birth)
{
    CLEANUP(building_end) struct building building = BUILDING_NONE;
    TRY(store_may_be_created(birth->directory, birth->origin));
    TRY(building_begin(birth->directory, &building));
    TRY(key_library_start());
    TRY(fill(building.path.text, birth));
    return building_finish(&building);
}
