/*
 * core/drive/nfs.h -- exports of servers that machines may mount.
 *
 * Shape     Public data only: read-only, and from a server within the envelope of security, or not
 *           at all. A share is in force when the world has answered, until it has answered that it
 *           is no more.
 * State     `nfs` by id.
 * Decide    nfs.allow, revoke.
 * Evolve    nfs.allowed, revoked. Effects: nfs_export, nfs_withdraw.
 *
 * Source    domain.md DRV-20.
 */
#ifndef CORE_DRIVE_NFS_H
#define CORE_DRIVE_NFS_H

#include "core/decision.h"
#include "core/evolution.h"

enum {
    NFS_SERVER_MAX = 253, /* bytes of a host's name */
};

/* The share, if there is one and it is not revoked; *out may be NULL. */
bool nfs_by_id(const struct view *view, struct id nfs, struct nfs_row *out);

/* Letters, digits, dots, colons and hyphens of ASCII: a name or an address. */
bool nfs_is_server(struct bytes text);
/* An absolute path (core/drive/pool.h) of letters, digits and `_ - . + /` of ASCII, so that no line
 * of an exports file means something else. */
bool nfs_is_export(struct bytes text);

/* For evolve: what the world has answered. */
void nfs_ended(struct evolution *evolution, const struct effect_row *effect);

#endif
