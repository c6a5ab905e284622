/*
 * Keys, by the vectors of RFC 8032, RFC 6979 and signed-note, and by what must not pass: every
 * flipped bit, every cut, points and signatures in a second form.
 */
#include "store/hash.h"
#include "store/key.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const enum key_type types[] = {KEY_ED25519, KEY_ECDSA_P256};

enum {
    TYPES = sizeof types / sizeof *types,
};

static int start(void **state)
{
    (void)state;
    return failed(key_library_start()) ? -1 : 0;
}

static struct bytes from_hex(const char *hex, uint8_t *memory, size_t capacity)
{
    size_t size;
    assert_false(failed(hex_read(bytes_of_string(hex), memory, capacity, &size)));
    return bytes_of(memory, size);
}

static struct secret_key *make_key(enum key_type type)
{
    struct secret_key *key = NULL;
    assert_false(failed(secret_key_make(type, "example.org/log", &key)));
    return key;
}

/* The text of a secret key, its hash as given. */
static const char *secret_text(struct text *text, enum key_type type, struct bytes secret,
                               uint32_t id)
{
    uint8_t typed[65];
    typed[0] = (uint8_t)type;
    memcpy(typed + 1, secret.data, secret.size);
    text_add(text, "PRIVATE+KEY+example.org/log+%08x+", id);
    text_put_base64(text, bytes_of(typed, 1 + secret.size));
    assert_false(text->full);
    return text_string(text);
}

/* Vectors ------------------------------------------------------------------------------------- */

static void the_notes_example_key_is_read_and_written(void **state)
{
    (void)state;
    const struct bytes text =
        LITERAL("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    assert_false(failed(secret_key_read(text, &key)));
    char memory[256];
    struct text public = TEXT_IN(memory);
    public_key_write(secret_key_public(key), &public);
    assert_string_equal(text_string(&public),
                        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
}

static void public_keys_of_others_are_read(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct public_key key;
        char memory[256];
        struct text again = TEXT_IN(memory);
        assert_false(failed(public_key_read(bytes_of_string(texts[i]), &key)));
        public_key_write(&key, &again);
        assert_string_equal(text_string(&again), texts[i]);
    }
}

static void ed25519_is_that_of_rfc8032(void **state)
{
    (void)state;
    uint8_t seed[32], public[32], expected[64];
    char memory[256];
    struct text text = TEXT_IN(memory);
    from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", seed, 32);
    from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", public, 32);
    from_hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc6"
             "1e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
             expected, 64);
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    assert_false(failed(hasher_open(&hasher)));
    const struct bytes pieces[] = {LITERAL("example.org/log\n\x01"), BYTES(public)};
    struct digest digest = hash_pieces(hasher, pieces, 2);
    secret_text(&text, KEY_ED25519, BYTES(seed), bytes_read_u32(digest.sha256));

    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    struct signature signature;
    assert_false(failed(secret_key_read(text_bytes(&text), &key)));
    assert_memory_equal(secret_key_public(key)->data, public, 32);
    assert_false(failed(secret_key_sign(key, LITERAL(""), &signature)));
    assert_int_equal(signature.size, 64);
    assert_memory_equal(signature.data, expected, 64);
}

static const char p256_scalar[] =
    "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
static const char p256_public[] =
    "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
static const char p256_r[] = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
static const char p256_s[] = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

/* The key of RFC 6979 A.2.5, from its scalar. */
static struct secret_key *read_p256(void)
{
    uint8_t scalar[32], spki[91];
    char memory[256];
    struct text text = TEXT_IN(memory);
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    assert_false(failed(hasher_open(&hasher)));
    struct digest digest = hash_bytes(hasher, from_hex(p256_public, spki, sizeof spki));
    secret_text(&text, KEY_ECDSA_P256, from_hex(p256_scalar, scalar, sizeof scalar),
                bytes_read_u32(digest.sha256));
    struct secret_key *key = NULL;
    assert_false(failed(secret_key_read(text_bytes(&text), &key)));
    assert_int_equal(secret_key_public(key)->size, sizeof spki);
    assert_memory_equal(secret_key_public(key)->data, spki, sizeof spki);
    return key;
}

static struct status verify_hex(const struct public_key *key, const char *hex)
{
    uint8_t memory[256];
    return public_key_verify(key, LITERAL("sample"), from_hex(hex, memory, sizeof memory));
}

static void p256_is_that_of_rfc6979(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = read_p256();
    char hex[256];
    snprintf(hex, sizeof hex, "3046022100%s022100%s", p256_r, p256_s);
    assert_false(failed(verify_hex(secret_key_public(key), hex)));
}

