#include "tools/operator.h"

#include "core/command_record.h"
#include "core/identity/session.h"
#include "core/identity/user.h"
#include "store/login_names.h"
#include "tools/ask.h"
#include "tools/wall.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void operator_name(struct text *out)
{
    CLEANUP(login_names_close) struct login_names *names = NULL;
    if (failed(login_names_open("/etc/passwd", &names))) {
        text_add(out, "uid:%u", (unsigned)getuid());
        return;
    }
    login_names_put(names, getuid(), out);
}

enum exit_code operator_key_path(const struct invocation *invocation, const char *store,
                                 struct store_path *out)
{
    const char *given = invocation_value(invocation, "key");
    given = given != NULL ? given : getenv("CAIRN_KEY");
    size_t size = strlen(store);
    while (size > 1 && store[size - 1] == '/') {
        size--;
    }
    int written = given != NULL
                      ? snprintf(out->text, sizeof out->text, "%s", given)
                      : snprintf(out->text, sizeof out->text, "%.*s.admin.key", (int)size, store);
    return written < 0 || (size_t)written >= sizeof out->text
               ? invocation_fail(invocation, EXIT_USAGE, NULL, "the path of the key is too long")
               : EXIT_DONE;
}

/* The key --------------------------------------------------------------------------------- */

static enum exit_code unlock_text(const struct invocation *invocation, const char *path,
                                  struct bytes text, const char *login, struct person_key **out)
{
    char memory[ASK_PROMPT_MAX / 2];
    struct text what = TEXT_IN(memory);
    CLEANUP(passphrase_close) struct passphrase *passphrase = NULL;
    text_put_literal(&what, "the key of ");
    text_put_printable(&what, bytes_of_string(login));
    enum exit_code code = ask_passphrase(invocation, ASK_TO_OPEN, text_string(&what), &passphrase);
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = person_key_read(text, passphrase_bytes(passphrase), out);
    return failed(status) ? invocation_failed(invocation, status, NULL, path) : EXIT_DONE;
}

/* Emitters have keys, too, and those lie about in the same places. */
static bool is_emitters_key(const char *path)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    return !failed(secret_key_load(path, &key));
}

enum exit_code operator_open_key(const struct invocation *invocation, const char *path,
                                 struct person_key **out)
{
    char memory[PERSON_KEY_MAX];
    struct text text = TEXT_IN(memory);
    struct person_key_label label;
    struct status status = key_library_start();
    status = failed(status) ? status : person_key_load(path, &text, &label);
    if (status.code == STATUS_MALFORMED && is_emitters_key(path)) {
        return invocation_fail(invocation, EXIT_NOT_PERMITTED,
                               "commands are signed by people: cairn key new --login NAME",
                               "%s is the key of an emitter or a log, not of a person", path);
    }
    if (failed(status)) {
        return invocation_failed(invocation, status,
                                 "commands are signed: give your key with --key FILE or CAIRN_KEY",
                                 path);
    }
    return unlock_text(invocation, path, text_bytes(&text), label.key.name, out);
}

enum exit_code operator_unlock(struct invocation *invocation)
{
    struct store_path path;
    const char *store;
    if (invocation->person != NULL) {
        return EXIT_DONE;
    }
    enum exit_code code = invocation_store(invocation, &store);
    code = code == EXIT_DONE ? operator_key_path(invocation, store, &path) : code;
    return code == EXIT_DONE ? operator_open_key(invocation, path.text, &invocation->person) : code;
}

/* Who gives the command ------------------------------------------------------------------- */

