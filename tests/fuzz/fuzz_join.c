/*
 * Messages between a user's program and the daemon: any bytes are refused, or read as what would be
 * written so again.
 */
#include "schema/wire/join.h"
#include "tests/fuzz/target.h"

#include <assert.h>

enum {
    MOST = 4096,
};

static void is_again(struct text *text, struct bytes payload)
{
    assert(text->full || bytes_equal(text_bytes(text), payload));
    text_clear(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    struct bytes payload = bytes_of(data, size), bytes;
    struct join_ask ask;
    struct join_joined joined;
    if (!failed(join_get_ask(payload, &ask))) {
        assert(ask.vm.size <= JOIN_ID_MAX);
        join_put_ask(&text, &ask);
        is_again(&text, payload);
    }
    if (!failed(join_get_joined(payload, &joined))) {
        assert(joined.key.size <= JOIN_KEY_TEXT_MAX);
        join_put_joined(&text, &joined);
        is_again(&text, payload);
    }
    if (!failed(join_get_bytes(payload, &bytes))) {
        assert(bytes.size <= JOIN_DATA_MAX);
        join_put_bytes(&text, bytes);
        is_again(&text, payload);
    }
    return 0;
}
