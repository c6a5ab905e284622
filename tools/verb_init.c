#include "core/birth.h"
#include "core/store_layout.h"
#include "tools/ask.h"
#include "tools/authenticator.h"
#include "tools/operator.h"
#include "tools/verbs.h"

#include <stdio.h>
#include <unistd.h>

/* What the administrator will have: made, or there from an attempt that failed later on. */
struct admin {
    const char *login;
    struct store_path key_path, otp_path;
    struct person_key *key;
    struct totp_secret totp;
};

static void end_admin(struct admin *admin)
{
    person_key_close(&admin->key);
    totp_secret_wipe(&admin->totp);
}

static enum exit_code make_key(const struct invocation *invocation, struct admin *admin)
{
    const char *path = admin->key_path.text;
    CLEANUP(passphrase_close) struct passphrase *passphrase = NULL;
    enum exit_code code = ask_passphrase(invocation, ASK_TO_LOCK, path, &passphrase);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = person_key_make(admin->login, &admin->key);
    status =
        failed(status) ? status : person_key_save(admin->key, passphrase_bytes(passphrase), path);
    if (status.code == STATUS_NOT_FOUND) {
        return invocation_fail(invocation, EXIT_NOT_FOUND, NULL,
                               "there is no directory for the key %s", path);
    }
    return failed(status) ? invocation_failed(invocation, status, NULL, path) : EXIT_DONE;
}

static enum exit_code take_key(const struct invocation *invocation, const char *store,
                               struct admin *admin)
{
    enum exit_code code = operator_key_path(invocation, store, &admin->key_path);
    if (code != EXIT_DONE) {
        return code;
    }
    return access(admin->key_path.text, F_OK) != 0
               ? make_key(invocation, admin)
               : operator_open_key(invocation, admin->key_path.text, &admin->key);
}

static enum exit_code take_otp(const struct invocation *invocation, const char *store,
                               struct admin *admin)
{
    const char *given = invocation_value(invocation, "otp");
    struct authenticator authenticator = {.secret = &admin->totp,
                                          .origin = invocation_value(invocation, "origin"),
                                          .login = admin->login,
                                          .path = admin->otp_path.text};
    size_t size = strlen(store);
    while (size > 1 && store[size - 1] == '/') {
        size--;
    }
    int written = given != NULL
                      ? snprintf(admin->otp_path.text, sizeof admin->otp_path.text, "%s", given)
                      : snprintf(admin->otp_path.text, sizeof admin->otp_path.text,
                                 "%.*s.admin.otp", (int)size, store);
    if (written < 0 || (size_t)written >= sizeof admin->otp_path.text) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "the store's path is too long");
    }
    if (access(authenticator.path, F_OK) != 0) {
        totp_secret_make(&admin->totp);
        return authenticator_save(invocation, &authenticator);
    }
    struct status status = authenticator_load(authenticator.path, &admin->totp);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, authenticator.path);
    }
    authenticator_show(invocation, &authenticator);
    return EXIT_DONE;
}

static void tell(struct invocation *invocation, const char *store, const struct admin *admin)
{
    char memory[1024];
    size_t size = 0;
    struct store_path vkey;
    struct output *out = invocation->output;
    if (failed(store_path(store, "log.vkey", &vkey)) ||
        failed(store_read_file(vkey.text, memory, sizeof memory, &size))) {
        return;
    }
    if (invocation->format == ROWS_JSON) {
        output_add(out,
                   "{\"store\":\"%s\",\"admin\":\"%s\",\"admin_key\":\"%s\","
                   "\"admin_otp\":\"%s\",\"log_key\":\"",
                   store, admin->login, admin->key_path.text, admin->otp_path.text);
        output_put(out, memory, size > 0 ? size - 1 : 0);
        output_put_string(out, "\"}\n");
        return;
    }
    output_add(out, "store           %s\n", store);
    output_add(out, "administrator   %s, whose key is in %s: keep it elsewhere\n", admin->login,
               admin->key_path.text);
    output_put_string(out, "log key         ");
    output_put(out, memory, size);
    output_put_string(
        out,
        "                give this line to whoever shall check the log; it is also in log.vkey\n");
}

static enum exit_code create(struct invocation *invocation, const char *store,
                             const struct admin *admin)
{
    const char *type = invocation_value(invocation, "key-type");
    const bool p256 = type != NULL && strcmp(type, "ecdsa-p256") == 0;
    const struct receive_key receive = receive_key_of(person_key_receives(admin->key));
    struct status status =
        store_create(&(struct birth){.directory = store,
                                     .origin = invocation_value(invocation, "origin"),
                                     .key_type = p256 ? KEY_ECDSA_P256 : KEY_ED25519,
                                     .admin_login = admin->login,
                                     .admin_key = secret_key_public(person_key_signs(admin->key)),
                                     .admin_receive_key = BYTES(receive.data),
                                     .admin_totp = &admin->totp});
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, store);
    }
    tell(invocation, store, admin);
    return EXIT_DONE;
}

static enum exit_code run(struct invocation *invocation)
{
    const char *store;
    CLEANUP(end_admin) struct admin admin = {.login = invocation_value(invocation, "admin")};
    enum exit_code code = invocation_store(invocation, &store);
    if (code != EXIT_DONE) {
        return code;
    }
    const char *origin = invocation_value(invocation, "origin");
    if (origin == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, "like: --origin audit.example.org/enclave",
                               "a log needs a name: --origin NAME");
    }
    admin.login = admin.login == NULL ? "admin" : admin.login;
    struct status status = store_may_be_created(store, origin);
    status = failed(status) ? status : key_library_start();
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, store);
    }
    code = take_key(invocation, store, &admin);
    code = code == EXIT_DONE ? take_otp(invocation, store, &admin) : code;
    return code == EXIT_DONE ? create(invocation, store, &admin) : code;
}

static const struct option_info options[] = {
    {"origin", 0, "NAME", "the log's name, for ever: a-z, 0-9, '.', '/' and '-'", false},
    {"admin", 0, "LOGIN", "the first super-administrator's login name (admin)", false},
    {"key", 0, "FILE", "the administrator's key; made if it is not there (STORE.admin.key)", false},
    {"otp", 0, "FILE", "what the administrator's authenticator is told (STORE.admin.otp)", false},
    {"key-type", 0, "ed25519|ecdsa-p256", "the algorithm of the store's keys (ed25519)", false},
};

const struct verb verb_init = {
    .name = "init",
    .about = "make a new store",
    .details =
        "Makes the store's directory with the log's and the emitters' keys, the log's first\n"
        "event, and the first super-administrator: a key behind a passphrase, and a secret for\n"
        "an authenticator. The log's public key, in log.vkey, is all that is needed to check\n"
        "anything that ever leaves the store.",
    .examples = "cairn init --store ./audit --origin audit.example.org/enclave --admin ada\n"
                "cairn login --store ./audit",
    .purpose = PURPOSE_START,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