static void a_p256_signature_has_one_form(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = read_p256();
    static const char *const forms[] = {
        "308146022100%s022100%s",   /* a length of two bytes where one will do */
        "30820046022100%s022100%s", /* of three */
        "3080022100%s022100%s0000", /* without a length */
        "304702220000%s022100%s",   /* a number with a zero too many */
        "3046022100%s022100%s00",   /* something behind it */
        "3048022100%s022100%s0500", /* something inside */
        "30440220%s0220%s",         /* negative numbers */
        "3146022100%s022100%s",     /* a set */
        "%s%s",                     /* r and s alone */
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char hex[256];
        struct text text = TEXT_IN(hex);
        const char *first = strchr(forms[i], '%');
        text_put(&text, forms[i], (size_t)(first - forms[i]));
        text_put_string(&text, p256_r);
        const char *second = strchr(first + 2, '%');
        text_put(&text, first + 2, (size_t)(second - first - 2));
        text_put_string(&text, p256_s);
        text_put_string(&text, second + 2);
        assert_int_equal(verify_hex(secret_key_public(key), text_string(&text)).code,
                         STATUS_BAD_SIGNATURE);
    }
}

/* Signing and checking ------------------------------------------------------------------------ */

static void what_a_key_signs_its_public_half_accepts(void **state)
{
    (void)state;
    uint8_t message[300];
    key_random(message, sizeof message);
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t]);
        CLEANUP(secret_key_close) struct secret_key *other = make_key(types[t]);
        for (size_t size = 0; size <= sizeof message; size += 50) {
            struct signature signature;
            struct bytes signed_bytes = bytes_of(message, size);
            assert_false(failed(secret_key_sign(key, signed_bytes, &signature)));
            struct bytes bytes = bytes_of(signature.data, signature.size);
            assert_false(failed(public_key_verify(secret_key_public(key), signed_bytes, bytes)));
            assert_int_equal(public_key_verify(secret_key_public(other), signed_bytes, bytes).code,
                             STATUS_BAD_SIGNATURE);
        }
    }
}

static void flip_each_bit(const struct public_key *key, struct bytes message,
                          struct bytes signature, uint8_t *flipped, size_t size)
{
    for (size_t bit = 0; bit < 8 * size; bit++) {
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(public_key_verify(key, message, signature).code, STATUS_BAD_SIGNATURE);
        flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void no_bit_can_be_flipped_and_nothing_cut_or_added(void **state)
{
    (void)state;
    uint8_t memory[] = "the drive was attached";
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t]);
        const struct public_key *public = secret_key_public(key);
        struct signature signature = {0};
        struct bytes message = BYTES(memory);
        assert_false(failed(secret_key_sign(key, message, &signature)));
        struct bytes whole = bytes_of(signature.data, signature.size);
        flip_each_bit(public, message, whole, memory, sizeof memory);
        flip_each_bit(public, message, whole, signature.data, signature.size);
        for (size_t size = 0; size < signature.size; size++) {
            assert_true(failed(public_key_verify(public, message, bytes_of(whole.data, size))));
        }
        for (size_t size = signature.size + 1; size <= sizeof signature.data; size++) {
            assert_true(failed(public_key_verify(public, message, bytes_of(whole.data, size))));
        }
        struct public_key flipped = *public;
        flip_each_bit(&flipped, message, whole, flipped.data, flipped.size);
        flipped.type = (enum key_type)77;
        assert_true(failed(public_key_verify(&flipped, message, whole)));
    }
}

/* S + L is the same number to the equation, and another signature to a log. */
static void an_ed25519_signature_has_one_form(void **state)
{
    (void)state;
    uint8_t order[32];
    from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", order, 32);
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519);
    struct signature signature;
    assert_false(failed(secret_key_sign(key, LITERAL("m"), &signature)));
    unsigned carry = 0;
    for (size_t i = 0; i < sizeof order; i++) {
        carry += (unsigned)signature.data[32 + i] + order[i];
        signature.data[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(public_key_verify(secret_key_public(key), LITERAL("m"),
                                       bytes_of(signature.data, signature.size))
                         .code,
                     STATUS_BAD_SIGNATURE);
}

/* Under a key of small order one signature holds for many messages. */
static void weak_points_are_no_keys(void **state)
{
    (void)state;
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    assert_false(failed(hasher_open(&hasher)));
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct public_key key = {.type = KEY_ED25519, .size = 32, .name = "n"};
        struct bytes point = from_hex(points[i], key.data, sizeof key.data);
        const struct bytes pieces[] = {LITERAL("n\n\x01"), point};
        key.id = bytes_read_u32(hash_pieces(hasher, pieces, 2).sha256);

        char memory[256];
        struct text text = TEXT_IN(memory);
        public_key_write(&key, &text);
        struct status status = public_key_read(text_bytes(&text), &key);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_string_equal(status.why, "this is no public key of its algorithm");

        uint8_t signature[64] = {0};
        memcpy(signature, point.data, 32); /* R is the key, S is zero */
        assert_int_equal(public_key_verify(&key, LITERAL("m"), BYTES(signature)).code,
                         STATUS_BAD_SIGNATURE);
    }
}

