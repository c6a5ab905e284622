/*
 * Bytes behind a passphrase: opened by it alone, and by nothing that costs too little or too much.
 */
#include "store/key.h"
#include "store/passphrase.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PLAIN "thirteen bytes"

static int start(void **state)
{
    (void)state;
    return failed(key_library_start()) ? -1 : 0;
}

struct trial {
    struct passphrase_lock lock;
    uint8_t box[sizeof PLAIN - 1 + PASSPHRASE_TAG_SIZE];
};

static struct trial lock_with(const char *passphrase)
{
    struct trial trial = {.lock = passphrase_lock_make()};
    assert_false(failed(passphrase_close_box(bytes_of_string(passphrase), &trial.lock,
                                             LITERAL("beside"), LITERAL(PLAIN), trial.box)));
    return trial;
}

static struct status open_with(const struct trial *trial, const char *passphrase,
                               struct bytes beside, uint8_t *plain)
{
    return passphrase_open_box(bytes_of_string(passphrase), &trial->lock, beside, BYTES(trial->box),
                               plain);
}

static void the_passphrase_opens_and_another_does_not(void **state)
{
    (void)state;
    struct trial trial = lock_with("correct horse");
    uint8_t plain[sizeof PLAIN];
    assert_int_equal(open_with(&trial, "correct horsf", LITERAL("beside"), plain).code, STATUS_KEY);
    assert_int_equal(open_with(&trial, "", LITERAL("beside"), plain).code, STATUS_KEY);
    assert_false(failed(open_with(&trial, "correct horse", LITERAL("beside"), plain)));
    assert_memory_equal(plain, PLAIN, sizeof PLAIN - 1);
}

static void what_stands_beside_cannot_be_altered(void **state)
{
    (void)state;
    struct trial trial = lock_with("correct horse");
    uint8_t plain[sizeof PLAIN];
    assert_int_equal(open_with(&trial, "correct horse", LITERAL("besidf"), plain).code, STATUS_KEY);
    trial.box[3] ^= 1;
    assert_int_equal(open_with(&trial, "correct horse", LITERAL("beside"), plain).code, STATUS_KEY);
    trial.box[3] ^= 1;
    trial.lock.salt[0] ^= 1;
    assert_int_equal(open_with(&trial, "correct horse", LITERAL("beside"), plain).code, STATUS_KEY);
}

static void a_lock_costs_what_the_standard_asks_for(void **state)
{
    (void)state;
    struct passphrase_lock lock = passphrase_lock_make();
    struct passphrase_lock other = passphrase_lock_make();
    assert_int_equal(lock.memory_kib, 64 << 10);
    assert_int_equal(lock.passes, 3);
    assert_memory_not_equal(lock.salt, other.salt, sizeof lock.salt);
    assert_memory_not_equal(lock.nonce, other.nonce, sizeof lock.nonce);
}

static void a_lock_that_is_too_cheap_or_an_attack_is_refused(void **state)
{
    (void)state;
    const struct passphrase_lock locks[] = {
        {.memory_kib = PASSPHRASE_MEMORY_KIB - 1, .passes = PASSPHRASE_PASSES},
        {.memory_kib = PASSPHRASE_MEMORY_KIB, .passes = PASSPHRASE_PASSES - 1},
        {.memory_kib = (uint64_t)PASSPHRASE_MEMORY_MAX_KIB + 1, .passes = PASSPHRASE_PASSES},
        {.memory_kib = UINT64_MAX, .passes = PASSPHRASE_PASSES},
        {.memory_kib = PASSPHRASE_MEMORY_KIB, .passes = PASSPHRASE_PASSES_MAX + 1},
    };
    uint8_t plain[PASSPHRASE_TAG_SIZE], box[2 * PASSPHRASE_TAG_SIZE] = {0};
    for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++) {
        struct bytes beside = LITERAL("beside");
        assert_false(passphrase_lock_is_valid(&locks[i]));
        assert_int_equal(
            passphrase_open_box(LITERAL("p"), &locks[i], beside, BYTES(box), plain).code,
            STATUS_MALFORMED);
    }
}

static void a_passphrase_without_end_is_refused(void **state)
{
    (void)state;
    static char long_one[PASSPHRASE_MAX + 2];
    struct passphrase_lock lock = passphrase_lock_make();
    uint8_t box[1 + PASSPHRASE_TAG_SIZE];
    memset(long_one, 'x', PASSPHRASE_MAX + 1);
    assert_int_equal(
        passphrase_close_box(bytes_of_string(long_one), &lock, LITERAL(""), LITERAL("x"), box).code,
        STATUS_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_passphrase_opens_and_another_does_not),
        cmocka_unit_test(what_stands_beside_cannot_be_altered),
        cmocka_unit_test(a_lock_costs_what_the_standard_asks_for),
        cmocka_unit_test(a_lock_that_is_too_cheap_or_an_attack_is_refused),
        cmocka_unit_test(a_passphrase_without_end_is_refused),
    };
    return cmocka_run_group_tests_name("store/passphrase", tests, start, NULL);
}
