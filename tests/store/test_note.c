/*
 * Notes and checkpoints: the vectors of signed-note, sumdb and sunlight, and every flipped bit.
 */
#include "store/hash.h"
#include "store/note.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define DASH "\xe2\x80\x94 "

static const enum key_type types[] = {KEY_ED25519, KEY_ECDSA_P256};

enum {
    TYPES = sizeof types / sizeof *types,
};

static int start(void **state)
{
    (void)state;
    return failed(key_library_start()) ? -1 : 0;
}

static struct secret_key *make_key(enum key_type type, const char *name)
{
    struct secret_key *key = NULL;
    assert_false(failed(secret_key_make(type, name, &key)));
    return key;
}

static struct public_key read_key(const char *text)
{
    struct public_key key;
    assert_false(failed(public_key_read(bytes_of_string(text), &key)));
    return key;
}

static struct text sign(struct secret_key *key, struct bytes signed_text, char *memory,
                        size_t capacity)
{
    struct text note = {.data = memory, .capacity = capacity};
    assert_false(failed(note_sign(key, signed_text, &note)));
    return note;
}

/* Vectors ------------------------------------------------------------------------------------- */

#define PETERS_TEXT                                              \
    "If you think cryptography is the answer to your problem,\n" \
    "then you don't know what your problem is.\n"

static void sumdbs_example_is_signed_alike(void **state)
{
    (void)state;
    static const char expected[] = PETERS_TEXT
        "\n" DASH "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXg"
        "KvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    assert_false(failed(secret_key_read(
        LITERAL("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"),
        &key)));
    char memory[512];
    struct text note = sign(key, LITERAL(PETERS_TEXT), memory, sizeof memory);
    assert_string_equal(text_string(&note), expected);

    struct public_key public =
        read_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    struct bytes text;
    assert_false(failed(note_verify(&public, LITERAL(expected), &text)));
    assert_true(bytes_equal(text, LITERAL(PETERS_TEXT)));
}

static void signed_notes_example_holds(void **state)
{
    (void)state;
    const struct bytes note =
        LITERAL("This is an example message.\n\n" DASH
                "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOB"
                "H3mFXmRKuwHjG1Yu72IneyaQM=\n");
    struct public_key key =
        read_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    struct bytes text;
    assert_false(failed(note_verify(&key, note, &text)));
    assert_true(bytes_equal(text, LITERAL("This is an example message.\n")));
}

/* A cosignature is another kind of key; what it signs is Ed25519 all the same. */
static void sunlights_cosignature_is_ed25519_over_its_message(void **state)
{
    (void)state;
    const struct bytes note = LITERAL(
        "rome2026h1.example.org\n300\ngw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU=\n\n" DASH
        "mirror.example.org P7FI7wAAAABpVGeAjA1S4pJm6MbcXjX7UUImu4azZtrfcVW2uyr/LXIYlwEJzXC0"
        "N0EiZkbqfLdXt/4gVEEuGmxJjAfXKMCISpsJAg==\n");
    struct bytes text;
    struct checkpoint checkpoint;
    assert_false(failed(note_text(note, &text)));
    assert_false(failed(checkpoint_read(text, &checkpoint)));
    assert_true(bytes_equal(checkpoint.origin, LITERAL("rome2026h1.example.org")));
    assert_int_equal(checkpoint.size, 300);

    char memory[512];
    struct text message = TEXT_IN(memory);
    text_put_literal(&message, "cosignature/v1\ntime 1767139200\n");
    text_put_bytes(&message, text);
    uint8_t line[76], typed[33];
    size_t size;
    assert_false(failed(base64_read(
        LITERAL("P7FI7wAAAABpVGeAjA1S4pJm6MbcXjX7UUImu4azZtrfcVW2uyr/LXIYlwEJzXC0N0EiZkbqfLdXt/4g"
                "VEEuGmxJjAfXKMCISpsJAg=="),
        line, sizeof line, &size)));
    assert_int_equal(bytes_read_u64(line + 4), 1767139200);
    assert_false(failed(base64_read(LITERAL("BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"), typed,
                                    sizeof typed, &size)));
    struct public_key key = {.type = KEY_ED25519, .size = 32};
    memcpy(key.data, typed + 1, key.size);
    assert_false(failed(public_key_verify(&key, text_bytes(&message), bytes_of(line + 12, 64))));
}