static void a_scalar_is_between_nothing_and_the_order(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *scalar; bool good; } cases[] = {
        {"0000000000000000000000000000000000000000000000000000000000000000", false},
        {"0000000000000000000000000000000000000000000000000000000000000001", true},
        {"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550", true},
        {"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", false},
        {"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", false},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t scalar[32];
        char memory[256];
        struct text text = TEXT_IN(memory);
        from_hex(cases[i].scalar, scalar, 32);
        secret_text(&text, KEY_ECDSA_P256, BYTES(scalar), 0);
        struct secret_key *key = NULL;
        struct status status = secret_key_read(text_bytes(&text), &key);
        assert_int_equal(status.code, STATUS_KEY); /* a good one fails later: its hash is not 0 */
        assert_string_equal(status.why, cases[i].good ? "the key's hash is another key's"
                                                      : "this is no scalar of P-256");
        assert_null(key);
    }
}

static void a_secret_is_32_bytes_of_a_known_algorithm(void **state)
{
    (void)state;
    uint8_t secret[64] = {7};
    for (size_t size = 0; size <= sizeof secret; size++) {
        for (uint8_t type = 0; type < 5; type++) {
            char memory[256];
            struct text text = TEXT_IN(memory);
            struct secret_key *key = NULL;
            secret_text(&text, (enum key_type)type, bytes_of(secret, size), 1);
            struct status status = secret_key_read(text_bytes(&text), &key);
            assert_int_equal(status.code, STATUS_KEY);
            bool known = type == KEY_ED25519 || type == KEY_ECDSA_P256;
            if (known) {
                assert_string_equal(status.why,
                                    size == 32 ? "the key's hash is another key's"
                                               : "the secret is not base64 of a type and 32 bytes");
            }
            assert_null(key);
        }
    }
}

static void a_point_off_the_curve_is_no_key(void **state)
{
    (void)state;
    struct public_key key = {.type = KEY_ECDSA_P256, .name = "n"};
    key.size = from_hex(p256_public, key.data, sizeof key.data).size;
    CLEANUP(hasher_close) struct hasher *hasher = NULL;
    assert_false(failed(hasher_open(&hasher)));
    for (size_t bit = 0; bit < 8 * key.size; bit++) {
        char memory[256];
        struct text text = TEXT_IN(memory);
        key.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct digest digest = hash_bytes(hasher, bytes_of(key.data, key.size));
        key.id = bytes_read_u32(digest.sha256);
        public_key_write(&key, &text);
        struct public_key read;
        assert_int_equal(public_key_read(text_bytes(&text), &read).code, STATUS_MALFORMED);
        key.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

struct checker {
    const struct public_key *key;
    const struct signature *signature;
    uint32_t wrong;
};

static void *check_often(void *context)
{
    struct checker *checker = context;
    struct bytes signature = bytes_of(checker->signature->data, checker->signature->size);
    for (size_t i = 0; i < 100; i++) {
        checker->wrong += failed(public_key_verify(checker->key, LITERAL("yes"), signature));
        checker->wrong += !failed(public_key_verify(checker->key, LITERAL("no"), signature));
    }
    return NULL;
}

static void any_thread_may_check(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t]);
        struct signature signature;
        pthread_t threads[4];
        struct checker checkers[4];
        assert_false(failed(secret_key_sign(key, LITERAL("yes"), &signature)));
        for (size_t i = 0; i < 4; i++) {
            checkers[i] = (struct checker){.key = secret_key_public(key), .signature = &signature};
            assert_int_equal(pthread_create(&threads[i], NULL, check_often, &checkers[i]), 0);
        }
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
            assert_int_equal(checkers[i].wrong, 0);
        }
    }
}

/* Names and texts ----------------------------------------------------------------------------- */

