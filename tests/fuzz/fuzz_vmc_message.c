/*
 * Messages between a controller and the world: any bytes are refused, or read as what would be
 * written so again.
 */
#include "auditd/vmc/protocol.h"
#include "tests/fuzz/target.h"

#include <assert.h>

enum {
    MOST = 4096,
};

static void is_again(const struct text *text, struct bytes payload)
{
    assert(text->full || bytes_equal(text_bytes(text), payload));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[MOST];
    struct text text = TEXT_IN(memory);
    struct bytes payload = bytes_of(data, size);
    struct vmc_greeting greeting;
    struct vmc_hello hello;
    struct vmc_welcome welcome;
    struct vmc_fact fact;
    struct vmc_user user;
    if (!failed(vmc_get_greeting(payload, &greeting))) {
        vmc_put_greeting(&text, &greeting);
        is_again(&text, payload);
    }
    text_clear(&text);
    if (!failed(vmc_get_hello(payload, &hello))) {
        vmc_put_hello(&text, &hello);
        is_again(&text, payload);
    }
    text_clear(&text);
    if (!failed(vmc_get_welcome(payload, &welcome))) {
        vmc_put_welcome(&text, &welcome);
        is_again(&text, payload);
    }
    text_clear(&text);
    if (!failed(vmc_get_fact(payload, &fact))) {
        vmc_put_fact(&text, &fact);
        is_again(&text, payload);
    }
    text_clear(&text);
    if (!failed(vmc_get_user(payload, &user))) {
        assert(user.bytes.size <= VMC_DATA_MAX);
        vmc_put_user(&text, &user);
        is_again(&text, payload);
    }
    return 0;
}
