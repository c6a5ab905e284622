/*
 * store/chunk.h -- a piece of a file's content on disk: a header of 64 bytes, then AES-256-GCM.
 *
 * Shape    A header: magic "CRNC" (4), format (4), file (8), version (8), index (8), nonce (12),
 *          tag (16), zeroes (4); numbers are big-endian. Behind it are as many encrypted bytes as
 *          there were plain ones, CHUNK_PLAIN_MAX in each chunk but the last. All of the header but
 *          the tag is authenticated, so that a chunk is of its file, its version and its place, or
 *          does not open. How many chunks there are is fixed by the root in the log.
 * Nonces   96 random bits each. A key serves one file; with all versions and repeated uploads it
 *          would take 2^32 chunks (32 PiB) to reach the 2^-32 of SP 800-38D 8.3, and the log
 *          refuses a nonce that a file has used (VLT-02b). A counter would repeat where an upload
 *          is taken up again after the file at hand has changed.
 * Process  A cipher belongs to one thread; its context is made once and used for every chunk.
 * Source   domain.md 1.18-2, VLT-02; NIST SP 800-38D; decisions/0022.
 */
#ifndef STORE_CHUNK_H
#define STORE_CHUNK_H

#include "store/wrap.h"

enum {
    CHUNK_HEADER_SIZE = 64,
    CHUNK_PLAIN_MAX = 8388608,
    CHUNK_DISK_MAX = CHUNK_HEADER_SIZE + CHUNK_PLAIN_MAX,
    CHUNK_NONCE_SIZE = 12,
    CHUNK_TAG_SIZE = 16,
};

/* The version of a file that a chunk belongs to, and its place there, from 0. */
struct chunk_place {
    uint64_t file, version, index;
};

struct chunk_header {
    struct chunk_place place;
    uint8_t nonce[CHUNK_NONCE_SIZE];
    uint8_t tag[CHUNK_TAG_SIZE];
};

/* Reads a header without a key. MALFORMED with the reason. */
MUST_CHECK struct status chunk_header_read(struct bytes chunk, struct chunk_header *out);

struct chunk_cipher; /* opaque */

/* For all chunks under one key. *out is the caller's. NO_MEMORY. */
MUST_CHECK struct status chunk_cipher_open(const struct secret_bytes *key,
                                           struct chunk_cipher **out);
void chunk_cipher_close(struct chunk_cipher **cipher);

/* Encrypts 1 to CHUNK_PLAIN_MAX bytes under a new nonce; `out` has room for CHUNK_HEADER_SIZE more.
 * `out` may begin CHUNK_HEADER_SIZE before `plain`: the bytes are then encrypted in place. KEY if
 * the library refuses. */
MUST_CHECK struct status chunk_seal(struct chunk_cipher *cipher, const struct chunk_place *place,
                                    struct bytes plain, uint8_t *out);
/* The same under a nonce that is given: for test vectors, which need the same bytes again. */
MUST_CHECK struct status chunk_seal_as(struct chunk_cipher *cipher,
                                       const struct chunk_header *header, struct bytes plain,
                                       uint8_t *out);

/* Decrypts; `plain` has room for what is behind the header. CORRUPT at its index, with the reason,
 * if the chunk is not of this place or was altered: `plain` is then wiped. */
MUST_CHECK struct status chunk_unseal(struct chunk_cipher *cipher, const struct chunk_place *place,
                                      struct bytes chunk, uint8_t *plain);

/* How many chunks a content of so many bytes has, and how long one of them is on disk. */
uint64_t chunk_count(uint64_t size);
uint64_t chunk_disk_size(uint64_t size, uint64_t index);

#endif