/* Notes --------------------------------------------------------------------------------------- */

static void a_signed_note_holds_and_gives_back_its_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"\n",
                                        "a\n",
                                        "a\n\nb\n",
                                        "\n\n\n",
                                        "\xe2\x82\xac\n",
                                        "a\n\n" DASH "looks like a signature AAAAAAA=\n"};
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t], "example.org/log");
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            char memory[1024];
            struct bytes text;
            struct text note = sign(key, bytes_of_string(texts[i]), memory, sizeof memory);
            assert_false(failed(note_verify(secret_key_public(key), text_bytes(&note), &text)));
            assert_true(bytes_equal(text, bytes_of_string(texts[i])));
            assert_false(failed(note_text(text_bytes(&note), &text)));
            assert_true(bytes_equal(text, bytes_of_string(texts[i])));
        }
    }
}

static void no_bit_of_a_note_can_be_flipped_and_nothing_cut(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t], "example.org/log");
        char memory[512];
        struct text note = sign(key, LITERAL("one\ntwo\n"), memory, sizeof memory);
        const struct public_key *public = secret_key_public(key);
        struct bytes text;
        for (size_t bit = 0; bit < 8 * note.size; bit++) {
            memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
            struct status status = note_verify(public, text_bytes(&note), &text);
            assert_true(status.code == STATUS_MALFORMED || status.code == STATUS_BAD_SIGNATURE);
            memory[bit / 8] = (char)(memory[bit / 8] ^ 1 << bit % 8);
        }
        for (size_t size = 0; size < note.size; size++) {
            assert_int_equal(note_verify(public, bytes_of(memory, size), &text).code,
                             STATUS_MALFORMED);
        }
    }
}

static void signatures_by_unknown_keys_are_ignored(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "log");
    CLEANUP(secret_key_close) struct secret_key *same_name = make_key(KEY_ED25519, "log");
    CLEANUP(secret_key_close) struct secret_key *other = make_key(KEY_ECDSA_P256, "other");
    CLEANUP(secret_key_close) struct secret_key *stranger = make_key(KEY_ED25519, "stranger");
    struct secret_key *const signers[] = {other, same_name, key};
    char memory[1024];
    struct text note = {.data = memory, .capacity = sizeof memory};
    text_put_literal(&note, "text\n\n");
    for (size_t i = 0; i < 3; i++) {
        char one[512];
        struct text single = sign(signers[i], LITERAL("text\n"), one, sizeof one);
        text_put(&note, one + 6, single.size - 6);
    }
    struct bytes text;
    for (size_t i = 0; i < 3; i++) {
        assert_false(failed(note_verify(secret_key_public(signers[i]), text_bytes(&note), &text)));
    }
    assert_int_equal(note_verify(secret_key_public(stranger), text_bytes(&note), &text).code,
                     STATUS_BAD_SIGNATURE);
}

static void one_bad_signature_by_the_key_spoils_a_good_one(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "log");
    char good[512], bad[512], memory[1024];
    struct text first = sign(key, LITERAL("text\n"), good, sizeof good);
    struct text second = sign(key, LITERAL("TEXT\n"), bad, sizeof bad);
    struct bytes text;
    struct text note = {.data = memory, .capacity = sizeof memory};
    text_put_bytes(&note, text_bytes(&first));
    text_put(&note, good + 6, first.size - 6);
    assert_false(failed(note_verify(secret_key_public(key), text_bytes(&note), &text)));
    text_put(&note, bad + 6, second.size - 6);
    assert_int_equal(note_verify(secret_key_public(key), text_bytes(&note), &text).code,
                     STATUS_BAD_SIGNATURE);
}

