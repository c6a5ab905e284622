/*
 * store/hash.h -- SHA-256, and the four hashes of the log.
 *
 * Shape    A struct hasher is a context that is made once and used again and again: one-shot calls
 *          are five times slower.
 * Process  A hasher belongs to one thread. Hashing itself cannot fail; making a hasher can.
 * Source   RFC 6962 2.1 (0x00 before a leaf, 0x01 before a node), DESIGN.md 4; FIPS 180-4 by
 *          OpenSSL's EVP.
 */
#ifndef STORE_HASH_H
#define STORE_HASH_H

#include "schema/bytes.h"

struct hasher; /* opaque */

/* On success *out is the caller's: hasher_close. Fails with NO_MEMORY. */
MUST_CHECK struct status hasher_open(struct hasher **out);

/* Closes *hasher and sets it to NULL; NULL is welcome. */
void hasher_close(struct hasher **hasher);

/* SHA-256 over the pieces, one after the other. */
struct digest hash_pieces(struct hasher *hasher, const struct bytes *pieces, size_t count);
struct digest hash_bytes(struct hasher *hasher, struct bytes bytes);

/* A running hash over what is handed in piece by piece (files, exports). */
void hash_start(struct hasher *hasher);
void hash_add(struct hasher *hasher, struct bytes bytes);
struct digest hash_finish(struct hasher *hasher);

/* SHA-256(0x00 || leaf): also the hash that the next leaf's `prev` holds. */
struct digest hash_leaf(struct hasher *hasher, struct bytes leaf);
/* SHA-256(0x01 || left || right). */
struct digest hash_node(struct hasher *hasher, const struct digest *left,
                        const struct digest *right);
/* The commitment to a body: SHA-256(0x02 || salt || body). */
struct digest hash_body(struct hasher *hasher, struct bytes salt, struct bytes body);
/* One link of an emitter's chain: SHA-256("cairn-emitter-v1\0" || previous || SHA-256(statement)).
 */
struct digest hash_emitter_link(struct hasher *hasher, const struct digest *previous,
                                struct bytes statement);
/* The same where SHA-256(statement) is at hand. */
struct digest hash_emitter_link_digest(struct hasher *hasher, const struct digest *previous,
                                       const struct digest *stated);
/* Where the chain of an emitter starts: SHA-256("cairn-emitter-v1\0" || origin || 0x0A || name),
 * so that what was signed for one log cannot be replayed into another. */
struct digest hash_emitter_start(struct hasher *hasher, struct bytes origin, struct bytes name);

/* One link of the running digest over the versions of rows: SHA-256(previous || u64 n ||
 * u16 size, table || u16 size, key || row). */
struct digest hash_row_version(struct hasher *hasher, const struct digest *previous,
                               struct bytes table, struct bytes key, struct bytes row, uint64_t n);

/* SHA-1 over the pieces, for the names of things alone (UUIDs of version 5): it protects nothing.
 * NOT_FOUND: OpenSSL has none here. */
enum {
    NAME_HASH_SIZE = 20,
};
MUST_CHECK struct status hash_name(const struct bytes *pieces, size_t count,
                                   uint8_t out[static NAME_HASH_SIZE]);

/* The root of an empty tree: SHA-256 of nothing. */
extern const struct digest hash_empty;

#endif
