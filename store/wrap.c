#include "store/wrap.h"

#include "store/key_backend.h"

#include <sodium.h>

_Static_assert(WRAP_KEY_SIZE == crypto_box_PUBLICKEYBYTES, "an X25519 point");
_Static_assert(SECRET_BYTES_SIZE == crypto_box_SECRETKEYBYTES, "an X25519 scalar");
_Static_assert(WRAP_SIZE == SECRET_BYTES_SIZE + crypto_box_SEALBYTES, "a sealed box");

struct secret_bytes {
    uint8_t data[SECRET_BYTES_SIZE];
};

static struct status take(struct secret_bytes **out)
{
    *out = key_memory_take(sizeof **out);
    return *out == NULL ? FAIL_BECAUSE(NO_MEMORY, sizeof **out, "no memory can be locked") : OK;
}

struct status secret_bytes_make(struct secret_bytes **out)
{
    struct secret_bytes *secret;
    TRY(take(&secret));
    randombytes_buf(secret->data, sizeof secret->data);
    key_memory_seal(secret);
    *out = secret;
    return OK;
}

struct status secret_bytes_copy(const uint8_t bytes[static SECRET_BYTES_SIZE],
                                struct secret_bytes **out)
{
    struct secret_bytes *secret;
    TRY(take(&secret));
    memcpy(secret->data, bytes, sizeof secret->data);
    key_memory_seal(secret);
    *out = secret;
    return OK;
}

void secret_bytes_close(struct secret_bytes **secret)
{
    key_memory_give(*secret);
    *secret = NULL;
}

const uint8_t *secret_bytes_data(const struct secret_bytes *secret)
{
    return secret->data;
}

struct receive_key receive_key_of(const struct secret_bytes *secret)
{
    struct receive_key key;
    /* Multiplying the base point cannot fail: it is of prime order, and the scalar is clamped. */
    (void)crypto_scalarmult_base(key.data, secret->data);
    return key;
}

struct status receive_key_read(struct bytes bytes, struct receive_key *out)
{
    static const uint8_t one[SECRET_BYTES_SIZE] = {1};
    uint8_t shared[crypto_scalarmult_BYTES];
    if (bytes.size != WRAP_KEY_SIZE) {
        return FAIL_BECAUSE(MALFORMED, bytes.size, "a key to receive with is 32 bytes");
    }
    /* The library refuses to multiply a point of small order, whatever the scalar. */
    if (crypto_scalarmult(shared, one, bytes.data) != 0) {
        return FAIL_BECAUSE(MALFORMED, 0, "a key to receive with is a point of large order");
    }
    memcpy(out->data, bytes.data, sizeof out->data);
    return OK;
}

struct status wrap_secret(const struct secret_bytes *secret, const struct receive_key *to,
                          struct wrap *out)
{
    if (crypto_box_seal(out->data, secret->data, sizeof secret->data, to->data) != 0) {
        return FAIL_BECAUSE(KEY, 0, "nothing can be wrapped for this key");
    }
    return OK;
}

struct status unwrap_secret(struct bytes wrapped, const struct secret_bytes *own,
                            struct secret_bytes **out)
{
    CLEANUP(secret_bytes_close) struct secret_bytes *secret = NULL;
    struct receive_key key = receive_key_of(own);
    TRY(take(&secret));
    if (wrapped.size != WRAP_SIZE ||
        crypto_box_seal_open(secret->data, wrapped.data, wrapped.size, key.data, own->data) != 0) {
        return FAIL_BECAUSE(KEY, 0, "this was not wrapped for the key at hand, or was altered");
    }
    key_memory_seal(secret);
    *out = secret;
    secret = NULL;
    return OK;
}
