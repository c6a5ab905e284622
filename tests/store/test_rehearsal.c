/*
 * A process that rehearses: what it makes at random is the seed's, and nobody else's.
 */
#include "store/key.h"
#include "store/rehearsal.h"
#include "store/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    MADE = SECRET_KEY_SIZE + SECRET_BYTES_SIZE + WRAP_SIZE + 100,
    NO_SEED = 0,
};

/* A key, a secret, a wrap, and bytes of an odd size. */
static void make_all(uint8_t out[static MADE])
{
    struct secret_key *key = NULL;
    struct secret_bytes *secret = NULL;
    struct wrap wrap;
    if (failed(secret_key_make(KEY_ED25519, "ada", &key)) || failed(secret_bytes_make(&secret))) {
        _exit(2);
    }
    const struct receive_key to = receive_key_of(secret);
    if (failed(wrap_secret(secret, &to, &wrap))) {
        _exit(3);
    }
    memcpy(out, secret_key_data(key), SECRET_KEY_SIZE);
    memcpy(out + SECRET_KEY_SIZE, secret_bytes_data(secret), SECRET_BYTES_SIZE);
    memcpy(out + SECRET_KEY_SIZE + SECRET_BYTES_SIZE, wrap.data, WRAP_SIZE);
    key_random(out + MADE - 100, 100);
    secret_key_close(&key);
    secret_bytes_close(&secret);
}

/* In a process of its own: nothing turns a rehearsal off. */
static void made_with(uint64_t seed, uint8_t out[static MADE])
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        uint8_t made[MADE];
        bool good = seed == NO_SEED || !failed(key_rehearse(seed));
        good = good && !failed(key_library_start());
        good = good && (seed == NO_SEED || key_rehearse(seed).code == STATUS_CONFLICT);
        if (good) {
            make_all(made);
        }
        _exit(good && write(ends[1], made, sizeof made) == MADE ? 0 : 1);
    }
    close(ends[1]);
    size_t size = 0;
    for (ssize_t got = 1; got > 0 && size < MADE; size += (size_t)got) {
        got = read(ends[0], out + size, MADE - size);
        assert_true(got >= 0);
    }
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(size, MADE);
}

static void the_same_seed_makes_the_same_keys_and_wraps(void **state)
{
    uint8_t once[MADE], again[MADE];
    (void)state;
    made_with(42, once);
    made_with(42, again);
    assert_memory_equal(once, again, MADE);
}

static void another_seed_makes_others(void **state)
{
    uint8_t once[MADE], other[MADE];
    (void)state;
    made_with(42, once);
    made_with(43, other);
    for (size_t i = 0; i + 16 <= MADE; i += 16) {
        assert_memory_not_equal(once + i, other + i, 16);
    }
}

static void nothing_repeats_within_one_rehearsal(void **state)
{
    uint8_t once[MADE];
    (void)state;
    made_with(7, once);
    for (size_t i = 0; i + 16 <= MADE; i += 16) {
        for (size_t k = i + 16; k + 16 <= MADE; k += 16) {
            assert_memory_not_equal(once + i, once + k, 16);
        }
    }
}

static void without_a_seed_two_processes_make_different_keys(void **state)
{
    uint8_t once[MADE], again[MADE];
    (void)state;
    made_with(NO_SEED, once);
    made_with(NO_SEED, again);
    for (size_t i = 0; i + 16 <= MADE; i += 16) {
        assert_memory_not_equal(once + i, again + i, 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_makes_the_same_keys_and_wraps),
        cmocka_unit_test(another_seed_makes_others),
        cmocka_unit_test(nothing_repeats_within_one_rehearsal),
        cmocka_unit_test(without_a_seed_two_processes_make_different_keys),
    };
    return cmocka_run_group_tests_name("store/rehearsal", tests, NULL, NULL);
}
