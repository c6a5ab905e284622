/*
 * tools/operator.h -- whoever types the command: the name for the record, the key for commands.
 */
#ifndef TOOLS_OPERATOR_H
#define TOOLS_OPERATOR_H

#include "core/engine.h"
#include "core/store_layout.h"
#include "tools/invocation.h"

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

#endif
