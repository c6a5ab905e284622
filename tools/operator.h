/*
 * tools/operator.h -- whoever types the command: the name for the record, the key for commands.
 *
 * Shape    The key is a person's (store/person_key.h), unlocked once for the whole invocation. A
 *          command is signed in the person's newest open session and for the project that is active
 *          there, as the state has them; the commands that open a session carry neither.
 */
#ifndef TOOLS_OPERATOR_H
#define TOOLS_OPERATOR_H

#include "core/engine.h"
#include "core/store_layout.h"
#include "store/person_key.h"
#include "tools/invocation.h"

enum {
    OPERATOR_COMMANDS_MAX = 64, /* in one operator_commands */
    OPERATOR_RECORD_MAX = 2048, /* bytes of each of them */
};

/* The options of every verb that gives a command. */
#define OPERATOR_OPTIONS                                                                   \
    {                                                                                      \
        "key", 0, "FILE", "your own key, which signs the command (STORE.admin.key)", false \
    }

/* Who runs the command, for `by` of an event: the name that /etc/passwd gives the process's user,
 * else `uid:N`. No environment variable counts. */
void operator_name(struct text *out);

/* The key file of --key, or CAIRN_KEY, or STORE.admin.key. */
MUST_CHECK enum exit_code operator_key_path(const struct invocation *invocation, const char *store,
                                            struct store_path *out);

/* Opens a key file with its passphrase, which is asked for. On success *out is the caller's. */
MUST_CHECK enum exit_code operator_open_key(const struct invocation *invocation, const char *path,
                                            struct person_key **out);

/* Unlocks the operator's key, unless it is; store_open does so for verbs that sign, so that nobody
 * else waits for the store while a passphrase is typed. */
MUST_CHECK enum exit_code operator_unlock(struct invocation *invocation);

/* The user whose key was unlocked, and the session in which commands would be given now: ID_NONE if
 * none is open. */
struct operator_standing {
    struct id user, session, project;
};
MUST_CHECK enum exit_code operator_stand(struct invocation *invocation, struct engine *engine,
                                         struct operator_standing *out);

/* Signs a command by whoever holds that key and has the engine execute it. A refusal is told with
 * its rule: EXIT_REFUSED. */
MUST_CHECK enum exit_code operator_command(struct invocation *invocation, struct engine *engine,
                                           enum command_kind kind,
                                           const union command_fields *fields,
                                           struct verdict *verdict);

/* The same with fields as canonical JSON: an object, or an array of them for a command over many
 * objects. Of such a one, refused items are no refusal of the whole. */
MUST_CHECK enum exit_code operator_send(struct invocation *invocation, struct engine *engine,
                                        enum command_kind kind, struct bytes fields,
                                        struct verdict *verdict);

/* Many commands of one kind, signed one by one and decided in one commit; the first that is refused
 * is told, and the ones before it are done. */
MUST_CHECK enum exit_code operator_commands(struct invocation *invocation, struct engine *engine,
                                            enum command_kind kind,
                                            const union command_fields *fields, size_t count);

#endif
