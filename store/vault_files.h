/*
 * store/vault_files.h -- where wrapped keys and chunks lie, beside the log and never in it.
 *
 * Shape    STORE/vault/keys/<2 hex>/<62 hex>: a wrapped key under its SHA-256, as the log names it.
 *          CHUNKS/<low byte of the file's number, in hex>/<number>/<version>/<index>: a chunk;
 *          CHUNKS is STORE/vault/chunks unless the storage root is set elsewhere. Directories are
 *          0700, files 0600. Names are made of numbers and digests alone, and no link is followed
 *          on the way, so nothing outside is ever reached.
 * Writing  A file gets its name once its bytes are on disk; vault_files_sync makes the names of
 *          chunks durable, before the log tells of them. Keys are durable when put.
 * Process  Any number of threads may read and write chunks of different places at once.
 * Source   domain.md VLT-04, VLT-05, VLT-15; decisions/0022.
 */
#ifndef STORE_VAULT_FILES_H
#define STORE_VAULT_FILES_H

#include "store/chunk.h"

struct vault_files; /* opaque */

struct vault_files_options {
    const char *store;  /* the store's directory */
    const char *chunks; /* the storage root; NULL: in the store */
};

/* Opens, and makes what is missing of directories that the store holds itself. *out is the
 * caller's. NOT_FOUND; IO, NO_MEMORY. */
MUST_CHECK struct status vault_files_open(const struct vault_files_options *options,
                                          struct vault_files **out);
void vault_files_close(struct vault_files **files);

/* Keeps a wrapped key; *digest is its SHA-256. The same again is welcome. IO. */
MUST_CHECK struct status vault_key_put(const struct vault_files *files, const struct wrap *wrapped,
                                       struct digest *digest);
/* Fetches one. NOT_FOUND; CORRUPT if it has not that digest; IO. */
MUST_CHECK struct status vault_key_get(const struct vault_files *files, const struct digest *digest,
                                       struct wrap *out);
/* Removes one; OK if there is none. IO. */
MUST_CHECK struct status vault_key_remove(const struct vault_files *files,
                                          const struct digest *digest);

/* Writes a chunk, over an older one of that place. IO. */
MUST_CHECK struct status vault_chunk_put(const struct vault_files *files,
                                         const struct chunk_place *place, struct bytes chunk);
/* Reads one into CHUNK_DISK_MAX bytes. NOT_FOUND; CORRUPT at its index if it is longer; IO. */
MUST_CHECK struct status vault_chunk_get(const struct vault_files *files,
                                         const struct chunk_place *place, uint8_t *out,
                                         size_t *size);
/* Makes the names of a version's chunks durable. IO. */
MUST_CHECK struct status vault_chunks_sync(const struct vault_files *files, uint64_t file,
                                           uint64_t version);
/* Removes all chunks of all versions of a file; OK if there are none. IO. */
MUST_CHECK struct status vault_chunks_remove(const struct vault_files *files, uint64_t file);

#endif