static void a_name_has_no_space_and_no_plus(void **state)
{
    (void)state;
    static const char *const good[] = {"a",   "example.org/log", "\xc3\xa9",    "\xe2\x82\xac",
                                       "a=b", "\xc2\xa1",        "\xe2\x80\x8b"};
    static const char *const bad[] = {"",
                                      " ",
                                      "a b",
                                      "a+b",
                                      "+",
                                      "a\n",
                                      "\t",
                                      "\x7f",
                                      "\x01",
                                      "\xc2\x85",
                                      "\xc2\xa0",
                                      "\xe1\x9a\x80",
                                      "\xe2\x80\x80",
                                      "\xe2\x80\x8a",
                                      "\xe2\x80\xa8",
                                      "\xe2\x80\xa9",
                                      "\xe2\x80\xaf",
                                      "\xe2\x81\x9f",
                                      "x\xe3\x80\x80",
                                      "\xff",
                                      "\xc3",
                                      "\xed\xa0\x80"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(key_name_is_valid(bytes_of_string(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct secret_key *key = NULL;
        assert_false(key_name_is_valid(bytes_of_string(bad[i])));
        assert_int_equal(secret_key_make(KEY_ED25519, bad[i], &key).code, STATUS_MALFORMED);
        assert_null(key);
    }
    char longest[ORIGIN_MAX + 1];
    memset(longest, 'n', sizeof longest);
    assert_true(key_name_is_valid(bytes_of(longest, ORIGIN_MAX)));
    assert_false(key_name_is_valid(bytes_of(longest, ORIGIN_MAX + 1)));
}

static void a_public_key_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t]);
        const struct public_key *public = secret_key_public(key);
        char memory[512];
        struct text text = TEXT_IN(memory);
        struct public_key read;
        public_key_write(public, &text);
        assert_false(failed(public_key_read(text_bytes(&text), &read)));
        assert_int_equal(read.type, public->type);
        assert_int_equal(read.id, public->id);
        assert_string_equal(read.name, public->name);
        assert_int_equal(read.size, public->size);
        assert_memory_equal(read.data, public->data, public->size);
    }
}

/* The hash of a P-256 key does not cover its name (an exception of signed-note), so that another
 * name is another key there; every other change shows. */
static void a_public_key_text_cannot_be_changed(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t]);
        char memory[512];
        struct text text = TEXT_IN(memory);
        public_key_write(secret_key_public(key), &text);
        for (size_t bit = 0; bit < 8 * text.size; bit++) {
            struct public_key read;
            memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
            struct status status = public_key_read(text_bytes(&text), &read);
            if (!failed(status)) {
                assert_int_equal(types[t], KEY_ECDSA_P256);
                assert_true(bit / 8 < strlen("example.org/log"));
            } else {
                assert_int_equal(status.code, STATUS_MALFORMED);
                assert_non_null(status.why);
            }
            memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        }
        for (size_t size = 0; size < text.size; size++) {
            struct public_key read;
            assert_int_equal(public_key_read(bytes_of(memory, size), &read).code, STATUS_MALFORMED);
        }
    }
}

static void a_public_key_has_one_text(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *text; uint64_t at; } cases[] = {
        {"PeterNeumann+C74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", 13},
        {"PeterNeumann+c74f20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", 13},
        {"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n", 22},
        {" PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", 0},
        {"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", 13},
        {"PeterNeumann+c74f20a3+BBpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", 22}, /* type 4 */
        {"PeterNeumann+c74f20a3+", 22},
        {"PeterNeumann+c74f20a3+AQ==", 22},
        {"PeterNeumann+c74f20a3", 13},
        {"PeterNeumann+", 13},
        {"PeterNeumann", 12},
        {"+c74f20a3+AQ==", 0},
        {"", 0},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct public_key key;
        struct status status = public_key_read(bytes_of_string(cases[i].text), &key);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(status.at, cases[i].at);
    }
}

/* The library -------------------------------------------------------------------------------- */

static void random_bytes_differ(void **state)
{
    (void)state;
    uint8_t a[SALT_SIZE], b[SALT_SIZE];
    key_random(a, sizeof a);
    key_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

static void starting_again_and_closing_nothing_are_welcome(void **state)
{
    (void)state;
    struct secret_key *none = NULL;
    assert_false(failed(key_library_start()));
    secret_key_close(&none);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_notes_example_key_is_read_and_written),
        cmocka_unit_test(public_keys_of_others_are_read),
        cmocka_unit_test(ed25519_is_that_of_rfc8032),
        cmocka_unit_test(p256_is_that_of_rfc6979),
        cmocka_unit_test(a_p256_signature_has_one_form),
        cmocka_unit_test(what_a_key_signs_its_public_half_accepts),
        cmocka_unit_test(no_bit_can_be_flipped_and_nothing_cut_or_added),
        cmocka_unit_test(an_ed25519_signature_has_one_form),
        cmocka_unit_test(weak_points_are_no_keys),
        cmocka_unit_test(a_scalar_is_between_nothing_and_the_order),
        cmocka_unit_test(a_secret_is_32_bytes_of_a_known_algorithm),
        cmocka_unit_test(a_point_off_the_curve_is_no_key),
        cmocka_unit_test(any_thread_may_check),
        cmocka_unit_test(a_name_has_no_space_and_no_plus),
        cmocka_unit_test(a_public_key_is_read_as_it_was_written),
        cmocka_unit_test(a_public_key_text_cannot_be_changed),
        cmocka_unit_test(a_public_key_has_one_text),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(starting_again_and_closing_nothing_are_welcome),
    };
    return cmocka_run_group_tests_name("store/key", tests, start, NULL);
}
