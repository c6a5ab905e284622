#include "core/birth.h"
#include "core/identity/user.h"
#include "core/mfa_statement.h"
#include "schema/canonical.h"
#include "schema/time.h"
#include "store/hash.h"
#include "store/key_file.h"
#include "store/totp.h"
#include "tools/authenticator.h"
#include "tools/operator.h"
#include "tools/store_open.h"
#include "tools/verbs.h"
#include "tools/wall.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    SIGN_LIFE_S = 300, /* of a statement, unless said otherwise */
    SIGN_LIFE_MAX_S = 86400,
};

/* New: a provider's key ------------------------------------------------------------------- */

static enum exit_code run_new(struct invocation *invocation)
{
    char memory[1024];
    struct text public = TEXT_IN(memory);
    struct store_path vkey;
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    const char *path = invocation_value(invocation, "out");
    if (path == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "say where to: --out FILE");
    }
    size_t size = strlen(path);
    if (size > 4 && strcmp(path + size - 4, ".key") == 0) {
        size -= 4;
    }
    int written = snprintf(vkey.text, sizeof vkey.text, "%.*s.vkey", (int)size, path);
    struct status status = written < 0 || (size_t)written >= sizeof vkey.text
                               ? FAIL(LIMIT, STORE_PATH_MAX)
                               : key_library_start();
    status = failed(status)
                 ? status
                 : secret_key_make(KEY_ED25519, invocation_argument(invocation, 0), &key);
    status = failed(status) ? status : secret_key_save(key, path);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    public_key_write(secret_key_public(key), &public);
    text_put_char(&public, '\n');
    status = key_file_save(text_bytes(&public), KEY_FILE_PUBLIC, vkey.text);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, vkey.text);
    }
    output_put_bytes(invocation->output, text_bytes(&public));
    return EXIT_DONE;
}

static const struct option_info new_options[] = {
    {"out", 0, "FILE", "where the key goes, mode 0600; its public half is beside it, NAME.vkey",
     false},
};

const struct verb verb_mfa_new = {
    .name = "mfa new",
    .about = "make the key of a provider of second factors",
    .arguments = "NAME",
    .examples = "cairn mfa new campus --out campus.key\n"
                "cairn mfa trust campus --public campus.vkey",
    .purpose = PURPOSE_START,
    OPTIONS(new_options),
    .guarded = true,
    .run = run_new,
};

/* Sign ------------------------------------------------------------------------------------ */

/* What `cairn login --challenge` printed. */
static struct status read_challenge(struct bytes text, struct second_factor *out)
{
    struct canonical_reader reader = canonical_reader_of(text);
    canonical_open_object(&reader);
    CANONICAL_REQUIRE(&reader, "expires");
    (void)canonical_time(&reader);
    CANONICAL_REQUIRE(&reader, "nonce");
    out->nonce = canonical_digest(&reader);
    CANONICAL_REQUIRE(&reader, "origin");
    out->origin = canonical_plain(&reader);
    CANONICAL_REQUIRE(&reader, "session");
    struct bytes session = canonical_plain(&reader);
    CANONICAL_REQUIRE(&reader, "user");
    struct bytes user = canonical_plain(&reader);
    canonical_close_object(&reader);
    TRY(canonical_end(&reader));
    TRY(id_read(session, &out->session));
    return id_read(user, &out->user);
}

static struct status token_of(const char *token, struct digest *out)
{
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    TRY(hasher_open(&hasher));
    *out = hash_bytes(hasher, bytes_of_string(token));
    return OK;
}

static enum exit_code sign(const struct invocation *invocation, const struct secret_key *key,
                           struct second_factor *factor)
{
    char memory[SECOND_FACTOR_MAX];
    struct text statement = TEXT_IN(memory);
    uint64_t life_s = SIGN_LIFE_S;
    enum exit_code code =
        invocation_number(invocation, "life", (struct number_limits){1, SIGN_LIFE_MAX_S}, &life_s);
    if (code != EXIT_DONE) {
        return code;
    }
    factor->issued_utc_us = wall_now_utc_us();
    factor->expires_utc_us = factor->issued_utc_us + life_s * TIME_SECOND_US;
    struct status status = token_of(invocation_value(invocation, "token"), &factor->token);
    status = failed(status) ? status : mfa_statement_sign(factor, key, &statement);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, "signing");
    }
    text_put_char(&statement, '\n');
    output_put_bytes(invocation->output, text_bytes(&statement));
    return EXIT_DONE;
}

static enum exit_code run_sign(struct invocation *invocation)
{
    char memory[2048];
    size_t size = 0;
    struct second_factor factor = {0};
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    const char *path = invocation_argument(invocation, 0);
    const char *provider = invocation_value(invocation, "provider-key");
    if (provider == NULL || invocation_value(invocation, "token") == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, "`cairn help mfa sign` shows both",
                               "--provider-key and --token are needed");
    }
    struct status status = key_library_start();
    status = failed(status) ? status : secret_key_load(provider, &key);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, provider);
    }
    status = store_read_file(path, memory, sizeof memory, &size);
    size -= size > 0 && memory[size - 1] == '\n' ? 1 : 0;
    status = failed(status) ? status : read_challenge(bytes_of(memory, size), &factor);
    return failed(status)
               ? invocation_failed(invocation, status, "`cairn login --challenge` prints one", path)
               : sign(invocation, key, &factor);
}