static void sixteen_signatures_are_read_and_no_more(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "log");
    char one[512], memory[8192];
    struct bytes text;
    struct text single = sign(key, LITERAL("text\n"), one, sizeof one);
    struct text note = {.data = memory, .capacity = sizeof memory};
    text_put_literal(&note, "text\n\n");
    for (size_t i = 1; i <= NOTE_SIGNATURES_MAX; i++) {
        text_put(&note, one + 6, single.size - 6);
        assert_false(failed(note_verify(secret_key_public(key), text_bytes(&note), &text)));
    }
    text_put(&note, one + 6, single.size - 6);
    struct status status = note_verify(secret_key_public(key), text_bytes(&note), &text);
    assert_int_equal(status.code, STATUS_LIMIT);
    assert_int_equal(status.at, NOTE_SIGNATURES_MAX);
}

static void a_long_signature_of_another_algorithm_is_only_ignored(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "log");
    char memory[8192];
    uint8_t foreign[4 + 8 + 2420]; /* a cosignature by ML-DSA-44 */
    struct bytes text;
    struct text note = sign(key, LITERAL("text\n"), memory, sizeof memory);
    key_random(foreign, sizeof foreign);
    text_put_literal(&note, DASH "witness.example ");
    text_put_base64(&note, BYTES(foreign));
    text_put_char(&note, '\n');
    assert_false(failed(note_verify(secret_key_public(key), text_bytes(&note), &text)));
}

static void what_is_no_note_is_malformed(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *note; uint64_t at; } cases[] = {
        {"", 0},
        {"a", 1},
        {"a\n", 2},
        {"a\n\n", 3},
        {"\n" DASH "log AAAAAAA=\n", 18},                 /* nothing before the signatures */
        {"a\n" DASH "log AAAAAAA=\n", 19},                /* no empty line */
        {"a\n\n" DASH "log AAAAAAA=", 19},                /* no line feed */
        {"a\n\n" DASH "log AAAAAA==\n", 3},               /* no signature behind the hash */
        {"a\n\n" DASH "log AAAAAAB=\n", 3},               /* base64 in another form */
        {"a\n\n" DASH "log\n", 3},
        {"a\n\n" DASH " AAAAAAA=\n", 3},
        {"a\n\n" DASH "l+g AAAAAAA=\n", 3},
        {"a\n\n" DASH "log  AAAAAAA=\n", 3},
        {"a\n\n" DASH "log AAAAAAA= \n", 3},
        {"a\n\n- log AAAAAAA=\n", 3},
        {"a\n\n" DASH "log AAAAAAA=\n" DASH "x\n", 20},
        {"a\tb\n\n" DASH "log AAAAAAA=\n", 1},
        {"a\r\n\n" DASH "log AAAAAAA=\n", 1},
        {"\xff\n\n" DASH "log AAAAAAA=\n", 0},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes text;
        struct status status = note_text(bytes_of_string(cases[i].note), &text);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(status.at, cases[i].at);
        assert_non_null(status.why);
    }
}

/* A text that makes the note of this key exactly as long as a note may be, and a byte longer. */
static void a_note_is_as_long_as_its_limit_and_no_longer(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "log");
    char line[256], memory[NOTE_MAX + 8], signed_text[NOTE_MAX];
    struct text least = sign(key, LITERAL("\n"), line, sizeof line);
    size_t size = NOTE_MAX - (least.size - 1);
    memset(signed_text, 'a', size + 1);
    signed_text[size - 1] = '\n';
    signed_text[size] = '\n';

    struct text note = {.data = memory, .capacity = sizeof memory};
    struct bytes text;
    text_put_literal(&note, "kept"); /* what is there already does not count */
    assert_false(failed(note_sign(key, bytes_of(signed_text, size), &note)));
    struct bytes whole = bytes_of(memory + 4, note.size - 4);
    assert_int_equal(whole.size, NOTE_MAX);
    assert_false(failed(note_verify(secret_key_public(key), whole, &text)));

    text_clear(&note);
    assert_int_equal(note_sign(key, bytes_of(signed_text, size + 1), &note).code, STATUS_LIMIT);
    memset(memory, 'a', sizeof memory);
    assert_int_equal(note_text(bytes_of(memory, NOTE_MAX + 1), &text).code, STATUS_LIMIT);
}