enum exit_code operator_stand(struct invocation *invocation, struct engine *engine,
                              struct operator_standing *out)
{
    uint8_t memory[32 << 10];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct user_row user;
    struct session_row session;
    enum exit_code code = operator_unlock(invocation);
    if (code != EXIT_DONE) {
        return code;
    }
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    const char *login = secret_key_public(person_key_signs(invocation->person))->name;
    if (!user_by_login(&view, bytes_of_string(login), &user)) {
        return failed(trouble) ? invocation_failed(invocation, trouble, NULL, "reading the state")
                               : invocation_fail(invocation, EXIT_NOT_PERMITTED,
                                                 "give the key of a user of this store: --key FILE",
                                                 "the store knows no user %s", login);
    }
    struct operator_standing standing = {.user = user.user,
                                         .session = session_of(&view, user.user)};
    if (session_is_open(&view, standing.session, &session) && session.has_project) {
        standing.project = session.project;
    }
    if (failed(trouble)) {
        return invocation_failed(invocation, trouble, NULL, "reading the state");
    }
    *out = standing;
    return EXIT_DONE;
}

static bool opens_a_session(enum command_kind kind)
{
    return kind == COMMAND_SESSION_CHALLENGE || kind == COMMAND_SESSION_OPEN;
}

/* Sending --------------------------------------------------------------------------------- */

/* What is common to the commands of one moment. */
static struct command_record command_of(const struct operator_standing *standing,
                                        struct engine *engine, enum command_kind kind)
{
    struct command_record command = {
        .actor = standing->user,
        .kind = kind,
        .origin = bytes_of_string(log_origin(engine_log(engine))),
        .t_utc_us = wall_now_utc_us(),
    };
    if (!opens_a_session(kind)) {
        command.session = standing->session;
        command.project = standing->project;
    }
    key_random(command.nonce, sizeof command.nonce);
    return command;
}

static const char *advice_on(enum rule refused)
{
    switch ((unsigned)refused) {
    case RULE_IDN_11B:
        return "open a session: cairn login";
    case RULE_CLS_01A:
    case RULE_CLS_02A:
    case RULE_CLS_03A:
    case RULE_CLS_04A:
        return "cairn access OBJECT --user YOU says what is missing";
    case RULE_DRV_14A:
        return "ask who shares it with you: cairn drive share DRIVE YOU --mode rw";
    case RULE_DRV_04B:
    case RULE_DRV_14D:
    case RULE_DRV_14F:
    case RULE_DRV_17B:
    case RULE_DRV_21A:
        return "cairn drive show DRIVE says how it is, and where it is attached";
    case RULE_DRV_14B:
        return "cairn list vm has the machines and their states; whoever owns one lets you in";
    case RULE_DRV_14C:
        return "attach it to a machine of its project, or tag the machine: cairn vm set-project";
    case RULE_DRV_01A:
        return "cairn list pool --where kind=drive";
    case RULE_DRV_18C:
        return "cairn drive show DRIVE names them; cairn drive snapshot-merge, snapshot-delete";
    default:
        return NULL;
    }
}

/* Which of many it was because of. */
static void tell_items(const struct invocation *invocation, const struct verdict *verdict)
{
    char memory[96];
    struct text line = TEXT_IN(memory);
    if (verdict->refused == RULE_BLK_03B && verdict->bulk.kind == ID_BULK) {
        text_add(&line, "which, and why: cairn query --on bulk:%" PRIu64, verdict->bulk.n);
        invocation_add(invocation, text_string(&line));
    }
}

static enum exit_code tell_refusal(const struct invocation *invocation,
                                   const struct verdict *verdict)
{
    const enum exit_code code =
        invocation_fail(invocation, EXIT_REFUSED, advice_on(verdict->refused),
                        "refused by %s: %s (event %" PRIu64 ")", rule_id(verdict->refused),
                        rule_sentence(verdict->refused), verdict->first);
    tell_items(invocation, verdict);
    return code;
}

static enum exit_code sign_and_run(struct invocation *invocation, struct engine *engine,
                                   struct command_record *command, struct verdict *verdict)
{
    char memory[COMMAND_MAX + 1];
    struct text record = TEXT_IN(memory);
    struct status status =
        command_record_sign(command, person_key_signs(invocation->person), &record);
    status = failed(status) ? status : engine_command(engine, text_bytes(&record), verdict);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, command_name(command->kind));
    }
    return verdict->refused != RULE_NONE ? tell_refusal(invocation, verdict) : EXIT_DONE;
}

