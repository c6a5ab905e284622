#include "store/stream.h"

#include "store/key_backend.h"

#include <assert.h>
#include <sodium.h>

_Static_assert(STREAM_HEAD == crypto_secretstream_xchacha20poly1305_HEADERBYTES, "a header");
_Static_assert(STREAM_EXTRA == crypto_secretstream_xchacha20poly1305_ABYTES, "tag and MAC");

/* One direction. `begun`: its header has been said, or heard. */
struct direction {
    crypto_secretstream_xchacha20poly1305_state state;
    uint8_t key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
    bool begun, ended;
};

struct stream {
    struct direction out, in;
    bool broken;
};

/* What both keys are made of, in locked memory. */
struct derivation {
    uint8_t shared[crypto_scalarmult_BYTES];
    uint8_t keys[2 * crypto_secretstream_xchacha20poly1305_KEYBYTES];
};

static void give_derivation(struct derivation **derivation)
{
    key_memory_give(*derivation);
}

static struct status derive(struct stream *stream, enum stream_side side,
                            const struct secret_bytes *own, const struct receive_key *other,
                            const struct digest *said)
{
    static const char label[] = "cairn-stream-v1";
    enum {
        KEY = crypto_secretstream_xchacha20poly1305_KEYBYTES
    };
    CLEANUP(give_derivation) struct derivation *made = key_memory_take(sizeof *made);
    crypto_generichash_state hash;
    if (made == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, sizeof *made, "no memory can be locked");
    }
    if (crypto_scalarmult(made->shared, secret_bytes_data(own), other->data) != 0) {
        return FAIL_BECAUSE(KEY, 0, "the other side's key is a point of small order");
    }
    crypto_generichash_init(&hash, NULL, 0, sizeof made->keys);
    crypto_generichash_update(&hash, (const uint8_t *)label, sizeof label);
    crypto_generichash_update(&hash, made->shared, sizeof made->shared);
    crypto_generichash_update(&hash, said->sha256, sizeof said->sha256);
    crypto_generichash_final(&hash, made->keys, sizeof made->keys);
    sodium_memzero(&hash, sizeof hash);
    memcpy(stream->out.key, made->keys + (side == STREAM_CALLER ? 0 : KEY), KEY);
    memcpy(stream->in.key, made->keys + (side == STREAM_CALLER ? KEY : 0), KEY);
    return OK;
}

struct status stream_open(enum stream_side side, const struct secret_bytes *own,
                          const struct receive_key *other, const struct digest *said,
                          struct stream **out)
{
    CLEANUP(stream_close) struct stream *stream = key_memory_take((sizeof *stream + 7) / 8 * 8);
    if (stream == NULL) {
        return FAIL_BECAUSE(NO_MEMORY, sizeof *stream, "no memory can be locked");
    }
    memset(stream, 0, sizeof *stream);
    TRY(derive(stream, side, own, other, said));
    *out = stream;
    stream = NULL;
    return OK;
}

void stream_close(struct stream **stream)
{
    key_memory_give(*stream);
    *stream = NULL;
}

static size_t head_size(const struct direction *direction)
{
    return direction->begun ? 0 : STREAM_HEAD;
}

struct status stream_seal(struct stream *stream, struct bytes plain, bool last, struct text *out)
{
    struct direction *to = &stream->out;
    uint8_t *at = (uint8_t *)out->data + out->size;
    size_t size = head_size(to) + plain.size + STREAM_EXTRA;
    assert(!to->ended);
    if (plain.size > STREAM_RECORD_MAX || out->full || size >= out->capacity - out->size) {
        return FAIL(LIMIT, STREAM_RECORD_MAX);
    }
    if (!to->begun) {
        crypto_secretstream_xchacha20poly1305_init_push(&to->state, at, to->key);
        sodium_memzero(to->key, sizeof to->key);
        at += STREAM_HEAD;
        to->begun = true;
    }
    crypto_secretstream_xchacha20poly1305_push(
        &to->state, at, NULL, plain.data, plain.size, NULL, 0,
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
             : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
    to->ended = last;
    out->size += size;
    return OK;
}

static struct status broken(struct stream *stream)
{
    stream->broken = true;
    return FAIL_BECAUSE(CORRUPT, 0, "this is not the next record of the stream");
}

struct status stream_unseal(struct stream *stream, struct bytes record, struct text *out,
                            bool *last)
{
    struct direction *from = &stream->in;
    size_t head = head_size(from);
    uint8_t tag = 0;
    text_clear(out);
    if (stream->broken || from->ended || record.size < head + STREAM_EXTRA) {
        return broken(stream);
    }
    size_t size = record.size - head - STREAM_EXTRA;
    if (size > STREAM_RECORD_MAX || size >= out->capacity) {
        return FAIL(LIMIT, STREAM_RECORD_MAX);
    }
    if (!from->begun && crypto_secretstream_xchacha20poly1305_init_pull(&from->state, record.data,
                                                                        from->key) != 0) {
        return broken(stream);
    }
    if (crypto_secretstream_xchacha20poly1305_pull(&from->state, (uint8_t *)out->data, NULL, &tag,
                                                   record.data + head, record.size - head, NULL,
                                                   0) != 0) {
        return broken(stream);
    }
    sodium_memzero(from->key, sizeof from->key);
    from->begun = true;
    from->ended = *last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    out->size = size;
    return OK;
}