static void a_note_that_does_not_fit_says_so(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "log");
    char full[256];
    struct text whole = sign(key, LITERAL("text\n"), full, sizeof full);
    for (size_t capacity = 1; capacity <= whole.size; capacity++) {
        char small[256];
        struct text note = {.data = small, .capacity = capacity};
        assert_int_equal(note_sign(key, LITERAL("text\n"), &note).code, STATUS_LIMIT);
    }
}

static void only_what_can_be_checked_is_signed(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "log");
    static const char *const texts[] = {"", "a", "a\n\nb", "\x01\n", "\xff\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char memory[512];
        struct text note = TEXT_IN(memory);
        assert_int_equal(note_sign(key, bytes_of_string(texts[i]), &note).code, STATUS_MALFORMED);
        assert_int_equal(note.size, 0);
    }
}

/* Checkpoints --------------------------------------------------------------------------------- */

static void a_checkpoint_is_read_as_it_was_written(void **state)
{
    (void)state;
    const uint64_t sizes[] = {0, 1, 9, 10, 4096, UINT64_C(1) << 53, UINT64_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct checkpoint checkpoint = {.origin = LITERAL("example.org/log"), .size = sizes[i]};
        struct checkpoint read;
        char memory[256];
        struct text text = TEXT_IN(memory);
        key_random(checkpoint.root.sha256, DIGEST_SIZE);
        checkpoint_write(&checkpoint, &text);
        assert_false(failed(checkpoint_read(text_bytes(&text), &read)));
        assert_true(bytes_equal(read.origin, checkpoint.origin));
        assert_int_equal(read.size, checkpoint.size);
        assert_true(digest_equal(&read.root, &checkpoint.root));
    }
}

#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

static void extension_lines_are_ignored(void **state)
{
    (void)state;
    struct checkpoint read;
    assert_false(failed(checkpoint_read(LITERAL("o\n7\n" ROOT "\nmore\n and more\n"), &read)));
    assert_int_equal(read.size, 7);
}

static void what_is_no_checkpoint_is_malformed(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct { const char *text; uint64_t at; } cases[] = {
        {"", 0},
        {"\n0\n" ROOT "\n", 0},
        {"o\n", 2},
        {"o\n\n" ROOT "\n", 2},
        {"o\n07\n" ROOT "\n", 2},
        {"o\n+7\n" ROOT "\n", 2},
        {"o\n7 \n" ROOT "\n", 2},
        {"o\n18446744073709551616\n" ROOT "\n", 2},
        {"o\n7\n", 4},
        {"o\n7\n\n", 4},
        {"o\n7\n" ROOT "=\n", 4},
        {"o\n7\nAAAA\n", 4},
        {"o\n7\n" ROOT, 48},
        {"o\n7\n" ROOT "\n\n", 49},
        {"o\n7\n" ROOT "\nx\n\ny\n", 51},
        {"o\r\n7\n" ROOT "\n", 1},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct checkpoint read;
        struct status status = checkpoint_read(bytes_of_string(cases[i].text), &read);
        assert_int_equal(status.code, STATUS_MALFORMED);
        assert_int_equal(status.at, cases[i].at);
    }
}

static void a_signed_checkpoint_holds(void **state)
{
    (void)state;
    for (size_t t = 0; t < TYPES; t++) {
        CLEANUP(secret_key_close) struct secret_key *key = make_key(types[t], "example.org/log");
        const struct checkpoint checkpoint = {
            .origin = LITERAL("example.org/log"), .size = 300, .root = hash_empty};
        struct checkpoint read;
        char memory[512];
        struct text note = TEXT_IN(memory);
        assert_false(failed(checkpoint_sign(key, &checkpoint, &note)));
        assert_false(failed(checkpoint_verify(secret_key_public(key), text_bytes(&note), &read)));
        assert_true(bytes_equal(read.origin, checkpoint.origin));
        assert_int_equal(read.size, 300);
        assert_true(digest_equal(&read.root, &hash_empty));
    }
}

