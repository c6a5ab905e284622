/*
 * Chunks: what was encrypted comes back in its own place, and every byte that was flipped is
 * noticed.
 */
#include "store/chunk.h"
#include "store/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct chunk_place here = {.file = 2210, .version = 3, .index = 7};

static int start(void **state)
{
    (void)state;
    return failed(key_library_start()) ? -1 : 0;
}

static struct chunk_cipher *cipher_of(const uint8_t key[static 32])
{
    CLEANUP(secret_bytes_close) struct secret_bytes *secret = NULL;
    struct chunk_cipher *cipher = NULL;
    assert_false(failed(secret_bytes_copy(key, &secret)));
    assert_false(failed(chunk_cipher_open(secret, &cipher)));
    return cipher;
}

static struct chunk_cipher *some_cipher(void)
{
    uint8_t key[32];
    for (size_t i = 0; i < sizeof key; i++) {
        key[i] = (uint8_t)i;
    }
    return cipher_of(key);
}

/* The bytes come from another implementation, Go's crypto/cipher. */
static void the_bytes_are_those_of_the_format(void **state)
{
    (void)state;
    static const char expected[] =
        "43524e430000000100000000000008a200000000000000030000000000000007"
        "a0a1a2a3a4a5a6a7a8a9aaab617526a48912bbcb88675b84f5a3ae9100000000"
        "9270190d36bf6dd10716a7bc615aa1fe13cd3062fc";
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = some_cipher();
    struct chunk_header header = {.place = here};
    uint8_t out[CHUNK_HEADER_SIZE + 21];
    char hex[2 * sizeof out + 1] = {0};
    for (size_t i = 0; i < sizeof header.nonce; i++) {
        header.nonce[i] = (uint8_t)(0xa0 + i);
    }
    assert_false(failed(chunk_seal_as(cipher, &header, LITERAL("the stones of a cairn"), out)));
    hex_write(hex, BYTES(out));
    assert_string_equal(hex, expected);
}

static void contents_of_any_size_come_back(void **state)
{
    (void)state;
    const size_t sizes[] = {1, 15, 16, 17, 4096, 100000, CHUNK_PLAIN_MAX - 1, CHUNK_PLAIN_MAX};
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = some_cipher();
    uint8_t *plain = malloc(CHUNK_PLAIN_MAX), *again = malloc(CHUNK_PLAIN_MAX);
    uint8_t *chunk = malloc(CHUNK_DISK_MAX);
    assert_true(plain != NULL && again != NULL && chunk != NULL);
    key_random(plain, CHUNK_PLAIN_MAX);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct bytes content = bytes_of(plain, sizes[i]);
        assert_false(failed(chunk_seal(cipher, &here, content, chunk)));
        struct bytes sealed = bytes_of(chunk, CHUNK_HEADER_SIZE + sizes[i]);
        assert_false(failed(chunk_unseal(cipher, &here, sealed, again)));
        assert_memory_equal(again, plain, sizes[i]);
    }
    free(plain);
    free(again);
    free(chunk);
}

static void bytes_may_be_encrypted_where_they_are(void **state)
{
    (void)state;
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = some_cipher();
    uint8_t memory[CHUNK_HEADER_SIZE + 1000], plain[1000];
    memset(memory + CHUNK_HEADER_SIZE, 'x', 1000);
    assert_false(
        failed(chunk_seal(cipher, &here, bytes_of(memory + CHUNK_HEADER_SIZE, 1000), memory)));
    assert_false(failed(chunk_unseal(cipher, &here, BYTES(memory), plain)));
    for (size_t i = 0; i < sizeof plain; i++) {
        assert_int_equal(plain[i], 'x');
    }
}

