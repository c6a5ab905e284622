#include "tools/operator.h"

#include "core/command_record.h"
#include "core/identity/user.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void close_file(FILE **file)
{
    if (*file != NULL) {
        (void)fclose(*file);
    }
}

/* From the file itself: the C library's own look-up loads modules, and ends the process where it
 * lacks the memory for them. */
void operator_name(struct text *out)
{
    char memory[4096];
    struct passwd entry, *found;
    CLEANUP(close_file) FILE *file = fopen("/etc/passwd", "re");
    while (file != NULL && fgetpwent_r(file, &entry, memory, sizeof memory, &found) == 0) {
        bool name = entry.pw_name[0] != '+' && entry.pw_name[0] != '-'; /* else: look elsewhere */
        struct bytes bytes = bytes_of_string(entry.pw_name);
        if (name && entry.pw_uid == getuid() && bytes.size < out->capacity - out->size &&
            text_is_utf8(bytes)) {
            text_put_bytes(out, bytes);
            return;
        }
    }
    text_add(out, "uid:%u", (unsigned)getuid());
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

/* The user whose key this is: the one with the login that the key is named after. */
static enum exit_code find_user(struct invocation *invocation, struct engine *engine,
                                const struct secret_key *key, struct id *out)
{
    uint8_t memory[16 << 10];
    struct arena arena = ARENA_IN(memory);
    struct status trouble = OK;
    struct user_row user;
    struct view view = engine_view(engine, UINT64_MAX, &arena, &trouble);
    const char *login = secret_key_public(key)->name;
    if (!user_by_login(&view, bytes_of_string(login), &user)) {
        return invocation_fail(invocation, EXIT_NOT_PERMITTED,
                               "give the key of a user of this store: --key FILE",
                               "the store knows no user %s", login);
    }
    *out = user.user;
    return EXIT_DONE;
}

static enum exit_code sign_and_run(struct invocation *invocation, struct engine *engine,
                                   const struct secret_key *key, struct command_record *command,
                                   struct verdict *verdict)
{
    char memory[COMMAND_MAX];
    struct text record = TEXT_IN(memory);
    key_random(command->nonce, sizeof command->nonce);
    struct status status = command_record_sign(command, key, &record);
    status = failed(status) ? status : engine_command(engine, text_bytes(&record), verdict);
    if (failed(status)) {
        return invocation_failed(invocation, status, NULL, command_name(command->kind));
    }
    if (verdict->refused != RULE_NONE) {
        return invocation_fail(invocation, EXIT_REFUSED, NULL,
                               "refused by %s: %s (event %" PRIu64 ")", rule_id(verdict->refused),
                               rule_sentence(verdict->refused), verdict->first);
    }
    return EXIT_DONE;
}

enum exit_code operator_send(struct invocation *invocation, struct engine *engine,
                             enum command_kind kind, struct bytes fields, struct verdict *verdict)
{
    struct store_path path;
    const char *store;
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    enum exit_code code = invocation_store(invocation, &store);
    code = code == EXIT_DONE ? operator_key_path(invocation, store, &path) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    struct status status = secret_key_load(path.text, &key);
    if (failed(status)) {
        return invocation_failed(invocation, status,
                                 "commands are signed: give your key with --key FILE or CAIRN_KEY",
                                 path.text);
    }
    struct command_record command = {
        .kind = kind,
        .fields = fields,
        .origin = bytes_of_string(log_origin(engine_log(engine))),
        .t_utc_us = invocation->now_utc_us,
    };
    code = find_user(invocation, engine, key, &command.actor);
    return code == EXIT_DONE ? sign_and_run(invocation, engine, key, &command, verdict) : code;
}

enum exit_code operator_command(struct invocation *invocation, struct engine *engine,
                                enum command_kind kind, const union command_fields *fields,
                                struct verdict *verdict)
{
    char memory[16 << 10];
    struct text text = TEXT_IN(memory);
    command_fields_encode(kind, fields, &text);
    return operator_send(invocation, engine, kind, text_bytes(&text), verdict);
}
