/*
 * core/vault/chunk.h -- the encrypted pieces of a file, as the log knows them.
 *
 * Shape    A chunk is known by the SHA-256 of its bytes on disk: a header of 64 bytes, and 8 MiB
 *          of cipher text, of which only the last chunk of a file may have less. Chunks of a
 *          version may come in any order, and again, until it is sealed; an initialisation vector
 *          comes once in the life of a file.
 * Root     The Merkle tree of RFC 6962 whose leaves are these digests in order (32 bytes each), so
 *          that copies of the chunks can be checked without a key; of no chunks, SHA-256 of
 *          nothing.
 * State    `chunk` by file, version and index; `iv` by file and SHA-256 of the vector.
 * Decide   vault.chunk.write, vault.chunk.fetch.
 * Evolve   vault.chunk.written.
 * Source   domain.md VLT-02, VLT-03, VLT-06; 1.18-2.
 */
#ifndef CORE_VAULT_CHUNK_H
#define CORE_VAULT_CHUNK_H

#include "core/decision.h"

enum {
    CHUNK_SIZE = 8 << 20,      /* bytes of content in each chunk but the last */
    CHUNK_OVERHEAD = 64,       /* bytes of the header before it */
    CHUNK_IV_SIZE = 12,        /* bytes */
    CHUNK_INDEX_MAX = 1 << 30, /* 8 PiB in one file */
};

/* The rule that forbids to seal the file so, or RULE_NONE: chunks of its version without a gap,
 * whole ones but the last, with this size and root. */
enum rule chunk_seal_refusal(const struct view *view, const struct file_row *file,
                             const struct vault_file_seal *command);

#endif
