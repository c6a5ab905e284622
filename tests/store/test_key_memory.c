/*
 * Keys when OpenSSL lacks memory, at each of its allocations: that is no word about a key or a
 * signature.
 */
#include "store/key.h"
#include "tests/support/scratch.h"

#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    ALLOCATIONS_MAX = 100000,
};

/* OpenSSL's allocations, of which number `at` fails, and the later ones too if that is `sticky`.
 * Not counted: what a digest takes where it has just given as much back. */
static struct heap {
    uint64_t count, at; /* from 1; 0: none fails */
    bool sticky;
    bool failed;
} heap;

static bool fails_now(void)
{
    heap.count++;
    bool now = heap.at > 0 && (heap.sticky ? heap.count >= heap.at : heap.count == heap.at);
    heap.failed = heap.failed || now;
    return now;
}

static void *take(size_t size, const char *file, int line)
{
    (void)line;
    bool skipped = strstr(file, "/digests/") != NULL;
    return size == 0 || (!skipped && fails_now()) ? NULL : malloc(size);
}

static void *take_again(void *memory, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return fails_now() ? NULL : realloc(memory, size);
}

static void give(void *memory, const char *file, int line)
{
    (void)file, (void)line;
    free(memory);
}

struct world {
    struct secret_key *key;
    struct signature good, bad, not_der;
    char public_memory[256], off_curve_memory[256];
    struct text public, off_curve;
    char secret_memory[256];
    struct text secret;
};

static struct text text_of(char *memory, size_t size)
{
    return (struct text){.data = memory, .capacity = size};
}

/* A key whose point has another y. */
static void write_off_curve(struct world *world)
{
    struct public_key key = *secret_key_public(world->key);
    key.data[key.size - 1] ^= 1;
    key.id ^= 1; /* never looked at: the point comes first */
    public_key_write(&key, &world->off_curve);
}

static void write_secret(struct world *world)
{
    const char *path = "test_key_memory.key";
    unlink(path);
    must(secret_key_save(world->key, path));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(world->secret_memory, sizeof world->secret_memory, file));
    fclose(file);
    unlink(path);
    world->secret = text_of(world->secret_memory, sizeof world->secret_memory);
    world->secret.size = strcspn(world->secret_memory, "\n");
}

static int begin(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    must(secret_key_make(KEY_ECDSA_P256, "signer", &world->key));
    must(secret_key_sign(world->key, LITERAL("yes"), &world->good));
    must(secret_key_sign(world->key, LITERAL("no"), &world->bad));
    world->not_der = world->good;
    world->not_der.data[0] ^= 1;
    world->public = text_of(world->public_memory, sizeof world->public_memory);
    world->off_curve = text_of(world->off_curve_memory, sizeof world->off_curve_memory);
    public_key_write(secret_key_public(world->key), &world->public);
    write_off_curve(world);
    write_secret(world);
    *state = world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;
    secret_key_close(&world->key);
    free(world);
    return 0;
}

/* What is tried without memory. */
typedef struct status attempt(const struct world *world);

static struct status check(const struct world *world, const struct signature *signature)
{
    return public_key_verify(secret_key_public(world->key), LITERAL("yes"),
                             bytes_of(signature->data, signature->size));
}

static struct status check_good(const struct world *world)
{
    return check(world, &world->good);
}

static struct status check_bad(const struct world *world)
{
    return check(world, &world->bad);
}

static struct status check_not_der(const struct world *world)
{
    return check(world, &world->not_der);
}

/* A byte too many. */
static struct status check_long_der(const struct world *world)
{
    struct signature longer = world->good;
    longer.data[longer.size++] = 0;
    return check(world, &longer);
}

static struct status read_public(const struct world *world)
{
    struct public_key key;
    return public_key_read(text_bytes(&world->public), &key);
}

static struct status read_off_curve(const struct world *world)
{
    struct public_key key;
    return public_key_read(text_bytes(&world->off_curve), &key);
}

static struct status read_secret(const struct world *world)
{
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    return secret_key_read(text_bytes(&world->secret), &key);
}

static struct status sign(const struct world *world)
{
    struct signature signature;
    return secret_key_sign(world->key, LITERAL("yes"), &signature);
}

static struct status make(const struct world *world)
{
    (void)world;
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    return secret_key_make(KEY_ECDSA_P256, "another", &key);
}

/* Whichever allocation fails, the trial ends as it does with memory, or says that there is none. */
static void try_each(const struct world *world, attempt *trial, enum status_code usual, bool sticky)
{
    assert_int_equal(trial(world).code, usual);
    bool lacked = false;
    for (uint64_t at = 1; at < ALLOCATIONS_MAX; at++) {
        heap = (struct heap){.at = at, .sticky = sticky};
        struct status status = trial(world);
        bool reached = heap.failed;
        heap = (struct heap){0};
        if (status.code != usual && status.code != STATUS_NO_MEMORY) {
            fail_msg("allocation %ju: %s", (uintmax_t)at, status_sentence(status.code));
        }
        lacked = lacked || status.code == STATUS_NO_MEMORY;
        if (!reached) {
            assert_true(lacked);
            assert_int_equal(trial(world).code, usual);
            return;
        }
    }
    fail_msg("there is no end of allocations");
}

static void want_of_memory_is_told_apart(void **state)
{
    static const struct {
        attempt *trial;
        enum status_code usual;
    } trials[] = {
        {check_good, STATUS_OK},
        {check_bad, STATUS_BAD_SIGNATURE},
        {check_not_der, STATUS_BAD_SIGNATURE},
        {check_long_der, STATUS_BAD_SIGNATURE},
        {read_public, STATUS_OK},
        {read_off_curve, STATUS_MALFORMED},
        {read_secret, STATUS_OK},
        {sign, STATUS_OK},
        {make, STATUS_OK},
    };
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++) {
        try_each(*state, trials[i].trial, trials[i].usual, false);
        try_each(*state, trials[i].trial, trials[i].usual, true);
    }
}

int main(void)
{
    /* Before OpenSSL has taken any. */
    if (CRYPTO_set_mem_functions(take, take_again, give) != 1 || failed(key_library_start())) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(want_of_memory_is_told_apart, begin, end),
    };
    return cmocka_run_group_tests_name("store/key without memory", tests, NULL, NULL);
}