static void every_flipped_bit_is_noticed_and_nothing_is_given_out(void **state)
{
    (void)state;
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = some_cipher();
    static const uint8_t nothing[40];
    uint8_t chunk[CHUNK_HEADER_SIZE + 40], plain[40];
    memset(plain, 'y', sizeof plain);
    assert_false(failed(chunk_seal(cipher, &here, BYTES(plain), chunk)));
    for (size_t bit = 0; bit < 8 * sizeof chunk; bit++) {
        chunk[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memset(plain, 0, sizeof plain);
        struct status status = chunk_unseal(cipher, &here, BYTES(chunk), plain);
        assert_int_equal(status.code, STATUS_CORRUPT);
        assert_int_equal(status.at, here.index);
        assert_memory_equal(plain, nothing, sizeof plain);
        chunk[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_false(failed(chunk_unseal(cipher, &here, BYTES(chunk), plain)));
}

static void a_chunk_that_was_cut_or_grew_is_noticed(void **state)
{
    (void)state;
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = some_cipher();
    uint8_t chunk[CHUNK_HEADER_SIZE + 41] = {0}, plain[41] = {0};
    assert_false(failed(chunk_seal(cipher, &here, bytes_of(plain, 40), chunk)));
    for (size_t size = 0; size <= sizeof chunk; size++) {
        bool whole = size == CHUNK_HEADER_SIZE + 40;
        struct status status = chunk_unseal(cipher, &here, bytes_of(chunk, size), plain);
        assert_int_equal(status.code, whole ? STATUS_OK : STATUS_CORRUPT);
    }
}

static void a_chunk_of_another_place_or_key_does_not_open(void **state)
{
    (void)state;
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = some_cipher();
    CLEANUP(chunk_cipher_close) struct chunk_cipher *other = cipher_of((const uint8_t[32]){1});
    const struct chunk_place elsewhere[] = {{2211, 3, 7}, {2210, 2, 7}, {2210, 3, 8}};
    uint8_t chunk[CHUNK_HEADER_SIZE + 5], plain[5];
    assert_false(failed(chunk_seal(cipher, &here, LITERAL("hello"), chunk)));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(chunk_unseal(cipher, &elsewhere[i], BYTES(chunk), plain).code,
                         STATUS_CORRUPT);
    }
    assert_int_equal(chunk_unseal(other, &here, BYTES(chunk), plain).code, STATUS_CORRUPT);
}

static void no_nonce_is_used_twice(void **state)
{
    (void)state;
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = some_cipher();
    enum {
        COUNT = 200
    };
    struct chunk_header headers[COUNT];
    uint8_t chunk[CHUNK_HEADER_SIZE + 5];
    for (size_t i = 0; i < COUNT; i++) {
        assert_false(failed(chunk_seal(cipher, &here, LITERAL("hello"), chunk)));
        assert_false(failed(chunk_header_read(BYTES(chunk), &headers[i])));
        for (size_t k = 0; k < i; k++) {
            assert_memory_not_equal(headers[i].nonce, headers[k].nonce, CHUNK_NONCE_SIZE);
        }
    }
}

static void a_header_is_read_without_a_key(void **state)
{
    (void)state;
    CLEANUP(chunk_cipher_close) struct chunk_cipher *cipher = some_cipher();
    struct chunk_header header;
    uint8_t chunk[CHUNK_HEADER_SIZE + 5];
    assert_false(failed(chunk_seal(cipher, &here, LITERAL("hello"), chunk)));
    assert_false(failed(chunk_header_read(BYTES(chunk), &header)));
    assert_int_equal(header.place.file, here.file);
    assert_int_equal(header.place.version, here.version);
    assert_int_equal(header.place.index, here.index);
    assert_int_equal(chunk_header_read(bytes_of(chunk, CHUNK_HEADER_SIZE), &header).code,
                     STATUS_MALFORMED);
}

/* VLT-02a: all but the last chunk are 8 MiB and 64 bytes long. */
static void sizes_are_those_of_the_rule(void **state)
{
    (void)state;
    const uint64_t full = CHUNK_PLAIN_MAX;
    assert_int_equal(chunk_count(0), 0);
    assert_int_equal(chunk_count(1), 1);
    assert_int_equal(chunk_count(full), 1);
    assert_int_equal(chunk_count(full + 1), 2);
    assert_int_equal(chunk_disk_size(1, 0), 65);
    assert_int_equal(chunk_disk_size(full, 0), 8388672);
    assert_int_equal(chunk_disk_size(full + 1, 0), 8388672);
    assert_int_equal(chunk_disk_size(full + 1, 1), 65);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_are_those_of_the_format),
        cmocka_unit_test(contents_of_any_size_come_back),
        cmocka_unit_test(bytes_may_be_encrypted_where_they_are),
        cmocka_unit_test(every_flipped_bit_is_noticed_and_nothing_is_given_out),
        cmocka_unit_test(a_chunk_that_was_cut_or_grew_is_noticed),
        cmocka_unit_test(a_chunk_of_another_place_or_key_does_not_open),
        cmocka_unit_test(no_nonce_is_used_twice),
        cmocka_unit_test(a_header_is_read_without_a_key),
        cmocka_unit_test(sizes_are_those_of_the_rule),
    };
    return cmocka_run_group_tests_name("store/chunk", tests, start, NULL);
}
