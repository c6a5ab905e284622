/*
 * tools/vault/group_key.h -- a group's keys, as its members' own programs handle them.
 *
 * Shape    The group's secret is 32 bytes, the secret half of an X25519 pair for each epoch. A
 *          member fetches it wrapped, which is logged, and opens it with their own key; whoever
 *          makes or hands on a key wraps it here. The store sees wraps alone.
 * Source   domain.md GRP-01, GRP-02; decisions/0021.
 */
#ifndef TOOLS_VAULT_GROUP_KEY_H
#define TOOLS_VAULT_GROUP_KEY_H

#include "store/vault_files.h"
#include "tools/operator.h"

/* Fetches the operator's wrapped key of the group's epoch, and opens it. On success *out is the
 * caller's. A refusal is told with its rule. */
MUST_CHECK enum exit_code group_key_fetch(struct invocation *invocation, struct engine *engine,
                                          const struct vault_files *files, struct id group,
                                          uint64_t epoch, struct secret_bytes **out);

/* Wraps a secret for a user whose receiving key is known, and keeps the wrap. */
MUST_CHECK enum exit_code group_key_wrap(struct invocation *invocation, const struct view *view,
                                         const struct vault_files *files,
                                         const struct secret_bytes *secret, struct id user,
                                         struct digest *wrapped);

/* The vault's files of the store at hand; its storage root is where the state says. On success
 * *out is the caller's. */
MUST_CHECK enum exit_code vault_files_of(struct invocation *invocation, struct engine *engine,
                                         struct vault_files **out);

#endif
