/*
 * tools/drive/drive_keys.h -- keys of drives: fetched and opened on the user's side.
 *
 * Shape    As keys of files are (tools/vault/keys.h), which also wraps them for others. What is
 *          opened never leaves this process but wrapped: for a holder, or sealed for the controller
 *          of a machine.
 */
#ifndef TOOLS_DRIVE_DRIVE_KEYS_H
#define TOOLS_DRIVE_DRIVE_KEYS_H

#include "tools/vault/vault.h"

/* Fetches a drive's key, for use in a machine or (ID_NONE) otherwise. On EXIT_DONE *out is the
 * caller's. */
MUST_CHECK enum exit_code drive_fetch_key(struct vault *vault, struct id drive, struct id vm,
                                          struct secret_bytes **out);

#endif
