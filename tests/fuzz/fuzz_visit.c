/*
 * The controller's end of a visit, and the user's: any bytes end it, and nothing comes of them.
 */
#include "core/vmc/visit.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>

static struct status nobody(void *context, struct id user, struct public_key *out)
{
    (void)context;
    (void)out;
    return FAIL(KEY, user.n);
}

static void feed(struct visit *visit, struct bytes bytes)
{
    struct bytes message;
    bool whole = false;
    if (!failed(visit_receive(visit, bytes))) {
        (void)failed(visit_next(visit, &message, &whole));
    }
    assert(!whole && !visit_is_open(visit));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(visit_close) struct visit *answers = NULL, *calls = NULL;
    CLEANUP(secret_key_close) struct secret_key *key = NULL;
    const struct visit_place place = {LITERAL("lab.example/log"), {ID_VM, 70}, 70};
    if (failed(key_library_start()) || failed(secret_key_make(KEY_ED25519, "vmc-70-70", &key))) {
        abort();
    }
    const struct visit_answerer answerer = {.key = key, .who = nobody};
    const struct visit_caller caller = {
        .user = {ID_USER, 12}, .key = key, .controller = secret_key_public(key)};
    if (failed(visit_answer(&place, &answerer, &answers)) ||
        failed(visit_call(&place, &caller, &calls))) {
        abort();
    }
    feed(answers, bytes_of(data, size));
    feed(calls, bytes_of(data, size));
    return 0;
}
