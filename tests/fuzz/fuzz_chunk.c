/*
 * Chunks: a header is read without a key, and nothing opens that was not encrypted with it.
 */
#include "store/chunk.h"
#include "store/key.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>

/* The key of the corpus: the bytes 0 to 31. */
static struct chunk_cipher *open_cipher(void)
{
    uint8_t key[SECRET_BYTES_SIZE];
    struct secret_bytes *secret = NULL;
    struct chunk_cipher *cipher = NULL;
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    struct status status = key_library_start();
    status = failed(status) ? status : secret_bytes_copy(key, &secret);
    status = failed(status) ? status : chunk_cipher_open(secret, &cipher);
    assert(!failed(status));
    secret_bytes_close(&secret);
    return cipher;
}

/* What opens is, encrypted again, the same bytes. */
static void check_opened(struct chunk_cipher *cipher, const struct chunk_header *header,
                         struct bytes plain, struct bytes chunk)
{
    uint8_t *again = malloc(chunk.size);
    assert(again != NULL);
    struct status status = chunk_seal_as(cipher, header, plain, again);
    assert(!failed(status) && bytes_equal(bytes_of(again, chunk.size), chunk));
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct chunk_header header;
    struct bytes chunk = bytes_of(data, size);
    struct status status = chunk_header_read(chunk, &header);
    if (failed(status)) {
        assert(status.code == STATUS_MALFORMED && status.why != NULL);
        return 0;
    }
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = open_cipher();
    uint8_t *plain = malloc(size - CHUNK_HEADER_SIZE);
    assert(plain != NULL);
    status = chunk_unseal(cipher, &header.place, chunk, plain);
    if (failed(status)) {
        assert(status.code == STATUS_CORRUPT && status.at == header.place.index);
    } else {
        check_opened(cipher, &header, bytes_of(plain, size - CHUNK_HEADER_SIZE), chunk);
    }
    free(plain);
    return 0;
}
