#include "core/birth.h"
#include "core/store_layout.h"
#include "tools/invocation.h"
#include "tools/operator.h"
#include "tools/verbs.h"

#include <unistd.h>

static enum exit_code admin_key(const struct invocation *invocation, const char *store,
                                const char *login, struct secret_key **out)
{
    struct store_path path;
    enum exit_code code = operator_key_path(invocation, store, &path);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = secret_key_load(path.text, out);
    if (status.code == STATUS_NOT_FOUND) {
        status = secret_key_make(KEY_ED25519, login, out);
        status = failed(status) ? status : secret_key_save(*out, path.text);
        if (status.code == STATUS_NOT_FOUND) {
            return invocation_fail(invocation, EXIT_NOT_FOUND, NULL,
                                   "there is no directory for the key %s", path.text);
        }
    }
    return failed(status) ? invocation_failed(invocation, status, NULL, path.text) : EXIT_DONE;
}

static void tell(struct invocation *invocation, const char *store, const char *login)
{
    char memory[1024];
    size_t size = 0;
    struct store_path key, vkey;
    struct output *out = invocation->output;
    if (failed(store_path(store, "log.vkey", &vkey)) ||
        failed(store_read_file(vkey.text, memory, sizeof memory, &size)) ||
        operator_key_path(invocation, store, &key) != EXIT_DONE) {
        return;
    }
    if (invocation->format == ROWS_JSON) {
        output_add(out, "{\"store\":\"%s\",\"admin\":\"%s\",\"admin_key\":\"%s\",\"log_key\":\"",
                   store, login, key.text);
        output_put(out, memory, size > 0 ? size - 1 : 0);
        output_put_string(out, "\"}\n");
        return;
    }
    output_add(out, "store           %s\n", store);
    output_add(out, "administrator   %s, whose key is in %s: keep it elsewhere\n", login, key.text);
    output_put_string(out, "log key         ");
    output_put(out, memory, size);
    output_put_string(
        out,
        "                give this line to whoever shall check the log; it is also in log.vkey\n");
}

static enum exit_code run(struct invocation *invocation)
{
    const char *store;
    enum exit_code code = invocation_store(invocation, &store);
    if (code != EXIT_DONE) {
        return code;
    }
    const char *origin = invocation_value(invocation, "origin");
    const char *login = invocation_value(invocation, "admin");
    const char *type = invocation_value(invocation, "key-type");
    if (origin == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, "like: --origin audit.example.org/enclave",
                               "a log needs a name: --origin NAME");
    }
    struct secret_key *key = NULL;
    login = login == NULL ? "admin" : login;
    struct status status = key_library_start();
    code = failed(status) ? invocation_failed(invocation, status, NULL, "starting")
                          : admin_key(invocation, store, login, &key);
    if (code == EXIT_DONE) {
        bool p256 = type != NULL && strcmp(type, "ecdsa-p256") == 0;
        status = store_create(&(struct birth){.directory = store,
                                              .origin = origin,
                                              .key_type = p256 ? KEY_ECDSA_P256 : KEY_ED25519,
                                              .admin_login = login,
                                              .admin_key = secret_key_public(key)});
        if (failed(status)) {
            code = invocation_failed(invocation, status, NULL, store);
        } else {
            tell(invocation, store, login);
        }
    }
    secret_key_close(&key);
    return code;
}

static const struct option_info options[] = {
    {"origin", 0, "NAME", "the log's name, for ever: a-z, 0-9, '.', '/' and '-'", false},
    {"admin", 0, "LOGIN", "the first super-administrator's login name (admin)", false},
    {"key", 0, "FILE", "the administrator's key; made if it is not there (STORE.admin.key)", false},
    {"key-type", 0, "ed25519|ecdsa-p256", "the algorithm of the store's keys (ed25519)", false},
};

const struct verb verb_init = {
    .name = "init",
    .about = "make a new store",
    .details =
        "Makes the store's directory with the log's and the emitters' keys, the log's first\n"
        "event, and the first super-administrator. The log's public key, in log.vkey, is\n"
        "all that is needed to check anything that ever leaves the store.",
    .examples = "cairn init --store ./audit --origin audit.example.org/enclave --admin ada",
    .purpose = PURPOSE_START,
    OPTIONS(options),
    .guarded = true,
    .run = run,
};
