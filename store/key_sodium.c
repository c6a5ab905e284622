#include "store/key_backend.h"
#include "store/rehearsal.h"

#include <assert.h>
#include <sodium.h>

_Static_assert(SECRET_KEY_SIZE == crypto_sign_ed25519_SEEDBYTES, "the seed is the secret");
_Static_assert(KEY_ED25519_PUBLIC_SIZE == crypto_sign_ed25519_PUBLICKEYBYTES, "32 bytes");
_Static_assert(SIGNATURE_MAX >= crypto_sign_ed25519_BYTES, "a signature fits");
_Static_assert(sizeof(((struct key_pair *)0)->expanded) == crypto_sign_ed25519_SECRETKEYBYTES,
               "the expanded secret fits");

struct status key_sodium_start(void)
{
    return sodium_init() < 0 ? FAIL_BECAUSE(NO_MEMORY, 0, "libsodium does not start") : OK;
}

void *key_memory_take(size_t size)
{
    /* libsodium puts the block at the end of a page: only such sizes come out aligned. */
    assert(size % 8 == 0);
    return sodium_malloc(size);
}

void key_memory_give(void *memory)
{
    sodium_free(memory);
}

void key_memory_seal(void *memory)
{
    /* Best effort: where the system has no such protection, the memory is locked all the same. */
    (void)sodium_mprotect_readonly(memory);
}

void key_random(uint8_t *out, size_t size)
{
    randombytes_buf(out, size);
}

/* Rehearsals ------------------------------------------------------------------------------ */

/* libsodium asks its source of randomness without saying on whose behalf: there is one of a
 * process, and this is it. */
static struct {
    struct randombytes_implementation source;
    uint8_t seed[randombytes_SEEDBYTES];
    uint64_t asked;
} rehearsal;

static const char *rehearsal_name(void)
{
    return "rehearsal";
}

static void rehearsal_fill(void *const out, const size_t size)
{
    uint8_t seed[randombytes_SEEDBYTES];
    memcpy(seed, rehearsal.seed, sizeof seed);
    for (size_t i = 0; i < sizeof rehearsal.asked; i++) {
        seed[i] ^= (uint8_t)(rehearsal.asked >> (8 * i));
    }
    rehearsal.asked++;
    randombytes_buf_deterministic(out, size, seed);
}

static uint32_t rehearsal_number(void)
{
    uint32_t number = 0;
    rehearsal_fill(&number, sizeof number);
    return number;
}

struct status key_rehearse(uint64_t seed)
{
    if (rehearsal.source.buf != NULL) {
        return FAIL_BECAUSE(CONFLICT, 0, "this process rehearses already");
    }
    rehearsal.source = (struct randombytes_implementation){
        .implementation_name = rehearsal_name,
        .random = rehearsal_number,
        .buf = rehearsal_fill,
    };
    for (size_t i = 0; i < sizeof seed; i++) {
        rehearsal.seed[sizeof rehearsal.seed - 1 - i] = (uint8_t)(seed >> (8 * i));
    }
    return randombytes_set_implementation(&rehearsal.source) == 0
               ? OK
               : FAIL_BECAUSE(KEY, 0, "libsodium keeps its own source of randomness");
}

static struct status ed25519_make(struct key_pair *pair)
{
    randombytes_buf(pair->secret, sizeof pair->secret);
    return OK;
}

static struct status ed25519_open(struct key_pair *pair)
{
    if (crypto_sign_ed25519_seed_keypair(pair->public.data, pair->expanded, pair->secret) != 0) {
        return FAIL_BECAUSE(KEY, 0, "libsodium refuses the seed");
    }
    pair->public.size = KEY_ED25519_PUBLIC_SIZE;
    return OK;
}

static void ed25519_close(struct key_pair *pair)
{
    (void)pair; /* it has no handle */
}

static struct status ed25519_sign(const struct key_pair *pair, struct bytes message,
                                  struct signature *out)
{
    if (crypto_sign_ed25519_detached(out->data, NULL, message.data, message.size, pair->expanded) !=
        0) {
        return FAIL_BECAUSE(KEY, 0, "libsodium does not sign");
    }
    out->size = crypto_sign_ed25519_BYTES;
    return OK;
}

static struct status ed25519_verify(const struct public_key *key, struct bytes message,
                                    struct bytes signature)
{
    if (signature.size != crypto_sign_ed25519_BYTES ||
        crypto_sign_ed25519_verify_detached(signature.data, message.data, message.size,
                                            key->data) != 0) {
        return FAIL(BAD_SIGNATURE, 0);
    }
    return OK;
}

static struct status ed25519_check_public(const struct public_key *key)
{
    /* Refuses what is no point, not canonical, of small order, or outside the prime subgroup. */
    return key->size == KEY_ED25519_PUBLIC_SIZE &&
                   crypto_core_ed25519_is_valid_point(key->data) == 1
               ? OK
               : FAIL(KEY, 0);
}

const struct key_backend key_ed25519 = {
    .make = ed25519_make,
    .open = ed25519_open,
    .close = ed25519_close,
    .sign = ed25519_sign,
    .verify = ed25519_verify,
    .check_public = ed25519_check_public,
};
