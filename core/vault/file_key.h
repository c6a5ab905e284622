/*
 * core/vault/file_key.h -- a file's key, wrapped for each holder.
 *
 * Shape    A holder is a user, who has it wrapped for the own receive key, or a group, which has
 *          it wrapped for the group's key of some epoch. Of a group's members those reach it who
 *          have the group's key of that epoch; after a new key the file's key is deposited again.
 *          Fetching is the point of access (VLT-05d): it takes what the file's class demands, and
 *          is an event each time. Whoever gives a key on must have fetched it in the same session.
 * State    `file_key` by file and holder; `fetched` by session and file.
 * Decide   vault.key.deposit, fetch, remove.
 * Evolve   vault.key.deposited, fetched, removed.
 * Source   domain.md VLT-05, VLT-06.
 */
#ifndef CORE_VAULT_FILE_KEY_H
#define CORE_VAULT_FILE_KEY_H

#include "core/decision.h"

/* Whether the file's key was fetched in the actor's session. */
bool file_key_was_fetched(const struct view *view, const struct actor *actor, struct id file);

/* The rule that forbids this target for a wrapped key of the file, or RULE_NONE: a known user,
 * without an epoch, or a group's newest key. */
struct key_target {
    struct id target;
    bool has_epoch;
    uint64_t epoch;
};
enum rule file_key_target_refusal(const struct view *view, const struct key_target *target);

#endif
