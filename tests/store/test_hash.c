/*
 * The hashes of the log, against FIPS 180-4, RFC 6962 and the definitions written out.
 */
#include "store/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static int open_hasher(void **state)
{
    struct hasher *hasher = NULL;
    if (failed(hasher_open(&hasher))) {
        return -1;
    }
    *state = hasher;
    return 0;
}

static int close_hasher(void **state)
{
    struct hasher *hasher = *state;
    hasher_close(&hasher);
    return hasher == NULL ? 0 : -1;
}

static void assert_hex(struct digest digest, const char *expected)
{
    char hex[DIGEST_HEX_SIZE + 1] = {0};
    hex_write(hex, BYTES(digest.sha256));
    assert_string_equal(hex, expected);
}

static void it_is_sha256(void **state)
{
    assert_hex(hash_bytes(*state, LITERAL("abc")),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_hex(
        hash_bytes(*state, LITERAL("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* What witnesses and mirrors know a log by (C2SP): a vector of theirs. */
static void a_log_is_known_by_the_hash_of_its_origin(void **state)
{
    assert_hex(hash_bytes(*state, bytes_of_string("rome2026h1.example.org")),
               "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706");
}

static void nothing_has_the_empty_hash(void **state)
{
    struct digest none = hash_pieces(*state, NULL, 0);
    struct digest empty = hash_bytes(*state, bytes_of(NULL, 0));
    assert_true(digest_equal(&none, &hash_empty));
    assert_true(digest_equal(&empty, &hash_empty));
}

static void a_million_a_in_pieces_hash_as_one(void **state)
{
    uint8_t memory[1000];
    memset(memory, 'a', sizeof memory);
    hash_start(*state);
    for (size_t i = 0; i < 1000; i++) {
        hash_add(*state, BYTES(memory));
    }
    assert_hex(hash_finish(*state),
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void where_pieces_are_cut_does_not_matter(void **state)
{
    uint8_t memory[300];
    for (size_t i = 0; i < sizeof memory; i++) {
        memory[i] = (uint8_t)(i * 7);
    }
    struct digest whole = hash_bytes(*state, BYTES(memory));
    for (size_t cut = 0; cut <= sizeof memory; cut++) {
        const struct bytes pieces[] = {bytes_of(memory, cut),
                                       bytes_of(memory + cut, sizeof memory - cut)};
        struct digest both = hash_pieces(*state, pieces, 2);
        assert_true(digest_equal(&whole, &both));
    }
}

static void a_running_hash_that_is_left_does_no_harm(void **state)
{
    hash_start(*state);
    hash_add(*state, LITERAL("never finished"));
    struct digest after = hash_bytes(*state, LITERAL(""));
    assert_true(digest_equal(&after, &hash_empty));
}

static void a_leaf_begins_with_zero(void **state)
{
    assert_hex(hash_leaf(*state, LITERAL("")),
               "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    assert_hex(hash_leaf(*state, LITERAL("record 0")),
               "3b367d6db7bc51726d918b18e9a79e0fce53f867fbe38671f609e6bb59d46035");
}

static void a_node_begins_with_one(void **state)
{
    struct digest left = hash_bytes(*state, LITERAL("left"));
    struct digest right = hash_bytes(*state, LITERAL("right"));
    const struct bytes pieces[] = {LITERAL("\x01"), BYTES(left.sha256), BYTES(right.sha256)};
    struct digest expected = hash_pieces(*state, pieces, 3);
    struct digest node = hash_node(*state, &left, &right);
    struct digest turned = hash_node(*state, &right, &left);
    assert_true(digest_equal(&node, &expected));
    assert_false(digest_equal(&turned, &expected));
}

static void a_commitment_begins_with_two(void **state)
{
    const struct bytes salt = LITERAL("0123456789abcdef");
    const struct bytes body = LITERAL("{}");
    struct digest commitment = hash_body(*state, salt, body);
    struct digest expected = hash_bytes(*state, LITERAL("\x02"
                                                        "0123456789abcdef{}"));
    assert_true(digest_equal(&commitment, &expected));
}

static void a_chain_starts_with_its_log_and_its_emitter(void **state)
{
    struct digest start = hash_emitter_start(*state, LITERAL("example.org/log"), LITERAL("vault"));
    struct digest expected =
        hash_bytes(*state, LITERAL("cairn-emitter-v1\0example.org/log\nvault"));
    assert_true(digest_equal(&start, &expected));
}

static void a_link_covers_the_chain_and_the_statement(void **state)
{
    struct digest start = hash_emitter_start(*state, LITERAL("o"), LITERAL("e"));
    struct digest stated = hash_bytes(*state, LITERAL("statement"));
    const struct bytes pieces[] = {LITERAL("cairn-emitter-v1\0"), BYTES(start.sha256),
                                   BYTES(stated.sha256)};
    struct digest expected = hash_pieces(*state, pieces, 3);
    struct digest link = hash_emitter_link(*state, &start, LITERAL("statement"));
    assert_true(digest_equal(&link, &expected));
}

static void closing_nothing_is_welcome(void **state)
{
    (void)state;
    struct hasher *none = NULL;
    hasher_close(&none);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_sha256),
        cmocka_unit_test(a_log_is_known_by_the_hash_of_its_origin),
        cmocka_unit_test(nothing_has_the_empty_hash),
        cmocka_unit_test(a_million_a_in_pieces_hash_as_one),
        cmocka_unit_test(where_pieces_are_cut_does_not_matter),
        cmocka_unit_test(a_running_hash_that_is_left_does_no_harm),
        cmocka_unit_test(a_leaf_begins_with_zero),
        cmocka_unit_test(a_node_begins_with_one),
        cmocka_unit_test(a_commitment_begins_with_two),
        cmocka_unit_test(a_chain_starts_with_its_log_and_its_emitter),
        cmocka_unit_test(a_link_covers_the_chain_and_the_statement),
        cmocka_unit_test(closing_nothing_is_welcome),
    };
    return cmocka_run_group_tests_name("store/hash", tests, open_hasher, close_hasher);
}
