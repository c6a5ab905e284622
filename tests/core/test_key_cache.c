/*
 * Keys that are read once: whatever is asked for, it is the key of that text and of no other.
 */
#include "core/key_cache.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
    KEYS = 600, /* more than there is room for */
};

static void a_text_leads_to_its_own_key_however_often_and_in_whatever_order(void **unused)
{
    static char texts[KEYS][256];
    struct key_cache *cache = NULL;
    (void)unused;
    must(key_library_start());
    must(key_cache_open(&cache));
    for (unsigned i = 0; i < KEYS; i++) {
        char name[16];
        struct secret_key *key = NULL;
        struct text text = TEXT_IN(texts[i]);
        snprintf(name, sizeof name, "key%u", i);
        must(secret_key_make(i % 5 == 0 ? KEY_ECDSA_P256 : KEY_ED25519, name, &key));
        public_key_write(secret_key_public(key), &text);
        (void)text_string(&text);
        secret_key_close(&key);
    }
    for (unsigned i = 0; i < 4 * KEYS; i++) {
        unsigned which = i * 7919 % KEYS;
        char memory[256];
        struct text text = TEXT_IN(memory);
        const struct public_key *key = key_cache_read(cache, bytes_of_string(texts[which]));
        assert_non_null(key);
        public_key_write(key, &text);
        assert_string_equal(text_string(&text), texts[which]);
    }
    key_cache_close(&cache);
}

static void what_is_no_key_is_none_the_second_time_too(void **unused)
{
    char text[600];
    struct key_cache *cache = NULL;
    (void)unused;
    must(key_library_start());
    must(key_cache_open(&cache));
    memset(text, 'k', sizeof text);
    for (unsigned i = 0; i < 2; i++) {
        assert_null(key_cache_read(cache, LITERAL("no key")));
        assert_null(key_cache_read(cache, (struct bytes){0}));
        assert_null(key_cache_read(cache, bytes_of(text, sizeof text)));
    }
    key_cache_close(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_leads_to_its_own_key_however_often_and_in_whatever_order),
        cmocka_unit_test(what_is_no_key_is_none_the_second_time_too),
    };
    return cmocka_run_group_tests_name("core/key_cache", tests, NULL, NULL);
}
