#include "store/chunk.h"

#include "store/key.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

enum {
    FORMAT = 1,
    TAG_AT = 44, /* bytes before the tag */
    RESERVED_AT = 60,
};

static const uint8_t magic[4] = {'C', 'R', 'N', 'C'};

struct chunk_cipher {
    EVP_CIPHER_CTX *seal, *unseal; /* each keyed once */
};

/* Header ---------------------------------------------------------------------------------- */

static void write_header(const struct chunk_header *header, uint8_t *out)
{
    memcpy(out, magic, sizeof magic);
    bytes_write_u32(out + 4, FORMAT);
    bytes_write_u64(out + 8, header->place.file);
    bytes_write_u64(out + 16, header->place.version);
    bytes_write_u64(out + 24, header->place.index);
    memcpy(out + 32, header->nonce, sizeof header->nonce);
    memcpy(out + TAG_AT, header->tag, sizeof header->tag);
    memset(out + RESERVED_AT, 0, CHUNK_HEADER_SIZE - RESERVED_AT);
}

struct status chunk_header_read(struct bytes chunk, struct chunk_header *out)
{
    struct chunk_header header;
    const uint8_t *at = chunk.data;
    if (chunk.size <= CHUNK_HEADER_SIZE || chunk.size > CHUNK_DISK_MAX) {
        return FAIL_BECAUSE(MALFORMED, chunk.size, "this is too short or too long for a chunk");
    }
    if (memcmp(at, magic, sizeof magic) != 0 || bytes_read_u32(at + 4) != FORMAT) {
        return FAIL_BECAUSE(MALFORMED, 0, "this is no chunk, or one of an unknown format");
    }
    if (bytes_read_u32(at + RESERVED_AT) != 0) {
        return FAIL_BECAUSE(MALFORMED, RESERVED_AT, "a chunk's header ends in zeroes");
    }
    header.place = (struct chunk_place){.file = bytes_read_u64(at + 8),
                                        .version = bytes_read_u64(at + 16),
                                        .index = bytes_read_u64(at + 24)};
    memcpy(header.nonce, at + 32, sizeof header.nonce);
    memcpy(header.tag, at + TAG_AT, sizeof header.tag);
    *out = header;
    return OK;
}

uint64_t chunk_count(uint64_t size)
{
    return size / CHUNK_PLAIN_MAX + (size % CHUNK_PLAIN_MAX != 0 ? 1 : 0);
}

uint64_t chunk_disk_size(uint64_t size, uint64_t index)
{
    assert(index < chunk_count(size));
    uint64_t left = size - index * CHUNK_PLAIN_MAX;
    return CHUNK_HEADER_SIZE + (left < CHUNK_PLAIN_MAX ? left : CHUNK_PLAIN_MAX);
}

/* Cipher ---------------------------------------------------------------------------------- */

struct status chunk_cipher_open(const struct secret_bytes *key, struct chunk_cipher **out)
{
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = calloc(1, sizeof *cipher);
    if (cipher == NULL) {
        return FAIL(NO_MEMORY, sizeof *cipher);
    }
    const uint8_t *data = secret_bytes_data(key);
    cipher->seal = EVP_CIPHER_CTX_new();
    cipher->unseal = EVP_CIPHER_CTX_new();
    if (cipher->seal == NULL || cipher->unseal == NULL ||
        EVP_EncryptInit_ex(cipher->seal, EVP_aes_256_gcm(), NULL, data, NULL) != 1 ||
        EVP_DecryptInit_ex(cipher->unseal, EVP_aes_256_gcm(), NULL, data, NULL) != 1) {
        return FAIL_BECAUSE(NO_MEMORY, 0, "OpenSSL makes no context for AES-256-GCM");
    }
    *out = cipher;
    cipher = NULL;
    return OK;
}

void chunk_cipher_close(struct chunk_cipher **cipher)
{
    if (*cipher == NULL) {
        return;
    }
    EVP_CIPHER_CTX_free((*cipher)->seal); /* wipes the key's schedule */
    EVP_CIPHER_CTX_free((*cipher)->unseal);
    free(*cipher);
    *cipher = NULL;
}

/* All of the header but the tag. */
static bool add_header(EVP_CIPHER_CTX *context, const uint8_t *header)
{
    int size;
    return EVP_CipherUpdate(context, NULL, &size, header, TAG_AT) == 1 &&
           EVP_CipherUpdate(context, NULL, &size, header + RESERVED_AT,
                            CHUNK_HEADER_SIZE - RESERVED_AT) == 1;
}

struct status chunk_seal_as(struct chunk_cipher *cipher, const struct chunk_header *header,
                            struct bytes plain, uint8_t *out)
{
    EVP_CIPHER_CTX *context = cipher->seal;
    uint8_t *behind = out + CHUNK_HEADER_SIZE;
    int size = 0, rest = 0;
    assert(plain.size > 0 && plain.size <= CHUNK_PLAIN_MAX);
    write_header(header, out);
    if (EVP_EncryptInit_ex(context, NULL, NULL, NULL, header->nonce) != 1 ||
        !add_header(context, out) ||
        EVP_EncryptUpdate(context, behind, &size, plain.data, (int)plain.size) != 1 ||
        EVP_EncryptFinal_ex(context, behind + size, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, CHUNK_TAG_SIZE, out + TAG_AT) != 1) {
        return FAIL_BECAUSE(KEY, 0, "OpenSSL does not encrypt");
    }
    assert((size_t)size + (size_t)rest == plain.size);
    return OK;
}

struct status chunk_seal(struct chunk_cipher *cipher, const struct chunk_place *place,
                         struct bytes plain, uint8_t *out)
{
    struct chunk_header header = {.place = *place};
    key_random(header.nonce, sizeof header.nonce);
    return chunk_seal_as(cipher, &header, plain, out);
}

static struct status decrypt(EVP_CIPHER_CTX *context, struct chunk_header *header,
                             struct bytes chunk, uint8_t *plain)
{
    struct bytes behind = bytes_of(chunk.data + CHUNK_HEADER_SIZE, chunk.size - CHUNK_HEADER_SIZE);
    int size = 0, rest = 0;
    if (EVP_DecryptInit_ex(context, NULL, NULL, NULL, header->nonce) != 1 ||
        !add_header(context, chunk.data) ||
        EVP_DecryptUpdate(context, plain, &size, behind.data, (int)behind.size) != 1 ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, CHUNK_TAG_SIZE, header->tag) != 1 ||
        EVP_DecryptFinal_ex(context, plain + size, &rest) != 1) {
        OPENSSL_cleanse(plain, behind.size);
        return FAIL_BECAUSE(CORRUPT, header->place.index,
                            "the chunk was altered, or encrypted with another key");
    }
    return OK;
}

struct status chunk_unseal(struct chunk_cipher *cipher, const struct chunk_place *place,
                           struct bytes chunk, uint8_t *plain)
{
    struct chunk_header header;
    struct status status = chunk_header_read(chunk, &header);
    if (failed(status)) {
        return FAIL_BECAUSE(CORRUPT, place->index, status.why);
    }
    if (header.place.file != place->file || header.place.version != place->version ||
        header.place.index != place->index) {
        return FAIL_BECAUSE(CORRUPT, place->index, "this chunk belongs to another place");
    }
    return decrypt(cipher->unseal, &header, chunk, plain);
}