static const struct option_info sign_options[] = {
    {"provider-key", 0, "FILE", "the provider's key", false},
    {"token", 0, "TEXT", "what the provider calls the factor shown; only its hash is told", false},
    {"life", 0, "S", "seconds for which the statement holds (300)", false},
};

const struct verb verb_mfa_sign = {
    .name = "mfa sign",
    .about = "sign, as a provider, that somebody has shown a second factor",
    .arguments = "CHALLENGE",
    .details = "The reference of what a provider does once it has checked whatever it checks: it\n"
               "signs who answered which challenge. It opens no store.",
    .examples =
        "cairn mfa sign challenge.json --provider-key campus.key --token 4711 >statement.json",
    .purpose = PURPOSE_START,
    OPTIONS(sign_options),
    .guarded = true,
    .run = run_sign,
};

/* Enrol ----------------------------------------------------------------------------------- */

static enum exit_code find_user(const struct invocation *invocation, struct engine *engine,
                                const char *login, struct id *out)
{
    uint8_t memory[16 << 10];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct user_row user;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    if (!user_by_login(&view, bytes_of_string(login), &user)) {
        return failed(trouble) ? invocation_failed(invocation, trouble, NULL, "reading the state")
                               : invocation_fail(invocation, EXIT_NOT_FOUND, NULL,
                                                 "the store knows no user %s", login);
    }
    *out = user.user;
    return EXIT_DONE;
}

/* The secret is in its place before its owner is told of it. */
static struct status keep(const char *store, struct id user, bool again,
                          const struct totp_secret *secret)
{
    struct store_path path;
    TRY(store_path(store, TOTP_PROVIDER, &path));
    if (again) {
        struct status status = totp_forget(path.text, user.n);
        if (failed(status) && status.code != STATUS_NOT_FOUND) {
            return status;
        }
    }
    return totp_enrol(path.text, user.n, secret);
}

static enum exit_code enrol_user(struct invocation *invocation, struct engine *engine,
                                 const char *path, const struct totp_secret *secret)
{
    const char *login = invocation_argument(invocation, 0), *store = NULL;
    struct verdict verdict;
    struct id user;
    bool again = invocation_has(invocation, "again");
    enum exit_code code = find_user(invocation, engine, login, &user);
    code = code == EXIT_DONE ? invocation_store(invocation, &store) : code;
    union command_fields fields = {.mfa_enrol = {.user = user, .again = again}};
    code = code == EXIT_DONE
               ? operator_command(invocation, engine, COMMAND_MFA_ENROL, &fields, &verdict)
               : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = keep(store, user, again, secret);
    if (failed(status)) {
        return invocation_failed(invocation, status,
                                 "--again gives a new secret instead of the old one", login);
    }
    return authenticator_save(invocation,
                              &(struct authenticator){.secret = secret,
                                                      .origin = log_origin(engine_log(engine)),
                                                      .login = login,
                                                      .path = path});
}

static enum exit_code run_enrol(struct invocation *invocation)
{
    char memory[STORE_PATH_MAX];
    struct text own = TEXT_IN(memory);
    struct engine *engine = NULL;
    struct totp_secret secret;
    const char *path = invocation_value(invocation, "out");
    const char *login = invocation_argument(invocation, 0);
    text_add(&own, "%s.otp", login);
    if (path == NULL && (own.full || strchr(login, '/') != NULL)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "say where to: --out FILE");
    }
    enum exit_code code = store_open(invocation, STORE_WRITE, &engine);
    if (code != EXIT_DONE) {
        return code;
    }
    totp_secret_make(&secret);
    code = enrol_user(invocation, engine, path != NULL ? path : text_string(&own), &secret);
    totp_secret_wipe(&secret);
    return store_finish(invocation, code, &engine);
}

static const struct option_info enrol_options[] = {
    OPERATOR_OPTIONS,
    {"out", 0, "FILE", "where to write what the authenticator is told (LOGIN.otp)", false},
    {"again", 0, NULL, "a new secret instead of the one there is", false},
};

const struct verb verb_mfa_enrol = {
    .name = "mfa enrol",
    .about = "give a user a secret for one-time codes",
    .arguments = "LOGIN",
    .details =
        "The store checks time-based codes (RFC 6238) itself. The file holds what an\n"
        "authenticator is told; on a terminal it is shown as a square to scan, too. Hand it\n"
        "to the user and delete it.",
    .examples = "cairn mfa enrol bob --out bob.otp",
    .purpose = PURPOSE_START,
    OPTIONS(enrol_options),
    .guarded = true,
    .signs = true,
    .run = run_enrol,
};

/* Code ------------------------------------------------------------------------------------ */

static enum exit_code run_code(struct invocation *invocation)
{
    char memory[16];
    struct text code = TEXT_IN(memory);
    struct totp_secret secret;
    const char *path = invocation_argument(invocation, 0);
    struct status status = authenticator_load(path, &secret);
    if (!failed(status)) {
        status = totp_code(&secret, wall_now_utc_us(), &code);
        totp_secret_wipe(&secret);
    }
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    output_add(invocation->output, "%s\n", text_string(&code));
    return EXIT_DONE;
}

const struct verb verb_mfa_code = {
    .name = "mfa code",
    .about = "the code of now, as an authenticator shows it",
    .arguments = "FILE",
    .details = "For whoever keeps the secret on this machine, where it is a second factor against\n"
               "those only who do not.",
    .examples = "cairn login --code $(cairn mfa code ada.otp)",
    .purpose = PURPOSE_START,
    .guarded = true,
    .run = run_code,
};
