/*
 * Secrets of links and sessions: random, of one form, and known by their digest alone.
 */
#include "reports/web/token.h"
#include "store/hash.h"
#include "store/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum {
    ROUNDS = 200,
};

static void a_new_token_is_one_and_no_other(void **unused)
{
    (void)unused;
    struct token tokens[ROUNDS];
    unsigned seen[256] = {0};
    for (size_t i = 0; i < ROUNDS; i++) {
        token_make(&tokens[i]);
        assert_true(token_is(bytes_of_string(tokens[i].text)));
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(tokens[i].text, tokens[k].text);
        }
        for (size_t k = 0; k < TOKEN_TEXT_SIZE; k++) {
            seen[(uint8_t)tokens[i].text[k]]++;
        }
    }
    unsigned different = 0;
    for (size_t i = 0; i < 256; i++) {
        different += seen[i] > 0 ? 1 : 0;
    }
    assert_int_equal(different, 64);
}

static void what_is_longer_shorter_or_has_other_characters_is_none(void **unused)
{
    (void)unused;
    struct token token;
    token_make(&token);
    assert_false(token_is(bytes_of(token.text, TOKEN_TEXT_SIZE - 1)));
    assert_false(token_is(bytes_of(token.text, TOKEN_TEXT_SIZE + 1)));
    assert_false(token_is((struct bytes){0}));
    for (unsigned c = 0; c < 256; c++) {
        struct token other = token;
        other.text[7] = (char)c;
        bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '_';
        assert_int_equal(token_is(bytes_of(other.text, TOKEN_TEXT_SIZE)), letter);
    }
}

static void one_secret_has_one_text(void **unused)
{
    (void)unused;
    struct token token;
    token_make(&token);
    unsigned good = 0;
    for (unsigned c = 0; c < 256; c++) {
        token.text[TOKEN_TEXT_SIZE - 1] = (char)c;
        good += token_is(bytes_of(token.text, TOKEN_TEXT_SIZE)) ? 1 : 0;
    }
    assert_int_equal(good, 16);
}

static void the_digest_is_that_of_its_characters(void **unused)
{
    (void)unused;
    struct hasher *hasher = NULL;
    assert_false(failed(hasher_open(&hasher)));
    char hex[DIGEST_HEX_SIZE + 1] = "";
    struct digest digest =
        token_digest(hasher, LITERAL("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    hex_write(hex, bytes_of(digest.sha256, DIGEST_SIZE));
    assert_string_equal(hex, "0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a");
    hasher_close(&hasher);
}

int main(void)
{
    if (failed(key_library_start())) {
        return EXIT_FAILURE;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_token_is_one_and_no_other),
        cmocka_unit_test(what_is_longer_shorter_or_has_other_characters_is_none),
        cmocka_unit_test(one_secret_has_one_text),
        cmocka_unit_test(the_digest_is_that_of_its_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
