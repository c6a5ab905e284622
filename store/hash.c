#include "store/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* The final NUL is part of the label. */
static const char emitter_label[] = "cairn-emitter-v1";

enum {
    NODE_SIZE = 1 + 2 * DIGEST_SIZE,
    LINK_SIZE = sizeof emitter_label + 2 * DIGEST_SIZE,
};

struct hasher {
    EVP_MD_CTX *context;
    EVP_MD *sha256; /* fetched once: fetching costs more than hashing a leaf */
};

/* clang-format off */
const struct digest hash_empty = {.sha256 = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
}};
/* clang-format on */

struct status hasher_open(struct hasher **out)
{
    struct hasher *hasher = calloc(1, sizeof *hasher);
    if (hasher == NULL) {
        return FAIL(NO_MEMORY, sizeof *hasher);
    }
    hasher->context = EVP_MD_CTX_new();
    hasher->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    /* Started here, because each later start first gives back what it then takes again. */
    if (hasher->context == NULL || hasher->sha256 == NULL ||
        EVP_DigestInit_ex2(hasher->context, hasher->sha256, NULL) != 1) {
        hasher_close(&hasher);
        return FAIL_BECAUSE(NO_MEMORY, 0, "OpenSSL has no SHA-256");
    }
    *out = hasher;
    return OK;
}

void hasher_close(struct hasher **hasher)
{
    if (*hasher == NULL) {
        return;
    }
    EVP_MD_CTX_free((*hasher)->context);
    EVP_MD_free((*hasher)->sha256);
    free(*hasher);
    *hasher = NULL;
}

void hash_start(struct hasher *hasher)
{
    int started = EVP_DigestInit_ex2(hasher->context, hasher->sha256, NULL);
    assert(started == 1);
    (void)started;
}

void hash_add(struct hasher *hasher, struct bytes bytes)
{
    int added = EVP_DigestUpdate(hasher->context, bytes.data, bytes.size);
    assert(added == 1);
    (void)added;
}

struct digest hash_finish(struct hasher *hasher)
{
    struct digest digest;
    int finished = EVP_DigestFinal_ex(hasher->context, digest.sha256, NULL);
    assert(finished == 1);
    (void)finished;
    return digest;
}

struct digest hash_pieces(struct hasher *hasher, const struct bytes *pieces, size_t count)
{
    hash_start(hasher);
    for (size_t i = 0; i < count; i++) {
        hash_add(hasher, pieces[i]);
    }
    return hash_finish(hasher);
}

struct digest hash_bytes(struct hasher *hasher, struct bytes bytes)
{
    return hash_pieces(hasher, &bytes, 1);
}

struct digest hash_leaf(struct hasher *hasher, struct bytes leaf)
{
    const struct bytes pieces[] = {LITERAL("\x00"), leaf};
    return hash_pieces(hasher, pieces, 2);
}

struct digest hash_node(struct hasher *hasher, const struct digest *left,
                        const struct digest *right)
{
    /* In one piece, because a tree is mostly nodes and each call into OpenSSL costs. */
    uint8_t node[NODE_SIZE];
    node[0] = 0x01;
    memcpy(node + 1, left->sha256, DIGEST_SIZE);
    memcpy(node + 1 + DIGEST_SIZE, right->sha256, DIGEST_SIZE);
    return hash_bytes(hasher, BYTES(node));
}

struct digest hash_body(struct hasher *hasher, struct bytes salt, struct bytes body)
{
    const struct bytes pieces[] = {LITERAL("\x02"), salt, body};
    return hash_pieces(hasher, pieces, 3);
}

struct digest hash_emitter_link(struct hasher *hasher, const struct digest *previous,
                                struct bytes statement)
{
    struct digest stated = hash_bytes(hasher, statement);
    return hash_emitter_link_digest(hasher, previous, &stated);
}

struct digest hash_emitter_link_digest(struct hasher *hasher, const struct digest *previous,
                                       const struct digest *stated)
{
    uint8_t link[LINK_SIZE];
    memcpy(link, emitter_label, sizeof emitter_label);
    memcpy(link + sizeof emitter_label, previous->sha256, DIGEST_SIZE);
    memcpy(link + sizeof emitter_label + DIGEST_SIZE, stated->sha256, DIGEST_SIZE);
    return hash_bytes(hasher, BYTES(link));
}

struct digest hash_emitter_start(struct hasher *hasher, struct bytes origin, struct bytes name)
{
    const struct bytes pieces[] = {bytes_of(emitter_label, sizeof emitter_label), origin,
                                   LITERAL("\n"), name};
    return hash_pieces(hasher, pieces, 4);
}

struct digest hash_row_version(struct hasher *hasher, const struct digest *previous,
                               struct bytes table, struct bytes key, struct bytes row, uint64_t n)
{
    uint8_t numbers[12];
    bytes_write_u64(numbers, n);
    bytes_write_u16(numbers + 8, (uint16_t)table.size);
    bytes_write_u16(numbers + 10, (uint16_t)key.size);
    const struct bytes pieces[] = {
        BYTES(previous->sha256), bytes_of(numbers, 10), table, bytes_of(numbers + 10, 2), key, row,
    };
    return hash_pieces(hasher, pieces, sizeof pieces / sizeof pieces[0]);
}

struct status hash_name(const struct bytes *pieces, size_t count,
                        uint8_t out[static NAME_HASH_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex2(context, EVP_sha1(), NULL) == 1;
    for (size_t i = 0; good && i < count; i++) {
        good = EVP_DigestUpdate(context, pieces[i].data, pieces[i].size) == 1;
    }
    good = good && EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    return good ? OK
                : FAIL_BECAUSE(NOT_FOUND, 0, "OpenSSL has no SHA-1, which names are made with");
}
