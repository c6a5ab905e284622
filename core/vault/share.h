/*
 * core/vault/share.h -- what a user or a group may do with somebody's file.
 *
 * Shape    Sharing is explicit (VLT-10): the key comes wrapped for the target, with what the
 *          target may do and until when. A share without an end ends when the setting `share_life`
 *          says. The owner, and the group in whose directory a file is, have their keys without a
 *          share. A file that is handed over goes to the top of the new owner's tree, with the
 *          label that it had; in a group's directory it stays where it is. The former owner keeps
 *          no key.
 * State    `share` by file and target; its key is in `file_key`.
 * Decide   vault.file.share, unshare, transfer.
 * Evolve   vault.file.shared, unshared, owner_changed.
 * Source   domain.md VLT-10, VLT-12.
 */
#ifndef CORE_VAULT_SHARE_H
#define CORE_VAULT_SHARE_H

#include "core/decision.h"

/* The share of a file with this target, if it has not run out; *out may be NULL. */
bool share_in_force(const struct view *view, struct id file, struct id target,
                    struct share_row *out);

#endif
