/*
 * core/vault/file.h -- files, whose content only their holders' programs can read.
 *
 * Shape     A file is being written (version 1, or a new one after vault.file.edit) until it is
 *           sealed: then its size, the number of its chunks and their root are fixed, and it can
 *           be read. Editing begins a new version, also where one was broken off.
 * State     `file` by id.
 * Decide    vault.file.create, seal, edit, view, download, delete; vault.history.fetch. The verbs
 *           ask core/access/access.h, each on its own.
 * Source    domain.md VLT-01, VLT-03, VLT-07, VLT-13, VLT-14.
 */
#ifndef CORE_VAULT_FILE_H
#define CORE_VAULT_FILE_H

#include "core/decision.h"

/* A file that is there and not deleted; *out may be NULL. */
bool file_by_id(const struct view *view, struct id id, struct file_row *out);

/* One line for people. */
void file_describe(const struct file_row *file, struct text *out);

#endif