enum exit_code operator_send(struct invocation *invocation, struct engine *engine,
                             enum command_kind kind, struct bytes fields, struct verdict *verdict)
{
    struct operator_standing standing;
    enum exit_code code = operator_stand(invocation, engine, &standing);
    if (code != EXIT_DONE) {
        return code;
    }
    const bool many = fields.size > 0 && fields.data[0] == '[';
    struct command_record command = command_of(&standing, engine, kind);
    command.fields = many ? (struct bytes){0} : fields;
    command.items = many ? fields : (struct bytes){0};
    return sign_and_run(invocation, engine, &command, verdict);
}

enum exit_code operator_command(struct invocation *invocation, struct engine *engine,
                                enum command_kind kind, const union command_fields *fields,
                                struct verdict *verdict)
{
    char memory[COMMAND_MAX];
    struct text text = TEXT_IN(memory);
    command_fields_encode(kind, fields, &text);
    return text.full
               ? invocation_failed(invocation, FAIL(LIMIT, COMMAND_MAX), NULL, command_name(kind))
               : operator_send(invocation, engine, kind, text_bytes(&text), verdict);
}

/* Many ------------------------------------------------------------------------------------ */

struct batch {
    struct text records; /* one after the other */
    struct request requests[OPERATOR_COMMANDS_MAX];
    struct verdict verdicts[OPERATOR_COMMANDS_MAX];
    char memory[OPERATOR_COMMANDS_MAX * OPERATOR_RECORD_MAX];
};

static struct status sign_one(const struct invocation *invocation, struct command_record *command,
                              const union command_fields *fields, struct batch *batch,
                              struct bytes *out)
{
    char memory[OPERATOR_RECORD_MAX];
    struct text text = TEXT_IN(memory);
    const size_t before = batch->records.size;
    command_fields_encode(command->kind, fields, &text);
    if (text.full) {
        return FAIL(LIMIT, OPERATOR_RECORD_MAX);
    }
    command->fields = text_bytes(&text);
    TRY(command_record_sign(command, person_key_signs(invocation->person), &batch->records));
    *out = bytes_of(batch->records.data + before, batch->records.size - before);
    return OK;
}

static enum exit_code run_batch(struct invocation *invocation, struct engine *engine,
                                enum command_kind kind, struct batch *batch, size_t count)
{
    struct status status = engine_commands(engine, batch->requests, count, batch->verdicts);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, command_name(kind));
    }
    for (size_t i = 0; i < count; i++) {
        const struct verdict *verdict = &batch->verdicts[i];
        if (failed(verdict->status)) {
            return invocation_failed(invocation, verdict->status, NULL, command_name(kind));
        }
        if (verdict->refused != RULE_NONE) {
            return tell_refusal(invocation, verdict);
        }
    }
    return EXIT_DONE;
}

enum exit_code operator_commands(struct invocation *invocation, struct engine *engine,
                                 enum command_kind kind, const union command_fields *fields,
                                 size_t count)
{
    struct operator_standing standing;
    assert(count <= OPERATOR_COMMANDS_MAX);
    enum exit_code code = operator_stand(invocation, engine, &standing);
    struct batch *batch = code == EXIT_DONE ? malloc(sizeof *batch) : NULL;
    if (batch == NULL) {
        return code != EXIT_DONE ? code
                                 : invocation_failed(invocation, FAIL(NO_MEMORY, sizeof *batch),
                                                     NULL, command_name(kind));
    }
    struct status status = OK;
    batch->records = TEXT_IN(batch->memory);
    for (size_t i = 0; i < count && !failed(status); i++) {
        struct command_record command = command_of(&standing, engine, kind);
        batch->requests[i] = (struct request){0};
        status = sign_one(invocation, &command, &fields[i], batch, &batch->requests[i].record);
    }
    code = failed(status) ? invocation_failed(invocation, status, NULL, command_name(kind))
                          : run_batch(invocation, engine, kind, batch, count);
    free(batch);
    return code;
}