static void a_checkpoint_of_another_log_is_refused(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "example.org/log");
    const struct checkpoint checkpoint = {.origin = LITERAL("example.org/other"), .size = 1};
    struct checkpoint read;
    char memory[512];
    struct text note = TEXT_IN(memory);
    assert_false(failed(checkpoint_sign(key, &checkpoint, &note)));
    assert_int_equal(checkpoint_verify(secret_key_public(key), text_bytes(&note), &read).code,
                     STATUS_BAD_SIGNATURE);
}

static void the_longest_checkpoint_is_signed_and_read(void **state)
{
    (void)state;
    char name[ORIGIN_MAX + 1] = {0};
    memset(name, 'n', ORIGIN_MAX);
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ECDSA_P256, name);
    const struct checkpoint checkpoint = {.origin = bytes_of(name, ORIGIN_MAX), .size = UINT64_MAX};
    struct checkpoint read;
    char memory[1024];
    struct text note = TEXT_IN(memory);
    assert_false(failed(checkpoint_sign(key, &checkpoint, &note)));
    assert_false(failed(checkpoint_verify(secret_key_public(key), text_bytes(&note), &read)));
    assert_int_equal(read.size, UINT64_MAX);
}

static void an_origin_of_two_lines_is_not_signed(void **state)
{
    (void)state;
    CLEANUP(secret_key_close) struct secret_key *key = make_key(KEY_ED25519, "log");
    const struct checkpoint checkpoint = {.origin = LITERAL("log\n9"), .size = 1};
    char memory[512];
    struct text note = TEXT_IN(memory);
    assert_int_equal(checkpoint_sign(key, &checkpoint, &note).code, STATUS_MALFORMED);
    char longest[ORIGIN_MAX + 1];
    memset(longest, 'n', sizeof longest);
    const struct checkpoint longer = {.origin = bytes_of(longest, sizeof longest)};
    assert_true(failed(checkpoint_sign(key, &longer, &note)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sumdbs_example_is_signed_alike),
        cmocka_unit_test(signed_notes_example_holds),
        cmocka_unit_test(sunlights_cosignature_is_ed25519_over_its_message),
        cmocka_unit_test(a_signed_note_holds_and_gives_back_its_text),
        cmocka_unit_test(no_bit_of_a_note_can_be_flipped_and_nothing_cut),
        cmocka_unit_test(signatures_by_unknown_keys_are_ignored),
        cmocka_unit_test(one_bad_signature_by_the_key_spoils_a_good_one),
        cmocka_unit_test(sixteen_signatures_are_read_and_no_more),
        cmocka_unit_test(a_long_signature_of_another_algorithm_is_only_ignored),
        cmocka_unit_test(what_is_no_note_is_malformed),
        cmocka_unit_test(a_note_is_as_long_as_its_limit_and_no_longer),
        cmocka_unit_test(a_note_that_does_not_fit_says_so),
        cmocka_unit_test(only_what_can_be_checked_is_signed),
        cmocka_unit_test(a_checkpoint_is_read_as_it_was_written),
        cmocka_unit_test(extension_lines_are_ignored),
        cmocka_unit_test(what_is_no_checkpoint_is_malformed),
        cmocka_unit_test(a_signed_checkpoint_holds),
        cmocka_unit_test(a_checkpoint_of_another_log_is_refused),
        cmocka_unit_test(the_longest_checkpoint_is_signed_and_read),
        cmocka_unit_test(an_origin_of_two_lines_is_not_signed),
    };
    return cmocka_run_group_tests_name("store/note", tests, start, NULL);
}
