/*
 * tools/vault/keys.h -- keys of files and groups: fetched and opened, wrapped for others.
 *
 * Shape    To fetch is a command, the point of access, and always an event; what comes back is
 *          opened with the asker's own key, or by way of a group's key that is fetched in turn.
 *          To wrap is done here, and the wrap is in the vault before a command names it.
 */
#ifndef TOOLS_VAULT_KEYS_H
#define TOOLS_VAULT_KEYS_H

#include "tools/vault/vault.h"

/* Fetches a file's key. On EXIT_DONE *out is the caller's. */
MUST_CHECK enum exit_code vault_fetch_key(struct vault *vault, struct id file, const char *why,
                                          struct secret_bytes **out);

/* What an event that was just written says; lent by the vault's arena. */
MUST_CHECK struct status vault_read_said(struct vault *vault, uint64_t n, union event_body *out);

/* A wrapped key as the log names it: for the asker, or for a group of hers in an epoch. */
struct vault_held {
    struct id holder;
    struct digest wrapped;
    uint64_t epoch; /* of a group */
};
/* Opens it. On EXIT_DONE *out is the caller's. */
MUST_CHECK enum exit_code vault_open_held(struct vault *vault, const struct vault_held *held,
                                          struct secret_bytes **out);

/* A key wrapped for a holder, a user or a group, as commands name it. */
struct vault_wrapped {
    struct digest digest;
    bool has_epoch; /* of a group */
    uint64_t epoch;
};
MUST_CHECK enum exit_code vault_wrap(struct vault *vault, const struct secret_bytes *secret,
                                     struct id holder, struct vault_wrapped *out);

#endif
