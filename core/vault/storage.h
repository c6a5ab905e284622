/*
 * core/vault/storage.h -- where chunks are kept, and where copies of them went.
 *
 * State    `storage_root`: the one place, and who can see it.
 * Decide   vault.storage.set_root: by a super-administrator. vault.backup.record: by
 *          administrators, and never of a set that has keys in it.
 * Evolve   vault.storage.root_set.
 * Source   domain.md VLT-04, VLT-15, VLT-16.
 */
#ifndef CORE_VAULT_STORAGE_H
#define CORE_VAULT_STORAGE_H

#include "core/decision.h"

/* Where chunks are kept, if that was ever said. */
bool storage_root(const struct view *view, struct storage_root_row *out);

#endif
