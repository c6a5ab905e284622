#include "store/passphrase.h"

#include "store/key_backend.h"

#include <sodium.h>

_Static_assert(PASSPHRASE_SALT_SIZE == crypto_pwhash_argon2id_SALTBYTES, "16 bytes");
_Static_assert(PASSPHRASE_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "24 bytes");
_Static_assert(PASSPHRASE_TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES, "16 bytes");

struct box_key {
    uint8_t data[crypto_aead_xchacha20poly1305_ietf_KEYBYTES];
};

struct status passphrase_open(struct passphrase **out)
{
    struct passphrase *passphrase = key_memory_take(sizeof *passphrase);
    if (passphrase == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, sizeof *passphrase, "no memory can be locked");
    }
    passphrase->size = 0;
    *out = passphrase;
    return OK;
}

void passphrase_close(struct passphrase **passphrase)
{
    key_memory_give(*passphrase);
    *passphrase = NULL;
}

struct bytes passphrase_bytes(const struct passphrase *passphrase)
{
    return bytes_of(passphrase->data, passphrase->size);
}

static void give_key(struct box_key **key)
{
    key_memory_give(*key);
}

struct passphrase_lock passphrase_lock_make(void)
{
    struct passphrase_lock lock = {.memory_kib = PASSPHRASE_MEMORY_KIB,
                                   .passes = PASSPHRASE_PASSES};
    randombytes_buf(lock.salt, sizeof lock.salt);
    randombytes_buf(lock.nonce, sizeof lock.nonce);
    return lock;
}

bool passphrase_lock_is_valid(const struct passphrase_lock *lock)
{
    return lock->memory_kib >= PASSPHRASE_MEMORY_KIB &&
           lock->memory_kib <= PASSPHRASE_MEMORY_MAX_KIB && lock->passes >= PASSPHRASE_PASSES &&
           lock->passes <= PASSPHRASE_PASSES_MAX;
}

static struct status make_key(struct bytes passphrase, const struct passphrase_lock *lock,
                              struct box_key **out)
{
    if (!passphrase_lock_is_valid(lock)) {
        return FAIL_BECAUSE(MALFORMED, 0, "the lock costs less or more than a lock may cost");
    }
    if (passphrase.size > PASSPHRASE_MAX) {
        return FAIL_BECAUSE(LIMIT, PASSPHRASE_MAX, "the passphrase is too long");
    }
    CLEANUP(give_key) struct box_key *key = key_memory_take(sizeof *key);
    size_t memory = (size_t)lock->memory_kib << 10;
    if (key == NULL ||
        crypto_pwhash_argon2id(key->data, sizeof key->data, (const char *)passphrase.data,
                               passphrase.size, lock->salt, lock->passes, memory,
                               crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0) {
        return FAIL_BECAUSE(NO_MEMORY, memory, "the passphrase's key needs more memory");
    }
    *out = key;
    key = NULL;
    return OK;
}

struct status passphrase_close_box(struct bytes passphrase, const struct passphrase_lock *lock,
                                   struct bytes beside, struct bytes plain, uint8_t *box)
{
    CLEANUP(give_key) struct box_key *key = NULL;
    TRY(make_key(passphrase, lock, &key));
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(box, NULL, plain.data, plain.size, beside.data,
                                                     beside.size, NULL, lock->nonce, key->data);
    return OK;
}

struct status passphrase_open_box(struct bytes passphrase, const struct passphrase_lock *lock,
                                  struct bytes beside, struct bytes box, uint8_t *plain)
{
    CLEANUP(give_key) struct box_key *key = NULL;
    TRY(make_key(passphrase, lock, &key));
    if (box.size < PASSPHRASE_TAG_SIZE || crypto_aead_xchacha20poly1305_ietf_decrypt(
                                              plain, NULL, NULL, box.data, box.size, beside.data,
                                              beside.size, lock->nonce, key->data) != 0) {
        return FAIL_BECAUSE(KEY, 0, "the passphrase does not open it, or it was altered");
    }
    return OK;
}
