/* Verbs that make people and the providers of their second factors known: what they need besides
 * the words of a command is in a file. */
#include "store/card.h"
#include "tools/operator.h"
#include "tools/store_open.h"
#include "tools/verbs.h"

#include <inttypes.h>

/* Runs with the store open for writing, and closes it in good order. */
static enum exit_code with_store(struct invocation *invocation,
                                 enum exit_code (*act)(struct invocation *invocation,
                                                       struct engine *engine))
{
    struct engine *engine = NULL;
    enum exit_code code = store_open(invocation, STORE_WRITE, &engine);
    return code == EXIT_DONE ? store_finish(invocation, act(invocation, engine), &engine) : code;
}

static void tell(const struct invocation *invocation, enum id_kind kind, struct bytes name,
                 uint64_t n)
{
    char memory[512];
    struct text shown = TEXT_IN(memory);
    text_put_printable(&shown, name);
    output_add(invocation->output,
               invocation->format == ROWS_JSON ? "{\"id\":\"%s:%" PRIu64 "\",\"name\":\"%s\"}\n"
                                               : "%s:%" PRIu64 " %s\n",
               id_infos[kind].name, n, text_string(&shown));
}

static struct bytes optional(const struct invocation *invocation, const char *name, bool *has)
{
    const char *value = invocation_value(invocation, name);
    *has = value != NULL;
    return value == NULL ? (struct bytes){0} : bytes_of_string(value);
}

/* Register -------------------------------------------------------------------------------- */

static enum exit_code register_user(struct invocation *invocation, struct engine *engine)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    struct card card;
    struct verdict verdict;
    const char *path = invocation_argument(invocation, 0);
    const char *role = invocation_value(invocation, "role");
    struct user_register fields = {.role = USER_ROLE_USER};
    struct status status = card_load(path, &card);
    if (failed(status)) {
        return invocation_failed(invocation, status,
                                 "a person makes one: cairn key new --login NAME", path);
    }
    if (role != NULL && !user_role_read(bytes_of_string(role), &fields.role)) {
        return invocation_fail(invocation, EXIT_USAGE, NULL, "there is no role %.40s", role);
    }
    public_key_write(&card.key, &key);
    fields.login = bytes_of_string(card.key.name);
    fields.key = text_bytes(&key);
    fields.receive_key = BYTES(card.receive.data);
    fields.proof = bytes_of(card.proof.data, card.proof.size);
    fields.name = optional(invocation, "name", &fields.has_name);
    fields.contact = optional(invocation, "contact", &fields.has_contact);
    enum exit_code code =
        operator_command(invocation, engine, COMMAND_USER_REGISTER,
                         &(union command_fields){.user_register = fields}, &verdict);
    if (code == EXIT_DONE) {
        tell(invocation, ID_USER, fields.login, verdict.first);
    }
    return code;
}

static enum exit_code run_register(struct invocation *invocation)
{
    return with_store(invocation, register_user);
}

static const struct option_info register_options[] = {
    OPERATOR_OPTIONS,
    {"role", 0, "auditor|user|sub_admin|admin|super_admin", "the role (user)", false},
    {"name", 0, "NAME", "what the person is called", false},
    {"contact", 0, "CONTACT", "how to reach them", false},
};

const struct verb verb_user_register = {
    .name = "user register",
    .about = "make a person known by their card",
    .arguments = "CARD",
    .details =
        "The card is the public half of a person's keys, and proves that they hold the other.\n"
        "They make both with `cairn key new`, and keep the key.",
    .examples = "cairn user register bob.card --role user --name \"Bob Marsh\"",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(register_options),
    .guarded = true,
    .signs = true,
    .run = run_register,
};

/* Trust ----------------------------------------------------------------------------------- */

static enum exit_code trust_provider(struct invocation *invocation, struct engine *engine)
{
    char memory[1024];
    struct text key = TEXT_IN(memory);
    struct public_key public;
    struct verdict verdict;
    const char *path = invocation_value(invocation, "public");
    const char *name = invocation_argument(invocation, 0);
    if (path == NULL) {
        return invocation_fail(invocation, EXIT_USAGE, NULL,
                               "the provider's public key is needed: --public FILE");
    }
    struct status status = public_key_load(path, &public);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, path);
    }
    public_key_write(&public, &key);
    union command_fields fields = {
        .mfa_trust = {.name = bytes_of_string(name), .key = text_bytes(&key)}};
    enum exit_code code =
        operator_command(invocation, engine, COMMAND_MFA_TRUST, &fields, &verdict);
    if (code == EXIT_DONE) {
        tell(invocation, ID_PROVIDER, bytes_of_string(name), verdict.first);
    }
    return code;
}

static enum exit_code run_trust(struct invocation *invocation)
{
    return with_store(invocation, trust_provider);
}

static const struct option_info trust_options[] = {
    OPERATOR_OPTIONS,
    {"public", 0, "FILE", "the provider's public key", false},
};

const struct verb verb_mfa_trust = {
    .name = "mfa trust",
    .about = "trust a provider of second factors",
    .arguments = "NAME",
    .details =
        "A provider signs a short-lived statement that a user has shown a second factor. It is\n"
        "needed at login and never enough, and gives the provider no other power.",
    .examples = "cairn mfa trust campus-idp --public idp.vkey",
    .purpose = PURPOSE_MANAGE,
    OPTIONS(trust_options),
    .guarded = true,
    .signs = true,
    .run = run_trust,
};
